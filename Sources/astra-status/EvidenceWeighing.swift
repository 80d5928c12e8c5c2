internal import AppProtection
internal import AstraCleanup
internal import StepCommon
internal import Timing

/// Whether astra-cleanup would remove what steps have made, by its own rules.
struct EvidenceWeighing: StepPart {
  let run: StepRun
  private let parameters: StatusParameters
  private let proof: CloneProof
  private let isOfAll: Bool
  /// The recovery points of the applications that were listed, and their clones, by application.
  private var points: [Application.ID: [RecoveryPoint]] = [:]
  private var clones: [Application.ID: [Application]] = [:]

  init(_ run: StepRun, _ parameters: StatusParameters, in status: Status) throws(StepFailure) {
    (self.run, self.parameters, isOfAll) = (run, parameters, status.isOfAll)
    proof = CloneProof(records: try CleanupRun(run).recordedClones(inRecord: nil))
    for one in status.applications {
      points[one.application.id] = one.points?.map(\.point)
      clones[one.application.id] = one.clones.map(\.application)
    }
  }

  /// The evidence of an application, with what becomes of each; nil where its snapshots are not told.
  func evidence(of status: ApplicationStatus) throws(StepFailure) -> [EvidenceStatus]? {
    guard let points = status.points else { return nil }
    let source = status.application
    let clones = status.clones.map(\.application)
    var evidence: [EvidenceStatus] = []
    let snapshots = points.map(\.point).filter(EvidenceMark.isNamed)
    if !snapshots.isEmpty {
      let held = CleanupRun(run).held(source, among: [source] + clones)
      evidence += snapshots.map { weigh($0, held, status.holder) }
    }
    for clone in clones {
      let stopped = status.holder.map { CleanupRun.stoppedClause(source, $0) }
      let verdict: EvidenceStatus.Verdict =
        if let stopped { .stays(stopped) } else { try verdict(on: clone, of: source, clones) }
      evidence.append(
        EvidenceStatus(
          id: clone.id.text, kind: "clone", name: clone.name, createdAt: clone.createdAt, verdict: verdict))
    }
    return evidence
  }

  private func weigh(
    _ snapshot: RecoveryPoint, _ held: CleanupRun.Held, _ holder: RestoreChanges.Holder?
  ) -> EvidenceStatus {
    let verdict: EvidenceStatus.Verdict
    if let holder {
      verdict = .stays(CleanupRun.stoppedClause(held.application, holder))
    } else if held.application.state == .restoring {
      verdict = .stays(CleanupRun.restoringClause(held.application))
    } else if let now = backend.serverTime {
      let reason = CleanupRun(run).objection(
        to: snapshot, of: held, olderThan: parameters.evidenceAge, at: now)
      verdict = reason.map { .stays($0) } ?? .couldBeRemoved
    } else {
      verdict = .stays(CleanupRun.timelessClause)
    }
    return EvidenceStatus(
      id: snapshot.id.text, kind: "snapshot", name: snapshot.name, createdAt: snapshot.createdAt,
      verdict: verdict)
  }

  private func verdict(
    on clone: Application, of source: Application, _ siblings: [Application]
  ) throws(StepFailure) -> EvidenceStatus.Verdict {
    if source.state == .restoring { return .stays(CleanupRun.restoringClause(source)) }
    if case .notProven(let reason) = proof.finding(on: clone, of: source) { return .stays("it \(reason)") }
    if let age = parameters.cloneAge, let reason = youth(of: clone, age) { return .stays(reason) }
    let points = points[clone.id]
    if isOfAll, points == nil {
      return .notTold("its own recovery points are looked at where one application is named")
    }
    // Whoever clones the clone needs it.
    let others =
      isOfAll
      ? clones[clone.id, default: []]
      : try ask { () throws(BackendError) in try backend.clones(of: clone).applications }
    let decision = try CleanupRun(run).decide(
      clone, among: [source] + siblings + others, (source, proof),
      withRecoveryPoints: parameters.withRecoveryPoints, points: points)
    return switch decision {
    case .toRemove: .couldBeRemoved
    case .kept(let reason, _): .stays("it \(reason)")
    }
  }

  /// That a clone is too young, by the age that is asked for.
  private func youth(of clone: Application, _ age: Duration) -> String? {
    guard let now = backend.serverTime else {
      return "the server does not tell the time, so its age cannot be known"
    }
    guard let made = clone.createdAt else { return "it is of unknown age" }
    return now - made < age ? "it is younger than \(age.shortText)" : nil
  }
}
