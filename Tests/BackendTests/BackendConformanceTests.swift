import AppProtection
import Testing
import Timing

/// What every backend has to keep to: what the steps build on, whatever the service is.
struct BackendConformanceTests {
  // MARK: Looking

  @Test(arguments: Subject.all) func anApplicationIsFoundByNameAndByID(at subject: Subject) throws {
    let service = try subject.make()
    let found = try service.backend.applications(named: service.production)
    let production = try #require(found.first)
    #expect(found.count == 1 && production.state == .ready && production.name == service.production)
    #expect(try service.backend.application(production.id)?.id == production.id)
    for text in [service.production, production.id.text] {
      #expect(try service.backend.applications(matching: text).map(\.id) == [production.id])
    }
    #expect(try service.backend.applications().contains { $0.id == production.id })
    let cluster = try #require(production.clusterID)
    #expect(
      try service.backend.applicationIDs(named: service.production, on: cluster) == [production.id])
  }

  @Test(arguments: Subject.all) func whatIsNotThereIsNothingAndNoError(at subject: Subject) throws {
    let service = try subject.make()
    let (backend, production) = (service.backend, try service.application())
    #expect(try backend.applications(named: "nobody").isEmpty)
    #expect(try backend.applications(matching: "nobody").isEmpty)
    #expect(try !backend.applicationNames(like: "shap", limit: 3).isEmpty)
    #expect(try backend.clusters(named: "nowhere").isEmpty)
    service.removeByOthers(production.id)
    service.pass(backend.longestLag)
    #expect(try [nil, .removed].contains(backend.application(production.id)?.state))
  }

  @Test(arguments: Subject.all) func aClusterIsFoundByName(at subject: Subject) throws {
    let service = try subject.make()
    let cluster = try service.cluster()
    #expect(try service.backend.clusters().contains { $0.id == cluster.id })
    #expect(try service.backend.clusterStandings().contains { $0.id == cluster.id })
  }

  @Test(arguments: Subject.all) func aRecoveryPointIsFound(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    #expect(good.state == .completed && good.applicationID == production.id && good.kind == .backup)
    let again = try service.backend.recoveryPoint(good.id, .backup, of: production.id)
    #expect(again?.id == good.id && again?.name == service.goodBackup)
    #expect(try service.backend.recoveryPoints(.snapshot, of: production.id).allSatisfy { $0.id != good.id })
  }

  @Test(arguments: Subject.all) func troubleIsToldApart(at subject: Subject) throws {
    for (disturbance, kind) in [
      (Disturbance.unreachable, BackendError.Kind.unreachable), (.credentialsRefused, .credentials),
    ] {
      let service = try subject.make()
      let production = try service.application()
      service.disturb(disturbance)
      #expect(error { () throws(BackendError) in _ = try service.backend.applications() }?.kind == kind)
      let refusal = error { () throws(BackendError) in
        _ = try service.backend.create(.backup, named: "nightly", of: production)
      }
      #expect(refusal?.kind == kind && refusal?.message.isEmpty == false)
    }
  }

  // MARK: Copies

  @Test(arguments: Subject.all, RecoveryPoint.Kind.allCases)
  func aCopyIsCompleteOnceItIs(at subject: Subject, _ kind: RecoveryPoint.Kind) throws {
    let service = try subject.make()
    let production = try service.application()
    let made = try service.backend.create(kind, named: "nightly", of: production)
    #expect(made.name == "nightly" && made.kind == kind && made.state != .completed)
    service.pass(.seconds(300))
    let all = try service.backend.recoveryPoints(kind, of: production.id).filter { $0.name == "nightly" }
    #expect(all.map(\.id) == [made.id] && all.first?.state == .completed)
    #expect(try service.backend.recoveryPoint(made.id, kind, of: production.id)?.state == .completed)
  }

  @Test(arguments: Subject.all, RecoveryPoint.Kind.allCases)
  func aCopyThatFailsIsNeverComplete(at subject: Subject, _ kind: RecoveryPoint.Kind) throws {
    let service = try subject.make()
    let production = try service.application()
    service.disturb(.operationFails)
    let made = try service.backend.create(kind, named: "nightly", of: production)
    for _ in 0..<60 {
      let seen = try service.backend.recoveryPoint(made.id, kind, of: production.id)
      #expect(seen?.state != .completed)
      service.pass(.seconds(5))
    }
    #expect(try service.backend.recoveryPoint(made.id, kind, of: production.id)?.state.isDead == true)
  }

  @Test(arguments: Subject.all) func aChangeWhoseAnswerIsLostIsMadeOnce(at subject: Subject) throws {
    let service = try subject.make()
    let production = try service.application()
    service.disturb(.answerLost)
    let lost = error { () throws(BackendError) in
      _ = try service.backend.create(.backup, named: "nightly", of: production)
    }
    #expect(lost?.kind == .fateUnknown)
    service.pass(service.backend.longestLag)
    let made = try service.backend.recoveryPoints(.backup, of: production.id)
    #expect(made.count { $0.name == "nightly" } == 1)
  }

  @Test(arguments: Subject.all) func aChangeThatIsLostIsNotMade(at subject: Subject) throws {
    let service = try subject.make()
    let production = try service.application()
    service.disturb(.requestLost)
    let lost = error { () throws(BackendError) in
      _ = try service.backend.create(.backup, named: "nightly", of: production)
    }
    #expect(lost?.kind == .fateUnknown)
    service.pass(.seconds(60))
    let made = try service.backend.recoveryPoints(.backup, of: production.id)
    #expect(!made.contains { $0.name == "nightly" })
  }

  @Test(arguments: Subject.all) func whatIsRemovedIsGone(at subject: Subject) throws {
    let service = try subject.make()
    let good = try service.backup()
    try service.backend.delete(good)
    service.pass(.seconds(300))
    let left = try service.backend.recoveryPoint(good.id, .backup, of: good.applicationID)
    #expect([nil, .removed].contains(left?.state))
    #expect(try service.application().state == .ready)
  }

  // MARK: Clones

  @Test(arguments: Subject.all) func aCloneHoldsWhatItsSourceHeld(at subject: Subject) throws {
    let service = try subject.make()
    let production = try service.application()
    let held = service.content(of: production.id)
    let begun = try service.clone(production)
    #expect(begun.kind == .clone && begun.state != .succeeded)
    service.write("order-since", to: production.id)
    service.pass(.seconds(300))
    let ended = try #require(try service.backend.cloning(begun.id))
    #expect(ended.state == .succeeded)
    let clone = try #require(ended.application)
    #expect(clone.name == "debug" && clone.state == .ready && clone.id != production.id)
    #expect([nil, production.id].contains(clone.sourceID))
    // A live copy may hold what was written while it was made.
    let (before, cloned) = (held ?? [], service.content(of: clone.id) ?? [])
    #expect(!before.isEmpty && [before, before + ["order-since"]].contains(cloned))
    // Found by its name, as a further attempt finds it.
    let found = try #require(try service.backend.applications(named: "debug").first)
    #expect(try service.backend.cloning(of: found).state == .succeeded)
    #expect(service.content(of: production.id)?.last == "order-since")
  }

  @Test(arguments: Subject.all) func aCloneOfABackupHoldsThat(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    let begun = try service.backend.start(try service.cloneRequest(production, .recoveryPoint(good)))
    service.pass(.seconds(300))
    let clone = try #require(try service.backend.cloning(begun.id)?.application)
    let (live, cloned) = (service.content(of: production.id), service.content(of: clone.id))
    #expect(cloned != nil && cloned != live)
    let shown = service.backend.shownOrigins(of: clone)
    #expect(shown.isEmpty || shown == [good.id])
  }

  @Test(arguments: Subject.all) func aCloneThatFailsNeverSucceeds(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    service.disturb(.operationFails)
    let begun = try service.backend.start(try service.cloneRequest(production, .recoveryPoint(good)))
    var last: Operation?
    for _ in 0..<60 {
      last = try service.backend.cloning(begun.id)
      #expect(last?.state != .succeeded)
      service.pass(.seconds(5))
    }
    guard case .failed(let reason) = last?.state else {
      Issue.record("\(String(describing: last?.state))")
      return
    }
    #expect(!reason.isEmpty)
  }

  @Test(arguments: Subject.all) func aCloneThatIsRemovedIsGoneAndItsSourceIsNot(at subject: Subject) throws {
    let service = try subject.make()
    let production = try service.application()
    let begun = try service.clone(production)
    service.pass(.seconds(300))
    let clone = try #require(try service.backend.cloning(begun.id)?.application)
    try service.backend.delete(clone)
    service.pass(.seconds(300))
    #expect(try [nil, .removed].contains(service.backend.application(clone.id)?.state))
    #expect(try service.application().state == .ready)
    #expect(service.content(of: production.id) != nil)
  }

  // MARK: In-place restores

  @Test(arguments: Subject.all) func howItRestoresIsToldAndBeginsNothing(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    let plan = try service.backend.plan(restoreOf: production, from: good)
    #expect((plan == .atomic) == subject.restoresAtOnce)
    guard case .stepwise(let changes) = plan else { return }
    #expect(changes.all.count > 1 && changes.all.allSatisfy { !$0.clause.isEmpty })
    #expect(Set(changes.all.map(\.id)).count == changes.all.count)
    let refusal = error { () throws(BackendError) in
      try service.backend.startInPlaceRestore(of: production, from: good)
    }
    #expect(refusal?.kind == .misconfigured && refusal?.hint != nil)
    service.pass(.seconds(60))
    let now = try service.application()
    #expect(now.state == .ready && now.marks == production.marks)
  }

  @Test(arguments: Subject.restoringAtOnce) func aRestoreBringsTheCopyBack(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    let broken = service.content(of: production.id)
    let restore = try service.restore(production, from: good)
    let begun = try #require(try service.backend.restoring(restore))
    #expect(begun.kind == .inPlaceRestore && begun.state != .succeeded)
    let ended = try service.watch(restore)
    #expect(ended.state == .succeeded && [[], [good.id]].contains(ended.points))
    let now = try service.application()
    let restored = service.content(of: now.id)
    #expect(now.id == production.id && restored != nil && restored != broken)
    #expect(try service.backend.mayHold(restore, now))
    #expect(service.backend.overwriteSigns(on: now, since: production.marks, or: nil) != .unchanged)
  }

  @Test(arguments: Subject.restoringAtOnce) func aRestoreThatFailsNeverSucceeds(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    service.disturb(.operationFails)
    let restore = try service.restore(production, from: good)
    let ended = try service.watch(restore)
    guard case .failed = ended.state else {
      Issue.record("\(ended.state)")
      return
    }
    let wreck = try service.application()
    #expect(service.backend.isUntouched(wreck, sinceFailureOf: restore, wreck.marks))
  }

  @Test(arguments: Subject.restoringAtOnce, [true, false])
  func whetherALostRestoreWasBegunIsShown(at subject: Subject, _ wasBegun: Bool) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    service.disturb(wasBegun ? .answerLost : .requestLost)
    let restore = InPlaceRestore(
      of: production.id, from: good.id, before: production.marks, requestedAt: service.now)
    let lost = error { () throws(BackendError) in
      try service.backend.startInPlaceRestore(of: production, from: good)
    }
    #expect(lost?.kind == .fateUnknown)
    service.pass(.seconds(5))
    let now = try service.application()
    #expect(try service.backend.showsBeginning(of: restore, on: now) == wasBegun)
  }

  @Test(arguments: Subject.all) func aRestoreOfOthersIsSeen(at subject: Subject) throws {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    #expect(service.backend.overwriteSigns(on: production, since: production.marks, or: nil) != .overwritten)
    service.restoreByOthers(production.id, from: good.id)
    service.pass(.seconds(1))
    let overwritten = try service.application()
    #expect(overwritten.state == .restoring)
    let operations = try service.backend.operations(on: overwritten)
    #expect(operations.map { $0.map(\.kind) == [.inPlaceRestore] } ?? true)
    service.pass(.seconds(300))
    let now = try service.application()
    #expect(service.backend.overwriteSigns(on: now, since: production.marks, or: nil) != .unchanged)
    // That nothing has happened since a later moment does not take back what the marks show.
    let later = service.backend.currentTime
    #expect(service.backend.overwriteSigns(on: now, since: production.marks, or: later) != .unchanged)
  }

  @Test(arguments: Subject.restoringAtOnce) func whatIsBusyRefusesAndBeginsNothing(at subject: Subject) throws
  {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    let restore = try service.restore(production, from: good)
    service.pass(.seconds(1))
    let refusal = error { () throws(BackendError) in
      try service.backend.startInPlaceRestore(of: production, from: good)
    }
    #expect([.refused(.busy), .refused(.notReady)].contains(refusal?.kind))
    #expect(try service.watch(restore).state == .succeeded)
  }

  @Test(arguments: Subject.restoringAtOnce) func anApplicationThatGoesDuringItsRestoreIsNoSuccess(
    at subject: Subject
  )
    throws
  {
    let service = try subject.make()
    let (production, good) = (try service.application(), try service.backup())
    let restore = try service.restore(production, from: good)
    service.removeByOthers(production.id)
    for _ in 0..<60 {
      #expect(try service.backend.restoring(restore)?.state != .succeeded)
      service.pass(.seconds(5))
    }
  }

  /// The error of a call of the backend; nil if it has none.
  private func error(_ call: () throws(BackendError) -> Void) -> BackendError? {
    do throws(BackendError) {
      try call()
      return nil
    } catch {
      return error
    }
  }
}

extension ServiceUnderTest {
  func application() throws -> Application {
    try #require(try backend.applications(named: production).first)
  }

  func backup() throws -> RecoveryPoint {
    let all = try backend.recoveryPoints(.backup, of: application().id)
    return try #require(all.first { $0.name == goodBackup })
  }

  func cluster() throws -> Cluster { try #require(try backend.clusters(named: debugCluster).first) }

  func cloneRequest(_ source: Application, _ content: CloneRequest.Source) throws -> CloneRequest {
    CloneRequest(
      name: "debug", application: source, sourceCluster: try #require(source.clusterID),
      destinationCluster: try cluster().id, source: content,
      namespaces: source.namespaces.map { .init(source: $0, destination: "debug") })
  }

  /// Begins a clone of the live application, by the backend's plan.
  func clone(_ source: Application) throws -> Operation {
    var request = try cloneRequest(source, .live)
    if case .afterMaking(let kind) = try backend.plan(request) {
      let copy = try backend.create(kind, named: "for-the-clone", of: source)
      pass(.seconds(300))
      request.source = .recoveryPoint(copy)
    }
    return try backend.start(request)
  }

  func restore(_ application: Application, from point: RecoveryPoint) throws -> InPlaceRestore {
    let restore = InPlaceRestore(
      of: application.id, from: point.id, before: application.marks, requestedAt: now)
    try backend.startInPlaceRestore(of: application, from: point)
    return restore
  }

  /// Looks at a restore every few seconds, as the steps do, until it has ended for a while.
  func watch(_ restore: InPlaceRestore) throws -> Operation {
    var last = try #require(try backend.restoring(restore))
    for _ in 0..<60 {
      pass(.seconds(5))
      last = try #require(try backend.restoring(restore))
    }
    return last
  }
}
