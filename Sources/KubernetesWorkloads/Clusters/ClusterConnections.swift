package import AppProtection
package import KubernetesAPI
package import Timing

/// The way to one cluster.
package struct ClusterConnection {
  package var client: KubernetesClient
  /// Where its API server is, for messages; two of the same place are one cluster.
  package var server: String
  /// The namespace that its context or its service account names.
  package var namespace: String?

  /// Names the way.
  package init(client: KubernetesClient, server: String, namespace: String? = nil) {
    (self.client, self.server, self.namespace) = (client, server, namespace)
  }
}

/// The clusters that a backend reaches: contexts of a kubeconfig, each opened when it is first needed.
package final class ClusterConnections {
  /// Opens the way to the cluster of a context.
  package typealias Connect = (_ context: String) throws(BackendError) -> ClusterConnection

  /// The contexts that may be named.
  package let contexts: [String]
  private let usualContext: String
  private let connect: Connect
  private let time: any TimeSource
  private var connections: [String: ClusterConnection] = [:]
  /// The contexts that the step has named so far, in order.
  private var named: [String] = []

  /// Prepares; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - contexts: those that may be named.
  ///   - usualContext: the one of those steps that name no cluster.
  ///   - time: the clock.
  ///   - connect: opens the way to the cluster of a context.
  package init(
    _ contexts: [String], usually usualContext: String, time: any TimeSource, connect: @escaping Connect
  ) {
    (self.contexts, self.usualContext, self.time, self.connect) = (contexts, usualContext, time, connect)
  }

  /// The contexts in which applications are looked for: those that the step has named, or the usual one.
  package var searched: [String] { named.isEmpty ? [usualContext] : named }

  /// The same, from now on: where the usual one was looked in, it stays one of those that are.
  package func contextsToSearch() -> [String] {
    if named.isEmpty { named = [usualContext] }
    return named
  }

  /// Has a context searched from now on; false if there is none of that name.
  package func name(_ context: String) -> Bool {
    guard contexts.contains(context) else { return false }
    if !named.contains(context) { named.append(context) }
    return true
  }

  /// The way to the cluster of a context; opened when it is first needed.
  package func connection(_ context: String) throws(BackendError) -> ClusterConnection {
    if let known = connections[context] { return known }
    let connection = try connect(context)
    connections[context] = connection
    return connection
  }

  /// The client of a context that was used before.
  package func connectedClient(_ context: String) -> KubernetesClient? { connections[context]?.client }

  /// Where the searched clusters are, for messages: `k8s.example.com (prod)`.
  package var places: String {
    searched.map { context in connections[context].map { "\($0.server) (\(context))" } ?? context }
      .joined(separator: " and ")
  }

  /// The clock of the first of them that has told the time.
  package var serverTime: Timestamp? {
    searched.lazy.compactMap { self.connections[$0]?.client.serverTime }.first
  }
  /// The same, or this machine's.
  package var currentTime: Timestamp { serverTime ?? time.wallTime }
  package var now: Instant { time.now }
}
