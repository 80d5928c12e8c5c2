import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraClone
import AstraRestore
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What a run has done is found in all records of its folder, and what cannot be read there is a reason for doubt.
@Suite(.eachService) struct RecordsTests {
  private static let older = "before-2-4-1-debian-10-r14"

  /// A server that shows nothing of a restore, a clone, and a restore with that as evidence; then an order comes in.
  private func afterARestore(suffix: String = "a") throws -> StepHarness {
    let harness = try Magento.harness {
      ($0.showsRestoreModification, $0.showsRestoreSource) = (false, false)
    }
    try harness.run(CloneStep.self).expectSuccess()
    harness.environment["ASTRA_REPORT_SUFFIX"] = suffix
    let first = try harness.run(RestoreStep.self)
    first.expectSuccess()
    #expect(first.values["ASTRA_RESTORE_EVIDENCE"] == "clone")
    harness.site.service.addRows(["order-2001"], to: Magento.production)
    return harness
  }

  /// Restores from another backup, and looks for the order in the evidence.
  private func expectASnapshot(_ harness: StepHarness, _ story: Comment) throws {
    harness.environment["BACKUP_NAME"] = Self.older
    let again = try harness.run(RestoreStep.self)
    again.expectSuccess()
    #expect(again.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot", story)
    let kept = harness.site.service.recoveryPoints.contains {
      $0.kind == .snapshot && $0.content?.rows.contains("order-2001") == true
    }
    #expect(kept, "an order is in no copy: \(story)")
  }

  @Test(arguments: ["b", ""])
  func aRestoreUnderAnotherSuffixSpeaksAgainstAClone(suffix: String) throws {
    let harness = try afterARestore()
    harness.environment["ASTRA_REPORT_SUFFIX"] = suffix
    try expectASnapshot(harness, "suffix \(suffix)")
  }

  @Test func aRestoreOfAnotherRunSpeaksAgainstACloneToo() throws {
    for keeps in [true, false] {
      let harness = try Magento.harness {
        ($0.showsRestoreModification, $0.showsRestoreSource) = (false, false)
      }
      try harness.run(CloneStep.self).expectSuccess()
      harness.site.pass(.seconds(60))
      harness.environment["BUILD_TAG"] = "another-run"
      try harness.run(RestoreStep.self).expectSuccess()
      harness.site.service.addRows(["order-2001"], to: Magento.production)
      if !keeps {
        // A third run takes the place of that record, and is turned away.
        harness.environment["BUILD_TAG"] = "a-third-run"
        harness.site.faults = [Magento.killBeforeARestore]
        #expect(try harness.run(RestoreStep.self).wasKilled)
      }
      harness.environment["BUILD_TAG"] = "jenkins-post-mortem-42"
      try expectASnapshot(harness, "the record is kept: \(keeps)")
    }
  }

  @Test func aRecordThatCannotBeReadMakesASnapshot() throws {
    let whole = try afterARestore().files.contents["reports/astra-restore-a.json"] ?? []
    let torn: [[UInt8]] = [
      Array(whole.prefix(whole.count / 2)), [], Array("[]".utf8), Array("{\"run\":1}".utf8),
      Array(String(decoding: whole, as: UTF8.self).replacing("inPlaceRestore", with: "inSpaceRestore").utf8),
    ]
    for (number, bytes) in torn.enumerated() {
      let harness = try afterARestore()
      harness.files.contents["reports/astra-restore-a.json"] = bytes
      harness.environment["ASTRA_REPORT_SUFFIX"] = "b"
      try expectASnapshot(harness, "torn \(number)")
    }
    for path in ["reports/astra-restore-a.json", "reports"] {
      let harness = try afterARestore()
      harness.files.unreadable = [path: .inputOutput]
      harness.environment["ASTRA_REPORT_SUFFIX"] = "b"
      try expectASnapshot(harness, "unreadable \(path)")
    }
  }

  /// What the step says to do at its deadline is true: with the file put back it goes on waiting, and asks for no other.
  @Test func aCopyThatTakesTooLongUnderADoubtIsGoneOnWithOnceTheDoubtIsGone() throws {
    let whole = try afterARestore().files.contents["reports/astra-restore-a.json"] ?? []
    let harness = try afterARestore()
    harness.files.contents["reports/astra-restore-a.json"] = Array("{".utf8)
    harness.environment["ASTRA_REPORT_SUFFIX"] = "b"
    harness.site.service.disturbNext(.snapshot, .stalls)
    let late = try harness.run(RestoreStep.self, "-B", Self.older, "--timeout", "60s")
    late.expect(.deadlinePassed, saying: "was not complete")
    #expect(late.standardError.contains("next: put that file back as it was"), "\(late.standardError)")
    let made = harness.site.service.tally.snapshotsCreated
    harness.files.contents["reports/astra-restore-a.json"] = whole
    let again = try harness.run(RestoreStep.self, "-B", Self.older, "--timeout", "60s")
    again.expect(.deadlinePassed, saying: "was not complete")
    #expect(again.standardError.contains("next: it may still be running"), "\(again.standardError)")
    #expect(harness.site.service.tally.snapshotsCreated == made)
  }

  @Test func aDoubtOutlivesTheRecordThatItIsAbout() throws {
    let harness = try afterARestore()
    harness.files.contents["reports/astra-restore-a.json"] = Array("{".utf8)
    harness.environment["BACKUP_NAME"] = Self.older
    // This attempt puts a whole record in the place of the torn one, and is killed.
    harness.site.faults = [Magento.killBeforeARestore]
    #expect(try harness.run(RestoreStep.self).wasKilled)
    harness.site.pass(.seconds(3600))
    harness.site.service.addRows(["order-2002"], to: Magento.production)
    try expectASnapshot(harness, "the second attempt")
    let held = harness.site.service.recoveryPoints.filter { $0.kind == .snapshot }.compactMap {
      $0.content?.rows
    }
    #expect(held.contains { $0.contains("order-2002") })
  }

  @Test func whatOthersWriteThereIsNoDoubt() throws {
    let harness = try Magento.harness()
    for name in [
      "astra-verify.seen.json", "astra-verify-before.seen.json", "out.json", "TEST-astra-clone.xml",
    ] {
      harness.files.contents["reports/\(name)"] = Array("{".utf8)
    }
    try harness.run(CloneStep.self).expectSuccess()
    #expect(try harness.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "clone")
  }

  @Test(.only { $0.mayHideOrigins }) func aFinishedRestoreIsNotRecognisedInDoubt() throws {
    let harness = try afterARestore()
    harness.files.contents["reports/astra-restore-b.json"] = []
    let rows = harness.site.service.productionContent?.rows
    try harness.run(RestoreStep.self).expect(
      .protected, saying: "may have been restored from elsewhere since", "astra-restore-b")
    #expect(
      harness.site.service.tally.restoresRequested == 1
        && harness.site.service.productionContent?.rows == rows)
    // Where the application shows it, it is known.
    let shown = try Magento.harness()
    try shown.run(RestoreStep.self).expectSuccess()
    shown.files.contents["reports/astra-restore-b.json"] = []
    try shown.run(RestoreStep.self).expectSuccess()
    #expect(shown.site.service.tally.restoresRequested == 1)
  }

  @Test func aLaterRestoreUnderAnotherSuffixIsNotForgotten() throws {
    let harness = try afterARestore(suffix: "a")
    harness.environment["ASTRA_REPORT_SUFFIX"] = "b"
    harness.environment["BACKUP_NAME"] = Self.older
    try harness.run(RestoreStep.self).expectSuccess()
    // Production does not hold any more what the first one restored.
    harness.environment["ASTRA_REPORT_SUFFIX"] = "a"
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.service.productionContent?.version == Magento.goodVersion)
    #expect(harness.site.service.tally.restoresFinished == 3)
  }

  @Test func whatAnotherSuffixMadeIsRecognisedAndGoneOnWith() throws {
    let harness = try Magento.harness { $0.restore = .seconds(300) }
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    try harness.run(BackupStep.self).expectSuccess()
    harness.environment["ASTRA_REPORT_SUFFIX"] = "again"
    try harness.run(BackupStep.self).expectSuccess()
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed)
    harness.environment["ASTRA_REPORT_SUFFIX"] = "once-more"
    try harness.run(RestoreStep.self).expectSuccess()
    harness.environment["ASTRA_REPORT_SUFFIX"] = "again"
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(
      harness.site.service.tally.backupsCreated == 1 && harness.site.service.tally.restoresRequested == 1)
  }

  // MARK: - Whose it is

  @Test func aRefusalSaysWhoseItIs() throws {
    // No record of this run at all: they were not carried here.
    let lost = try Magento.harness()
    try lost.run(CloneStep.self).expectSuccess()
    lost.files.contents = [:]
    let refused = try lost.run(CloneStep.self)
    refused.expect(.protected, saying: "no record of run jenkins-post-mortem-42 in reports/")
    #expect(!refused.message.contains("today's fault"))
    #expect(refused.standardError.contains("copy reports/*.json here from the job that made it"))

    // A record of another run names it.
    let another = try Magento.harness()
    try another.run(CloneStep.self).expectSuccess()
    another.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    try another.run(CloneStep.self).expect(
      .protected, saying: "from an earlier run", "of run jenkins-post-mortem-42", "today's fault")

    // A record of this run names another thing.
    let other = try Magento.harness()
    other.environment["BACKUP_NAME"] = "one"
    let made = try other.run(BackupStep.self)
    other.site.service.removeByOthers(try #require(made.values["ASTRA_BACKUP_ID"]))
    other.site.service.addBackup(RecoveryPointSeed("one", content: Content()), of: Magento.production)
    try other.run(BackupStep.self).expect(
      .protected, saying: "the record of this run names another one", made.values["ASTRA_BACKUP_ID"] ?? "")

    // One that cannot be read may name it.
    let torn = try Magento.harness()
    torn.environment["BACKUP_NAME"] = "one"
    try torn.run(BackupStep.self).expectSuccess()
    torn.files.contents["reports/astra-backup.json"] = []
    try torn.run(BackupStep.self).expect(.protected, saying: "reports/astra-backup.json cannot be read")
  }

  // MARK: - Runs

  @Test func aWordThatEveryRunHasIsNoRun() throws {
    let harness = try Magento.harness(run: "latest")
    func release(_ pipeline: String) throws {
      harness.environment["CI_PIPELINE_ID"] = pipeline
      harness.environment["BACKUP_NAME"] = nil
      try harness.run(BackupStep.self).expectSuccess()
      harness.environment["BACKUP_NAME"] = Magento.goodBackup
      try harness.run(RestoreStep.self).expectSuccess()
    }
    try release("1")
    harness.site.pass(.seconds(7 * 86_400))
    harness.site.service.deploy(version: "2.4.3", broken: true, rows: ["order-3001"], to: Magento.production)
    try release("2")
    #expect(
      harness.site.service.tally.backupsCreated == 2 && harness.site.service.tally.restoresFinished == 2)
    #expect(harness.site.service.productionContent?.version == Magento.goodVersion)
    try harness.run(BackupStep.self, "--run-id", "latest").expect(.badParameter, saying: "which names no run")
  }

  @Test(arguments: [23, 25])
  func aRecordIsBelievedForADay(hours: Int) throws {
    let harness = try Magento.harness(run: "the-weekly-one")
    harness.environment["DEBUG_APP_NAME"] = nil
    harness.environment["BACKUP_NAME"] = "weekly"
    try harness.run(BackupStep.self).expectSuccess()
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    try harness.run(RestoreStep.self).expectSuccess()
    harness.site.pass(.seconds(hours * 3600))
    let rows = ["order-3001"]
    harness.site.service.deploy(version: "2.4.3", broken: true, rows: rows, to: Magento.production)
    harness.environment["BACKUP_NAME"] = "weekly"
    let backup = try harness.run(BackupStep.self)
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    let restore = try harness.run(RestoreStep.self)
    restore.expectSuccess()
    let report = harness.files.text("reports/TEST-astra-restore.xml") ?? ""
    if hours < 24 {
      backup.expectSuccess()
      #expect(harness.site.service.tally.restoresFinished == 1)
      #expect(
        restore.standardError.contains(
          "warning: \"magento-prod\" was restored from it in this run already, 23h"))
      #expect(report.contains("astra.recognised") && report.contains("23h"))
    } else {
      backup.expect(.protected, saying: "from an earlier run", "too old to count")
      #expect(harness.site.service.tally.restoresFinished == 2)
      #expect(
        harness.site.service.recoveryPoints.contains { $0.kind == .snapshot && $0.content?.rows == rows })
    }
  }

  @Test func howLongARecordIsBelievedCanBeSaid() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    try harness.run(BackupStep.self).expectSuccess()
    harness.site.pass(.seconds(2 * 86_400))
    try harness.run(BackupStep.self, "--run-max-age", "3d").expectSuccess()
    harness.environment["ASTRA_RUN_MAX_AGE"] = "1d12h"
    try harness.run(BackupStep.self).expect(.protected, saying: "too old to count")
    harness.environment["ASTRA_RUN_MAX_AGE"] = "soon"
    try harness.run(BackupStep.self).expect(.badParameter, saying: "ASTRA_RUN_MAX_AGE")
  }

  @Test func aRunThatTakesDaysIsBelievedToItsEnd() throws {
    let harness = try Magento.harness {
      ($0.restore, $0.showsRestoreSource) = (.seconds(3 * 86_400), false)
    }
    let first = try harness.run(RestoreStep.self, "--timeout", "48h")
    first.expect(.deadlinePassed)
    harness.site.pass(.seconds(3600))
    try harness.run(RestoreStep.self, "--timeout", "48h").expectSuccess()
    #expect(harness.site.service.tally.restoresRequested == 1)
  }

  @Test func anotherAttemptOfAGitHubRunIsTheSameRunAndSaysSo() throws {
    let harness = try Magento.harness(run: nil)
    harness.environment["GITHUB_RUN_ID"] = "7"
    harness.environment["GITHUB_RUN_ATTEMPT"] = "1"
    try harness.run(RestoreStep.self).expectSuccess()
    harness.site.pass(.seconds(600))
    let same = try harness.run(RestoreStep.self)
    #expect(!same.standardError.contains("warning: \"magento-prod\" was restored"))
    harness.environment["GITHUB_RUN_ATTEMPT"] = "2"
    let again = try harness.run(RestoreStep.self)
    again.expectSuccess()
    #expect(harness.site.service.tally.restoresRequested == 1)
    #expect(
      again.standardError.contains("10m ago, by attempt 1 of this run (this is attempt 2)")
        || again.standardError.contains("ago, by attempt 1 of this run"))
    #expect(harness.files.text("reports/TEST-astra-restore.xml")?.contains("astra.recognised") == true)
  }
}
