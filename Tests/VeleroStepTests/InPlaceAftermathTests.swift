import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// What attempts at a restore in place leave behind that came to no good end.
@Suite struct InPlaceAftermathTests {
  /// Whoever goes back wants what there was before the first attempt, and not what that has filled halfway.
  @Test(arguments: [true, false]) func afterTwoFailuresTheWayLeadsBackToTheBeginning(
    _ firstLeavesClaims: Bool
  ) throws {
    let harness = Bucket.harness()
    let (before, pods) = (harness.claimUIDs, harness.wantedPods)
    let claim = try #require(harness.claims.first)
    harness.behave { if firstLeavesClaims { $0.failingData = [claim] } else { $0.forgets = [claim] } }
    try harness.restoreInPlace("--discard-present-state").expect(.operationFailed)
    harness.behave { ($0.failingData, $0.forgets) = ([claim], []) }
    let second = try harness.restoreInPlace("--discard-present-state")
    second.expect(.operationFailed, "which stay")
    #expect(Set(harness.site.service.productionContent?.rows ?? []) != Set(Magento.brokenRows))
    try harness.goBack(second.standardError)
    #expect(Set(harness.site.service.productionContent?.rows ?? []) == Set(Magento.brokenRows))
    #expect(harness.wantedPods == pods && harness.claimUIDs.count == before.count)
  }

  /// Kills a restore once production's claims are gone, and comes as another run.
  private func half() throws -> StepHarness {
    let harness = Bucket.harness()
    harness.site.faults = [SiteFault(.killBefore, .restore, .application)]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    #expect(harness.claimUIDs.isEmpty)
    harness.environment["ASTRA_RUN_ID"] = "another-run"
    return harness
  }

  /// It would be complete, and hold nothing; a nightly job would take it for a good one.
  @Test func nothingIsCopiedInTheMiddleOfARestore() throws {
    let harness = try half()
    let before = harness.objects("backups").count
    let words = ["was stopped for an in-place restore of run \"jenkins-post-mortem-42\"", "has not ended"]
    let backup = try harness.run(BackupStep.self, "--backup-name", "nightly")
    let snapshot = try harness.run(SnapshotStep.self, "--snapshot-name", "nightly")
    let clone = try harness.run(CloneStep.self)
    for result in [backup, snapshot, clone] {
      result.expect(.protected, words[0], words[1], "run astra-restore again in that run")
    }
    #expect(harness.objects("backups").count == before)
    harness.environment["ASTRA_RUN_ID"] = "jenkins-post-mortem-42"
    try harness.restoreInPlace().expectSuccess()
    harness.environment["ASTRA_RUN_ID"] = "another-run"
    try harness.run(BackupStep.self, "--backup-name", "nightly").expectSuccess()
  }

  /// What is stopped is not "ready" for whoever looks, and nothing goes that the restore may need.
  @Test func aStoppedApplicationIsShownAsThatAndKeepsItsCopies() throws {
    let harness = try half()
    let before = harness.objects("backups").count
    let words = "was stopped for an in-place restore of run \"jenkins-post-mortem-42\""
    try harness.run(VerifyStep.self, "--within", "1m").expect(.operationFailed, words)
    let status = try harness.run(StatusStep.self, "--application", "magento-prod")
    status.expectSuccess()
    let shown = status.standardOutput.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(shown.contains("is ready but it \(words)"), "\(shown)")
    #expect(shown.contains("inPlaceRestore magento-prod stopped, not ended"), "\(shown)")
    harness.site.pass(.seconds(3600))
    // Another workspace, where no record says so.
    harness.files.contents = [:]
    for flags in [["--keep-backups", "1", "--backup-pattern", "before-*"], ["--evidence-older-than", "1m"]] {
      try harness.run(CleanupStep.self, arguments: flags).expect(
        .protected, words, "run astra-restore again in that run")
    }
    #expect(harness.objects("backups").count == before)
  }

  /// What one run has put aside, and another has not brought back, is named by the next: it is not in its own list.
  @Test func theVolumesOfAnotherRunThatFailedAreNamed() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try harness.restoreInPlace("--discard-present-state").expect(.operationFailed)
    let volumes = harness.releasedVolumes.compactMap(\.name)
    #expect(!volumes.isEmpty)
    harness.environment["ASTRA_RUN_ID"] = "another-run"
    let second = try harness.restoreInPlace("--discard-present-state")
    second.expect(
      .operationFailed, "restores of other runs that have not ended well have put aside the volumes",
      "in the oldest is what there was before them")
    let told = second.standardError.split(separator: "have put aside the volumes ").last ?? ""
    for volume in volumes { #expect(told.contains(volume), "\(volume): \(told)") }
    harness.behave { $0.failingData = [] }
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
  }

  /// One restore runs at a time, whatever its namespace.
  @Test func aRestoreOfOthersIsWaitedForBeforeAnythingIsStopped() throws {
    let harness = Bucket.harness()
    let pods = harness.wantedPods
    let wordpress = harness.objects("backups").first { $0.name?.contains("wordpress") == true }
    harness.behave { $0.restore = .seconds(300) }
    _ = harness.world.makeVeleroObject(
      "restores", named: "by-hand", of: "ocp-prod",
      spec: [
        "backupName": .string(wordpress?.name ?? ""), "includedNamespaces": ["wordpress"],
        "namespaceMapping": ["wordpress": "wordpress-by-hand"],
      ])
    var stoppedAt: Duration?
    let began = harness.site.time.now
    harness.site.exchanged = { [unowned harness] _, _ in
      if stoppedAt == nil, harness.wantedPods != pods { stoppedAt = harness.site.time.now - began }
    }
    try harness.restoreInPlace().expect(.success, "Restore \"by-hand\" runs first: one runs at a time")
    #expect(try #require(stoppedAt) > .seconds(200))
  }

  /// Who would undo the restore may be known to those alone who may list it: that is said, and the restore is not refused.
  @Test func whatMayNotBeSeenIsToldBeforeItIsBegun() throws {
    let harness = Bucket.harness()
    harness.changeWorkloads {
      $0[path: ["metadata", "labels", "app.kubernetes.io/instance"]] = "shop"
    }
    for ending in ["/applications", "/applications/shop"] {
      var fault = SiteFault(.answers(harness.site.service.refusal(.notPermitted)), "GET", endingIn: ending)
      fault.times = 1000
      harness.site.faults.append(fault)
    }
    let result = try harness.restoreInPlace()
    result.expect(.success, "warning: it cannot be seen whether there is an Argo CD application \"shop\"")
  }

  /// Without a way to the files of object storage, the objects of the movements tell whose data is missing, and why.
  @Test func theObjectsTellWhyARestoreIsPartial() throws {
    let harness = Bucket.harness { $0.downloads = .never }
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    let backup = try harness.run(BackupStep.self, "--backup-name", "mine")
    backup.expect(.operationFailed, "it is partial", "volume claim \"\(claim)\": Failed")
    try harness.restoreInPlace("--discard-present-state").expect(
      .operationFailed, "volume claim \"\(claim)\": Failed")
  }
}
