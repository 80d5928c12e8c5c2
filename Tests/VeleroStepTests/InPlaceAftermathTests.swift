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
    harness.files.contents = harness.files.contents.filter { !$0.key.contains("reports/") }
    let all = try harness.run(StatusStep.self, "--all")
    #expect(all.standardOutput.contains("inPlaceRestore"), "\(all.standardOutput)")
    try harness.run(CleanupStep.self, "--dry-run", "--keep-backups", "1", "--backup-pattern", "before-*")
      .expect(.protected, words)
    for flags in [["--keep-backups", "1", "--backup-pattern", "before-*"], ["--evidence-older-than", "1m"]] {
      try harness.run(CleanupStep.self, arguments: flags).expect(
        .protected, words, "run astra-restore again in that run")
    }
    #expect(harness.objects("backups").count == before)
  }

  /// The record is too old to be believed by itself; the marks in the cluster say that its restore is open.
  @Test(arguments: ["jenkins-post-mortem-42", nil]) func daysLaterTheRunRestoresAnew(_ run: String?) throws {
    let harness = Bucket.harness(run: run)
    let before = harness.claimUIDs
    harness.site.faults = [SiteFault(.killBefore, .restore, .application)]
    #expect(try harness.restoreInPlace("--discard-present-state").wasKilled)
    harness.site.endTroubles()
    harness.site.pass(.seconds(3 * 86_400))
    let words = try harness.restoreInPlace("--discard-present-state")
    words.expect(.success, "has stopped the application and not ended: it is restored anew")
    harness.expectRestored(from: before)
  }

  /// Another run that looks in the same folder takes neither the list of changes nor the way back from the one that stands half.
  @Test(arguments: [true, false])
  func anotherRunInTheSameFolderTakesNothingAway(_ isBefore: Bool) throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    harness.behave { $0.restore = .seconds(600) }
    harness.site.faults = [SiteFault(isBefore ? .killBefore : .killAfter, .restore, .application)]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    for run in ["another-run", "a-third-run"] {
      harness.environment["ASTRA_RUN_ID"] = run
      try harness.restoreInPlace().expect(
        .protected, isBefore ? "jenkins-post-mortem-42" : "from it by another run")
      try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*").expect(
        .protected)
    }
    harness.environment["ASTRA_RUN_ID"] = "jenkins-post-mortem-42"
    try harness.restoreInPlace().expectSuccess()
    harness.expectRestored(from: before)
  }

  /// Only evidence may be made of what the own run has stopped; any other copy would be taken for a good one.
  @Test(arguments: ["jenkins-post-mortem-42", nil]) func theOwnRunCopiesNothingElse(_ run: String?) throws {
    let harness = Bucket.harness(run: run)
    harness.site.faults = [SiteFault(.killBefore, .restore, .application)]
    #expect(try harness.restoreInPlace("--discard-present-state").wasKilled)
    harness.site.endTroubles()
    let before = harness.objects("backups").count
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    try harness.run(SnapshotStep.self, "--snapshot-name", "nightly").expect(.protected, "was stopped for")
    try harness.run(CloneStep.self).expect(.protected, "was stopped for")
    #expect(harness.objects("backups").count == before)
  }

  /// Whose record is gone ends it by hand, by what the message says.
  @Test func withoutItsRecordItIsEndedByHand() throws {
    let harness = try half()
    harness.files.contents = harness.files.contents.filter { !$0.key.contains("reports/") }
    let refused = try harness.run(BackupStep.self, "--backup-name", "nightly")
    refused.expect(
      .protected, "only if its record is gone", "get pv",
      "annotate deployments,statefulsets --all astra-steps/replicas- astra-steps/restore- astra-steps/workload-uid-"
    )
    harness.changeWorkloads {
      for name in ["replicas", "restore", "workload-uid"] {
        $0[path: ["metadata", "annotations", "astra-steps/\(name)"]] = nil
      }
    }
    try harness.run(CleanupStep.self, "--keep-backups", "3", "--backup-pattern", "before-*").expectSuccess()
  }

  /// A copy that was made meanwhile brings the marks along; what it was restored into is not stopped for that.
  @Test func theMarksOfAnotherWorkloadSayNothing() throws {
    let harness = Bucket.harness()
    harness.changeWorkloads {
      $0[path: ["spec", "replicas"]] = 0
      for (name, text) in [("replicas", "2"), ("restore", "of-production"), ("workload-uid", "another")] {
        $0[path: ["metadata", "annotations", "astra-steps/\(name)"]] = .string(text)
      }
    }
    harness.site.pass(.seconds(60))
    try harness.run(VerifyStep.self, "--within", "1m").expectSuccess()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
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
