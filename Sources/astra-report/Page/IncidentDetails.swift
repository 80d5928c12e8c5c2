internal import AppProtection
internal import StepCommon
internal import StepReport
internal import Timing

// What stands further down: what was seen, when, by whom, and everything that can be copied.
extension IncidentPage {
  var seen: Page.Section {
    let looks = incident.looks
    guard !looks.isEmpty else {
      return Page.Section(
        "seen", "What was seen", [.paragraph([.text("No step of this run looked at a page.")])])
    }
    func told(_ value: String?) -> Line { [.text(value ?? "not told")] }
    let rows = looks.map { look -> [Line] in
      [
        [.text(look.sight.at.text)], [.text(look.isOfClone ? "the clone" : "production")],
        [.text(look.sight.status.map { "HTTP \($0)" } ?? "no answer")], told(look.sight.version),
        told(look.sight.rows.map(String.init)), told(look.sight.address),
        [.text("\(look.sight.text) (seen by "), .code(look.result.name), .text(")")],
      ]
    }
    return Page.Section(
      "seen", "What was seen",
      [
        .table(
          caption: "Each page as a step saw it last; version and rows as far as the page's text says them",
          head: ["when", "where", "status", "version", "rows", "address", "what the page said"], rows: rows)
      ])
  }

  // MARK: - Times

  var timeline: Page.Section? {
    let moments = self.moments
    guard
      let drawing = Timeline(
        incident, marks: moments.map { Timeline.Mark(name: $0.what, at: $0.at) }, ending: ending)
    else { return nil }
    var blocks: [Page.Block] = [.timeline(drawing)]
    if !moments.isEmpty {
      blocks.append(
        .table(
          caption: "The moments that count; what was asked for is told by the clock of the service",
          head: ["when", "what"],
          rows: moments.map { [[.text($0.at.text)], [.text($0.what)]] }))
    }
    return Page.Section("timeline", "Time line", blocks)
  }

  private var moments: [(at: Timestamp, what: String)] {
    var moments: [(at: Timestamp, what: String)] = []
    func add(_ at: Timestamp?, _ what: String) { if let at { moments.append((at, what)) } }
    add(incident.fault?.at, "the fault was seen")
    for operation in incident.operations where !operation.kind.isRemoval {
      let what = Self.title(of: operation)
      add(operation.askedTime, "\(what) was asked for")
      let end = operation.stage == .failed ? "was seen to have failed" : "was seen to be done"
      if let at = operation.endedAt { add(Timestamp(at), "\(what) \(end)") }
    }
    for look in incident.looks
    where look.result["astra.expected"] == "healthy" && look.result.end == .succeeded {
      add(look.sight.at, "the page of \(look.isOfClone ? "the clone" : "production") was seen to be well")
    }
    return moments.enumerated().ordered { ($0.1.at, $0.0) < ($1.1.at, $1.0) }.map(\.1)
  }

  private static func title(of operation: RunRecord.Operation) -> String {
    let name = operation.name.isEmpty ? "" : " \"\(operation.name)\""
    switch operation.kind {
    case .backup: return "the backup\(name)"
    case .snapshot: return "the snapshot\(name)"
    case .clone: return "the clone\(name)"
    case .evidence: return "the evidence snapshot\(name)"
    case .cloneSource: return "the copy\(name) that carries the clone"
    case .inPlaceRestore: return "the restore of production"
    case .cloneRemoval, .backupRemoval, .snapshotRemoval, .carrierRemoval, .volumeRemoval:
      return "a removal\(name)"
    }
  }

  func ending(of result: StepResult) -> String {
    let dryRun = result.isDryRun ? ", dry run" : ""
    switch result.end {
    case .succeeded: return "well\(dryRun)"
    case .failed: return "exit code \(code(of: result))\(dryRun)"
    case .unfinished: return "did not finish\(dryRun)"
    }
  }

  // MARK: - Who

  var origin: Page.Section {
    func list(_ property: String, link: Bool = false) -> Line {
      let values = incident.distinct(property)
      guard !values.isEmpty else { return Self.unknown }
      return values.enumerated().flatMap { index, value -> Line in
        (index > 0 ? [.text(", ")] : []) + [link && Self.isLink(value) ? .link(value) : .text(value)]
      }
    }
    var hosts: [String] = []
    for result in incident.results where !hosts.contains(result.hostname) { hosts.append(result.hostname) }
    return Page.Section(
      "origin", "By whom, and by which build",
      [
        .facts([
          ("run", named(incident.run)), ("build", list("astra.build", link: true)),
          ("started by", list("astra.user")),
          ("machine", hosts.isEmpty ? Self.unknown : [.text(hosts.joined(separator: ", "))]),
          ("service", incident.backend.map { [.text($0)] } ?? Self.unknown),
          ("version of the steps", list("astra.version")),
        ])
      ])
  }

  /// Whether a text is an address that a browser may be sent to.
  private static func isLink(_ text: String) -> Bool {
    (text.hasPrefix("https://") || text.hasPrefix("http://")) && !text.contains(" ")
  }

  // MARK: - To copy

  var ids: Page.Section {
    var facts: [(name: String, value: Line)] = []
    func add(_ name: String, _ id: String?) {
      guard let id, !facts.contains(where: { $0.value == [.code(id)] }) else { return }
      facts.append((name, [.code(id)]))
    }
    add("production", incident.production?.id)
    add("clone", incident.clone?.id)
    add(incident.restore.kind ?? "recovery point", incident.restore.id)
    add("evidence \(incident.restore.evidence ?? "")", incident.restore.evidenceID)
    for operation in incident.operations { add(Self.title(of: operation), operation.id) }
    for result in incident.results {
      for property in result.properties where property.name.hasSuffix("_ID") && !property.value.isEmpty {
        add(property.name, property.value)
      }
    }
    return Page.Section(
      "ids", "Ids to copy",
      facts.isEmpty ? [.paragraph([.text("No step of this run learned an id.")])] : [.facts(facts)])
  }

  var cleanup: Page.Section {
    let removed = incident.operations.contains { $0.kind == .cloneRemoval && $0.stage == .finished }
    var blocks: [Page.Block] = []
    if removed {
      blocks.append(.paragraph([.text("A clone was removed in this run already.")]))
    } else if incident.clone.map({ ![.notBegun, .notRun].contains($0.progress) }) ?? false,
      let command = commands.removeClone
    {
      blocks.append(.command(title: "Remove the clone, once nobody needs it", text: command))
    }
    if let command = commands.removeEvidence {
      blocks.append(
        .command(
          title: "Remove evidence snapshots of the application that are older than seven days", text: command)
      )
    }
    if let command = commands.removeKeptVolumes {
      blocks.append(
        .command(
          title:
            "Remove volumes that restores have put aside and that are older than seven days, with their data",
          text: command))
    }
    if blocks.isEmpty {
      blocks.append(
        .paragraph([
          .text(
            incident.isEmpty
              ? "What there is to clean up is not known."
              : "This run has left no clone and no evidence snapshot that a step could remove.")
        ]))
    } else {
      blocks.append(
        .paragraph([
          .text("Each says what would go, and removes nothing, with "), .code("--dry-run"),
          .text(". If a clone cannot be proved to be the pipeline's own, add "),
          .code("--record astra-clone.json"),
          .text(", which is among the artifacts of the build."),
        ]))
    }
    if !incident.restore.keptVolumes.isEmpty {
      blocks.append(
        .paragraph(
          [.text("Left: the volumes of before, for whoever needs what they hold: ")]
            + Self.names(incident.restore.keptVolumes) + [.text(".")]))
    }
    for left in incident.results.flatMap({ $0.all("astra.left") }) {
      blocks.append(.paragraph([.text("Left: \(left)")]))
    }
    return Page.Section("cleanup", "How to clean up", blocks)
  }

  // MARK: - Everything

  var phases: Page.Section? {
    guard !incident.results.isEmpty else { return nil }
    return Page.Section(
      "phases", "Every phase of every step",
      incident.results.map { result in
        .table(
          caption:
            "\(result.name): began \(result.startedAt.text), took \(result.duration.shortText), ended: \(ending(of: result))",
          head: ["phase", "began", "took", "outcome"],
          rows: result.phases.map { phase in
            let (word, wasReached) = Self.outcome(phase)
            return [
              [.text(phase.name)], [.text(wasReached ? Self.time(phase.startedAt) : "–")],
              [.text(wasReached ? phase.duration.shortText : "–")], [word],
            ]
          })
      })
  }

  /// The time of the day alone: the day is the step's.
  private static func time(_ moment: Timestamp) -> String { String(moment.text.dropFirst(11)) }

  private static func outcome(_ phase: StepResult.Phase) -> (Span, wasReached: Bool) {
    switch phase.outcome {
    case .passed: (.text("passed"), true)
    case .failed: (.strong("failed"), true)
    case .errored(let problem):
      (.strong(problem.type.hasSuffix(".didNotFinish") ? "did not finish" : "failed"), true)
    case .skipped(let reason): (.text("skipped: \(reason)"), phase.duration > .zero)
    }
  }

  var files: Page.Section {
    var blocks: [Page.Block] = []
    let names = incident.results.map(\.file) + incident.recordFiles
    let read = names.enumerated().flatMap { index, name -> Line in
      (index > 0 ? [.text(", ")] : []) + [.code(name)]
    }
    blocks.append(
      .paragraph(
        names.isEmpty
          ? [.text("No report and no record of a step was found.")] : [.text("Read: ")] + read + [.text(".")])
    )
    for file in incident.unreadable {
      blocks.append(
        .paragraph([
          .strong("Not read:"), .text(" "), .code(file.name),
          .text(": \(file.reason). What it would tell is missing here."),
        ]))
    }
    for other in incident.others {
      let files = other.files.enumerated().flatMap { index, name -> Line in
        (index > 0 ? [.text(", ")] : []) + [.code(name)]
      }
      blocks.append(
        .paragraph(
          [.text("Of another run, and not told of here: ")]
            + (other.run.map { [.code($0)] } ?? [.text("one without a name")]) + [.text(" (")] + files + [
              .text(").")
            ]))
    }
    let missing = ([.clone, .restore, .verify] as [StepName]).filter { step in
      !incident.results.contains { $0.step == step }
    }
    if !missing.isEmpty {
      let names = missing.map(\.program).joined(separator: ", ")
      blocks.append(
        .paragraph([
          .text(
            "Not here: a report of \(names). Either the step did not run in this run, or its report was not kept."
          )
        ]))
    }
    return Page.Section("files", "What this page was made of", blocks)
  }
}
