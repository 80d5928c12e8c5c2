internal import AppProtection
package import StepCommon
package import Timing

/// What a pipeline run has done about a broken application, as far as its reports and records tell.
package struct Incident {
  /// The run that it is about; nil if that has no name.
  package let run: String?
  /// The steps of the run, the earlier begun first.
  package let results: [StepResult]
  /// What the run's records say was asked for, in that order.
  package let operations: [RunRecord.Operation]
  /// The names of the run's records.
  package let recordFiles: [String]
  /// What lies in the folder and is of other runs.
  package let others: [OtherRun]
  package let unreadable: [ReportFolder.UnreadableFile]

  /// A run that the page is not about.
  package struct OtherRun: Hashable, Sendable {
    package var run: String?
    package var files: [String]
  }

  /// Chooses the run and gathers what is of it; without a name, the run whose step began last.
  package init(_ folder: ReportFolder, run wanted: String? = nil) {
    let chosen: String?
    if let wanted {
      chosen = wanted
    } else if let last = folder.results.last {
      chosen = last.run
    } else {
      chosen = folder.records.max { ($0.record.lastUpdate ?? "") < ($1.record.lastUpdate ?? "") }?.record.run
    }
    run = chosen
    results = folder.results.filter { $0.run == chosen }
    let records = folder.records.filter { $0.record.run == chosen }
    recordFiles = records.map(\.name)
    var operations: [RunRecord.Operation] = []
    for operation in records.flatMap(\.record.operations) {
      if let index = operations.firstIndex(where: { $0.isSame(as: operation) }) {
        operations[index] = operations[index].merged(with: operation)
      } else {
        operations.append(operation)
      }
    }
    self.operations = operations.enumerated().ordered { ($0.1.askedAt, $0.0) < ($1.1.askedAt, $1.0) }.map(\.1)
    unreadable = folder.unreadable
    let files =
      folder.results.map { (run: $0.run, file: $0.file) }
      + folder.records.map { (run: $0.record.run, file: $0.name) }
    var others: [OtherRun] = []
    for (run, file) in files where run != chosen {
      if let index = others.firstIndex(where: { $0.run == run }) {
        others[index].files.append(file)
      } else {
        others.append(OtherRun(run: run, files: [file]))
      }
    }
    self.others = others
  }

  /// Whether there is nothing of this run.
  package var isEmpty: Bool { results.isEmpty && recordFiles.isEmpty }

  /// Whether nothing but rehearsals was run.
  package var isRehearsal: Bool {
    let acting = results.filter { $0.step?.asksForChanges ?? true }
    return !acting.isEmpty && acting.allSatisfy(\.isDryRun)
  }

  /// The results of one step that were no dry runs.
  package func results(of step: StepName) -> [StepResult] {
    results.filter { $0.step == step && !$0.isDryRun }
  }

  /// The one result of a step that tells most: the last that succeeded, else the last.
  package func result(of step: StepName) -> StepResult? {
    let all = results(of: step)
    return all.last { $0.end == .succeeded } ?? all.last
  }

  /// Whether a step was run to say what it would do.
  package func wasRehearsed(_ step: StepName) -> Bool { results.contains { $0.step == step && $0.isDryRun } }

  // MARK: - Who and where

  /// Production, as the steps found it.
  package var production: NamedThing? {
    for step in [StepName.restore, .clone, .snapshot, .backup, .preflight, .cleanup] {
      for result in results.reversed() where result.step == step {
        if let fact = result["astra.application"] { return NamedThing(fact) }
      }
    }
    let seen = results.lazy.filter { $0.step == .verify && $0["astra.clone"] == nil }
      .compactMap { $0["astra.application"] }.first
    return (seen ?? results.lazy.compactMap { $0["astra.wanted"] }.first).map { NamedThing($0) }
  }

  /// The service that did the work, and where it is.
  package var backend: String? { results.lazy.reversed().compactMap { $0["astra.backend"] }.first }
  /// The service as `--backend` calls it.
  package var service: String? { results.lazy.compactMap { $0["astra.service"] }.first }

  /// Facts of one kind without repetitions, in order.
  package func distinct(_ property: String) -> [String] {
    var seen: [String] = []
    for value in results.compactMap({ $0[property] }) where !seen.contains(value) { seen.append(value) }
    return seen
  }

  // MARK: - What was seen

  /// A look at a page.
  package struct Look: Sendable {
    package var result: StepResult
    package var sight: PageSight
    package var isOfClone: Bool
  }

  /// What was seen, in order.
  package var looks: [Look] {
    let clone = self.clone?.name
    return results(of: .verify).flatMap { result in
      let application = result["astra.application"].map { NamedThing($0).name }
      let isOfClone = result["astra.clone"] != nil || (application != nil && application == clone)
      return result.all("astra.page").compactMap { PageSight($0) }
        .map { Look(result: result, sight: $0, isOfClone: isOfClone) }
    }.ordered { $0.sight.at < $1.sight.at }
  }

  /// The step that saw the fault first, and when.
  package var fault: (result: StepResult, at: Timestamp, sight: PageSight?)? {
    let clone = self.clone?.name
    for result in results(of: .verify) {
      guard let at = result["astra.faultSeen"].flatMap({ Timestamp($0) }), result["astra.clone"] == nil,
        result["astra.application"].map({ NamedThing($0).name }) != clone || clone == nil
      else { continue }
      let isMeant = result["astra.expected"] == "broken"
      guard isMeant == (result.end == .succeeded) || isMeant && result.hasPassed("look at pages") else {
        continue
      }
      return (result, at, result["astra.page"].flatMap { PageSight($0) })
    }
    return nil
  }
}
