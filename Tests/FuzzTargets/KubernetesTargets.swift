internal import AppProtection
internal import Files
internal import HTTPTransport
internal import KubernetesAPI
internal import StructuredValues
internal import Timing

extension FuzzTarget {
  /// A kubeconfig, every context of it.
  static let kubeconfig = FuzzTarget("kubeconfig", longest: 2048) { bytes throws(BrokenProperty) in
    let files = MemoryFiles(["/k": bytes])
    // Where the token is not only what it should be, a sentence may well quote it.
    let isSecret = !mentionsTokenAloud((try? StructuredValue(yaml: bytes)) ?? .null)
    func check(_ error: KubeconfigError) throws(BrokenProperty) {
      let said = error.message + (error.hint ?? "")
      try hold(!error.message.isEmpty, "gives no reason")
      try hold(said.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{7F}" }, "says \(said)")
      try hold(!isSecret || !holds(said.utf8, fuzzToken), "says the token: \(said)")
    }
    let config: Kubeconfig
    do throws(KubeconfigError) {
      config = try Kubeconfig.read("/k", files: files)
    } catch {
      return try check(error)
    }
    for context in [nil] + config.contextNames.map(Optional.some) {
      let access: ClusterAccess
      do throws(KubeconfigError) {
        access = try config.access(
          context: context, files: files, proxies: Proxies(environment: [:]), system: SystemRoots(files: []))
      } catch {
        try check(error)
        continue
      }
      let shown = String(reflecting: access) + "\(access.credentials)"
      try hold(!isSecret || !holds(shown.utf8, fuzzToken), "shows the token: \(shown)")
      try hold(access.endpoint.scheme == .https || access.endpoint.isLoopback, "speaks in the clear")
      try hold(access.trust.verify || !access.cautions.isEmpty, "does not verify, and does not say so")
    }
  }

  /// Answers of every status and kind, to reads, changes and a watch of the Kubernetes API.
  static let kubeAnswers = FuzzTarget("kube-answers", longest: 2048) { bytes throws(BrokenProperty) in
    let parts = parts(bytes)
    let time = ManualTime()
    let script = AnswerScript(parts.dropFirst(), on: time)
    let name = text(parts[0])
    let calls = KubernetesCalls(script, time)
    let error = try calls.run(name)
    guard KubernetesCalls.changes[name] != nil else {
      try hold(script.exchanges.count <= 60, "\(script.exchanges.count) requests")
      return
    }
    // A token that is refused is refused at the door.
    let begun = script.exchanges.dropLast().filter(\.mayHaveBegun)
    try hold(begun.isEmpty, "a change was sent again after \(begun.map { $0.status ?? 0 })")
    if let last = script.exchanges.last, last.status == nil, last.mayHaveBegun {
      try hold(
        error?.kind == .fateUnknown, "a lost answer ends as \(error.map { "\($0.kind)" } ?? "success")")
    }
    if let status = script.exchanges.last?.status, status >= 500 {
      try hold(error?.kind == .fateUnknown, "\(status) ends as \(error.map { "\($0.kind)" } ?? "success")")
    }
  }

  /// Whether the token stands where a kubeconfig has no secret.
  private static func mentionsTokenAloud(_ value: StructuredValue) -> Bool {
    switch value {
    case .string(let text): holds(text.utf8, fuzzToken)
    case .array(let values): values.contains(where: mentionsTokenAloud)
    case .object(let members):
      members.contains { member in
        holds(member.name.utf8, fuzzToken)
          || (!["token", "password"].contains(member.name) && mentionsTokenAloud(member.value))
      }
    default: false
    }
  }
}

/// Calls of the client against a script, and what holds for every one.
struct KubernetesCalls {
  private let script: AnswerScript
  private let time: ManualTime

  init(_ script: AnswerScript, _ time: ManualTime) {
    (self.script, self.time) = (script, time)
  }

  typealias Call = @Sendable (KubernetesClient) throws -> Void

  private static let kind = ResourceKind("Backup", plural: "backups", group: "velero.io")
  private static let object = StructuredValue.members(["metadata": .members(["name": .string("b1")])])

  static let changes: [String: Call] = [
    "create": { client in
      let made = try client.create(kind, object, in: "velero", to: "create it")
      guard made.name == "b1" else { throw BrokenProperty("made \(made.name)") }
    },
    "patch": { _ = try $0.mergePatch(kind, "b1", in: "velero", object, to: "mark it") },
    "delete": { try $0.delete(kind, "b1", in: "velero", uid: "u-1", to: "remove it") },
  ]

  static let reads: [String: Call] = [
    "get": { client in
      let object = try client.get(kind, "b1", in: "velero", to: "read it")
      guard object?.name ?? "b1" == "b1" else { throw BrokenProperty("read another object") }
    },
    "look": { _ = try $0.look(at: kind, "b1", in: "velero", to: "look at it") },
    "list": { client in
      let objects = try client.list(kind, in: "velero", to: "list them")
      guard objects.allSatisfy({ !$0.name.isEmpty && !$0.uid.isEmpty }) else {
        throw BrokenProperty("no name")
      }
    },
    "rehearse": { _ = try $0.create(kind, object, in: "velero", dryRun: true, to: "try it") },
    "allowed": { _ = try $0.isAllowed("create", kind, in: "velero") },
    "kinds": { _ = try $0.kinds(of: "velero.io", version: "v1") },
    "version": { _ = try $0.version() },
    "watch": { client in
      let end = try client.wait(for: kind, "b1", in: "velero", since: "7", upTo: .seconds(60)) { _ in false }
      if case .unavailable(let reason) = end, holds(reason.utf8, fuzzToken) {
        throw BrokenProperty("says the token: \(reason)")
      }
    },
  ]

  /// Runs the call of that name; the error that it ended with, if it did.
  func run(_ name: String) throws(BrokenProperty) -> BackendError? {
    var lines: [String] = []
    let began = time.now
    let deadline = Deadline(after: .seconds(600), on: time)
    var ended: BackendError?
    do {
      let access = try ClusterAccess(
        name: "fuzz", namespace: nil, endpoint: Endpoint("kube.example.com"), trust: TLSTrust(),
        proxies: Proxies(environment: [:]), credentials: .token(Secret(fuzzToken)))
      let login = ClusterLogin(
        access, files: MemoryFiles(), plugin: NoPlugin(), time: time, deadline: deadline)
      try login.obtain()
      let client = KubernetesClient(
        login, transport: script, time: time, deadline: deadline, random: SeededRandom(seed: 1)
      ) { lines.append("\($0)") }
      try (Self.changes[name] ?? Self.reads[name] ?? { _ = try $0.version() })(client)
    } catch let error as BackendError {
      ended = error
      lines += [error.message, error.hint ?? ""]
      try hold(!error.message.isEmpty, "gives no reason")
    } catch let error as BrokenProperty {
      throw error
    } catch {
      throw BrokenProperty("throws \(error)")
    }
    try hold(time.now - began <= .seconds(660), "took \((time.now - began).shortText)")
    for line in lines { try hold(!holds(line.utf8, fuzzToken), "says the token: \(line)") }
    return ended
  }

  private struct NoPlugin: CredentialPlugin {
    func run(_ call: PluginCall, timeLimit: Duration) throws(KubeconfigError) -> [UInt8] {
      throw KubeconfigError(.credentials, "there is no plug-in")
    }
  }
}
