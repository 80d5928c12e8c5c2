internal import AppProtection
internal import StepCommon
internal import Timing

/// A complete copy of the state that an in-place restore will overwrite.
enum Evidence: CustomStringConvertible {
  /// A clone of the live application, made in this run; the application looked like this.
  case clone(Application, RunRecord.Fingerprint)
  /// A snapshot that the step made for this; the application looked like this.
  case snapshot(RecoveryPoint, RunRecord.Fingerprint)
  /// The user said in so many words that the present state may be lost.
  case discarded
  /// A dry run: a snapshot would be made.
  case planned

  /// The beginning of the names of the snapshots that are made for this; `latest` never means one of them.
  private static let prefix = ReservedName.evidence

  /// How old a snapshot may be when the restore is asked for: 10 minutes.
  static var longestAge: Duration { .seconds(600) }

  /// Whether a snapshot of that name was made as evidence.
  static func isNamed(_ name: String) -> Bool { name.hasPrefix(prefix) }

  /// The name of the evidence of a run: `evidence-<run>`, and from the second on with a number.
  static func name(run: String, number: Int) -> String {
    let ending = number == 1 ? "" : "-\(number)"
    return ResourceName.label(for: "\(prefix)\(run)\(ending)") ?? "\(prefix)\(number)"
  }

  var description: String {
    switch self {
    case .clone(let clone, _): "clone \"\(clone.name)\" (\(clone.whereabouts)) holds the present state"
    case .snapshot(let point, _): "snapshot \"\(point.name)\" (\(point.whereabouts)) holds the present state"
    case .discarded: "the present state is thrown away, as --\(RestoreParameters.discard.flag) says"
    case .planned: "dry run: would make a snapshot of the present state first"
    }
  }

  /// `clone`, `snapshot` or `none`.
  var word: String {
    switch self {
    case .clone: "clone"
    case .snapshot: "snapshot"
    case .discarded, .planned: "none"
    }
  }

  var id: String? {
    switch self {
    case .clone(let clone, _): clone.id.text
    case .snapshot(let point, _): point.id.text
    case .discarded, .planned: nil
    }
  }

  var name: String? {
    switch self {
    case .clone(let clone, _): clone.name
    case .snapshot(let point, _): point.name
    case .discarded, .planned: nil
    }
  }

  /// Whether the application shows no sign of having been overwritten since.
  ///
  /// A snapshot is minutes old at most (`longestAge`), so only a restore counts against it; a clone is older, and any change
  /// of the backend's entry might have been one.
  func stillFits(_ application: Application) -> Bool {
    let now = RunRecord.Fingerprint(application)
    return switch self {
    case .clone(_, let then): now.restoredFrom == then.restoredFrom && now.modifiedAt == then.modifiedAt
    case .snapshot(_, let then): now.restoredFrom == then.restoredFrom
    case .discarded, .planned: true
    }
  }
}

extension StepRun {
  /// Finds a clone that fits as evidence, or makes a snapshot.
  ///
  /// With `isAnew` nothing from before counts: the application may have been overwritten since, without a sign.
  func secureEvidence(
    of id: Application.ID, _ point: RecoveryPoint, _ parameters: RestoreParameters, isAnew: Bool = false
  ) throws(StepFailure) -> Evidence {
    if parameters.discardPresentState {
      log.warning(Evidence.discarded.description)
      return .discarded
    }
    history.reread()
    let doubt: String
    switch isAnew ? nil : try evidenceClone(of: id, point, parameters.evidence) {
    case .fits(let evidence):
      log.info("evidence: \(evidence)")
      return evidence
    case .doubt(let reason): doubt = reason
    case nil: doubt = "the application may have changed since the last was secured"
    }
    log.info("evidence: \(doubt), so a snapshot is made first")
    let application = try current(id)
    guard !settings.isDryRun else {
      log.info(Evidence.planned.description)
      return .planned
    }
    let snapshot: RecoveryPoint
    do throws(StepFailure) {
      snapshot = try evidenceSnapshot(of: application, point, isAnew: isAnew)
      try checkHooks(of: snapshot, application, accept: false)
    } catch  where [.operationFailed, .protected, .notFound, .brokenContract].contains(error.code) {
      throw .protected(
        "no copy of the present state of \"\(application.name)\" could be made, and the restore would destroy it: \(error.message)",
        hint: "if the present state may be lost, say so with --\(RestoreParameters.discard.flag)")
    }
    let evidence = Evidence.snapshot(snapshot, RunRecord.Fingerprint(try current(id)))
    log.info("evidence: \(evidence)")
    return evidence
  }

  /// The snapshot that this run made for the purpose, or a new one.
  ///
  /// An earlier attempt's is taken only if it is minutes old, since customers go on writing, and if nothing has
  /// happened to the application since it was asked for: that attempt, or another step, may have restored it, and its
  /// record may be lost.
  private func evidenceSnapshot(
    of application: Application, _ point: RecoveryPoint, isAnew: Bool
  ) throws(StepFailure) -> RecoveryPoint {
    let earlier = history.operations.filter { $0.kind == .evidence && $0.application == application.id.text }
    let isOvertaken = history.restoresOfAnyRun(of: application.id).contains { restore in
      guard let secured = earlier.last?.askedTime, let asked = restore.askedTime else { return true }
      return asked >= secured
    }
    // A clock time keeps apart the runs that have no name.
    let run = settings.run ?? backend.currentTime.text
    var name = try freeEvidenceName(run, after: Set(earlier.map(\.name)).count, of: application)
    let isUntouched =
      earlier.last?.before.map { $0.hasSameMarks(as: RunRecord.Fingerprint(application)) } ?? false
    let isFresh =
      earlier.last?.askedTime.map { backend.currentTime - $0 <= Evidence.longestAge } ?? false
    if !isAnew, isUntouched, isFresh, !isOvertaken, history.doubt == nil, let last = earlier.last,
      ![.failed, .refused].contains(last.stage)
    {
      switch try existing(.snapshot, named: last.name, of: application, leftovers: .untouched) {
      case .complete(let found): return found
      case .underWay(let found): return try waitForCompletion(of: found, application, isKnown: true)
      case .nothing: name = last.name
      }
    }
    let made = try request(.snapshot, named: name, of: application, as: .evidence, for: point.id)
    return try waitForCompletion(of: made, application)
  }

  /// The first name for the evidence of a run, by number, that no snapshot of the application bears: the run may have made
  /// more than its records tell.
  private func freeEvidenceName(
    _ run: String, after number: Int, of application: Application
  ) throws(StepFailure) -> String {
    let snapshots = try ask { () throws(BackendError) in
      try backend.recoveryPoints(.snapshot, of: application.id)
    }
    let taken = Set(snapshots.map(\.name))
    var number = number + 1
    while taken.contains(Evidence.name(run: run, number: number)) { number += 1 }
    let name = Evidence.name(run: run, number: number)
    noteNamesakes([], of: "the snapshot \"\(name)\" of \"\(application.name)\"")
    return name
  }
}
