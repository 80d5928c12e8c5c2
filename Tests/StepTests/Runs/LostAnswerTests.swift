import Files
import ServiceSimulation
import StepTestSupport
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraClone
import AstraRestore

/// Answers that are lost, steps that are killed: nothing is made twice, and a second run ends as one would.
@Suite(.eachService) struct LostAnswerTests {
  /// Runs backup, clone and restore; those that are killed or fail are run a second time.
  private func pipeline(_ harness: StepHarness) throws -> [StepHarness.Result] {
    var results: [StepHarness.Result] = []
    func twice<S: Step>(_ step: S.Type, backup: String) throws {
      harness.environment["BACKUP_NAME"] = backup
      let first = try harness.run(step)
      #expect(
        first.wasKilled || first.report.claimsSuccess == (first.code == .success), "\(first.standardError)")
      if first.wasKilled { #expect(!first.report.claimsSuccess, "killed, but the report claims success") }
      results.append(first.code == .success && !first.wasKilled ? first : try harness.run(step))
    }
    try twice(BackupStep.self, backup: "before-2.4.3")
    try twice(CloneStep.self, backup: "")
    try twice(RestoreStep.self, backup: Magento.goodBackup)
    return results
  }

  /// What must be so after the pipeline, whatever happened on the way.
  private func check(_ harness: StepHarness, _ results: [StepHarness.Result], _ story: Comment) {
    let world = harness.site.service
    for result in results {
      #expect(result.code == .success && result.report.claimsSuccess, "\(story): \(result.standardError)")
    }
    #expect(world.tally.backupsCreated == 1 + Magento.product.backupsOfAClone, story)
    #expect(world.tally.clonesCreated == 1, story)
    #expect(world.clones.first?.content?.rows == Magento.brokenRows, story)
    #expect(world.productionContent == Content(version: Magento.goodVersion, rows: Magento.goodRows), story)
    #expect(world.tally.restoresFinished == 1, story)
    #expect(world.tally.deletions == 0, story)
    // At most one copy beyond the clone, where the step could not know whether the clone still was evidence.
    #expect(world.tally.snapshotsCreated <= 1, story)
    #expect(!harness.hasTold(world.credential), story)
  }

  @Test func whatAKilledStepCouldNotWriteDownIsWrittenDownByTheNext() throws {
    func check<S: Step>(_ step: S.Type) throws {
      let name = S.identity.name
      let whole = try Magento.harness()
      whole.environment["BACKUP_NAME"] = "before-2.4.3"
      for number in 1...(try whole.run(step).requests) {
        let harness = try Magento.harness()
        harness.environment["BACKUP_NAME"] = "before-2.4.3"
        harness.site.faults = [SiteFault(.killAfter, atRequest: number)]
        #expect(try harness.run(step).wasKilled && harness.run(step).code == .success)
        let record = harness.files.text("reports/\(name).json") ?? ""
        #expect(
          record.contains(#""id" : "#) && record.contains(#""stage" : "finished""#), "\(number): \(record)")
        // Where a request has to be prepared by looks, one that was never sent may stay written down.
        if Magento.product.clonesByOneRequest {
          #expect(!record.contains(#""stage" : "asked""#), "\(number): \(record)")
        }
      }
    }
    try check(BackupStep.self)
    try check(CloneStep.self)
  }

  @Test func anUnreadableAnswerAfterTheFactIsNotARepetition() throws {
    let requests: [(RequestPurpose.Action, RequestPurpose.Subject)] = [
      (.create, .backup), (.create, .application), (.restore, .application),
    ]
    for (action, subject) in requests {
      for status in [200, 201, 500, 502, 503, 504] where status >= 500 || action == .create {
        for afterwards in [true, false] where afterwards || status >= 500 {
          let harness = try Magento.harness()
          let page = ServiceResponse(
            status: status, headers: [("Content-Type", "text/html")], body: Array("<html>oops</html>".utf8))
          harness.site.faults = [SiteFault(.answers(page, afterwards: afterwards), action, subject)]
          check(harness, try pipeline(harness), "\(action) \(subject) \(status) afterwards \(afterwards)")
        }
      }
    }
  }

  @Test func aListThatLagsDoesNotHideWhatWasMade() throws {
    // Older servers take two backups of one name, so a blind repetition would make a second one.
    let harness = try Magento.harness { $0.duplicateBackupNames = true }
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    harness.site.faults = [
      SiteFault(.lostAnswer, .create, .backup),
      SiteFault(
        .answers(
          ServiceResponse(
            status: 200, headers: [("Content-Type", "application/json")],
            body: Array(#"{"items":[],"metadata":{}}"#.utf8))),
        .list, .backup),
    ]
    // The first look of the step is before its request; the faulty one is to be the first after it.
    let fault = harness.site.faults.removeLast()
    harness.site.beforeRequest = { [unowned harness] number in
      if harness.site.purposes[number - 1].action == .create { harness.site.faults.append(fault) }
    }
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.site.service.tally.backupsCreated == 1)
  }

  @Test(arguments: [
    SiteFault.Effect.several([.late(.seconds(10)), .killAfter]),
    .several([.lag(.seconds(20)), .killAfter]),
  ])
  func aRequestOfAKilledAttemptThatNothingShowsYetIsLookedFor(effect: SiteFault.Effect) throws {
    // Two backups of one name are taken here, and two clones everywhere.
    let harness = try Magento.harness { $0.duplicateBackupNames = true }
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    harness.site.faults = [SiteFault(effect, .create, .backup)]
    #expect(try harness.run(BackupStep.self).wasKilled)
    let again = try harness.run(BackupStep.self)
    again.expectSuccess()
    #expect(again.standardError.contains("nothing shows it yet"))
    harness.site.faults = [SiteFault(effect, .create, .application)]
    #expect(try harness.run(CloneStep.self).wasKilled)
    try harness.run(CloneStep.self).expectSuccess()
    let tally = harness.site.service.tally
    #expect(tally.backupsCreated == 1 + Magento.product.backupsOfAClone && tally.clonesCreated == 1)
  }

  @Test func whatIsAcceptedAndNotShownYetHasNotVanished() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    harness.site.faults = [SiteFault(.lag(.seconds(20)), .create, .backup)]
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(result.standardError.contains("not shown yet"))
  }

  @Test func aGatewaysNotFoundTellsNothingOfAChange() throws {
    for afterwards in [true, false] {
      let harness = try Magento.harness()
      harness.environment["BACKUP_NAME"] = "before-2.4.3"
      let page = ServiceResponse(
        status: 404, headers: [("Content-Type", "text/html")], body: Array("<html>no upstream</html>".utf8))
      harness.site.faults = [
        SiteFault(.answers(page, afterwards: afterwards), .create, .backup)
      ]
      try harness.run(BackupStep.self).expectSuccess()
      #expect(harness.site.service.tally.backupsCreated == 1)
    }
  }

  @Test func evidenceOfAnAttemptWhoseRecordEndsTooSoonIsNotReused() throws {
    let harness = try Magento.harness()
    harness.environment["DEBUG_APP_NAME"] = nil
    // The disk is full from the moment on in which the evidence is asked for: nothing tells of the restore.
    harness.site.beforeRequest = { [unowned harness] number in
      let purpose = harness.site.purposes[number - 1]
      guard purpose.action == .create, purpose.subject == .snapshot else { return }
      harness.files.failsAlways = .noSpace
    }
    #expect(try harness.run(RestoreStep.self).code == .cannotWrite)
    (harness.site.beforeRequest, harness.files.failsAlways) = (nil, nil)
    harness.site.pass(.seconds(3600))
    harness.site.service.addRows(["order-2001"], to: Magento.production)

    try harness.run(RestoreStep.self).expectSuccess()
    let snapshots = harness.site.service.recoveryPoints.filter { $0.kind == .snapshot }
    #expect(snapshots.contains { $0.content?.rows.contains("order-2001") == true }, "an order is in no copy")
  }
}
