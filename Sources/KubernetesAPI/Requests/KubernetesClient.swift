internal import AppProtection
package import HTTPTransport
package import RESTClient
package import Timing

/// The Kubernetes API as the backends use it: objects by kind and name, lists, changes, questions of access.
///
/// Reads are repeated while the trouble may pass; a change is sent once. No error, and no line of the log, holds a secret.
/// Not `Sendable`: one step asks, one thing after the other.
package final class KubernetesClient {
  let rest: RESTClient<StatusProblem>
  let transport: any LineTransport
  let time: any TimeSource
  var deadline: Deadline { rest.deadline }
  let log: (TrafficEvent) -> Void
  private let login: ClusterLogin
  /// What the cluster had of groups and versions when it was last asked: `velero.io/v1`.
  var served: (versions: Set<String>, at: Instant)?

  /// Who the changes are made by, in the objects' `managedFields`.
  static let fieldManager = "astra-steps"

  /// Prepares requests; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - login: who asks; it has been obtained.
  ///   - name: what messages call the cluster.
  ///   - transport: the way to the cluster, with the login's client certificate.
  ///   - time: the clock.
  ///   - deadline: when everything has to be over.
  ///   - random: where the jitter of its pauses comes from.
  ///   - log: hears of each exchange and each repetition, without secrets.
  package init(
    _ login: ClusterLogin, name: String = "the cluster", transport: any LineTransport, time: any TimeSource,
    deadline: Deadline,
    random: SeededRandom, log: @escaping (TrafficEvent) -> Void
  ) {
    self.login = login
    self.transport = transport
    self.time = time
    self.log = { log($0.mapTexts(login.scrubbed)) }
    rest = RESTClient(
      server: name, root: "", credentials: login.credentials, transport: transport, time: time,
      deadline: deadline,
      random: random, log: self.log)
  }

  /// The server's time, carried on from its last `Date` field; this machine's until it has sent one.
  package var currentTime: Timestamp { rest.currentTime }

  /// The server's time, carried on from its last `Date` field; nil until it has sent one.
  package var serverTime: Timestamp? { rest.serverTime }

  /// Does something, and keeps secrets out of the error that it may end with: a server may echo what it was sent.
  func clean<Value>(_ body: () throws(BackendError) -> Value) throws(BackendError) -> Value {
    do throws(BackendError) {
      return try body()
    } catch {
      throw scrubbed(error)
    }
  }

  private func scrubbed(_ error: BackendError) -> BackendError {
    BackendError(error.kind, scrubbed(error.message), hint: error.hint.map { scrubbed($0) })
  }

  /// A text without any secret of the login.
  func scrubbed(_ text: String) -> String { login.scrubbed(text) }

  /// The error that an answer which no repetition changes amounts to.
  func error(
    for problem: StatusProblem, _ method: HTTPRequest.Method, _ kind: ResourceKind?, to attempt: String
  ) -> BackendError {
    var error = rest.error(for: problem, method, attempt)
    // No admission and no quota says no to a read: who may not read has no right to.
    if problem.status == 403, method == .get { error.kind = .credentials }
    // Nor is there anything in a read that could be in conflict, or be no valid object.
    if method == .get, case .refused(let refusal) = error.kind, refusal != .notFound {
      error.kind = .brokenContract
    }
    if problem.isAboutPath, let kind {
      error.hint = "\(kind.title) of version \(kind.version) is not installed in the cluster"
    }
    return scrubbed(error)
  }
}

extension TrafficEvent {
  /// The event with every text as `change` makes it.
  fileprivate func mapTexts(_ change: (String) -> String) -> TrafficEvent {
    switch self {
    case .exchange(let method, let path, let status, let duration):
      .exchange(method, change(path), status, duration)
    case .noAnswer(let method, let path, let reason, let duration):
      .noAnswer(method, change(path), change(reason), duration)
    case .retry(let reason, let pause): .retry(change(reason), pause)
    }
  }
}
