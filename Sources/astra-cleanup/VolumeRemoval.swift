import AppProtection
internal import StepCommon
internal import Timing

// Which volumes that in-place restores have put aside are to go, and how they go.
extension CleanupRun {
  /// Chooses the volumes that are old enough and whose restore provably ended well, the oldest first, when two looks in a
  /// row agree on them.
  func chooseVolumes(
    olderThan age: Duration, of source: Application
  ) throws(StepFailure) -> [KeptVolume] {
    let last = try poller.untilTwoAgree(
      { () throws(StepFailure) in try volumes(olderThan: age, of: source) },
      on: { $0.toRemove.map(\.uid) + $0.remarks })
    for remark in last.remarks { log.info("left alone: \(remark)") }
    return last.toRemove
  }

  /// Removes a volume with its data, if it still is one that may go.
  func remove(
    _ volume: KeptVolume, olderThan age: Duration, of source: Application
  ) throws(StepFailure) {
    let title = "\(volume.title) of \"\(source.name)\""
    log.info("removing \(title)")
    var removal = RunRecord.Operation(
      .volumeRemoval, application: source.id, name: volume.name, askedAt: backend.currentTime)
    removal.id = volume.uid
    try removals.remove(
      title, as: removal,
      check: { () throws(StepFailure) in
        try checkSource(source)
        guard let now = try seen(volume, of: source), now.state != .deleting else { return .mayBeRemoved }
        if let reason = objection(to: now, of: try held(source).application, olderThan: age) {
          throw .protected(
            "\(title) must not be removed any more: \(reason)", hint: "run the step again later",
            kind: .notToBeRemoved)
        }
        return .mayBeRemoved
      },
      delete: { () throws(BackendError) in try backend.delete(volume, of: source.id) },
      stateOf: { () throws(BackendError) in
        try backend.keptVolumes(of: source.id).first { $0.uid == volume.uid }?.state.rawValue
      })
  }

  private func seen(_ volume: KeptVolume, of source: Application) throws(StepFailure) -> KeptVolume? {
    try ask { () throws(BackendError) in
      try backend.keptVolumes(of: source.id).first { $0.uid == volume.uid }
    }
  }

  private func volumes(
    olderThan age: Duration, of source: Application
  ) throws(StepFailure) -> (toRemove: [KeptVolume], remarks: [String]) {
    let kept = try ask { () throws(BackendError) in try backend.keptVolumes(of: source.id) }
    let application = try held(source).application
    var (toRemove, remarks): ([KeptVolume], [String]) = ([], [])
    for volume in kept {
      if volume.state != .deleting, let reason = objection(to: volume, of: application, olderThan: age) {
        remarks.append("\(volume.title): \(reason)")
      } else {
        toRemove.append(volume)
      }
    }
    toRemove = toRemove.ordered { ($0.keptAt?.text ?? "", $0.name) < ($1.keptAt?.text ?? "", $1.name) }
    return (toRemove, remarks)
  }

  /// Why a volume stays, as a clause; nil if it is one that may go, and is that old.
  private func objection(
    to volume: KeptVolume, of application: Application, olderThan age: Duration
  ) -> String? {
    if application.state != .ready {
      return "\"\(application.name)\" is \(application.state), and it may be needed"
    }
    if let reason = volume.objection { return reason }
    guard let now = backend.serverTime else {
      return "the server does not tell the time, so that its age cannot be known"
    }
    guard let kept = volume.keptAt, now - kept >= age else {
      return "it is younger than \(age.shortText), or of unknown age"
    }
    return nil
  }
}

extension KeptVolume {
  /// What it is, for messages.
  var title: String {
    let since = keptAt.map { ", put aside at \($0.text)" } ?? ""
    return "volume \"\(name)\" (of claim \"\(claim)\"\(since)\(run.map { " by run \($0)" } ?? ""))"
  }
}
