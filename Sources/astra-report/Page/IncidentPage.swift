internal import StepCommon
internal import StepReport
internal import Timing

/// Lays out what is known of an incident, the most urgent first.
package struct IncidentPage {
  let incident: Incident
  let commands: Commands
  let verdict: Verdict
  private let title: String?

  package init(_ incident: Incident, title: String? = nil) {
    self.incident = incident
    self.title = title
    commands = Commands(incident)
    verdict = Verdict(incident)
  }

  package var page: Page {
    Page(
      title: title ?? incident.production.map { "Post-mortem of \($0.name)" } ?? "Post-mortem",
      subtitle: subtitle,
      verdict: [
        ("What broke:", [.text(verdict.broke)]), ("What was done:", [.text(verdict.done)]),
        ("What to do next:", [.text(verdict.next)]),
      ],
      mood: mood,
      sections: [
        next, rehearsal, problems, warnings, fault, clone, restore, seen, timeline, origin, ids, cleanup,
        phases, files,
      ].compactMap { $0 })
  }

  private var subtitle: Line {
    var line: Line =
      incident.run.map { [.text("Run "), .code($0)] }
      ?? [.text(incident.isEmpty ? "No run is told of here" : "A run without a name")]
    if let first = incident.results.map(\.startedAt).min(), let last = incident.results.map(\.endedAt).max() {
      line.append(.text(", from \(first.text) to \(last.text) (UTC, as all times here)"))
    }
    return line
  }

  private var mood: Page.Mood {
    if incident.isEmpty || incident.isRehearsal { return .unknown }
    if [.failed, .begun, .notBegun].contains(incident.restore.progress) { return .bad }
    let red = incident.results.filter { $0.end != .succeeded && $0["astra.expected"] != "healthy" }
    return red.isEmpty && incident.unreadable.isEmpty ? .good : .mixed
  }

  // MARK: - What comes first

  private var next: Page.Section? {
    let list = verdict.nextCommands
    guard !list.isEmpty else { return nil }
    var blocks: [Page.Block] = list.map { .command(title: $0.title, text: $0.command) }
    if list.contains(where: { $0.command.hasPrefix("astra-") }) {
      let records =
        incident.recordFiles.isEmpty ? "astra-*.json" : incident.recordFiles.joined(separator: ", ")
      blocks.append(
        .paragraph([
          .text(
            "The programs whose names begin with astra- need the environment of the pipeline (service and credentials) and, in their report folder, the records of this run (\(records)). Where the pipeline can be restarted from a stage, that does the same."
          )
        ]))
    }
    return Page.Section("next", "To run next", blocks)
  }

  private var problems: Page.Section {
    let blocks: [Page.Block] = incident.results.flatMap { result in
      result.problems.map { phase, problem in
        let known = problem.details.split(separator: "\n").prefix { !$0.hasPrefix("next: ") }
        return .problem(
          Page.ProblemText(
            step: result.name, phase: phase.name, code: code(of: result),
            message: known.first.map(String.init) ?? problem.message,
            next: problem.next ?? usualNextStep(for: result)))
      }
    }
    let none: Line = [
      .text(
        incident.results.isEmpty ? "No report of a step is here, so this is not known." : "No phase failed.")
    ]
    return Page.Section("problems", "What failed", blocks.isEmpty ? [.paragraph(none)] : blocks)
  }

  /// What the steps would have done, had they been told to.
  private var rehearsal: Page.Section? {
    let lines = incident.results.filter(\.isDryRun).flatMap { result -> [Line] in
      var said: [String] = []
      for case .skipped(let reason) in result.phases.map(\.outcome)
      where reason.hasPrefix("dry run: ") && !said.contains(reason) {
        said.append(reason)
      }
      return said.map { [.code(result.name), .text(": \($0.dropFirst(9))")] }
    }
    return lines.isEmpty ? nil : Page.Section("rehearsal", "What the rehearsal says", [.list(lines)])
  }

  /// What the steps have warned of.
  private var warnings: Page.Section? {
    let lines = incident.results.flatMap { result in
      result.warnings.map { [.code(result.name), .text(": \($0)")] as Line }
    }
    return lines.isEmpty ? nil : Page.Section("warnings", "What the steps warned of", [.list(lines)])
  }

  /// What to do where a step has not said.
  private func usualNextStep(for result: StepResult) -> String? {
    if result.end == .unfinished {
      return
        "the step was killed, or is still running: what it asked for may go on; run it again in the same run"
    }
    switch result.exitCode {
    case 75?, 130?, 143?: return "run the step again in the same run to go on waiting"
    case 73?: return "the operation itself is done: make room or mend permissions"
    default: return nil
    }
  }

  func code(of result: StepResult) -> String {
    if result.end == .unfinished { return "unknown: it did not end by itself" }
    return result.exitCode.map(String.init) ?? "unknown: the report does not tell"
  }

  private var fault: Page.Section {
    var blocks: [Page.Block] = []
    if let fault = incident.fault {
      blocks.append(
        .paragraph([
          .text("First seen at "), .strong(fault.at.text), .text(" by "), .code(fault.result.name),
          .text("."),
        ]))
    } else {
      blocks.append(
        .paragraph(
          [
            .text("When the fault was noticed is not known: no step of this run has seen it on a page")
          ]
            + (incident.results.first.map {
              [.text("; the first step, "), .code($0.name), .text(", began at \($0.startedAt.text).")]
            } ?? [.text(".")])))
    }
    return Page.Section("fault", "When the fault was noticed", blocks)
  }

  // MARK: - Where the data is

  private var clone: Page.Section {
    guard let clone = incident.clone else {
      let none =
        incident.wasRehearsed(.clone)
        ? "It was rehearsed and not made."
        : "No report of astra-clone is here: it was not run in this run, or its report was not kept."
      return Page.Section("clone", "The clone", [.paragraph([.text(none)])] + evidenceBlocks)
    }
    var facts: [(String, Line)] = [("state", [.strong(Self.word(for: clone.progress))])]
    facts.append(("name", named(clone.name)))
    facts.append(("cluster", named(clone.cluster)))
    facts.append(
      (
        "namespace",
        clone.namespaces.isEmpty ? Self.unknown : clone.namespaces.flatMap { [.code($0), .text(" ")] }
      ))
    facts.append(("id", named(clone.id)))
    let looks = incident.looks.filter(\.isOfClone)
    facts.append(
      (
        "address",
        looks.last.map { [.link($0.sight.url), .text(" (seen at \($0.sight.at.text))")] } ?? [
          .text("not known: no step looked at its page")
        ]
      ))
    var blocks: [Page.Block] = [.facts(facts)]
    if [.done, .begun].contains(clone.progress), let command = commands.lookIntoClone {
      blocks.append(.command(title: "What runs in it", text: command))
    }
    return Page.Section("clone", "The clone", blocks + evidenceBlocks)
  }

  /// A snapshot that keeps the broken state.
  private var evidenceBlocks: [Page.Block] {
    let restore = incident.restore
    guard restore.evidence == "snapshot", let name = restore.evidenceName else { return [] }
    return [
      .paragraph(
        [
          .text("The broken state is in the snapshot "), .code(name),
          .text(" beside the volumes of production"),
        ] + (restore.evidenceID.map { [.text(", id "), .code($0)] } ?? []) + [.text(".")])
    ] + (commands.cloneOfSnapshot.map { [.command(title: "A clone of it, to look into", text: $0)] } ?? [])
  }

  private var restore: Page.Section {
    let restore = incident.restore
    guard restore.progress != .notRun else {
      let why =
        incident.wasRehearsed(.restore)
        ? "its restore was rehearsed, and no more" : "astra-restore was not run, or its results are not here"
      return Page.Section(
        "restore", "Production",
        [
          .paragraph([
            .strong("Not restored"),
            .text(": \(why). As far as is told here, nothing of production was overwritten by this run."),
          ])
        ])
    }
    var facts: [(String, Line)] = [("restore", [.strong(Self.word(for: restore.progress))])]
    facts.append(("application", named(incident.production?.name)))
    facts.append(("cluster", named(incident.production?.cluster)))
    facts.append(
      (
        restore.progress == .done ? "restored to" : "to be restored to",
        restore.name.map { [.text("\(restore.kind ?? "recovery point") "), .code($0)] } ?? Self.unknown
      ))
    facts.append(("which was made at", restore.createdAt.map { [.text($0.text)] } ?? Self.unknown))
    facts.append(("the state before is in", evidence(restore)))
    if !restore.keptVolumes.isEmpty {
      facts.append(("the volumes of before", Self.names(restore.keptVolumes)))
    }
    var blocks: [Page.Block] = [.facts(facts)]
    if [.done, .failed, .begun].contains(restore.progress) { blocks.append(.paragraph(gapLine(restore))) }
    return Page.Section("restore", "Production", blocks)
  }

  private func evidence(_ restore: RestoreWork) -> Line {
    switch (restore.evidence, restore.evidenceName) {
    case ("none"?, _): [.strong("no copy"), .text(": it was thrown away, as a parameter said")]
    case (let kind?, let name?): [.text("the \(kind) "), .code(name)]
    default:
      restore.progress == .notBegun ? [.text("production itself, which was not overwritten")] : Self.unknown
    }
  }

  private func gapLine(_ restore: RestoreWork) -> Line {
    guard restore.evidence != "none" else {
      return [
        .strong("What customers wrote since the \(restore.kind ?? "recovery point") was made is in no copy.")
      ]
    }
    guard let gap = incident.gap else {
      return [
        .text("What was written between the copy and the restore cannot be told: its times are not here.")
      ]
    }
    let kept =
      restore.createdAt.map {
        "What customers wrote from \($0.text) on is no longer in production; until \(gap.from.text) it is in that copy. "
      } ?? ""
    guard gap.from < gap.to else {
      return [
        .text(
          "\(kept)The copy was begun and the restore asked for in the same second: hardly anything can be missing."
        )
      ]
    }
    return [
      .text(kept),
      .strong(
        "What they wrote in the \((gap.to - gap.from).shortText) from \(gap.from.text) to \(gap.to.text) may be in no copy"
      ),
      .text(": in that time the copy was made and the restore was not yet asked for."),
    ]
  }

  static func names(_ names: [String]) -> Line {
    names.enumerated().flatMap { index, name -> Line in (index > 0 ? [.text(", ")] : []) + [.code(name)] }
  }

  static let unknown: Line = [.text("not known")]
  func named(_ name: String?) -> Line { name.map { [.code($0)] } ?? Self.unknown }

  private static func word(for progress: Progress) -> String {
    switch progress {
    case .notRun: "not asked for"
    case .notBegun: "not begun: nothing was changed"
    case .begun: "asked for; its end was not seen"
    case .failed: "FAILED"
    case .done: "done"
    }
  }
}
