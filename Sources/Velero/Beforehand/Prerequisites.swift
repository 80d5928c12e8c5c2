package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What can be known before anything is changed.
extension VeleroBackend {
  package func clusterStandings() throws(BackendError) -> [ClusterStanding] {
    var standings: [ClusterStanding] = []
    for context in searched { standings.append(try standing(context)) }
    return standings
  }

  private func standing(_ context: String) throws(BackendError) -> ClusterStanding {
    let client = try client(context)
    var standing = ClusterStanding(id: Cluster.ID(context), name: context)
    standing.version = try client.version()
    let installed = try client.kinds(of: Kinds.group, version: Kinds.backup.version)
    standing.state = installed == nil ? ("without Velero", false) : ("reachable", true)
    standing.acceptsRestores = installed != nil
    guard let installed else {
      standing.makesSnapshots = false
      return standing
    }
    let missing = Kinds.all.map(\.kind).filter { !installed.contains($0) }
    if !missing.isEmpty {
      standing.problems.append("these kinds of Velero are missing: \(missing.joined(separator: ", "))")
    }
    standing.service = try serverVersion(in: context)
    return standing
  }

  /// The hooks that pods bear as annotations; those run in a clone, too.
  package func executionHooks(of application: Application.ID) throws(BackendError) -> ExecutionHooks? {
    guard let place = ApplicationPlace(application) else { return nil }
    let sight = try client(place.context).lookAtList(
      of: .pod, in: place.namespace, labels: contentSelector, to: "list the hooks of \"\(place.name)\"")
    guard case .told(let pods) = sight else { return nil }
    var names: Set<String> = []
    for pod in pods {
      for annotation in pod.annotations.keys where annotation.hasSuffix(".velero.io/command") {
        // Pods of one workload have the same.
        let owner = pod.owners.first.map { "\($0.kind) \($0.name)" } ?? "Pod \(pod.name)"
        names.insert("\(annotation.dropLast(18)) of \(owner)")
      }
    }
    return .named(names.sorted())
  }

  /// The version of the server, by the tag of its Deployment's image; it tells its own only to who asks by an object.
  func serverVersion(in context: String) throws(BackendError) -> ServiceVersion {
    guard case .velero(let home) = try access(context) else { return .notTold }
    let sight = try client(context).look(
      at: .deployment, "velero", in: home, to: "look for the version of Velero")
    guard case .told(let deployment?) = sight else { return .notTold }
    let containers = deployment["spec", "template", "spec", "containers"]?.elements ?? []
    let image = containers.first { $0["name"]?.string == "velero" }?["image"]?.string ?? ""
    let name = image.split(separator: "/").last.map { String($0) } ?? image
    guard
      let version = ServerVersion(
        name.prefix { $0 != "@" }.split(separator: ":").last.map { String($0) } ?? "")
    else { return .notTold }
    let advice =
      "\(ServerVersion.recommended) or newer is recommended: older ones do not move the data of snapshots reliably"
    return .known(version.description, advice: version < .recommended ? advice : nil)
  }
}

/// A release of Velero: `1.18.2`.
package struct ServerVersion: Comparable, CustomStringConvertible {
  private var parts: [Int]
  package let description: String

  /// The oldest release that the steps were made for, as OADP 1.4 has it.
  package static let recommended = Self(parts: [1, 14], description: "1.14")

  private init(parts: [Int], description: String) {
    (self.parts, self.description) = (parts, description)
  }

  /// Reads `v1.18.2`, with or without the `v` and what follows a dash; nil for anything else.
  package init?(_ tag: String) {
    let text = String((tag.hasPrefix("v") ? tag.dropFirst() : tag[...]).prefix { $0 != "-" && $0 != "+" })
    let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    parts = numbers.compactMap { $0 }
    guard (2...3).contains(numbers.count), parts.count == numbers.count, parts[0] < 100 else { return nil }
    description = text
  }

  package static func == (one: Self, other: Self) -> Bool { one.parts == other.parts }
  package static func < (one: Self, other: Self) -> Bool {
    one.parts.lexicographicallyPrecedes(other.parts)
  }
}
