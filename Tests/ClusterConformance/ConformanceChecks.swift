internal import AppProtection
internal import KubernetesAPI
internal import StructuredValues
internal import Timing
internal import TridentProtect

/// What the steps rely on, each told as soon as it is known; one that fails does not keep the others from being made.
final class ConformanceChecks {
  let client: KubernetesClient
  let traffic: TrafficLog
  let namespace: String
  let productNamespace: String
  private let tell: (String) -> Void

  /// How many were made.
  private(set) var count = 0
  /// How many of them failed.
  private(set) var failures = 0

  /// Prepares the checks.
  init(
    _ client: KubernetesClient, _ traffic: TrafficLog, _ namespace: String, _ productNamespace: String,
    tell: @escaping (String) -> Void
  ) {
    self.client = client
    self.traffic = traffic
    self.namespace = namespace
    self.productNamespace = productNamespace
    self.tell = tell
  }

  /// Makes all of them, in order.
  ///
  /// - Throws: what makes the rest pointless: a signal, the deadline, a server that is not trusted.
  func run() throws(BackendError) {
    try checkAnswers()
    try checkTrials()
    try checkObjects()
  }

  /// Makes one check.
  func check(_ title: String, _ body: () throws(BackendError) -> Finding) throws(BackendError) {
    let finding: Finding
    do throws(BackendError) {
      finding = try body()
    } catch {
      switch error.kind {
      case .interrupted, .deadline, .untrusted: throw error
      default: finding = .fails(error.message + (error.hint.map { " (\($0))" } ?? ""))
      }
    }
    count += 1
    switch finding {
    case .holds(let remark): tell("ok      \(title)" + (remark.map { ": \($0)" } ?? ""))
    case .fails(let reason):
      failures += 1
      tell("FAILED  \(title): \(reason)")
    }
  }

  // MARK: - Answers that need no object

  private func checkAnswers() throws(BackendError) {
    try check("the server tells its version and its time") { () throws(BackendError) in
      let version = try client.version()
      guard let version else { return .fails("no version") }
      return client.serverTime == nil ? .fails("its answers have no Date") : .holds(version)
    }
    try check("it tells what is allowed") { () throws(BackendError) in
      .equal(try client.isAllowed("create", Kinds.application, in: namespace), true, "to create applications")
    }
    try check("a kind that is not installed is told from an object that is not there") {
      () throws(BackendError) in
      let nothing = ResourceKind("Nothing", plural: "nothings", group: Kinds.group)
      let missing = try client.look(at: nothing, "x", in: namespace, to: "look for what is not installed")
      guard missing == .notInstalled else { return .fails("\(missing)") }
      let absent = try client.look(at: Kinds.backup, "x", in: namespace, to: "look for what is not there")
      return .equal(absent, .told(nil), "an object that is not there")
    }
    try check("a list of a namespace that is not there is empty") { () throws(BackendError) in
      let found = try client.list(Kinds.backup, in: "\(namespace)-absent", to: "list what is not there")
      return .equal(found.count, 0, "objects")
    }
  }
}
