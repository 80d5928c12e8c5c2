internal import AppProtection
internal import AstraControl
internal import HTTPTransport
internal import RESTClient
internal import StepCommon
internal import Timing

extension FuzzTarget {
  /// The body of a successful answer, given to every reader: what is returned is named, and the rest is an error.
  static let resources = FuzzTarget("resources", longest: 2048) { bytes throws(BrokenProperty) in
    let response = HTTPResponse(
      status: 200, fields: [HTTPField("Content-Type", "application/json")], body: bytes)
    let id = Application.ID("40516273-8495-4a6b-b7c8-d9eaf0011223")
    let cluster = Cluster.ID("1c2d3e4f-5061-4728-8394-a5b6c7d8e9f0")
    let calls: [BackendCheck.Call] = [
      { try $0.application(id).map(checkNames) },
      { try $0.applications(named: "magento-prod").forEach(checkNames) },
      { try require($0.applicationNames(like: "magento", limit: 3).count <= 3, "more names than asked for") },
      {
        try require(
          !$0.applicationIDs(named: "magento-prod", on: cluster).contains { $0.text.isEmpty }, "no id")
      },
      { try $0.clusters().forEach { try require(!$0.id.text.isEmpty && !$0.name.isEmpty, "no name") } },
      { _ = try $0.namespace("magento-debug", on: cluster) },
      {
        let shop = Application(
          id: id, name: "magento-prod", state: .ready, clusterID: cluster, namespaces: ["magento-prod"])
        try $0.neighbours(of: shop)?.forEach(checkNames)
      },
      { try $0.recoveryPoints(.backup, of: id).forEach(checkNames) },
      { try $0.recoveryPoint(RecoveryPoint.ID("x"), .snapshot, of: id).map(checkNames) },
      { _ = try $0.existsElsewhere(.backup, "nightly") },
    ]
    for call in calls {
      let time = ManualTime()
      let script = AnswerScript(response, on: time)
      try BackendCheck(script, time).run(call)
      try hold(script.exchanges.count <= 12, "\(script.exchanges.count) requests")
    }
  }

  /// Answers of every status and kind, to reads and to changes.
  static let answers = FuzzTarget("answers", longest: 2048) { bytes throws(BrokenProperty) in
    let parts = parts(bytes)
    let time = ManualTime()
    let script = AnswerScript(parts.dropFirst(), on: time)
    let check = BackendCheck(script, time)
    let name = text(parts[0])
    let error: BackendError?
    if let change = BackendCheck.changes[name] {
      error = try check.run(change)
      let begun = script.exchanges.dropLast().filter(\.mayHaveBegun)
      try hold(begun.isEmpty, "a change was sent again after \(begun.map { $0.status ?? 0 })")
      if let last = script.exchanges.last, last.status == nil, last.mayHaveBegun {
        try hold(
          error?.kind == .fateUnknown, "a lost answer ends as \(error.map { "\($0.kind)" } ?? "success")")
      }
    } else {
      error = try check.run(BackendCheck.reads[name] ?? { _ = try $0.clusters() })
      try hold(script.exchanges.allSatisfy { $0.method == .get }, "a read changed something")
    }
    try hold(script.exchanges.count <= 8 * (parts.count + 2), "\(script.exchanges.count) requests")
    if error == nil {
      let status = script.exchanges.last?.status ?? 0
      let isFine = (200..<300).contains(status) || (status == 404 && name == "read application")
      try hold(
        isFine || (name == "look elsewhere" && (400..<500).contains(status)), "success after \(status)")
    }
  }
}

/// One call of the backend against a script, and what holds for every one.
struct BackendCheck {
  typealias Call = (AstraControlBackend) throws -> Void

  let script: AnswerScript
  let time: ManualTime

  init(_ script: AnswerScript, _ time: ManualTime) {
    (self.script, self.time) = (script, time)
  }

  /// Runs a call; the error that it ended with, if it did.
  @discardableResult
  func run(_ call: Call) throws(BrokenProperty) -> BackendError? {
    var lines: [String] = []
    let log = Log(name: "astra-fuzz", time: time) { lines.append($0) }
    log.hide(Secret(fuzzToken))
    let settings = AstraControlBackend.Settings(
      host: "astra.example.com:443", account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
      credentials: Credentials(token: Secret(fuzzToken)),
      random: SeededRandom(seed: 1)
    ) { event in
      if case .traffic(.retry(let reason, let pause)) = event { log.warning("\(reason) \(pause.shortText)") }
    }
    let limit = Duration.seconds(600)
    let backend = AstraControlBackend(
      settings, transport: script, time: time, deadline: Deadline(after: limit, on: time))
    let began = time.now
    var ended: BackendError?
    do {
      try call(backend)
    } catch let error as BrokenProperty {
      throw error
    } catch let error as BackendError {
      ended = error
      let failure = StepFailure(error)
      try hold(failure.code != .success && failure.code != .ourBug, "exits with \(failure.code)")
      try hold(!error.message.isEmpty, "gives no reason")
      log.error(failure.message)
      if let hint = failure.hint { log.info("hint: \(hint)") }
    } catch {
      throw BrokenProperty("throws \(error)")
    }
    try hold(time.now - began <= limit + .seconds(60), "took \((time.now - began).shortText)")
    for line in lines {
      try hold(
        line.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && $0 != "\u{7F}" }, "says \(line)")
      try hold(line.last == "\n", "says no whole line: \(line)")
      try hold(!holds(line.utf8, fuzzToken), "says the token: \(line)")
    }
    return ended
  }

  private static let application = Application(
    id: Application.ID("40516273-8495-4a6b-b7c8-d9eaf0011223"), name: "magento-prod", state: .ready)
  private static let cluster = Cluster.ID("1c2d3e4f-5061-4728-8394-a5b6c7d8e9f0")
  private static let backup = RecoveryPoint(
    id: RecoveryPoint.ID("62738495-a6b7-4c8d-99ea-fb0c12233445"), kind: .backup, name: "good",
    applicationID: application.id, state: .completed)

  static var reads: [String: Call] {
    [
      "read application": { try $0.application(application.id).map(checkNames) },
      "find applications": { try $0.applications(named: "magento-prod").forEach(checkNames) },
      "list backups": { try $0.recoveryPoints(.backup, of: application.id).forEach(checkNames) },
      "look elsewhere": { _ = try $0.existsElsewhere(.backup, "good") },
    ]
  }

  static var changes: [String: Call] {
    [
      "back up": { try checkNames($0.create(.backup, named: "nightly", of: application)) },
      "clone": {
        try $0.start(
          CloneRequest(
            name: "magento-debug", application: application, sourceCluster: cluster,
            destinationCluster: cluster, source: .live,
            namespaces: [.init(source: "magento-prod", destination: "magento-debug")])
        ).application.map(checkNames)
      },
      "restore": { try $0.startInPlaceRestore(of: application, from: backup) },
      "remove backup": { try $0.delete(backup) },
      "remove application": { try $0.delete(application) },
    ]
  }
}

private func require(_ condition: Bool, _ otherwise: String) throws {
  if !condition { throw BrokenProperty(otherwise) }
}

private func checkNames(_ application: Application) throws {
  let isNamed = ![application.id.text, application.name, application.state.rawValue].contains("")
  try require(isNamed, "an application without id, name or state")
  // What is kept of it reads as it was written.
  var record = RunRecord(step: "astra-restore", run: nil)
  record.operations = [
    RunRecord.Operation(
      .inPlaceRestore, application: application.id, askedAt: Timestamp(sinceEpoch: .zero),
      before: application.marks)
  ]
  try require(
    RunRecord(parsing: record.bytes)?.operations.first?.before == application.marks,
    "marks that a record loses")
}

private func checkNames(_ point: RecoveryPoint) throws {
  try require(
    ![point.id.text, point.name, point.state.rawValue].contains(""), "a copy without id, name or state")
  _ = (point.pollResult, point.whereabouts)
}
