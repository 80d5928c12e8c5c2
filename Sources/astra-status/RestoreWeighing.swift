internal import AppProtection
internal import AstraRestore
internal import StepCommon
internal import Timing

/// Whether a restore would take recovery points, by its own choice.
struct RestoreWeighing: StepPart {
  let run: StepRun
  private let acceptFailedHooks: Bool
  private let replacesVolumes: Bool

  init(_ run: StepRun, _ parameters: StatusParameters) {
    self.run = run
    (acceptFailedHooks, replacesVolumes) = (parameters.acceptFailedHooks, parameters.replacesVolumes)
  }

  /// Weighs recovery points, and puts them in order: backups first, then the newest.
  func weigh(_ points: [RecoveryPoint], of application: Application) throws(StepFailure) -> [PointStatus] {
    // For any of them the same.
    let disagreement =
      try replacesVolumes
      ? nil
      : points.first.flatMap { (point) throws(StepFailure) in
        try RecoveryPointChoice(run).missingAgreement(toRestore: application, from: point)
      }
    var weighed: [PointStatus] = []
    for point in points {
      var status = PointStatus(point: point, run: point.run ?? history.nameOfRun(thatMade: point.id.text))
      let objection = lookup.objection(to: point, of: application, acceptFailedHooks: acceptFailedHooks)
      status.refusal = objection?.message ?? disagreement
      status.passedOver = RecoveryPointChoice.reasonToPassOver(
        point, before: nil, acceptFailedHooks: acceptFailedHooks)
      weighed.append(status)
    }
    for kind in RecoveryPoint.Kind.allCases {
      let fitting = weighed.filter { $0.point.kind == kind && $0.passedOver == nil && $0.refusal == nil }
      // Of two of one moment `latest` takes neither.
      let newest = RecoveryPointChoice.newest(of: fitting.map(\.point))
      guard newest.count == 1 else { continue }
      for index in weighed.indices where weighed[index].point.id == newest[0].id {
        weighed[index].isLatest = true
      }
    }
    return weighed.ordered { one, other in
      let (first, second) = (one.point, other.point)
      if first.kind != second.kind { return first.kind == .backup }
      let (made, madeLater) = (first.createdAt?.text ?? "", second.createdAt?.text ?? "")
      return made != madeLater ? made > madeLater : first.id.text < second.id.text
    }
  }
}
