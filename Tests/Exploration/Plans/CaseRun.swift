internal import ServiceSimulation
internal import Foundation
internal import SimulatedBackend
internal import StepCommon
internal import Timing

/// Plays a mission with its faults to the end, and says which promises were broken.
final class CaseRun {
  private let plan: Plan
  private let harness: StepHarness
  /// Where real files are written; removed with this.
  private let folder: String?
  private let start: any SimulatedService
  private var monitor: ServiceMonitor
  private var claims: StatusClaims
  /// Watches for what only this service can come to.
  private var worldWatch: (any WorldWatch)?
  private var outcome = Outcome()
  /// How often pages had been looked at before the attempt in hand.
  private var looksBefore = 0
  /// What tells the stage in hand apart from others of its program; nil if its own environment says it.
  private var suffixed: String?
  /// Whether the last attempt could not know that the restore was over; what it came to is looked at all the same.
  private var endedUnknown = false
  /// How many attempts have given up a restore that calls itself completed, and lacks data: the next asks for another.
  private var disprovenRestores = 0

  /// Prepares a plan; `tell` hears the whole story, line by line.
  init(_ plan: Plan, tell: ((String) -> Void)? = nil) {
    self.plan = plan
    folder = plan.mission.isOnDisk ? Self.newFolder() : nil
    harness = StepHarness(plan.setup, run: plan.run, folder: folder)
    harness.site.tell = tell
    for seed in plan.mission.found { harness.site.service.add(seed) }
    start = harness.site.service
    if let left = plan.mission.left { Self.leave(left, harness) }
    harness.environment["BUILD_TAG"] = plan.run
    harness.site.faults = plan.faults
    monitor = ServiceMonitor(harness.site.service, others: plan.changesTheWorld)
    claims = StatusClaims(harness.site.service, run: plan.changesTheWorld ? nil : plan.run)
    worldWatch = plan.watch?(harness.site.service, plan.changesTheWorld)
    watch()
  }

  deinit {
    if let folder { try? FileManager.default.removeItem(atPath: folder) }
  }

  /// A folder in memory where there is such a file system: every write is brought to the disk.
  private static func newFolder() -> String {
    let memory = "/dev/shm"
    let parent =
      FileManager.default.isWritableFile(atPath: memory)
      ? memory : FileManager.default.temporaryDirectory.path
    let path = "\(parent)/astra-explorer-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Lets an earlier run leave what it leaves.
  private static func leave(_ left: Leftover, _ harness: StepHarness) {
    harness.site.tell?("== an earlier run")
    harness.environment["BUILD_TAG"] = left.run
    harness.environment["ASTRA_TIMEOUT"] = "\(left.timeoutSeconds)s"
    for stage in left.stages {
      harness.take(stage)
      _ = try? stage.program.run(harness, stage.arguments)
    }
    harness.site.pass(left.age)
  }

  /// Plays to the end.
  func run() -> Outcome {
    outcome.isComplete = playRun(untilWell: !plan.isAbandoned)
    outcome.events = harness.site.events
    outcome.operations = Set(
      OperationKind.allCases.filter { harness.site.service.operationsBegun($0) > 0 })
    outcome.ending = truth.ending
    outcome.snapshots = harness.site.service.tally.snapshotsCreated - monitor.tallyAtBase.snapshotsCreated
    checkEnd()
    if plan.comesBackNextWeek { playNextWeek() }
    outcome.requests = harness.site.requests.count
    outcome.time = harness.site.time.now.sinceOrigin
    if harness.hasTold(start.credential) { fail("the token is in a file or a stream") }
    return outcome
  }

  private var truth: GroundTruth {
    GroundTruth(
      world: harness.site.service, monitor: monitor, mission: plan.mission, others: plan.changesTheWorld,
      spoilsPages: plan.spoilsPages, pages: Array(harness.site.pageTruths.dropFirst(looksBefore)))
  }

  private func watch() {
    let looksAhead = plan.mission.stages.contains { $0.program == .preflight }
    let claims = plan.mission.stages.contains { $0.program == .status }
    harness.site.observe = { [unowned self] world in
      monitor.look(world)
      if let event = harness.site.events.last { worldWatch?.look(world, before: event) }
      if claims { self.claims.look(world) }
      guard looksAhead, case .request("GET", _, let purpose)? = harness.site.events.last else { return }
      monitor.see(purpose, world)
    }
  }

  private func fail(_ sentence: String) {
    outcome.violations.append(sentence)
    harness.site.tell?("!! \(sentence)")
  }

  /// Plays the stages in order, each as often as the plan allows; returns whether all ended well.
  private func playRun(untilWell: Bool) -> Bool {
    for (index, stage) in plan.mission.stages.enumerated() {
      var isDone = false
      stage.meanwhile?(&harness.site.service)
      stage.records?.happen(to: harness)
      if let suffix = plan.suffixes.dropFirst(index).first { suffixed = suffix }
      for number in 1...plan.attempts {
        if number > 1 { wait(before: number) }
        isDone = play(stage, number, index >= plan.mission.prepared)?.isAsOwed ?? false
        if isDone || !untilWell { break }
      }
      guard isDone else { return false }
    }
    return true
  }

  /// Lets the time pass in which nobody runs the step again.
  private func wait(before number: Int) {
    if number == 2, let later = plan.laterSeconds {
      harness.site.pass(.seconds(Int64(later)))
      harness.site.service.takeOrder("order-2002-after-the-first-attempt")
    }
    // Whoever starts it again a second time has waited a while; what nothing names is known for as long as its timeout.
    if number > 2 { harness.site.pass(.seconds(plan.run == nil ? Int64(plan.timeoutSeconds / 4) : 1800)) }
  }

  /// Gives the files that a killed step was writing to a process that is gone, as that step would be: here it was a part
  /// of this process, which lives on.
  private func orphanTemporaryFiles() {
    guard let folder, let files = FileManager.default.enumerator(atPath: folder) else { return }
    let (living, gone) = ("-\(ProcessInfo.processInfo.processIdentifier)-", "-\(Int32.max - 1)-")
    for path in files.compactMap({ $0 as? String }) where path.hasSuffix(".tmp") && path.contains(living) {
      try? FileManager.default.moveItem(
        atPath: "\(folder)/\(path)", toPath: "\(folder)/\(path.replacing(living, with: gone))")
    }
  }

  /// Runs a stage once; nil if it left no report to look at.
  private func play(_ stage: Mission.Stage, _ number: Int, _ isAttacked: Bool = false) -> Attempt? {
    let site = harness.site
    site.tell?("== \(stage.program.rawValue), attempt \(number), at \(site.time.now.sinceOrigin)")
    let timeout =
      isAttacked && number == 1 ? plan.firstTimeoutSeconds ?? plan.timeoutSeconds : plan.timeoutSeconds
    harness.environment["ASTRA_TIMEOUT"] = "\(timeout)s"
    harness.take(stage, suffix: suffixed)
    let (began, faultsBefore, eventsBefore) = (site.time.now, site.faults.count, site.events.count)
    outcome.attempts += 1
    outcome.attemptsBegan.append(eventsBefore)
    looksBefore = site.pageTruths.count
    monitor.beginAttempt()
    claims.beginAttempt()
    do {
      let result = try stage.program.run(harness, stage.arguments)
      monitor.look(site.service)
      let attempt = Attempt(
        stage: stage, result: result, elapsed: site.time.now - began, timeout: .seconds(timeout),
        mayBeUnwritable: plan.spoilsFiles,
        pages: plan.setup.behaviour.pageSize > 0,
        filesAskedFor: site.purposes.suffix(result.requests).count { $0.subject == .file })
      outcome.codes.append(result.wasKilled ? -9 : result.code.rawValue)
      if result.wasKilled { orphanTemporaryFiles() }
      worldWatch?.hear(
        result.standardError, code: result.wasKilled ? nil : result.code.rawValue, site.service)
      endedUnknown = !result.wasKilled && cannotKnowTheEnd(result.code.rawValue, saying: result.message)
      let rows = site.service.application(WorkedExample.production)?.content?.rows ?? []
      if result.code == .operationFailed, rows.isEmpty,
        result.message.contains("has not brought volume claim")
      {
        disprovenRestores += 1
      }
      for violation in attempt.violations(truth) { fail("\(stage.program.rawValue): \(violation)") }
      if stage.program == .status, attempt.succeeded {
        claims.look(site.service)
        for violation in claims.violations(in: result.standardOutput, isBent: plan.bendsAnswers) {
          fail("\(stage.program.rawValue): \(violation)")
        }
      }
      let met = site.faults.count < faultsBefore
      if !result.wasKilled { checkCode(result.code.rawValue, of: stage, number, met, saying: result.message) }
      return attempt
    } catch let error as StepHarness.NoReport {
      if error.wasKilled { orphanTemporaryFiles() }
      worldWatch?.hear(error.said, code: error.wasKilled ? nil : error.code.rawValue, site.service)
      outcome.codes.append(error.wasKilled ? -9 : error.code.rawValue)
      let writes = site.events.dropFirst(eventsBefore).count { if case .write = $0 { true } else { false } }
      let diedAtOnce = error.wasKilled && writes <= 1
      // Nothing but a fault of the disk, or a death before the first write, can keep it from being there.
      if !diedAtOnce, !plan.spoilsFiles { fail("\(stage.program.rawValue): no report at \(error.path)") }
      if !error.wasKilled { checkCode(error.code.rawValue, of: stage, number, true, saying: error.said) }
    } catch {
      fail("\(stage.program.rawValue): \(error)")
    }
    return nil
  }

  /// The attempt that met the plan's fault may end only as its kind says.
  private func checkCode(
    _ code: Int32, of stage: Mission.Stage, _ number: Int, _ met: Bool,
    saying message: @autoclosure () -> String
  ) {
    var owed = met ? plan.codes : nil
    if let program = plan.codesOf {
      owed = program != stage.program ? nil : number == 1 ? plan.codes : plan.codesAgain
    }
    if plan.isUndisturbed { owed = stage.owed }
    // What has to be refused is refused in whatever trouble, and where nothing is met ends no better.
    if !stage.owed.contains(0), code == 0, !plan.changesTheWorld, !plan.spoilsPages {
      fail("\(stage.program.rawValue): exit 0, but it has to end with \(stage.owed.sorted())")
    }
    guard let codes = owed?.union(stage.owed).union(stage.before), !codes.contains(code) else { return }
    if cannotKnowTheEnd(code, saying: message()) { return }
    let allowed = codes.sorted().map(String.init).joined(separator: ", ")
    fail("\(stage.program.rawValue): exit \(code), but \(allowed) is owed: \(message())")
  }

  /// Whether a step waited to its deadline because the server shows nothing of a restore, if that may be so.
  private func cannotKnowTheEnd(_ code: Int32, saying message: @autoclosure () -> String) -> Bool {
    plan.mayShowNothing && code == 75 && message().contains("ready, as before the restore")
  }

  private func checkEnd() {
    let leftovers = harness.writtenFiles.keys.filter { $0.hasSuffix(".tmp") }
    if outcome.isComplete, !leftovers.isEmpty { fail("left behind: \(leftovers.sorted())") }
    for loss in monitor.losses { fail("overwritten without evidence: \(loss)") }
    for damage in worldWatch?.violations(
      harness.site.service, isComplete: outcome.isComplete && !plan.mission.isRefused) ?? []
    {
      fail(damage)
    }
    if !plan.changesTheWorld, !plan.mission.removesClone, !plan.mission.removesEvidence {
      for loss in monitor.noLongerHeld(by: harness.site.service) { fail("the evidence is gone: \(loss)") }
    }
    for excess in truth.excess(
      slack: max(plan.changesTheWorld || plan.isDeceived ? 1 : 0, plan.worldFaults) + plan.fileFaults,
      carriers: plan.renewedCarriers,
      restores: (plan.forgetsRestores || plan.mission.restoresAgain ? 1 : 0) + disprovenRestores,
      snapshots: plan.snapshots)
    { fail(excess) }
    if !plan.changesTheWorld {
      for damage in truth.damage(since: start) { fail(damage) }
    }
    let surplus = truth.surplusEvidence - plan.doubts
    if outcome.isComplete, plan.fileFaults == 0, !plan.changesTheWorld, surplus > 0 {
      fail("\(surplus) more snapshots of this run stand as evidence than restores were begun with")
    }
    if plan.isUndisturbed, !outcome.isComplete {
      fail("it did not come to its end: exit codes \(outcome.codes)")
    }
    guard let undisturbed = plan.undisturbedEnding else { return }
    if !outcome.isComplete, !endedUnknown {
      fail("it did not come to an end: exit codes \(outcome.codes)")
    } else if compared(outcome.ending) != compared(undisturbed) {
      fail("it ended otherwise than undisturbed: \(outcome.ending) instead of \(undisturbed)")
    }
  }

  /// What two ends have to have in common.
  private func compared(_ ending: [String]) -> [String] {
    plan.mission.mayBackUp ? ending.filter { !$0.hasPrefix("backup \(Mission.newBackup) ") } : ending
  }

  /// A week later the same pipeline meets what this run left, and another fault in production.
  private func playNextWeek() {
    let site = harness.site
    site.endTroubles()
    site.service.recover(to: start)
    site.pass(plan.mission.comesBackAfter)
    site.tell?("== a week later, or what comes in its place")
    if !plan.sharesItsName { harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43" }
    let rows = WorkedExample.goodContent.rows + ["order-3001", "order-3002"]
    site.service.deploy(version: "2.4.3", broken: true, rows: rows, to: WorkedExample.production)
    monitor = ServiceMonitor(site.service)
    claims = StatusClaims(site.service, run: harness.environment["BUILD_TAG"])
    let leftovers = truth.lastingObjects
    for stage in plan.mission.stages {
      guard let attempt = play(stage, 1) else { return }
      let isRefusal = attempt.result.code == .protected
      // A leftover of that name is refused; the restore has no such excuse, though a server that shows nothing of
      // it is one for not knowing.
      let cannotKnowTheEnd = attempt.result.code == .deadlinePassed && plan.mayShowNothing
      // What a run has stopped and put aside that came to no good end is that run's to go on with.
      let isAnothers =
        isRefusal && (plan.isAbandoned || !outcome.isComplete) && site.service.capabilities.restoresByChanges
        && attempt.result.message.contains("was stopped for an in-place restore of")
      if !attempt.succeeded, !isRefusal || stage.program == .restore, !cannotKnowTheEnd, !isAnothers {
        fail(
          "a week later: \(stage.program.rawValue) exit \(attempt.result.code.rawValue): \(attempt.result.message)"
        )
      }
    }
    // What was broken before was told then.
    let told = Set(outcome.violations)
    for damage in worldWatch?.violations(site.service, isComplete: false) ?? [] where !told.contains(damage) {
      fail("a week later: \(damage)")
    }
    for loss in monitor.losses { fail("a week later: overwritten without evidence: \(loss)") }
    for excess in truth.excess(restores: plan.forgetsRestores ? 1 : 0, snapshots: 2) {
      fail("a week later: \(excess)")
    }
    // What the week before left stands as it was.
    for left in leftovers.subtracting(truth.lastingObjects) { fail("a week later: gone is \(left)") }
  }
}

extension StepHarness {
  /// Sets the environment that a stage has.
  fileprivate func take(_ stage: Mission.Stage, suffix: String? = nil) {
    environment["BACKUP_NAME"] = stage.environment["BACKUP_NAME"] ?? WorkedExample.goodBackup
    environment["SNAPSHOT_NAME"] = stage.environment["SNAPSHOT_NAME"]
    environment["DEBUG_KUBERNETES_CLUSTER"] = stage.environment["DEBUG_KUBERNETES_CLUSTER"] ?? "ocp-debug"
    environment["ASTRA_REPORT_SUFFIX"] = suffix ?? stage.environment["ASTRA_REPORT_SUFFIX"]
  }
}
