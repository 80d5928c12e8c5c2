import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What `astra-cleanup` removes, when, and what it says about it.
struct CleanupStepTests {
  @Test func removesTheCloneAWeekLaterFromAnotherWorkspace() throws {
    let harness = try CleanupScene.harness()
    let clone = harness.madeClone
    let before = harness.site.service.applications.map(\.id)
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    let world = harness.site.service
    #expect(world.applications.map(\.id) == before.filter { $0 != clone })
    #expect(world.tally.deletions == 1)
    #expect(result.values["ASTRA_REMOVED_CLONES"] == "magento-debug")
    #expect(result.values["ASTRA_LEFT_NAMESPACES"] == "magento-debug")
    #expect(result.standardError.contains("<context of cluster ocp-debug> delete namespace magento-debug"))
    #expect(
      harness.files.text("reports/TEST-astra-cleanup.xml")?.contains("delete namespace magento-debug")
        == true)
  }

  @Test func withoutAWordThatAsksForItNothingIsDone() throws {
    let harness = try CleanupScene.harness()
    let before = Holdings(harness.site.service)
    let result = try harness.run(CleanupStep.self)
    result.expect(.badParameter, saying: "ASTRA_REMOVE_CLONE", "ASTRA_KEEP_BACKUPS")
    #expect(result.requests == 0 && Holdings(harness.site.service) == before)
  }

  @Test func whereLabelsAreNotKeptTheRecordIsTheProof() throws {
    for change: (inout ServiceBehaviour) -> Void in [
      { $0.labels = .dropped }, { $0.labels = .refused },
    ] {
      let harness = try Magento.harness(change)
      try harness.run(CloneStep.self).expectSuccess()
      let record = try #require(harness.files.contents["reports/astra-clone.json"])
      CleanupScene.leave(harness)
      let before = Holdings(harness.site.service)
      let refused = try harness.run(CleanupStep.self, "--remove-clone")
      refused.expect(.protected, saying: "no labels of astra-clone", "no record")
      #expect(refused.standardError.contains("--record"))
      #expect(Holdings(harness.site.service) == before)
      harness.files.contents["archive/astra-clone.json"] = record
      try harness.run(CleanupStep.self, "--remove-clone", "--record", "archive/astra-clone.json")
        .expectSuccess()
      #expect(harness.site.service.clones.isEmpty)

      // The record of this very workspace is looked for without being named.
      let near = try Magento.harness(change)
      try near.run(CloneStep.self).expectSuccess()
      CleanupScene.leave(near, keepingRecord: true)
      try near.run(CleanupStep.self, "--remove-clone").expectSuccess()
      #expect(near.site.service.clones.isEmpty)
    }
  }

  @Test func aFileThatIsNoRecordIsRefusedBeforeAnyRequest() throws {
    for (path, text) in [("nowhere.json", nil), ("other.json", "{}"), ("torn.json", "{\"step\": \"astra-cl")]
    {
      let harness = try CleanupScene.harness()
      if let text { harness.files.contents[path] = Array(text.utf8) }
      let result = try harness.run(CleanupStep.self, "--remove-clone", "--record", path)
      result.expect(.badParameter, saying: path, "ASTRA_CLEANUP_RECORD")
      #expect(result.requests == 0 && harness.site.service.clones.count == 1)
    }
  }

  @Test func aSecondTimeIsSafe() throws {
    let harness = try CleanupScene.harness()
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    let again = try harness.run(CleanupStep.self, "--remove-clone", "-c", "Magento_Debug")
    again.expectSuccess()
    #expect(again.standardError.contains("this run has removed clone \"Magento_Debug\""))
    #expect(again.values["ASTRA_REMOVED_CLONES"] == "magento-debug")
    #expect(again.values["ASTRA_LEFT_NAMESPACES"] == "magento-debug")
    // Another run finds nothing, says so, and claims nothing.
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-8"
    let other = try harness.run(CleanupStep.self, "--remove-clone")
    other.expectSuccess()
    #expect(other.standardError.contains("there is no application \"magento-debug\""))
    #expect(other.standardError.contains("nothing to remove") && other.values["ASTRA_REMOVED_CLONES"] == nil)
    #expect(harness.site.service.tally.deletions == 1)
  }

  @Test func aDryRunSaysWhatTheRealOneDoes() throws {
    let arguments = [
      "--remove-clone", "--with-recovery-points", "--keep-backups", "1", "--backup-pattern",
      CleanupScene.pattern,
    ]
    let harness = try CleanupScene.harness()
    harness.backUpByHand(harness.madeClone, as: "kept-for-later")
    let before = Holdings(harness.site.service)
    let dry = try harness.run(CleanupStep.self, arguments: arguments + ["--dry-run"])
    dry.expectSuccess()
    #expect(Holdings(harness.site.service) == before && dry.values["ASTRA_REMOVED_CLONES"] == nil)
    let names = [
      "backup \"kept-for-later\"", "clone \"magento-debug\"", "backup \"before-2-4-1-debian-10-r14\"",
    ]
    let sentence = try #require(dry.standardError.firstRange(of: "dry run: would remove "))
    let places = names.map { dry.standardError[sentence.upperBound...].firstRange(of: $0)?.lowerBound }
    #expect(places.allSatisfy { $0 != nil } && places.compactMap { $0 }.sorted() == places.compactMap { $0 })
    let real = try harness.run(CleanupStep.self, arguments: arguments)
    real.expectSuccess()
    func decisions(_ result: StepHarness.Result) -> [String] {
      result.standardError.split(separator: "\n").filter {
        $0.contains(": to remove: ") || $0.contains(": to keep: ") || $0.contains(": left alone: ")
      }.map { String($0.drop { $0 != " " }) }
    }
    #expect(decisions(dry) == decisions(real) && decisions(dry).count == 3)
    let order = harness.site.purposes.filter { $0.action == .delete }.map { $0.subject == .backup }
    #expect(order == [true, false, true])
    #expect(real.values["ASTRA_REMOVED_RECOVERY_POINTS"] == "kept-for-later")
    #expect(real.values["ASTRA_REMOVED_BACKUPS"] == "before-2-4-1-debian-10-r14")
  }

  @Test func byAgeAllProvableOnesGoAndNoOthers() throws {
    let harness = try CleanupScene.harness()
    let old = harness.madeClone
    let byHand = harness.cloneByHand(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(86_400 * 8))
    harness.environment["DEBUG_APP_NAME"] = "magento-second"
    harness.environment["DEBUG_NAMESPACE"] = "magento-second"
    try harness.run(CloneStep.self).expectSuccess()
    let result = try harness.run(CleanupStep.self, "--remove-clone", "--older-than", "7d")
    result.expectSuccess()
    let left = Set(harness.site.service.clones.map(\.name))
    #expect(left == ["by-hand", "magento-second"] && harness.site.service.application(old)?.id != old)
    #expect(result.standardError.contains("left alone: clone \"by-hand\""), "\(byHand)")
    #expect(result.standardError.contains("younger than 168h"))
  }

  @Test func withoutTheServersTimeNoAgeIsKnown() throws {
    let harness = try CleanupScene.harness { $0.tellsTime = false }
    let before = Holdings(harness.site.service)
    harness.site.faults = [
      SiteFault(.clockJump(.seconds(86_400 * 400)), atRequest: harness.site.requests.count + 1)
    ]
    let result = try harness.run(CleanupStep.self, "--remove-clone", "--older-than", "30d")
    result.expect(.protected, saying: "does not tell the time")
    #expect(Holdings(harness.site.service) == before)
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
  }

  @Test func aFailedCloneGoesToo() throws {
    let harness = try Magento.harness()
    harness.site.service.disturbNext(.clone, .fails)
    try harness.run(CloneStep.self).expect(.operationFailed, nature: "failure")
    CleanupScene.leave(harness)
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    #expect(harness.site.service.clones.isEmpty)
  }

  @Test func aCloneThatIsLookedThroughIsWaitedFor() throws {
    let harness = try CleanupScene.harness {
      $0.rediscoveryEvery = .seconds(7)
      $0.rediscovery = .seconds(5)
    }
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    #expect(harness.site.service.clones.isEmpty && harness.site.service.tally.deletions == 1)
  }

  @Test(arguments: [
    (OperationEffect.fails, ExitCode.operationFailed), (.failsAtOnce, .operationFailed),
    (.stalls, .deadlinePassed), (.vanishes, .success), (.unknownState, .success), (.goesBack, .success),
  ])
  func endsAsTheRemovalEnds(effect: OperationEffect, code: ExitCode) throws {
    let harness = try CleanupScene.harness()
    harness.site.service.disturbNext(.deletion, effect)
    let result = try harness.run(CleanupStep.self, "--remove-clone", "--timeout", "10m")
    #expect(
      result.code == code && result.report.claimsSuccess == (code == .success), "\(result.standardError)")
    #expect(harness.site.service.clones.isEmpty == (code == .success))
    if code == .operationFailed {
      try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
      #expect(harness.site.service.clones.isEmpty)
    }
  }

  @Test func aLostAnswerIsLookedAfterBeforeItIsAskedAgain() throws {
    for (fault, requests) in [(SiteFault.Effect.lostAnswer, 1), (.resetBefore, 2)] {
      let harness = try CleanupScene.harness()
      harness.site.faults = [SiteFault(fault, .delete, .application, naming: harness.madeClone)]
      let result = try harness.run(CleanupStep.self, "--remove-clone")
      result.expectSuccess()
      let asked = harness.site.purposes.filter { $0.action == .delete }
      #expect(asked.count == requests && harness.site.service.tally.deletions == 1, "\(fault)")
      #expect(result.standardError.contains("looking whether") && harness.site.service.clones.isEmpty)
    }
  }

  @Test func aRemovalIsWrittenDownBeforeItIsAskedFor() throws {
    let harness = try CleanupScene.harness()
    harness.site.faults = [SiteFault(.killBefore, .delete, .application, naming: harness.madeClone)]
    #expect(try harness.run(CleanupStep.self, "--remove-clone").wasKilled)
    let record = try #require(harness.files.text("reports/astra-cleanup.json"))
    #expect(
      record.contains("cloneRemoval") && record.contains(harness.madeClone) && record.contains("\"asked\""))
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    #expect(harness.site.service.tally.deletions == 1)
  }

  @Test func killedAnywhereASecondRunEndsAsOneWould() throws {
    let arguments = [
      "--remove-clone", "--with-recovery-points", "--keep-backups", "1", "--backup-pattern",
      CleanupScene.pattern,
    ]
    func prepared() throws -> StepHarness {
      let harness = try CleanupScene.harness()
      harness.backUpByHand(harness.madeClone, as: "of-the-clone")
      return harness
    }
    let whole = try prepared()
    let requests = try whole.run(CleanupStep.self, arguments: arguments).requests
    let wanted = Holdings(whole.site.service)
    #expect(requests > 20)
    for number in 1...requests {
      for fault in [SiteFault.Effect.killBefore, .killAfter] {
        let harness = try prepared()
        harness.site.faults = [SiteFault(fault, atRequest: harness.site.requests.count + number)]
        #expect(try harness.run(CleanupStep.self, arguments: arguments).wasKilled)
        let second = try harness.run(CleanupStep.self, arguments: arguments)
        second.expectSuccess()
        #expect(Holdings(harness.site.service) == wanted, "\(number) \(fault)")
        #expect(second.values["ASTRA_REMOVED_CLONES"] == "magento-debug", "\(number) \(fault)")
        #expect(
          second.values["ASTRA_REMOVED_BACKUPS"] == "before-2-4-1-debian-10-r14", "\(number) \(fault)")
        #expect(second.values["ASTRA_REMOVED_RECOVERY_POINTS"] == "of-the-clone", "\(number) \(fault)")
        #expect(second.values["ASTRA_LEFT_NAMESPACES"] == "magento-debug", "\(number) \(fault)")
      }
    }
  }

  @Test func itsOwnRecoveryPointsGoFirstOnRequestAndNoOthers() throws {
    for takesPoints in [true, false] {
      let harness = try CleanupScene.harness { $0.deletionTakesRecoveryPoints = takesPoints }
      harness.backUpByHand(harness.madeClone, as: "of-the-clone")
      let others = harness.site.service.recoveryPoints.filter { $0.application != harness.madeClone }.map(
        \.id)
      let result = try harness.run(CleanupStep.self, "--remove-clone", "--with-recovery-points")
      result.expectSuccess()
      #expect(harness.site.service.recoveryPoints.map(\.id) == others)
      #expect(result.values["ASTRA_REMOVED_RECOVERY_POINTS"] == "of-the-clone")
      #expect(harness.files.text("out.env")?.contains("ASTRA_REMOVED_BACKUPS=\n") == true)
    }
  }

  @Test func aNamespaceThatIsGoneOrOfOthersIsNotToBeDeleted() throws {
    let gone = try CleanupScene.harness()
    gone.site.service.removeNamespace("magento-debug", onCluster: "ocp-debug")
    let first = try gone.run(CleanupStep.self, "--remove-clone")
    first.expectSuccess()
    #expect(
      !first.standardError.contains("kubectl")
        && gone.files.text("out.env")?.contains("ASTRA_LEFT_NAMESPACES=\n") == true)
    let shared = try CleanupScene.harness()
    shared.site.service.add(
      ApplicationSeed("tenant", cluster: "ocp-debug", namespaces: ["magento-debug"]))
    let second = try shared.run(CleanupStep.self, "--remove-clone")
    second.expectSuccess()
    #expect(
      !second.standardError.contains("kubectl") && second.standardError.contains("belongs to \"tenant\" too"))
  }

  /// The pattern has to fit the whole name, whatever is in it.
  @Test(arguments: [
    "before-2\u{0}of-somebody-else", "my-before-2", "before2", "before-[2]",
  ])
  func aNameThatThePatternDoesNotFitStays(name: String) throws {
    let harness = try Magento.harness()
    var seed = RecoveryPointSeed(name)
    seed.age = .seconds(90 * 86_400)
    harness.site.service.addBackup(seed, of: Magento.production)
    try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-2*")
      .expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: name).count == 1)
    #expect(harness.site.service.tally.deletions == 1)
  }

  @Test func aWholeBackupIsNeverForced() throws {
    let harness = try Magento.harness()
    try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-2.4.*")
      .expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: "before-2-4-1-debian-10-r14").isEmpty)
    #expect(harness.site.service.tally.deletions == 1)
  }
}
