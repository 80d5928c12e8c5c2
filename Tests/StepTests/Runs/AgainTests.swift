import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import AstraSnapshot
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// "Running the step again continues": every step, with a run's name and without, whatever ended the first attempt, and
/// whether the operation still runs or has ended meanwhile.
@Suite(.eachService) struct AgainTests {
  /// What ends the first attempt.
  enum Ending: String, CaseIterable, Sendable {
    case timedOut, killedWhileWaiting, killedAtTheAnswer, killedOnTheWay
  }

  /// A step, and what tells that it was carried out once.
  private struct Use {
    var request: (action: RequestPurpose.Action, subject: RequestPurpose.Subject)
    var run: (StepHarness, [String]) throws -> StepHarness.Result
    var count: (any SimulatedService) -> Int

    init<S: Step>(
      _ step: S.Type, _ action: RequestPurpose.Action, _ subject: RequestPurpose.Subject,
      _ arguments: [String] = [],
      _ count: @escaping (any SimulatedService) -> Int
    ) {
      request = (action, subject)
      run = { try $0.run(step, arguments: arguments + $1) }
      self.count = count
    }
  }

  private static func use(_ word: String) -> Use {
    switch word {
    case "backup": Use(BackupStep.self, .create, .backup) { $0.tally.backupsCreated }
    case "snapshot": Use(SnapshotStep.self, .create, .snapshot) { $0.tally.snapshotsCreated }
    case "clone": Use(CloneStep.self, .create, .application) { $0.tally.clonesCreated }
    // What carried it may go too.
    case "cleanup":
      Use(
        CleanupStep.self, Magento.product.removalOfAClone.action, Magento.product.removalOfAClone.subject,
        ["--remove-clone"]
      ) { service in
        service.journal(from: 0).count { $0.event == .deleted && $0.kind == .clone }
      }
    default: Use(RestoreStep.self, .restore, .application) { $0.tally.restoresRequested }
    }
  }

  private func harness(_ word: String, isNamed: Bool, isShown: Bool) throws -> StepHarness {
    let harness = try Magento.harness(run: isNamed ? "jenkins-post-mortem-42" : nil) {
      ($0.duplicateBackupNames, $0.duplicateSnapshotNames) = (true, true)
      ($0.backup, $0.clone, $0.restore) = (.seconds(100), .seconds(100), .seconds(100))
      if word == "snapshot" { $0.snapshot = .seconds(100) }
      if !isShown { $0.showsRestoreSource = false }
    }
    if word == "cleanup" {
      try harness.run(CloneStep.self).expectSuccess()
      harness.site.service.behaviour.deletion = .seconds(100)
    }
    // Not the clone as evidence: a snapshot is made in seconds.
    if word == "restore" { harness.environment["DEBUG_APP_NAME"] = nil }
    if word == "backup" { harness.environment["BACKUP_NAME"] = "before-2.4.3" }
    if word == "snapshot" { harness.environment["SNAPSHOT_NAME"] = "before-2.4.3" }
    return harness
  }

  /// Lets the first attempt end so.
  private func end(_ ending: Ending, _ use: Use, _ harness: StepHarness) throws {
    switch ending {
    case .timedOut:
      let result = try use.run(harness, ["--timeout", "40s"])
      result.expect(.deadlinePassed)
      #expect(result.standardError.contains("running the step again continues"))
      return
    case .killedAtTheAnswer:
      harness.site.faults = [SiteFault(.killAfter, use.request.action, use.request.subject)]
    case .killedOnTheWay:
      harness.site.faults = [
        SiteFault(
          .several([.late(.seconds(10)), .killAfter]), use.request.action, use.request.subject)
      ]
    case .killedWhileWaiting:
      harness.site.beforeRequest = { [unowned harness] number in
        let purpose = harness.site.purposes[number - 1]
        guard (purpose.action, purpose.subject) == use.request else { return }
        harness.site.faults = [SiteFault(.killBefore, atRequest: number + 4)]
        harness.site.beforeRequest = nil
      }
    }
    #expect(try use.run(harness, []).wasKilled)
  }

  @Test(arguments: ["backup", "snapshot", "clone", "restore", "cleanup"], Ending.allCases)
  func runningItAgainContinues(word: String, ending: Ending) throws {
    for isNamed in [true, false] {
      for isOver in [false, true] {
        for isShown in word == "restore" ? [true, false] : [true] {
          let harness = try harness(word, isNamed: isNamed, isShown: isShown)
          let use = Self.use(word)
          try end(ending, use, harness)
          if isOver {
            harness.site.pass(.seconds(600))
            harness.site.service.addRows(["order-2001"], to: Magento.production)
          }
          let again = try use.run(harness, [])
          let story: Comment =
            "named \(isNamed), over \(isOver), source shown \(isShown)\n\(again.standardError)"
          let wasUnheard = [.killedAtTheAnswer, .killedOnTheWay].contains(ending)
          // An application that shows no time of its own shows of such a restore where it came from, and not its end.
          let isDated = harness.site.service.capabilities.datesModifications
          if word == "restore", isOver, wasUnheard, !isDated, again.code == .deadlinePassed {
            #expect(use.count(harness.site.service) == 1, story)
            #expect(
              harness.site.service.productionContent?.rows.contains("order-2001") == true, story)
            continue
          }
          #expect(again.code == .success && again.report.claimsSuccess, story)
          // What was asked for when the step was killed, is over, and left no mark, cannot be known of: then it is done
          // again, and the state in between is in a copy.
          let isDark = isOver && !isShown && wasUnheard
          #expect(use.count(harness.site.service) <= (isDark ? 2 : 1), story)
          let holders =
            harness.site.service.recoveryPoints.compactMap(\.content)
            + [harness.site.service.productionContent].compactMap { $0 }
          if isOver { #expect(holders.contains { $0.rows.contains("order-2001") }, story) }
          if isOver, word == "restore", !isDark {
            #expect(harness.site.service.productionContent?.rows.contains("order-2001") == true, story)
          }
        }
      }
    }
  }

  @Test func theHintOfAShortTimeIsTrueToo() throws {
    // Of several changes the last one is the restore.
    let limit = Magento.product.restoresByChanges ? 20 : 6
    for shown in [true, false] {
      let harness = try Magento.harness(run: nil) {
        $0.restore = .seconds(limit)
        if !shown { $0.showsRestoreSource = false }
      }
      harness.environment["ASTRA_TIMEOUT"] = "\(limit)s"
      harness.environment["DEBUG_APP_NAME"] = nil
      try harness.run(RestoreStep.self).expect(.deadlinePassed)
      harness.site.pass(.seconds(300))
      harness.site.service.addRows(["order-2001"], to: Magento.production)
      try harness.run(RestoreStep.self).expectSuccess()
      #expect(harness.site.service.tally.restoresRequested == 1)
      #expect(harness.site.service.productionContent?.rows.contains("order-2001") == true)
    }
  }

  @Test func withoutANameAnOldRecordOrAgeAloneProvesNothing() throws {
    let harness = try Magento.harness(run: nil)
    harness.environment["BACKUP_NAME"] = "one"
    try harness.run(BackupStep.self).expectSuccess()
    // The same thing, just made, and no record.
    let records = harness.files.contents
    harness.files.contents = [:]
    try harness.run(BackupStep.self).expect(.protected, saying: "no fresh record of a run without a name")
    // A record of a run with a name is not this run's.
    harness.files.contents = records.mapValues { bytes in
      Array(String(decoding: bytes, as: UTF8.self).replacing("\"step\"", with: "\"run\":\"x\",\"step\"").utf8)
    }
    try harness.run(BackupStep.self).expect(.protected, saying: "of run x")
    harness.files.contents = records
    try harness.run(BackupStep.self).expectSuccess()
    harness.site.pass(.seconds(3700))
    try harness.run(BackupStep.self).expect(.protected, saying: "from an earlier run")
    #expect(harness.site.service.tally.backupsCreated == 1)
  }
}
