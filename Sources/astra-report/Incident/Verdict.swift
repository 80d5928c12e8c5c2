internal import StepCommon
internal import Timing

/// What broke, what was done, and what to do next: one sentence each.
package struct Verdict {
  private let incident: Incident
  private let commands: Commands

  package init(_ incident: Incident) {
    self.incident = incident
    commands = Commands(incident)
  }

  private var production: String { incident.production.map { "\"\($0.name)\"" } ?? "the application" }

  // MARK: - What broke

  package var broke: String {
    if incident.isEmpty {
      return
        "This cannot be told: there is no result of a step here\(incident.run.map { " of run \($0)" } ?? "")."
    }
    if let fault = incident.fault {
      guard let sight = fault.sight else {
        return "The page of \(production) was seen broken at \(fault.at.text)."
      }
      let answer = sight.status.map { "answered \($0) and not what it should" } ?? "gave no answer"
      return "The page of \(production) (\(sight.url)) \(answer) at \(fault.at.text)."
    }
    if let failed = incident.results(of: .verify).first(where: { $0["astra.expected"] == "broken" }),
      failed.end != .succeeded
    {
      return
        "\(failed.name) looked for the fault of \(production) and \(failed.end == .unfinished ? "did not finish" : "did not see it")."
    }
    if let well = incident.looks.first(where: { !$0.isOfClone && $0.result.end == .succeeded }) {
      return "No step saw a fault: the page of \(production) was well at \(well.sight.at.text)."
    }
    guard incident.production != nil else {
      return "This cannot be told: no step got as far as finding the application."
    }
    return "This is not told here: no step looked at the page of \(production) before the work began."
  }

  // MARK: - What was done

  package var done: String {
    if incident.isEmpty { return "Nothing, as far as this folder tells." }
    if incident.isRehearsal { return "Nothing was changed: this was a rehearsal (dry run)." }
    let clauses = [copyClause, cloneClause, restoreClause, lossClause].compactMap { $0 }
    return "\(Self.capitalized(clauses.joined(separator: "; ")))."
  }

  /// Copies that the run has made on its own account.
  private var copyClause: String? {
    for step in [StepName.backup, .snapshot] {
      guard let result = incident.result(of: step) else { continue }
      let name = result["ASTRA_\(step.rawValue.uppercased())_NAME"].map { " \"\($0)\"" } ?? ""
      return result.end == .succeeded
        ? "the \(step.rawValue)\(name) of \(production) was made"
        : "the \(step.rawValue)\(name) was NOT made (\(ending(of: result)))"
    }
    return nil
  }

  /// What the others do not tell, since it could not be read.
  private var lossClause: String? {
    let names = incident.unreadable.map(\.name)
    guard let first = names.first else { return nil }
    let others = names.count > 1 ? " and \(names.count - 1) more" : ""
    return "there may be more, since \(first)\(others) could not be read"
  }

  private var cloneClause: String? {
    let restore = incident.restore
    let snapshot =
      restore.evidence == "snapshot"
      ? restore.evidenceName.map { "the broken state is kept in the snapshot \"\($0)\"" } : nil
    guard let clone = incident.clone else {
      if let snapshot { return snapshot }
      return restore.progress == .notRun && incident.result(of: .backup) != nil
        ? nil : "no clone was made"
    }
    let title = clone.name.map { "the clone \"\($0)\"" } ?? "the clone"
    let place = Self.place(clone.namespaces, clone.cluster)
    var clause: String
    switch clone.progress {
    case .done: return "the broken state is kept in \(title)\(place)"
    case .failed: clause = "\(title)\(place) FAILED"
    case .begun: clause = "\(title)\(place) was begun and its end was not seen"
    case .notBegun, .notRun:
      clause = "\(title) was NOT made (\(clone.result.map(ending) ?? "its step did not run"))"
    }
    if let snapshot { clause += ", but \(snapshot)" }
    return clause
  }

  private var restoreClause: String? {
    let restore = incident.restore
    let from = restore.point.map { " from \($0)" } ?? ""
    let moment = restore.createdAt.map { " of \($0.text)" } ?? ""
    switch restore.progress {
    case .done: return "production was restored\(from)\(moment)"
    case .failed: return "the restore of production\(from) FAILED, and production holds no good data"
    case .begun: return "a restore of production\(from) was begun and its end was not seen"
    case .notBegun:
      return
        "production was NOT restored and nothing of it was overwritten (\(restore.result.map(ending) ?? "its step did not run"))"
    case .notRun:
      return incident.result(of: .backup) != nil && incident.clone == nil
        ? nil : "production was NOT restored: astra-restore was not run"
    }
  }

  /// Where a clone is, to follow its name: ` in namespace "magento-debug" on cluster "ocp-debug"`.
  static func place(_ namespaces: [String], _ cluster: String?) -> String {
    let spaces =
      namespaces.isEmpty ? "" : " in namespace \(namespaces.map { "\"\($0)\"" }.joined(separator: ", "))"
    return spaces + (cluster.map { " on cluster \"\($0)\"" } ?? "")
  }

  /// How a step ended, as a clause: `astra-restore ended with exit code 78`.
  private func ending(of result: StepResult) -> String {
    switch (result.end, result.exitCode) {
    case (.unfinished, _): "\(result.name) did not finish"
    case (_, let code?): "\(result.name) ended with exit code \(code)"
    case (_, nil): "\(result.name) failed"
    }
  }

  // MARK: - What to do next

  package var next: String { "\(Self.capitalized(advice))." }

  /// The commands that belong to the advice, each with what it is for.
  package var nextCommands: [(title: String, command: String)] {
    var list: [(String, String)] = []
    func add(_ title: String, _ command: String?) { if let command { list.append((title, command)) } }
    if incident.isRehearsal { return [] }
    switch incident.restore.progress {
    case .begun, .failed, .notBegun: add("Go on with the restore, in the same run", commands.again(.restore))
    case .notRun where incident.clone?.progress == .done:
      add("Restore production, with the clone as evidence", commands.again(.restore))
    case .notRun where incident.fault != nil:
      add(
        "Restore production first: a snapshot then keeps the broken state, and the clone may not",
        commands.again(.restore))
    case .notRun, .done: break
    }
    if let clone = incident.clone {
      switch clone.progress {
      case .done where incident.restore.progress == .done: add("Look into the clone", commands.lookIntoClone)
      case .done: break
      case .begun: add("Wait for the clone, in the same run", commands.again(.clone))
      case .failed, .notBegun, .notRun:
        if incident.restore.evidence == "snapshot" {
          add("Make a clone for the post-mortem from the snapshot", commands.cloneOfSnapshot)
        } else {
          add("Try the clone again, in the same run", commands.again(.clone))
        }
      }
    } else if incident.restore.evidence == "snapshot" {
      add("Make a clone for the post-mortem from the snapshot", commands.cloneOfSnapshot)
    }
    for step in [StepName.backup, .snapshot] where incident.result(of: step)?.end ?? .succeeded != .succeeded
    {
      add("Try the \(step.rawValue) again, in the same run", commands.again(step))
    }
    return list
  }

  private var advice: String {
    if incident.isEmpty {
      return "look whether the steps ran at all, and whether this is their report folder"
    }
    let restore = incident.restore
    if incident.isRehearsal {
      return incident.results.contains { $0.end != .succeeded }
        ? "mend what the rehearsal found, which is listed below" : "run the steps without --dry-run"
    }
    switch restore.progress {
    case .failed:
      let copy =
        restore.evidenceName.map {
          "; what production held is in the \(restore.evidence ?? "copy") \"\($0)\""
        } ?? ""
      return "run astra-restore again, from the same or another backup\(copy)"
    case .begun, .notBegun:
      let doubt = restore.progress == .begun ? "; until then production may be in the middle of it" : ""
      return (restore.result.map(remedy) ?? "run astra-restore again in the same run") + doubt
    case .notRun, .done: break
    }
    if restore.progress == .done,
      let look = incident.results(of: .verify).last(where: { isAfterRestore($0) && $0["astra.clone"] == nil }
      ),
      look.end != .succeeded
    {
      return
        "production is restored but was not seen to be well: look at its page, then run \(look.name) again"
    }
    if let clone = incident.clone, clone.progress != .done {
      if restore.progress == .done, restore.evidence == "snapshot" {
        return
          "find the cause: make a clone of the snapshot \"\(restore.evidenceName ?? "")\" with the command below"
      }
      let production =
        restore.progress == .notRun ? "; production waits meanwhile, and can be restored first" : ""
      return (clone.result.map(remedy) ?? "run astra-clone again in the same run") + production
    }
    if let failed = incident.results.last(where: { $0.end != .succeeded && !isTheFault($0) }) {
      return remedy(failed)
    }
    switch (incident.clone, restore.progress) {
    case (_?, .done):
      return "find the cause in the clone, and remove the clone once nobody needs it (both below)"
    case (nil, .done):
      return restore.evidence == "snapshot"
        ? "find the cause: make a clone of the snapshot \"\(restore.evidenceName ?? "")\" with the command below"
        : "find the cause; no copy of the broken state was kept"
    case (_?, _): return "restore production with astra-restore, or mend it: it is still as it was"
    case (nil, _):
      return incident.fault == nil
        ? "nothing is left to do for these steps" : "clone and restore production: so far it is as it was"
    }
  }

  private func isAfterRestore(_ result: StepResult) -> Bool {
    guard let restore = incident.restore.result else { return false }
    return result.startedAt >= restore.startedAt
  }

  /// Whether a step is red because it saw the fault that the others were run for.
  private func isTheFault(_ result: StepResult) -> Bool {
    incident.fault?.result.file == result.file && result["astra.expected"] == "healthy"
      && incident.clone != nil
  }

  /// What helps after a step that did not succeed.
  private func remedy(_ result: StepResult) -> String {
    let name = result.name
    let again = "run \(name) again in the same run"
    switch (result.end, result.exitCode.map { ExitCode(rawValue: Int32(clamping: $0)) }) {
    case (.unfinished, _): return "\(name) was cut off: \(again), and it goes on from its record"
    case (_, .badParameter?), (_, .notFound?):
      return "correct the parameter that \(name) names below, then \(again)"
    case (_, .unreachable?), (_, .brokenContract?):
      return "see that the service can be reached again, then \(again)"
    case (_, .deadlinePassed?), (_, .interrupted?), (_, .terminated?):
      return "\(again): it goes on waiting for what is under way"
    case (_, .credentialsRefused?): return "give the pipeline a token that is accepted, then \(again)"
    case (_, .protected?): return "read below what \(name) refused to risk, mend that, then \(again)"
    case (_, .cannotWrite?): return "make room or mend permissions: the work of \(name) itself is done"
    case (_, .ourBug?): return "report the bug of \(name) with its log"
    default: return "read below why \(name) failed, mend that, then \(again)"
    }
  }

  /// With a capital at its beginning, if that is one of a-z.
  static func capitalized(_ text: String) -> String {
    guard let first = text.first, first.isASCII, first.isLetter, !text.hasPrefix("astra-") else {
      return text
    }
    return first.uppercased() + text.dropFirst()
  }
}
