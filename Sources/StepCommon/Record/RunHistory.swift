package import AppProtection
internal import Files
internal import Timing

/// What this run has done, by all the records of its report folder, whichever step and suffix they are of.
///
/// Only the step's own record is written; news of an entry of another record is written there as a copy. A record that
/// cannot be written is a warning and does not stop the step: without it, a second attempt only trusts less.
package final class RunHistory {
  private let step: String
  let settings: Settings
  let folder: String
  private let path: String
  private let files: any FileWriter
  let log: Log
  /// The backend's clock where it is known; records tell their times by it.
  let now: () -> Timestamp
  /// The record that lay in the place of this step's own.
  private let found: RecordFolder.Finding
  /// The other records of the folder, of this run or not.
  private var others: RecordFolder
  /// This step's record in this run; settled when it is first needed, since only then the backend's clock is known.
  private lazy var record = startingRecord()
  /// A record of another run in the place of this step's own, whose run has yet to go on with what it has changed: it is put
  /// aside before this one is written.
  private var displaced: RunRecord?

  init(
    step: String, settings: Settings, place: ReportPlace, files: any FileWriter, log: Log,
    now: @escaping () -> Timestamp
  ) {
    self.step = step
    self.settings = settings
    self.folder = place.folder
    self.path = "\(place.folder)/\(step)\(place.ending).json"
    self.files = files
    self.log = log
    self.now = now
    found = RecordFolder.read(path, files)
    others = RecordFolder(place.folder, files)
  }

  /// Reads the records of others again: a step of another job may have gone on meanwhile.
  package func reread() {
    others = RecordFolder(folder, files)
  }

  // MARK: - What this run has done

  /// The operations of this run, in the order in which they were asked for.
  package var operations: [RunRecord.Operation] { merged(believedOthers + [record]) }

  /// The operations of this run that the records of one step tell of.
  package func operations(ofStep step: String) -> [RunRecord.Operation] {
    merged((believedOthers + [record]).filter { $0.step == step })
  }

  /// The operations that this step's own record tells of, under its own suffix.
  package var ownOperations: [RunRecord.Operation] { record.operations }

  /// Why the records may not tell all that this run has done; nil where there is no reason for doubt.
  package var doubt: String? {
    if case .unreadable(let why) = found { return "\(path) cannot be read (\(why))" }
    if let trouble = others.trouble { return trouble }
    guard (believedOthers + [record]).contains(where: { $0.isIncomplete == true }) else { return nil }
    return "an earlier record of this run could not be read"
  }

  /// Whether the folder holds records of this run, of any step.
  var isKnown: Bool { (believedOthers + [record]).contains { !$0.operations.isEmpty } }

  // MARK: - What any run has done

  /// The in-place restores of an application that the records at hand tell of, whichever run asked and however long
  /// ago, but for those that were refused: each has overwritten what was there before.
  package func restoresOfAnyRun(of application: Application.ID) -> [RunRecord.Operation] {
    (otherRecords + [record]).flatMap { $0.operations + ($0.formerRestores ?? []) }
      .filter { $0.kind == .inPlaceRestore && $0.application == application.text && $0.stage != .refused }
  }

  /// The operations that a step recorded in any run of this workspace.
  ///
  /// They say who made an object of that id, which does not change with the run, and nothing else.
  package func operationsOfAnyRun(ofStep step: String) -> [RunRecord.Operation] {
    others.records.map(\.record).filter { $0.step == step }.flatMap(\.operations)
  }

  /// The name of the run whose record says that it made something; nil if none does, or the run has no name.
  package func nameOfRun(thatMade id: String) -> String? {
    (others.records.map(\.record) + [record]).first { record in
      record.operations.contains { !$0.kind.isRemoval && $0.id == id && $0.stage != .refused }
    }?.run
  }

  /// The record of another run, or of this one but too old to be believed, that says that it made something.
  func foreignRecord(naming id: String) -> RunRecord? {
    others.records.map(\.record).first { record in
      !isBelieved(record) && record.operations.contains { !$0.kind.isRemoval && $0.id == id }
    }
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
        "\(title) is \"\(path)\", which is not a record of \(step): give the file \(step).json of the run that made it"
      )
    }
    return record.operations
  }

  // MARK: - Applications

  /// The application that another step or attempt of this run found by the name of this one, on the same cluster,
  /// if it was another.
  func predecessor(of application: Application) -> String? {
    guard let subject = RunRecord.Subject(application) else { return nil }
    return (believedOthers + [record]).flatMap { $0.subjects ?? [] }
      .first { ($0.name, $0.cluster) == (subject.name, subject.cluster) && $0.id != subject.id }?.id
  }

  /// Remembers which application a name stands for; written down with the next change.
  func remember(_ application: Application) {
    guard let subject = RunRecord.Subject(application), record.subjects?.contains(subject) != true else {
      return
    }
    record.subjects = (record.subjects ?? []) + [subject]
  }

  // MARK: - Writing down

  /// Writes down a change before it is asked for; the answer's place is `update`.
  package func begin(_ operation: RunRecord.Operation) -> RunRecord.Operation {
    var operation = operation
    operation.attempt = settings.attempt
    record.operations.append(operation)
    save()
    return operation
  }

  /// Writes down what has become of an operation that this run has begun, now or in an earlier attempt, by this step
  /// or another.
  package func update(
    _ operation: RunRecord.Operation, _ stage: RunRecord.Operation.Stage, id: String? = nil
  ) {
    change(operation) { entry in
      entry.stage = stage
      if let id { entry.id = id }
      if [.finished, .failed].contains(stage) { entry.endedAt = entry.endedAt ?? now().text }
    }
  }

  /// Writes down that an operation was seen under way, for an attempt that comes when it is over.
  package func noteSeen(_ operation: RunRecord.Operation) {
    change(operation) { $0.wasSeen = true }
  }

  /// Writes down that what was accepted was looked for as long as answers may lag, and never shown.
  func noteNeverShown(_ operation: RunRecord.Operation) {
    guard let index = record.operations.lastIndex(where: { $0.isSame(as: operation) }) else { return }
    record.operations[index].wasSeen = false
    save()
  }

  /// Writes down that others are restoring the application in place, if a look shows that.
  ///
  /// The server may show no trace of it later, and copies from before it do not hold what the application holds after it.
  /// Every look of a step at its application goes through here. It may still show this run's own restore for `lag`
  /// after that has ended.
  package func remember(lookAt application: Application, lag: Duration) {
    guard application.state == .restoring, RecordFolder.holdsRecords(ofStep: step) else { return }
    let id = application.id
    let mayBeOurs = operations.contains { operation in
      guard operation.kind == .inPlaceRestore, operation.application == id.text else { return false }
      switch operation.stage {
      case .asked, .accepted: return true
      case .finished, .failed: return operation.lastTime.map { now() - $0 <= lag } ?? true
      case .refused: return false
      }
    }
    guard !mayBeOurs else { return }
    var seen = RunRecord.Operation(.inPlaceRestore, application: id, askedAt: now())
    seen.stage = .accepted
    // What an unfinished one has changed is told nowhere else.
    record.formerRestores =
      (record.formerRestores ?? []).filter { $0.application != id.text || $0.hasOpenChanges } + [seen]
    save()
  }

  /// Takes up what a record of this run's name says, too old to be believed, of a restore of several changes that the
  /// application shows to be open.
  ///
  /// It is taken for one that failed: the way back is known by it, and the application may be restored anew. Its evidence is
  /// of that time.
  package func takeUp(_ restore: String, of application: Application.ID) {
    func names(_ operation: RunRecord.Operation) -> Bool {
      operation.kind == .inPlaceRestore && operation.application == application.text
        && operation.changes?.all.contains { $0.details["restore"] == restore } == true
    }
    guard !operations.contains(where: names) else { return }
    var old = others.records.map(\.record)
    if case .record(let own) = found { old.append(own) }
    let operation = old.filter { $0.run == settings.run }.flatMap(\.operations).last(where: names)
    guard var operation else { return }
    log.info(
      "a restore of this run's name, asked for at \(operation.askedAt), has stopped the application and not ended: it is restored anew"
    )
    (operation.stage, operation.evidence) = (.failed, nil)
    record.operations.append(operation)
    save()
  }

  /// Writes down that one more change of an in-place restore is about to be asked for.
  package func noteBegun(_ count: Int, of operation: RunRecord.Operation) {
    change(operation) { entry in
      guard let begun = entry.changes?.begun, begun < count else { return }
      entry.changes?.begun = count
    }
  }

  /// Writes down what the application looked like when an in-place restore of it was seen to have failed.
  package func noteMarksAfterFailure(_ operation: RunRecord.Operation, _ marks: ApplicationMarks) {
    guard let index = record.operations.lastIndex(where: { $0.isSame(as: operation) }) else { return }
    record.operations[index].after = marks
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

  /// Notes that this run is still active: a record counts only for a while after its last update.
  func keepAlive(atMostEvery pause: Duration = .seconds(300)) {
    guard !record.operations.isEmpty else { return }
    if let last = record.lastUpdateTime, case let age = now() - last, age >= .zero, age < pause { return }
    save()
  }

  private func change(_ operation: RunRecord.Operation, _ change: (inout RunRecord.Operation) -> Void) {
    let entries = record.operations
    let index = entries.lastIndex { $0.isSame(as: operation) }
    guard var entry = index.map({ entries[$0] }) ?? operations.last(where: { $0.isSame(as: operation) })
    else { return }
    let before = entry
    change(&entry)
    guard entry != before else { return }
    if let index { record.operations[index] = entry } else { record.operations.append(entry) }
    save()
  }

  private func save() {
    guard !settings.isDryRun else { return }
    record.lastUpdate = now().text
    defer { log.warn(of: files) }
    do throws(FileError) {
      try files.createFolder(folder)
      if let displaced {
        let run = displaced.run.flatMap { ResourceName.label(for: $0) } ?? "nameless"
        try write(displaced, to: "\(folder)/\(step)-unfinished-\(run).json")
        self.displaced = nil
      }
      try write(record, to: path)
    } catch {
      log.warning("\(error.message): a second attempt of this run will not know what this one asked for")
    }
  }

  private func write(_ record: RunRecord, to path: String) throws(FileError) {
    let text = log.scrubbed(String(decoding: record.bytes, as: UTF8.self))
    try files.write(Array(text.utf8), to: path)
  }

  // MARK: - Which records count

  /// The record that this run continues: the one found, if it still counts.
  private func startingRecord() -> RunRecord {
    var fresh = RunRecord(step: step, run: settings.run)
    switch found {
    case .absent: break
    case .unreadable: fresh.isIncomplete = true
    case .record(let earlier) where earlier.step == step && isBelieved(earlier): return earlier
    case .record(let earlier):
      let restores = earlier.lastRestores
      if !restores.isEmpty { fresh.formerRestores = restores }
      if earlier.operations.contains(where: \.hasOpenChanges) { displaced = earlier }
      if earlier.run == settings.run, settings.run != nil, let age = age(of: earlier) {
        log.info(
          "\(path) is from a run of this name, but \(age.shortText) old: it no longer counts")
      }
    }
    return fresh
  }

  /// The records of the folder beside this step's own.
  private var otherRecords: [RunRecord] {
    others.records.filter { "\(folder)/\($0.name)" != path }.map(\.record)
  }

  /// Those of them that are of this run.
  private var believedOthers: [RunRecord] { otherRecords.filter(isBelieved) }

  /// Whether a record is of this run, and its last update not too long ago.
  ///
  /// A record without a run's name counts for a run without a name, while it is young.
  private func isBelieved(_ record: RunRecord) -> Bool {
    guard record.run == settings.run, let age = age(of: record) else { return false }
    return age < settings.recordLifetime
  }

  private func age(of record: RunRecord) -> Duration? { record.lastUpdateTime.map { now() - $0 } }

  /// The entries of several records in the order in which they were asked for, each once.
  ///
  /// Each record's own order stands, whatever its times say: a clock may have been set back in between.
  private func merged(_ records: [RunRecord]) -> [RunRecord.Operation] {
    var queues = records.map { $0.operations[...] }
    // A copy of an entry only adds to the entry.
    for index in queues.indices.dropFirst() {
      let candidates = queues[index]
      queues[index] =
        candidates.filter { operation in
          for earlier in queues[..<index].indices {
            guard let place = queues[earlier].lastIndex(where: { $0.isSame(as: operation) }) else { continue }
            queues[earlier][place] = queues[earlier][place].merged(with: operation)
            return false
          }
          return true
        }[...]
    }
    var merged: [RunRecord.Operation] = []
    while let next = queues.indices.filter({ !queues[$0].isEmpty })
      .min(by: { (queues[$0].first?.askedAt ?? "", $0) < (queues[$1].first?.askedAt ?? "", $1) })
    {
      merged.append(queues[next].removeFirst())
    }
    return merged
  }
}
