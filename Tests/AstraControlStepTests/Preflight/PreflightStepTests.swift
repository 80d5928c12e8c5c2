import Files
import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraBackup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSimulator
import SimulatedBackend
import StepCommon
import StepReport
import Testing
import Timing

/// `astra-preflight`: whatever is wrong is caught by the check that names it, and nothing is changed.
struct PreflightStepTests {
  /// Every step that needs something, each with parameters of its own.
  static let everything = [
    "--steps", "backup snapshot clone restore", "--backup-name", "before-2.4.4", "--snapshot-name", "before",
    "--use-backup", Magento.goodBackup, "--max-age", "2d", "--expect-hooks", "present",
  ]

  /// The scenario with everything that can be checked in it.
  static func harness(_ change: (inout Scenario) -> Void = { _ in }) throws -> StepHarness {
    StepHarness(
      try Magento.scenario {
        $0.settings.links = true
        $0.applications[0].hooks = ["mysql-flush"]
        $0.clouds.append(CloudSeed("debugging", defaultBucket: "debug-backups"))
        $0.buckets.append(BucketSeed("debug-backups"))
        $0.clusters[1].cloud = "debugging"
        change(&$0)
      })
  }

  func look(_ harness: StepHarness, _ arguments: [String]) throws -> StepHarness.Result {
    let (before, count) = (harness.site.world, harness.site.requests.count)
    let result = try harness.run(PreflightStep.self, arguments: arguments)
    #expect(harness.site.world.changes == before.changes && harness.site.world.tally == before.tally)
    let sent = harness.site.requests[count...]
    // Further pages of a list are the server's wish.
    let asked = sent.filter { !$0.contains("continue=") }
    #expect(sent.allSatisfy { $0.hasPrefix("GET ") } && asked.count < 40, "\(sent)")
    #expect(harness.files.contents["reports/astra-preflight.json"] == nil)
    return result
  }

  @Test func aRightWorldIsGreen() throws {
    let result = try look(try Self.harness(), Self.everything)
    result.expectSuccess()
    #expect(result.report.cases.map(\.name) == Runner<PreflightStep>.phaseNames)
    let skipped = result.report.cases.filter { $0.outcome == "skipped" }.map(\.name)
    // What this service tells nothing of is no check that was made.
    #expect(
      skipped == [
        "choose recovery point to clone", "check room for the clone", "check addresses of the clone",
      ])
    // Without more being said it is for the pipeline of the worked example.
    let usual = try look(try Magento.astraControl(), [])
    usual.expectSuccess()
    #expect(usual.standardError.contains("the backend does not tell whether a clone, an in-place restore"))
  }

  @Test(arguments: wrongs) func aWrongPrerequisiteIsCaughtByItsCheck(wrong: Wrong) throws {
    let right = try look(try Self.harness(), Self.everything)
    let harness = try Self.harness(wrong.bend)
    wrong.meddle(harness)
    let result = try look(harness, Self.everything + wrong.arguments)
    #expect(result.code == wrong.code, "\(result.standardError)")
    let failed = result.report.cases.filter { ["failure", "error"].contains($0.outcome) }
    #expect(failed.map(\.name) == [wrong.check], "\(failed)")
    #expect(failed.first?.message.contains(wrong.words) == true, "\(failed)")
    #expect(failed.first?.message == result.message)
    let says = result.code == .credentialsRefused || failed.first?.body.contains("next: ") == true
    #expect(says || result.code == .badParameter, "\(failed) leaves its reader alone")
    // What is built on it is not made, and says so; all the rest is as it was.
    let unmade = result.report.cases.filter { $0.message == "not checked: \(wrong.check) failed" }
    #expect(unmade.count == wrong.unmade, "\(unmade.map(\.name))")
    #expect(unmade.allSatisfy { $0.outcome == "skipped" })
    for (now, then) in zip(result.report.cases, right.report.cases).dropLast()
    where now.name != wrong.check && !unmade.contains(now) && now.name != "check what may be done with it" {
      // Cloning a recovery point is another case than that of the right world.
      guard now.name != "choose recovery point to clone" else { continue }
      #expect(now.outcome == then.outcome, "\(now)")
    }
  }

  @Test func thereAreWrongsOfEveryCheck() {
    #expect(Self.wrongs.count >= 20)
    // What piles up is only warned of; and this service tells nothing of limits and addresses.
    let checks = Set(PreflightStep.phases.map(\.name)).subtracting([
      "count evidence", "check room for the clone", "check addresses of the clone",
    ])
    #expect(Set(Self.wrongs.map(\.check)) == checks)
  }

  @Test func severalWrongsAreAllShown() throws {
    let harness = try Self.harness {
      $0.clouds[0].defaultBucket = nil
      $0.clusters[1].restoreTargetSupported = false
      $0.clusters[1].state = "failed"
      $0.applications[0].hooks = []
    }
    harness.environment["DEBUG_APP_NAME"] = "jenkins"
    let result = try look(harness, Self.everything + ["--max-age", "1h"])
    let failed = result.report.cases.filter { ["failure", "error"].contains($0.outcome) }.map(\.name)
    #expect(
      failed == [
        "check execution hooks", "check place for backups", "check destination cluster",
        "check age of recovery point", "check clone name and namespace",
      ])
    #expect(result.code == .protected)
    #expect(result.standardError.split(separator: "\n").count { $0.contains(": error: ") } == 5)
    // Two things that one check has found are one message.
    let cluster = result.report.cases.first { $0.name == "check destination cluster" }
    #expect(cluster?.message.contains("it is failed; it takes no applications") == true)
    #expect(result.report.cases.last?.outcome == "skipped")
  }

  @Test func theFirstFailureGivesTheCode() throws {
    let harness = try Self.harness { $0.buckets[0].state = "failed" }
    let result = try look(harness, Self.everything + ["--use-backup", "release-1"])
    #expect(result.code == .protected)
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-dbg"
    #expect(try look(harness, Self.everything + ["--use-backup", "release-1"]).code == .notFound)
  }

  @Test func whatIsNotToldIsSaidAndNoFailure() throws {
    let harness = try Self.harness {
      $0.settings.prerequisitesShown = false
      $0.settings.links = false
      $0.settings.executionHooks = .unknown
    }
    let arguments = Array(Self.everything.dropLast(2))
    let result = try look(harness, arguments)
    result.expectSuccess()
    for untold in [
      "whether the token's role allows changes", "how far what runs on it is protected",
      "makes snapshots", "the version of the storage driver (Trident)",
      "where backups of cluster \"ocp-prod\" go",
      "where backups of cluster \"ocp-debug\" go", "takes applications from other clusters",
      "whether the storage classes of cluster \"ocp-prod\" can be used",
      "whether a backup, a snapshot, a clone, an in-place restore of \"magento-prod\" is allowed",
    ] {
      #expect(result.standardError.contains(untold), "\(untold)")
    }
    let text = harness.files.text("reports/TEST-astra-preflight.xml") ?? ""
    #expect(text.contains("astra.notTold"))
  }

  @Test func aBucketOfWhichNothingIsKnownYetIsSaid() throws {
    let harness = try Self.harness { $0.buckets[0].state = "pending" }
    let result = try look(harness, Self.everything)
    result.expectSuccess()
    #expect(result.standardError.contains("whether store \"astra-backups\""))
  }

  @Test func aStateThatPassesIsNoFailure() throws {
    let harness = try Self.harness()
    harness.site.world.setState("discovering", of: Magento.production)
    let result = try look(harness, Self.everything)
    result.expectSuccess()
    #expect(result.standardError.contains("warning: application \"magento-prod\" is discovering"))
    harness.site.world.setState("restoring", of: Magento.production)
    let restoring = try look(harness, Self.everything)
    restoring.expect(.protected, saying: "being restored in place")
    #expect(restoring.report.problem?.name == "check application state")
  }
}
