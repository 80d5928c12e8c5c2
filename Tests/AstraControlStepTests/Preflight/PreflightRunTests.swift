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

// What is checked of what, how the checks end, and what they cost.
extension PreflightStepTests {
  @Test(arguments: [
    ("clone", 13), ("backup", 9), ("snapshot", 8), ("restore", 9), ("verify cleanup", 5),
    ("CLONE,restore", 15),
  ])
  func onlyWhatTheStepsNeedIsChecked(steps: String, checks: Int) throws {
    let harness = try Self.harness {
      // Nothing of this is looked at for the steps that need it not.
      if !steps.lowercased().contains("clone") {
        $0.clusters[1].state = "failed"
        $0.clouds[1].defaultBucket = nil
      }
      if !steps.lowercased().contains("restore") { $0.applications[0].backups = [] }
    }
    if !steps.lowercased().contains("clone") {
      harness.site.world.addNamespace("magento-debug", onCluster: "ocp-debug")
      harness.environment["DEBUG_APP_NAME"] = nil
    }
    if steps.contains("backup") { harness.environment["BACKUP_NAME"] = "before-2.4.4" }
    if !steps.lowercased().contains("restore") && !steps.contains("backup") {
      harness.environment["BACKUP_NAME"] = nil
    }
    let result = try look(harness, ["--steps", steps])
    result.expectSuccess()
    let made = result.report.cases.dropFirst().dropLast().filter { $0.outcome == "passed" }
    #expect(made.count == checks, "\(made.map(\.name))")
    for skipped in result.report.cases where skipped.outcome == "skipped" {
      #expect(skipped.message.count > 20, "\(skipped)")
    }
  }

  @Test func aCopyThatThePipelineMakesNeedNotBeThereYet() throws {
    let harness = try Self.harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.4"
    let result = try look(harness, ["--steps", "backup, clone, restore"])
    result.expectSuccess()
    let chosen = result.report.cases.first { $0.name == "choose recovery point" }
    #expect(chosen?.message == "an earlier stage of the pipeline makes the backup to restore from")
  }

  @Test func whatThisRunHasMadeIsNoObstacle() throws {
    let harness = try Self.harness()
    harness.environment["BACKUP_NAME"] = "before-2.4.4"
    try harness.run(BackupStep.self).expectSuccess()
    try harness.run(CloneStep.self).expectSuccess()
    let before = harness.site.world.changes
    let again = try harness.run(PreflightStep.self, "--steps", "backup clone restore")
    again.expectSuccess()
    #expect(harness.site.world.changes == before)
    harness.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
    let other = try harness.run(PreflightStep.self, "--steps", "backup clone restore")
    #expect(other.code == .protected)
    let failed = other.report.cases.filter { $0.outcome == "error" }.map(\.name)
    #expect(failed == ["check clone name and namespace", "check backup name"])
  }

  /// What a clone was made from in this run is no choice of what to restore from.
  @Test func latestIsNotWhatWasCloned() throws {
    let harness = try Self.harness()
    let older = "before-2-4-1-debian-10-r14"
    try harness.run(CloneStep.self, "--use-existing-backup", older).expectSuccess()
    let result = try harness.run(
      PreflightStep.self, "--steps", "restore", "--use-backup", "latest", "--max-age", "2d")
    result.expectSuccess()
    #expect(result.standardError.contains("to restore from: backup \"\(Magento.goodBackup)\""))
  }

  @Test(arguments: SettingTests.variants) func isGreenUnderEverySetting(variant: SettingTests.Variant) throws
  {
    let harness = try Self.harness { variant.change(&$0.settings) }
    try look(harness, Array(Self.everything.dropLast(2))).expectSuccess()
  }

  /// A token that may not see one thing is no reason to leave the others unseen.
  @Test func aRefusalOfOneReadIsOneFailure() throws {
    let harness = try Self.harness { $0.clusters[1].state = "failed" }
    let body = Array(
      #"{"type":"https://astra.netapp.io/problems/11","title":"Operation not permitted"}"#.utf8)
    let refusal = ServiceResponse(
      status: 403, headers: [("Content-Type", "application/problem+json")], body: body)
    harness.site.faults = [
      SiteFault(.answers(refusal), "GET", endingIn: "8495a6b7-c8d9-4eaf-bb0c-1d2e34455667")
    ]
    let result = try look(harness, Self.everything)
    let failed = result.report.cases.filter { ["failure", "error"].contains($0.outcome) }.map(\.name)
    #expect(failed == ["check place for backups", "check destination cluster"])
    #expect(result.code == .credentialsRefused)
  }

  @Test func aFailedCloneIsLeftEvenWhereItMayBeReplaced() throws {
    let harness = try Self.harness()
    harness.site.world.settings.failedCloneLeavesNamespace = false
    harness.site.world.disturbNext(.clone, .fails)
    _ = try harness.run(CloneStep.self)
    let before = harness.site.world.changes
    let result = try harness.run(PreflightStep.self, "--replace-failed")
    result.expectSuccess()
    #expect(result.standardError.contains("would remove the failed clone"))
    #expect(harness.site.world.changes == before && harness.site.world.tally.deletions == 0)
  }

  /// A green preflight is not followed by a refusal, nor a red one by a step that goes well.
  @Test func whatItSaysComesTrue() throws {
    let green = try Self.harness()
    try green.run(PreflightStep.self).expectSuccess()
    try green.run(CloneStep.self).expectSuccess()
    try green.run(RestoreStep.self).expectSuccess()
    let red = try Self.harness { $0.clouds[1].defaultBucket = nil }
    #expect(try red.run(PreflightStep.self).code == .protected)
    #expect(try red.run(CloneStep.self).code == .operationFailed)
  }

  @Test func aServerThatGoesAwayEndsItAtOnce() throws {
    let harness = try Self.harness()
    harness.site.faults = (5...60).map { SiteFault(.refused, atRequest: $0) }
    let result = try look(harness, Self.everything)
    #expect(result.code == .unreachable)
    let failed = result.report.cases.filter { $0.outcome == "error" }
    #expect(failed.count == 1)
    #expect(result.report.cases.last?.message.hasPrefix("not reached: ") == true)
  }

  @Test func anInterruptionCountsBeforeWhatWasFound() throws {
    let harness = try Self.harness { $0.applications[0].hooks = [] }
    harness.site.faults = [SiteFault(.signalWithin(15), "GET", endingIn: "/storageClasses")]
    let result = try harness.run(PreflightStep.self, arguments: Self.everything)
    #expect(result.code == .terminated)
    let failed = result.report.cases.filter { ["failure", "error"].contains($0.outcome) }.map(\.name)
    #expect(failed == ["check execution hooks", "check storage of the cluster"])
  }

  @Test func theNumberOfRequestsDoesNotGrowWithTheApplications() throws {
    func requests(_ count: Int) throws -> Int {
      let harness = try Self.harness { scenario in
        scenario.settings.pageSize = 5
        for number in 0..<count {
          scenario.applications.append(ApplicationSeed("app-\(number)", cluster: "ocp-prod"))
        }
      }
      let result = try harness.run(PreflightStep.self, arguments: Self.everything)
      result.expectSuccess()
      return result.requests
    }
    #expect(try requests(2) == requests(200))
  }

  @Test(arguments: [
    ("ASTRA_STEPS", "clone upgrade", "\"upgrade\""), ("ASTRA_STEPS", ",", "names no step"),
    ("ASTRA_MAX_BACKUP_AGE", "old", "is not a duration"),
    ("ASTRA_MAX_BACKUP_AGE", "3651d", "longer than ten years"),
    ("ASTRA_EXPECT_HOOKS", "some", "present or absent"), ("DEBUG_APP_NAME", "", "DEBUG_APP_NAME"),
    ("BACKUP_NAME", "", "neither BACKUP_NAME"), ("SNAPSHOT_NAME", "nightly-0213", "are both set"),
    ("ASTRA_CLUSTER", "ocp-debug", "astra-restore would take the first"),
    ("ASTRA_CLONE_SNAPSHOT", "\u{7}", "ASTRA_CLONE_SNAPSHOT"),
    ("DEBUG_NAMESPACE_MAPPING", "a,b", "pairs"), ("ASTRA_IF_EXISTS", "overwrite", "refuse or reuse"),
  ])
  func aBadParameter(variable: String, value: String, words: String) throws {
    let harness = try Self.harness()
    harness.environment[variable] = value
    let result = try look(harness, [])
    result.expect(.badParameter, saying: words)
    #expect(result.requests == 0 && result.report.problem?.name == "check parameters")
  }

  @Test func twoApplicationsInTheVariablesAreRefused() throws {
    let harness = try Self.harness()
    harness.environment["ASTRA_APP_NAME"] = "wordpress"
    // Neither astra-clone nor astra-restore reads that one.
    try look(harness, []).expectSuccess()
    try look(harness, ["--steps", "backup"]).expect(
      .badParameter, saying: "astra-backup would take the first")
  }
}
