internal import AppProtection
internal import StepReport
internal import Timing

/// This run's record on disk, and what other steps of the same run recorded beside it.
///
/// A record that cannot be written is said aloud and does not stop the step: without one a second attempt only
/// trusts less.
package final class RunHistory {
  private let files: any FileWriter
  private let folder: String
  private let path: String
  private let log: Log
  private let isDryRun: Bool
  private var record: RunRecord
  /// What other steps of this run have recorded, for a step that looks for all of them.
  private var others: [RunRecord.Operation] = []

  init(
    step: String, run: String?, place: ReportPlace, isDryRun: Bool, files: any FileWriter, log: Log
  ) {
    self.files = files
    self.folder = place.folder
    self.path = "\(place.folder)/\(step)\(place.ending).json"
    self.log = log
    self.isDryRun = isDryRun
    let empty = RunRecord(step: step, run: run)
    let earlier = Self.read(path, files)
    record = earlier.flatMap { run != nil && $0.run == run && $0.step == step ? $0 : nil } ?? empty
  }

  /// The operations of this step in this run, in the order in which they were asked for; those of the steps that
  /// it takes the side of come first.
  package var operations: [RunRecord.Operation] { others + record.operations }

  /// Takes what these steps have made in this run for this step's own.
  package func takeTheSide(of steps: [String]) {
    others = steps.flatMap { operations(ofStep: $0) }
  }

  /// The operations that another step recorded in this run; none when the run has no name.
  package func operations(ofStep step: String) -> [RunRecord.Operation] {
    records(named: step).filter { $0.step == step }.flatMap(\.operations)
  }

  /// The operations that a step recorded in any run of this workspace.
  ///
  /// They say who made an object of that id, which does not change with the run, and nothing else.
  package func operationsOfAnyRun(ofStep step: String) -> [RunRecord.Operation] {
    guard let names = try? files.names(in: folder) else { return [] }
    return names.filter { $0.hasPrefix(step) && $0.hasSuffix(".json") }
      .compactMap { Self.read("\(folder)/\($0)", files) }
      .filter { $0.step == step }.flatMap(\.operations)
  }

  /// The operations of a record that the user hands over; throws for a file that is no record of that step.
  package func operations(
    ofStep step: String, inRecord path: String, named title: String
  ) throws(StepFailure) -> [RunRecord.Operation] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try files.read(path, limit: 4 << 20)
    } catch {
      throw .badParameter("\(title) is \"\(path)\", which cannot be read: \(error.message)")
    }
    guard let record = RunRecord(parsing: bytes), record.step == step else {
      throw .badParameter(
        "\(title) is \"\(path)\", which is no record of \(step): give the file \(step).json of the run that made it"
      )
    }
    return record.operations
  }

  /// What this run's records with a name of that beginning hold; none when the run has no name.
  private func records(named prefix: String) -> [RunRecord] {
    guard let run = record.run, let names = try? files.names(in: folder) else { return [] }
    return names.filter { $0.hasPrefix(prefix) && $0.hasSuffix(".json") }
      .compactMap { Self.read("\(folder)/\($0)", files) }
      .filter { $0.run == run }
  }

  /// The application that another step or attempt of this run found by the name of this one, on the same cluster,
  /// if it was another.
  func predecessor(of application: Application) -> String? {
    guard let subject = RunRecord.Subject(application) else { return nil }
    return records(named: "astra-").flatMap { $0.subjects ?? [] }
      .first { ($0.name, $0.cluster) == (subject.name, subject.cluster) && $0.id != subject.id }?.id
  }

  /// Remembers which application a name stands for; written down with the next change.
  func remember(_ application: Application) {
    guard let subject = RunRecord.Subject(application), record.subjects?.contains(subject) != true else {
      return
    }
    record.subjects = (record.subjects ?? []) + [subject]
  }

  /// Writes down a change before it is asked for; the answer's place is `update`.
  package func begin(_ operation: RunRecord.Operation) -> RunRecord.Operation {
    record.operations.append(operation)
    save()
    return operation
  }

  /// Writes down what has become of an operation that this run has begun, now or in an earlier attempt.
  package func update(
    _ operation: RunRecord.Operation, _ stage: RunRecord.Operation.Stage, id: String? = nil
  ) {
    guard let index = record.operations.lastIndex(where: { $0.isSame(as: operation) }) else { return }
    record.operations[index].stage = stage
    if let id { record.operations[index].id = id }
    save()
  }

  /// Writes down that an operation was seen under way, for an attempt that comes when it is over.
  package func noteSeen(_ operation: RunRecord.Operation) {
    guard let index = record.operations.lastIndex(where: { $0.isSame(as: operation) }),
      record.operations[index].wasSeen != true
    else { return }
    record.operations[index].wasSeen = true
    save()
  }

  /// Writes down what an attempt that was killed has made and could not write down any more.
  package func adopt(
    _ id: String, among operations: [RunRecord.Operation], as stage: RunRecord.Operation.Stage
  ) {
    let known = operations.last { $0.id == id } ?? operations.last { $0.id == nil && $0.stage == .asked }
    guard let known, known.id != id || known.stage != stage else { return }
    update(known, stage, id: id)
  }

  private func save() {
    guard !isDryRun else { return }
    defer { log.warn(of: files) }
    do throws(FileError) {
      try files.createFolder(folder)
      let text = log.scrubbed(String(decoding: record.bytes, as: UTF8.self))
      try files.write(Array(text.utf8), to: path)
    } catch {
      log.warning("\(error.message): a second attempt of this run will not know what this one asked for")
    }
  }

  private static func read(_ path: String, _ files: any FileWriter) -> RunRecord? {
    (try? files.read(path, limit: 4 << 20)).flatMap { RunRecord(parsing: $0) }
  }
}
