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

/// `astra-restore`: which recovery point, which evidence, and when it is over.
@Suite(.eachService) struct RestoreStepTests {
  // MARK: - When it is over

  @Test func aPeriodicDiscoveryIsNotTheRestore() throws {
    let harness = try Magento.harness {
      $0.restoreLag = .seconds(30)
      $0.rediscoveryEvery = .seconds(11)
      $0.modificationEvery = .seconds(7)
      $0.restore = .seconds(40)
    }
    let result = try harness.run(RestoreStep.self)
    #expect(result.code == .success, "\(result.standardError)")
    #expect(harness.site.service.tally.restoresFinished == 1)
    #expect(harness.site.service.productionContent?.version == Magento.goodVersion)
  }

  @Test(arguments: [
    (OperationEffect.fails, ExitCode.operationFailed), (.failsAtOnce, .operationFailed),
    (.vanishes, .operationFailed), (.stalls, .deadlinePassed), (.unknownState, .success),
    (.goesBack, .success),
  ])
  func endsAsTheRestoreEnds(effect: OperationEffect, code: ExitCode) throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.restore, effect)
    let result = try harness.run(RestoreStep.self)
    #expect(result.code == code, "\(result.standardError)")
    #expect(result.report.claimsSuccess == (code == .success))
    if code == .success { #expect(harness.site.service.productionContent?.version == Magento.goodVersion) }
  }

  @Test func isContinuedAfterItsDeadline() throws {
    let harness = try Magento.harness { $0.restore = .seconds(300) }
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed, saying: "restoring", "1m")
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(
      harness.site.service.tally.restoresRequested == 1 && harness.site.service.tally.snapshotsCreated == 1)
  }

  @Test func aRestoreOfAnotherRunFromTheSamePointIsAdopted() throws {
    let harness = try Magento.harness { $0.restore = .seconds(300) }
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed)
    harness.environment["BUILD_TAG"] = "another-run"
    harness.environment["ASTRA_REPORT_DIR"] = "elsewhere"
    let adopted = try harness.run(RestoreStep.self)
    if harness.site.service.capabilities.restoresByChanges {
      // Only the run that has the list of changes can prove it, and start again what it has stopped.
      adopted.expect(.protected, saying: "by another run")
      #expect(adopted.standardError.contains("run astra-restore again in that run"))
    } else {
      adopted.expectSuccess()
    }
    #expect(harness.site.service.tally.restoresRequested == 1)
  }

  @Test func aRestoreFromAnotherPointIsRefused() throws {
    let harness = try Magento.harness { $0.restore = .seconds(300) }
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed)
    harness.environment["BACKUP_NAME"] = "before-2-4-1-debian-10-r14"
    let before = harness.site.service.changes
    try harness.run(RestoreStep.self).expect(.protected, saying: "being restored in place from another")
    harness.environment["BUILD_TAG"] = "another-run"
    harness.environment["ASTRA_REPORT_DIR"] = "elsewhere"
    try harness.run(RestoreStep.self).expect(.protected, saying: "being restored in place from another")
    #expect(harness.site.service.changes == before)
  }

  @Test func anEarlierRestoreOfTheRunIsNoResultAfterALaterOne() throws {
    let harness = try Magento.harness { $0.showsRestoreSource = false }
    for name in [Magento.goodBackup, "before-2-4-1-debian-10-r14", Magento.goodBackup] {
      harness.environment["BACKUP_NAME"] = name
      try harness.run(RestoreStep.self).expectSuccess()
    }
    #expect(harness.site.service.tally.restoresFinished == 3)
    #expect(harness.site.service.productionContent?.version == Magento.goodVersion)
  }

  // MARK: - Evidence

  @Test func withoutACloneASnapshotComesFirst() throws {
    let harness = try Magento.harness()
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    let snapshot = try #require(harness.site.service.recoveryPoints.last)
    #expect(snapshot.kind == .snapshot && snapshot.name == "evidence-jenkins-post-mortem-42")
    #expect(
      snapshot.content?.rows == Magento.brokenRows && snapshot.content?.version == Magento.brokenVersion)
    #expect(result.values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
    #expect(result.values["ASTRA_RESTORE_EVIDENCE_ID"]?.names(snapshot.id) == true)
  }

  @Test(.only { $0.clonesByOneRequest }) func aCloneThatIsStillBeingMadeIsWaitedFor() throws {
    let harness = try Magento.harness { $0.clone = .seconds(120) }
    try harness.run(CloneStep.self, "--timeout", "5s").expect(.deadlinePassed)
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    // The clone takes its copy at its end: restoring earlier would have spoilt it.
    #expect(harness.site.service.clones.first?.content?.rows == Magento.brokenRows)
    #expect(result.values["ASTRA_RESTORE_EVIDENCE"] == "clone")
    #expect(harness.site.service.productionContent?.version == Magento.goodVersion)
  }

  @Test(.only { $0.clonesByOneRequest }) func aCloneThatWillNotBeReadyInTimeKeepsTheRestoreFromStarting()
    throws
  {
    let harness = try Magento.harness { $0.clone = .seconds(3000) }
    try harness.run(CloneStep.self, "--timeout", "5s").expect(.deadlinePassed)
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed, saying: "evidence clone")
    #expect(harness.site.service.tally.restoresRequested == 0)
  }

  @Test func aCloneOfAnotherKindOrTimeIsNoEvidence() throws {
    // From a backup, not of the live application.
    let fromBackup = try Magento.harness()
    try fromBackup.run(CloneStep.self, "-B", Magento.goodBackup).expectSuccess()
    #expect(try fromBackup.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")

    // Failed.
    let failed = try Magento.harness()
    failed.site.service.disturbNext(.clone, .fails)
    try failed.run(CloneStep.self).expect(.operationFailed, nature: "failure")
    #expect(try failed.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")

    // Older than the recovery point.
    let older = try Magento.harness()
    try older.run(CloneStep.self).expectSuccess()
    older.environment["BACKUP_NAME"] = "a-later-backup"
    try older.run(BackupStep.self).expectSuccess()
    #expect(try older.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")

    // Touched by something since that may have been a restore, where that is shown.
    if Magento.product.clonesByOneRequest {
      let touched = try Magento.harness { $0.modificationEvery = .seconds(60) }
      try touched.run(CloneStep.self).expectSuccess()
      touched.site.pass(.seconds(60))
      #expect(try touched.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
    }

    // Without a record of the run, one that a live clone cannot be told from.
    let vehicle = try Magento.harness(run: nil) { $0.cloneLeavesOnSource = .backup }
    try vehicle.run(CloneStep.self).expectSuccess()
    vehicle.files.contents = [:]
    #expect(try vehicle.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
  }

  @Test func aCloneWithACopyOfItsOwnIsEvidenceByTheRecord() throws {
    let harness = try Magento.harness { $0.cloneLeavesOnSource = .backup }
    try harness.run(CloneStep.self).expectSuccess()
    #expect(try harness.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "clone")
  }

  @Test(arguments: [OperationEffect.fails, .failsAtOnce, .hooksFail, .vanishes, .removed])
  func withoutEvidenceNothingIsRestored(effect: OperationEffect) throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.snapshot, effect)
    let result = try harness.run(RestoreStep.self)
    result.expect(.protected, saying: "no copy of the present state")
    #expect(result.standardError.contains("--discard-present-state"))
    #expect(harness.site.service.tally.restoresRequested == 0)
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
  }

  // MARK: - Which recovery point

  @Test func takesTheNewestThatFits() throws {
    let harness = try Magento.harness()
    let world = harness.site.service
    func add(_ name: String, age: Int, state: String = "completed", hooks: String? = "success") {
      var seed = RecoveryPointSeed(name, content: Content(version: name, rows: []))
      (seed.age, seed.state, seed.hookState) = (.seconds(age), state, hooks)
      harness.site.service.addBackup(seed, of: Magento.production)
    }
    add("failed-one", age: 600, state: "failed")
    add("hooks-failed", age: 700, hooks: "failed")
    add("still-running", age: 100, state: "running")
    add("newest-good", age: 800)
    #expect(world.recoveryPoints.count + 4 == harness.site.service.recoveryPoints.count)
    harness.environment["BACKUP_NAME"] = "latest"
    let result = try harness.run(RestoreStep.self)
    #expect(result.values["ASTRA_RESTORE_POINT_NAME"] == "newest-good", "\(result.standardError)")

    let before = try Magento.harness()
    before.environment["BACKUP_NAME"] = "latest"
    let bound = before.site.time.wallTime - .seconds(100_000)
    let older = try before.run(RestoreStep.self, "--before", bound.text)
    #expect(
      older.values["ASTRA_RESTORE_POINT_NAME"] == "before-2-4-1-debian-10-r14", "\(older.standardError)"
    )
    let none = try before.run(RestoreStep.self, "--before", "2020-01-01T00:00:00Z", "--run-id", "other")
    none.expect(.notFound, saying: "no complete backup", "2020-01-01T00:00:00Z")
  }

  @Test func theEvidenceIsNeverTheLatestSnapshot() throws {
    let harness = try Magento.harness { $0.restore = .seconds(300) }
    harness.environment["BACKUP_NAME"] = nil
    harness.environment["SNAPSHOT_NAME"] = "latest"
    try harness.run(RestoreStep.self, "--timeout", "60s").expect(.deadlinePassed)
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_RESTORE_POINT_NAME"] == "nightly-0213")
    // In the next run too, the evidence of this one is passed over.
    harness.environment["BUILD_TAG"] = "next"
    let next = try harness.run(RestoreStep.self)
    #expect(next.values["ASTRA_RESTORE_POINT_NAME"] == "nightly-0213")
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
  }

  @Test func refusesARecoveryPointThatDoesNotFit() throws {
    let cases: [(state: String, hooks: String?, words: String)] = [
      ("failed", nil, "it is failed"), ("running", nil, "it is running"),
      ("pending", nil, "it is \(Magento.product.stateBeforeTheBeginning)"),
      ("removed", nil, "it is removed"), ("completed", "failed", "hooks"), ("strange", nil, "it is strange"),
    ]
    for (state, hooks, words) in cases {
      let harness = try Magento.harness()
      var seed = RecoveryPointSeed("unfit", content: Content())
      (seed.state, seed.hookState, seed.age) = (state, hooks, .seconds(60))
      harness.site.service.addBackup(seed, of: Magento.production)
      harness.environment["BACKUP_NAME"] = "unfit"
      let before = harness.site.service.changes
      try harness.run(RestoreStep.self).expect(.protected, saying: "unfit", words)
      #expect(harness.site.service.changes == before)
    }
  }

  @Test func refusesAnotherApplicationsBackup() throws {
    let harness = try Magento.harness()
    let before = harness.site.service.changes
    // Where ids are found by lists of all applications, or not at all.
    let id = Magento.product.hasTokenParameter ? ["6c738495-a6b7-4c8d-99ea-fb0c12233446"] : []
    for name in ["wordpress-weekly"] + id {
      harness.environment["BACKUP_NAME"] = name
      try harness.run(RestoreStep.self).expect(.protected, saying: "belongs to another application")
    }
    #expect(harness.site.service.changes == before)
  }

  @Test(.only { $0.allowsDuplicateNames }) func refusesTwoOfOneName() throws {
    let harness = try Magento.harness()
    var seed = RecoveryPointSeed(Magento.goodBackup, content: Content())
    seed.age = .seconds(50)
    let added = harness.site.service.addBackup(seed, of: Magento.production)
    let id = try #require(added)
    let before = harness.site.service.changes
    let result = try harness.run(RestoreStep.self)
    result.expect(.notFound, saying: "there are 2 backups", id, Magento.goodBackupID)
    #expect(harness.site.service.changes == before)
    harness.environment["BACKUP_NAME"] = Magento.goodBackupID
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
  }

  @Test func aDryRunChangesNothing() throws {
    let harness = try Magento.harness()
    let before = harness.site.service.changes
    let result = try harness.run(RestoreStep.self, "--dry-run")
    result.expectSuccess()
    #expect(
      result.standardError.contains("would make a snapshot") && result.standardError.contains("would restore")
    )
    #expect(harness.site.service.changes == before)
  }
}
