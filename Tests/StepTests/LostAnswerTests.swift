import AstraSimulator
import SimulatedBackend
import StepCommon
import StepReport
import Testing
import Timing
import AstraBackup
import AstraClone
import AstraRestore

/// Answers that are lost, steps that are killed: nothing is made twice, and a second run ends as one would.
struct LostAnswerTests {
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
    try twice(BackupStep.self, backup: "release-2.4.2")
    try twice(CloneStep.self, backup: "")
    try twice(RestoreStep.self, backup: Magento.goodBackup)
    return results
  }

  /// What must be so after the pipeline, whatever happened on the way.
  private func check(_ harness: StepHarness, _ results: [StepHarness.Result], _ story: Comment) {
    let world = harness.site.world
    for result in results {
      #expect(result.code == .success && result.report.claimsSuccess, "\(story): \(result.standardError)")
    }
    #expect(world.tally.backupsCreated == 1, story)
    #expect(world.tally.clonesCreated == 1, story)
    #expect(world.clones.first?.content?.rows == Magento.brokenRows, story)
    #expect(world.productionContent == Content(version: Magento.goodVersion, rows: Magento.goodRows), story)
    #expect(world.tally.restoresFinished == 1, story)
    #expect(world.tally.deletions == 0, story)
    // At most one copy beyond the clone, where the step could not know whether the clone still was evidence.
    #expect(world.tally.snapshotsCreated <= 1, story)
    #expect(!harness.hasTold(world.token), story)
  }

  private func undisturbed() throws -> Int {
    let harness = try Magento.harness()
    check(harness, try pipeline(harness), "undisturbed")
    return harness.site.requests.count
  }

  @Test func aCertificateThatChangesAtAnyPointEndsTheStepAtOnce() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "release-2.4.2"
    for number in 1...(try harness.run(BackupStep.self).requests) {
      let harness = try Magento.harness()
      harness.environment["BACKUP_NAME"] = "release-2.4.2"
      harness.site.wireFaults = [WireFault(.untrusted, atRequest: number)]
      let result = try harness.run(BackupStep.self)
      result.expect(.unreachable, saying: "is not trusted")
      #expect(result.requests == number && result.standardError.contains("ASTRA_CA_FILE"), "at \(number)")
      #expect(try harness.run(BackupStep.self).code == .success)
      #expect(harness.site.world.tally.backupsCreated == 1)
    }
  }

  @Test func whatAKilledStepCouldNotWriteDownIsWrittenDownByTheNext() throws {
    func check<S: Step>(_ step: S.Type) throws {
      let name = S.identity.name
      let whole = try Magento.harness()
      whole.environment["BACKUP_NAME"] = "release-2.4.2"
      for number in 1...(try whole.run(step).requests) {
        let harness = try Magento.harness()
        harness.environment["BACKUP_NAME"] = "release-2.4.2"
        harness.site.wireFaults = [WireFault(.killAfter, atRequest: number)]
        #expect(try harness.run(step).wasKilled && harness.run(step).code == .success)
        let record = harness.files.text("reports/\(name).json") ?? ""
        #expect(
          record.contains(#""id" : "#) && record.contains(#""stage" : "finished""#), "\(number): \(record)")
        #expect(!record.contains(#""stage" : "asked""#), "\(number): \(record)")
      }
    }
    try check(BackupStep.self)
    try check(CloneStep.self)
  }

  @Test func aKillAtAnyPointIsMadeGoodByASecondRun() throws {
    let count = try undisturbed()
    for number in 1...count {
      for (name, effect) in [("before", SiteFault.Effect.killBefore), ("after", .killAfter)] {
        let harness = try Magento.harness()
        harness.site.faults = [SiteFault(effect, atRequest: number)]
        check(
          harness, try pipeline(harness),
          "killed \(name) request \(number): \(harness.site.requests[number - 1])")
      }
    }
  }

  @Test func aLostAnswerAtAnyPointIsNotARepetition() throws {
    let count = try undisturbed()
    for number in 1...count {
      for (name, effect) in [
        ("reset before", SiteFault.Effect.resetBefore), ("lost answer", .lostAnswer), ("refused", .refused),
        ("silence", .silence),
      ] {
        let harness = try Magento.harness()
        harness.site.faults = [SiteFault(effect, atRequest: number)]
        check(
          harness, try pipeline(harness), "\(name) at request \(number): \(harness.site.requests[number - 1])"
        )
      }
    }
  }

  @Test func anUnreadableAnswerAfterTheFactIsNotARepetition() throws {
    for (method, path) in [
      ("POST", "k8s/v1/apps/{id}/appBackups"), ("POST", "k8s/v2/apps"), ("PUT", "k8s/v2/apps/{id}"),
    ] {
      for status in [200, 201, 500, 502, 503, 504] where status >= 500 || method == "POST" {
        for afterwards in [true, false] where afterwards || status >= 500 {
          let scenario = try Magento.scenario {
            $0.responseFaults.append(
              ResponseFault(method, path, afterwards: afterwards, status: status, body: "<html>oops</html>"))
          }
          let harness = StepHarness(scenario)
          check(harness, try pipeline(harness), "\(method) \(path) \(status) afterwards \(afterwards)")
        }
      }
    }
  }

  @Test func aListThatLagsDoesNotHideWhatWasMade() throws {
    // Older servers take two backups of one name, so a blind repetition would make a second one.
    let harness = try Magento.harness { $0.duplicateBackupNames = true }
    harness.environment["BACKUP_NAME"] = "release-2.4.2"
    harness.site.faults = [
      SiteFault(.lostAnswer, "POST", endingIn: "appBackups"),
      SiteFault(
        .answers(
          SimulatedResponse(
            status: 200, headers: [("Content-Type", "application/json")],
            body: Array(#"{"items":[],"metadata":{}}"#.utf8))),
        "GET", endingIn: "appBackups"),
    ]
    // The first look of the step is before its request; the faulty one is to be the first after it.
    let fault = harness.site.faults.removeLast()
    harness.site.beforeRequest = { [unowned harness] number in
      if harness.site.requests[number - 1].hasPrefix("POST") { harness.site.faults.append(fault) }
    }
    try harness.run(BackupStep.self).expectSuccess()
    #expect(harness.site.world.tally.backupsCreated == 1)
  }

  @Test func anInterruptionAtAnyPointIsReportedAndContinued() throws {
    let seconds = 40
    for half in 1..<(2 * seconds) {
      let harness = try Magento.harness()
      harness.environment["BACKUP_NAME"] = Magento.goodBackup
      harness.site.time.interrupt(with: 15, at: Instant(sinceOrigin: .milliseconds(500 * half)))
      let clone = try harness.run(CloneStep.self)
      let result = clone.code == .success ? try harness.run(RestoreStep.self) : clone
      guard result.code != .success else { break }
      #expect(result.code == .terminated, "\(result.standardError)")
      #expect(!result.report.claimsSuccess && result.report.problem?.outcome == "error")
      harness.site.time.interrupt(with: 15, at: Instant(sinceOrigin: .seconds(1_000_000)))
      try harness.run(CloneStep.self).expectSuccess()
      try harness.run(RestoreStep.self).expectSuccess()
      #expect(harness.site.world.tally.clonesCreated == 1 && harness.site.world.tally.restoresFinished == 1)
      #expect(harness.site.world.clones.first?.content?.rows == Magento.brokenRows)
    }
  }
}
