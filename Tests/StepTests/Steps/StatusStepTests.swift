import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import AstraStatus
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import Timing

/// What astra-status shows, at every service.
@Suite(.eachService) struct StatusStepTests {
  private func status(_ harness: StepHarness, _ arguments: String...) throws -> ShownStatus {
    let result = try harness.run(StatusStep.self, arguments: ["--json"] + arguments)
    result.expectSuccess()
    return try #require(try ShownStatus.read(result))
  }

  private func production(_ harness: StepHarness, _ arguments: String...) throws -> ShownStatus.Application {
    let result = try harness.run(StatusStep.self, arguments: ["--json"] + arguments)
    result.expectSuccess()
    return try #require(try ShownStatus.read(result)?.applications.first)
  }

  @Test func itShowsAnApplicationWithAllThatBelongsToIt() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.pass(.seconds(3600))
    let shown = try status(harness)
    #expect(shown.schema == 1 && shown.scope == "application" && shown.applications.count == 1)
    let production = shown.applications[0]
    #expect(production.id.names(Magento.production) && production.state == "ready")
    #expect(production.namespaces == ["magento-prod"] && production.cluster == "ocp-prod")
    let clone = try #require(production.clones.first)
    #expect(
      production.clones.count == 1 && clone.id.names(harness.madeClone) && clone.name == "magento-debug")
    #expect(clone.state == "ready" && clone.run == "jenkins-post-mortem-42")
    #expect((3600...3700).contains(clone.ageSeconds ?? 0), "\(clone)")
    let world = harness.site.service.recoveryPoints.filter { $0.application == Magento.production }
    let points = try #require(production.recoveryPoints)
    #expect(Set(points.map(\.name)) == Set(world.map(\.name)) && points.count == world.count)
    let good = try #require(production.point(Magento.goodBackup))
    #expect(good.kind == "backup" && good.wouldBeRestored && good.refusal == nil && good.hooks != "failed")
    #expect(production.operations.isEmpty)
    let evidence = try #require(production.evidence?.first { $0.kind == "clone" })
    #expect(evidence.id == clone.id && evidence.couldBeRemoved == true && evidence.reason == nil)
  }

  @Test func itAsksForNothing() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    let (before, asked) = (Holdings(harness.site.service), harness.site.requests.count)
    for arguments in [[], ["--all"], ["--json"]] {
      try harness.run(StatusStep.self, arguments: arguments).expectSuccess()
    }
    // To ask whether something is allowed is a POST to Kubernetes, which keeps nothing of it.
    let others = harness.site.requests.dropFirst(asked).filter {
      !$0.hasPrefix("GET ") && !$0.hasSuffix("/selfsubjectaccessreviews")
    }
    #expect(others.isEmpty, "\(others)")
    #expect(Holdings(harness.site.service) == before)
    #expect(harness.writtenFiles["reports/astra-status.json"] == nil, "it keeps a record")
  }

  @Test func anApplicationThatIsNotThereIsNotFound() throws {
    let harness = try Magento.harness()
    let result = try harness.run(StatusStep.self, "--json", "--application", "magento-prud")
    result.expect(.notFound, saying: "magento-prud")
    #expect(try ShownStatus.read(result) == nil)
    let other = try harness.run(StatusStep.self, "--application", "magento-prud")
    #expect(other.code == .notFound && other.standardOutput.isEmpty)
  }

  @Test func itRefusesWhatContradicts() throws {
    let harness = try Magento.harness()
    try harness.run(StatusStep.self, "--all", "--application", "magento-prod").expect(
      .badParameter, saying: "--all")
    try harness.run(StatusStep.self, "--older-than", "soon").expect(.badParameter, saying: "--older-than")
  }

  /// By the same words, since it is the same code.
  @Test func itSaysOfARecoveryPointWhatTheRestoreSays() throws {
    let harness = try Magento.harness()
    let service = harness.site.service
    var failed = RecoveryPointSeed("failed-one")
    failed.state = "failed"
    var unclean = RecoveryPointSeed("unclean")
    unclean.hookState = "failed"
    try #require(harness.site.service.addBackup(failed, of: "magento-prod") != nil)
    try #require(harness.site.service.addBackup(unclean, of: "magento-prod") != nil)
    let shown = try production(harness)
    for name in ["failed-one", "unclean"] {
      let point = try #require(shown.point(name))
      let refused = try harness.run(RestoreStep.self, "--use-backup", name)
      refused.expect(.protected)
      #expect(!point.wouldBeRestored && point.refusal == refused.message, "\(name)")
      #expect(!point.isLatest && point.passedOver != nil)
    }
    #expect(shown.point("unclean")?.hooks == "failed")
    let accepting = try production(harness, "--accept-failed-hooks")
    #expect(accepting.point("unclean")?.wouldBeRestored == true)
    #expect(accepting.point("failed-one")?.wouldBeRestored == false)
    #expect(service.productionContent == harness.site.service.productionContent)
  }

  @Test func theLatestIsTheOneThatTheRestoreTakes() throws {
    let harness = try Magento.harness()
    let latest = try #require(
      try production(harness).recoveryPoints?.filter { $0.kind == "backup" && $0.isLatest })
    #expect(latest.count == 1)
    let result = try harness.run(RestoreStep.self, "--use-backup", "latest", "--dry-run")
    result.expectSuccess()
    #expect(result.standardError.contains(latest[0].name), "\(result.standardError)")
  }

  /// A copy in the making is under way and is taken by nothing.
  @Test func aBackupInTheMakingIsUnderWay() throws {
    let harness = try Magento.harness()
    harness.backUpByHand(Magento.production, as: "by-hand", untilDone: false)
    let shown = try production(harness)
    let operation = try #require(shown.operations.first)
    #expect(shown.operations.count == 1 && operation.kind == "backup" && operation.name == "by-hand")
    #expect(shown.point("by-hand")?.wouldBeRestored == false && shown.point("by-hand")?.sizeBytes == nil)
    harness.site.pass(.seconds(60))
    #expect(try production(harness).operations.isEmpty)
  }

  @Test func anInPlaceRestoreIsUnderWayAndKeepsTheEvidence() throws {
    let harness = try Magento.harness { $0.restore = .seconds(600) }
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.service.restoreByOthers(Magento.production, from: Magento.goodBackupID)
    harness.site.pass(.seconds(5))
    let shown = try production(harness)
    #expect(shown.state == "restoring" && shown.operations.map(\.kind) == ["inPlaceRestore"])
    let evidence = try #require(shown.evidence?.first)
    #expect(evidence.couldBeRemoved == false && evidence.reason?.contains("restored in place") == true)
  }

  /// What astra-cleanup would remove, and why it would not: by its own word.
  @Test func itSaysOfEvidenceWhatTheCleanupSays() throws {
    let harness = try Magento.harness()
    try harness.run(RestoreStep.self).expectSuccess()
    let snapshot = try #require(harness.site.service.recoveryPoints.first { $0.name.hasPrefix("evidence-") })
    harness.site.pass(.seconds(3 * 86_400))
    let young = try production(harness, "--evidence-older-than", "7d").evidence ?? []
    #expect(young.map(\.name) == [snapshot.name] && young[0].couldBeRemoved == false)
    #expect(young[0].reason?.contains("younger than 168h") == true, "\(young)")
    for (age, goes) in [("1d", true), ("7d", false)] {
      let shown = try production(harness, "--evidence-older-than", age).evidence ?? []
      let cleaned = try harness.run(CleanupStep.self, "--evidence-older-than", age, "--dry-run")
      cleaned.expectSuccess()
      #expect(shown.first?.couldBeRemoved == goes)
      #expect(cleaned.standardError.contains("to remove: evidence") == goes, "\(cleaned.standardError)")
    }
  }

  /// Others clone by the newer generation's API.
  @Test(.only { $0.description == SimulatedProduct.astraControl.description })
  func aCloneByHandIsNoneOfOurs() throws {
    let harness = try CleanupScene.harness()
    let (made, byHand) = (harness.madeClone, harness.cloneByHand(Magento.production, as: "by-hand"))
    let evidence = try production(harness).evidence ?? []
    #expect(evidence.contains { $0.id.names(made) && $0.couldBeRemoved == true })
    // Where nothing shows that it is a clone of production, it is not among them.
    for one in evidence where one.id.names(byHand) {
      #expect(one.couldBeRemoved == false && one.reason != nil)
    }
  }

  @Test func aCloneWithCopiesOfItsOwnStays() throws {
    let harness = try CleanupScene.harness()
    harness.backUpByHand(harness.madeClone, as: "of-the-clone")
    let kept = try #require(try production(harness).evidence?.first { $0.kind == "clone" })
    #expect(kept.couldBeRemoved == false && kept.reason?.contains("of-the-clone") == true)
    let goes = try #require(
      try production(harness, "--with-recovery-points").evidence?.first { $0.kind == "clone" })
    #expect(goes.couldBeRemoved == true)
  }

  @Test func allApplicationsAreShownInShort() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    let cluster = try #require(harness.site.service.clusterID(named: "ocp-prod"))
    let shown = try status(harness, "--all")
    #expect(shown.scope == "all")
    // Where clones cannot be given namespaces, an application has one.
    let mapsNamespaces = harness.site.service.capabilities.mapsNamespaces
    let there = harness.site.service.applications.filter {
      $0.cluster == cluster && (mapsNamespaces || $0.namespaces.count == 1)
    }
    #expect(shown.applications.map(\.name).sorted() == there.map(\.name).sorted() && there.count > 1)
    // Astra Control lists the copies of one application only, and that is said.
    let told = shown.applications.filter { $0.recoveryPoints != nil }
    #expect(told.count == (shown.notTold.isEmpty ? shown.applications.count : 0))
  }

  @Test func theTableFitsIntoEightyColumns() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    harness.backUpByHand(
      Magento.production, as: "a-backup-with-a-name-of-63-characters-which-is-the-most-there-i",
      untilDone: false
    )
    for arguments in [[], ["--all"]] {
      let table = try harness.run(StatusStep.self, arguments: arguments).standardOutput
      #expect(table.contains("magento-prod") && table.hasSuffix("\n"))
      for line in table.split(separator: "\n") where !line.hasPrefix("  id ") {
        #expect(line.count <= 80, "\(line)")
        #expect(line.last != " ")
      }
    }
    let table = try harness.run(StatusStep.self).standardOutput
    for part in [
      "CLONES\n", "BACKUPS\n", "SNAPSHOTS\n", "UNDER WAY\n", "magento-debug", Magento.goodBackup, "latest",
    ] {
      #expect(table.contains(part), "\(part): \(table)")
    }
  }

  /// Whichever request has no answer: nothing is shown, and the end is not 0.
  @Test func whatCannotBeReadIsNotShown() throws {
    let usual = try Magento.harness()
    let count = try usual.run(StatusStep.self, "--json").requests
    for number in 1...count {
      let harness = try Magento.harness()
      harness.site.faults = [SiteFault(.down(nil), atRequest: number)]
      for arguments in [["--json"], []] {
        let result = try harness.run(StatusStep.self, arguments: arguments)
        #expect(result.code == .unreachable, "request \(number)")
        let shown = arguments.isEmpty ? nil : try ShownStatus.read(result)
        #expect(shown == nil && (!arguments.isEmpty || result.standardOutput.isEmpty))
      }
    }
  }
}
