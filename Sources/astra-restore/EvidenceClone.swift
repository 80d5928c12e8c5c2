internal import AppProtection
internal import StepCommon
internal import Timing

/// Whether a clone is a copy of the very state that would be overwritten.
enum EvidenceDecision {
  case fits(Evidence)
  /// Something speaks against it, or too little for it.
  case doubt(String)
}

extension RestoreRun {
  /// Judges the clone named as evidence; one that is still being made is waited for, since restoring now
  /// would spoil it.
  func evidenceClone(
    of id: Application.ID, _ point: RecoveryPoint, _ name: String?
  ) throws(StepFailure) -> EvidenceDecision {
    guard let name else { return .doubt("no clone is named as evidence") }
    let named: [Application]
    do throws(BackendError) {
      named = try backend.applications(named: name)
    } catch {
      switch error.kind {
      // Its cluster need not be production's: what cannot be seen is no evidence, and keeps nobody waiting.
      case .unreachable, .untrusted, .credentials, .misconfigured, .refused:
        return .doubt("the clone \"\(name)\" cannot be seen (\(error.message))")
      default: throw StepFailure(error)
      }
    }
    let clones = named.filter { $0.sourceID == id }
    guard !clones.isEmpty else { return .doubt("there is no clone \"\(name)\" of the application") }
    var lastDoubt = ""
    for clone in clones {
      let settled = clone.state.isBeingMade ? try waitUntilMade(clone) : clone
      switch judge(settled, of: try current(id), point) {
      case .fits(let evidence): return .fits(evidence)
      case .doubt(let reason): lastDoubt = "clone \"\(name)\" \(reason)"
      }
    }
    return .doubt(lastDoubt)
  }

  /// How long a clone whose restore has ended is waited for until it works.
  private static var longestRise: Duration { .seconds(300) }

  func waitUntilMade(_ clone: Application) throws(StepFailure) -> Application {
    let title = "evidence clone \"\(clone.name)\""
    var restoredSince: Instant?
    let outcome = try poller.wait(
      for: title, isKnown: true,
      read: { () throws(BackendError) in try backend.application(clone.id) },
      judge: { (now: Application) -> PollResult in
        if now.state == .ready { return .succeeded }
        // Production waits for it, and it needs nothing of production any more.
        guard now.isRestored else {
          restoredSince = nil
          return now.state.isDead ? .failed("is \(now.state)") : .working(now.state.rawValue)
        }
        let since = restoredSince ?? time.now
        restoredSince = since
        return time.now - since < Self.longestRise
          ? .working(now.state.rawValue) : .failed("does not come up")
      })
    switch outcome {
    case .succeeded(let ready): return ready
    case .failed(let last, _): return last
    case .vanished, .neverShown:
      var gone = clone
      gone.state = .removed
      return gone
    case .deadline(let lastSeen):
      throw .deadline(
        "\(title) was still being made when the time was up after \(deadline.allowance.shortText) (last seen: \(lastSeen))",
        hint: "restoring now would spoil it: run the step again")
    }
  }

  private func judge(_ clone: Application, of application: Application, _ point: RecoveryPoint)
    -> EvidenceDecision
  {
    guard clone.state == .ready else {
      return .doubt(clone.isRestored ? "has been restored, and does not work yet" : "is \(clone.state)")
    }
    if let doubt = history.doubt {
      return .doubt("may be older than an in-place restore that no record shows: \(doubt)")
    }
    let asked = history.operations.filter {
      $0.kind == .clone && $0.name == clone.name && $0.application == application.id.text
        && $0.stage != .refused
    }
    guard history.isOfThisRun(id: clone.id.text, createdAt: clone.createdAt, asked: asked) else {
      return .doubt(
        history.operations.contains { $0.kind == .clone }
          ? "is not from this run (it is \(history.age(clone.createdAt)))"
          : "is not known to be from this run (it is \(history.age(clone.createdAt)), and \(place.folder)/ holds no record of this run's clone)"
      )
    }
    let operation = asked.last { $0.id == clone.id.text } ?? asked.last
    guard operation?.id != nil || backend.shownOrigins(of: clone).isEmpty, operation?.point == nil else {
      return .doubt("was made from a recovery point, not from the live application")
    }
    guard let cloned = clone.createdAt, let saved = point.createdAt, cloned > saved else {
      return .doubt("is not newer than the recovery point")
    }
    guard restores(of: application.id).allSatisfy({ $0.stage == .refused }) else {
      return .doubt("is older than an in-place restore that this run has asked for")
    }
    let cloning = operation?.askedTime
    let later = history.restoresOfAnyRun(of: application.id).contains { restore in
      guard let cloning, let asked = restore.askedTime else { return true }
      return asked >= cloning
    }
    guard !later else { return .doubt("is older than an in-place restore that another run has asked for") }
    guard backend.overwriteSigns(on: application, since: operation?.before, or: cloned) == .unchanged else {
      return .doubt("is older than the last change of the application, which may have been a restore")
    }
    return .fits(.clone(clone, application.marks))
  }
}
