import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import Files
import SimulatedBackend
import StepCommon
import StepReport
import Testing

/// GitLab takes a dotenv report of at most 5,120 bytes (`MaxDotenvSize`), and refuses the job's for one byte more.
struct OutputSizeTests {
  private static let largest = 5120

  @Test func noStepCanWriteMoreWhateverItsValuesAre() {
    let keys = [
      BackupStep.outputKeys, CleanupStep.outputKeys, CloneStep.outputKeys, PreflightStep.outputKeys,
      RestoreStep.outputKeys, SnapshotStep.outputKeys, StatusStep.outputKeys, VerifyStep.outputKeys,
    ]
    for step in keys {
      var values = OutputValues()
      for key in step { values.set(OutputValues.Key(key), to: String(repeating: "é", count: 5000)) }
      #expect(values.bytes.count <= Self.largest, "\(step)")
    }
  }

  /// A thousand names are no more than these, by `OutputValuesTests`.
  @Test func aCleanupOfManyBackupsSaysHowManyAndTheFirstFew() throws {
    let count = 150
    let harness = try CleanupScene.harness()
    for number in 0..<count {
      var backup = RecoveryPointSeed("before-2-4-\(number)-debian-10-r14")
      backup.age = .seconds(40 * 86_400 + number * 60)
      try #require(harness.site.service.addBackup(backup, of: "magento-prod") != nil)
    }
    harness.environment["ASTRA_TIMEOUT"] = "7d"
    let result = try harness.run(
      CleanupStep.self, "--keep-backups", "1", "--backup-pattern", CleanupScene.pattern)
    result.expectSuccess()
    let removed = try #require(result.values["ASTRA_REMOVED_BACKUPS"])
    #expect(result.values["ASTRA_REMOVED_BACKUPS_COUNT"].flatMap { Int($0) } ?? 0 >= count)
    #expect(removed.hasPrefix("before-2-4-\(count - 1)-debian-10-r14+") && removed.hasSuffix("+..."))
    #expect(result.values["ASTRA_REMOVED_CLONES_COUNT"] == "0")
    let file = try #require(harness.environment["ASTRA_OUTPUT_FILE"].flatMap { harness.files.contents[$0] })
    #expect(file.count <= Self.largest)
    // Nobody has to guess the rest: the log and the report have all of them.
    #expect(result.standardError.contains("before-2-4-1-debian-10-r14"))
  }
}
