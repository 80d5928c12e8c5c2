import AstraBackup
import AstraCleanup
import AstraClone
import AstraControlSimulation
import AstraRestore
import AstraSimulator
import AstraSnapshot
import AstraVerify
import SimulatedBackend
import StepCommon
import StepReport
import StepTestSupport
import Testing
import Timing

/// What the steps make of servers and clusters that lack something.
struct OpenSettingTests {
  @Test func aClusterWithoutASnapshotClassIsSaid() throws {
    var scenario = try Magento.scenario()
    scenario.clusters[0].snapshotClass = false
    let harness = StepHarness(scenario)
    let result = try harness.run(SnapshotStep.self)
    result.expect(.operationFailed, saying: "409", nature: "failure")
    #expect(result.standardError.contains("VolumeSnapshotClass"))
  }

  @Test(arguments: [SimulatorSettings.Assets.empty, .absent, .refused])
  func aServerThatDoesNotTellResourcesIsSaid(assets: SimulatorSettings.Assets) throws {
    let harness = try Magento.astraControl { $0.assets = assets }
    harness.site.names["shop.example.com"] = "127.77.0.2"
    let result = try harness.run(VerifyStep.self, "-B", Magento.goodBackup)
    result.expectSuccess()
    #expect(result.standardError.contains("cannot be compared: the backend does not tell"))
    let phase = result.report.cases.first { $0.name == "compare resources" }
    #expect(phase?.outcome == "skipped" && phase?.message.contains("not told") == true)
  }

  /// Whatever the documentation leaves open: the clone goes where it can be proven, and else stays; the backups go.
  @Test(arguments: SettingTests.variants)
  func isRightUnderEverySetting(variant: SettingTests.Variant) throws {
    let harness = try Magento.astraControl(variant.change)
    try harness.run(CloneStep.self).expectSuccess()
    let others = Set(harness.site.world.applications.map(\.id)).subtracting([harness.madeClone])
    let points = Set(
      harness.site.world.points.filter { $0.kind == .backup && $0.name.hasPrefix("before") }.map(\.id))
    CleanupScene.leave(harness)
    let settings = harness.site.world.settings
    let isProvable = settings.labelsWritable && !settings.labelsRefused
    let result = try harness.run(
      CleanupStep.self, "--remove-clone", "--keep-backups", "1", "--backup-pattern", CleanupScene.pattern)
    let world = harness.site.world
    #expect(Set(world.applications.map(\.id)).isSuperset(of: others))
    if isProvable {
      result.expectSuccess()
      // Some servers keep an entry of what is gone.
      #expect(Set(world.applications.filter { $0.state != "removed" }.map(\.id)) == others)
      #expect(Set(world.points.map(\.id)).intersection(points) == [Magento.goodBackupID])
    } else {
      result.expect(.protected, saying: "no labels")
      #expect(world.clones.count == 1)
      // A clone that must stay does not stop the backups.
      #expect(Set(world.points.map(\.id)).intersection(points) == [Magento.goodBackupID])
    }
  }
}
