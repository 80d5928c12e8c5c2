import AstraCleanup
import AstraClone
import AstraControlSimulation
import AstraRestore
import AstraSimulator
import Files
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing

/// What `astra-cleanup` must refuse or pass over: each leaves the world as it was.
struct CleanupRefusalTests {
  /// One thing that is not to be removed.
  struct Situation: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var settings: @Sendable (inout SimulatorSettings) -> Void = { _ in }
    var arguments: [String]
    var code: ExitCode
    /// What the message, or for what is passed over the log, has to say.
    var words: [String]
    var prepare: @Sendable (StepHarness) -> Void

    init(
      _ name: String, _ arguments: [String] = [], _ code: ExitCode = .protected, saying words: String...,
      settings: @escaping @Sendable (inout SimulatorSettings) -> Void = { _ in },
      _ prepare: @escaping @Sendable (StepHarness) -> Void
    ) {
      (testDescription, self.arguments, self.code) = (name, arguments, code)
      (self.words, self.settings, self.prepare) = (words, settings, prepare)
    }
  }

  private static let forgedLabels = [
    ("astra-steps/clone-of", CleanupScene.wordpress), ("astra-steps/clone-name", "by-hand"),
  ]

  static let clones: [Situation] = [
    Situation(
      "the source itself", ["-c", "magento-prod", "-d", "ocp-prod"], saying: "is the application itself"
    ) { _ in },
    Situation(
      "production's own id in place of the clone's name", ["-c", Magento.production, "-d", "ocp-prod"],
      saying: "is the application itself"
    ) { _ in },
    Situation("an application that is no clone", ["-c", "jenkins"], saying: "is not a clone") {
      $0.environment["DEBUG_KUBERNETES_CLUSTER"] = ""
    },
    Situation("a clone of another application", ["-c", "other"], saying: "a clone of another application") {
      _ = $0.cloneByHand(
        CleanupScene.wordpress, namespace: "wordpress", as: "other",
        labels: [("astra-steps/clone-of", CleanupScene.wordpress), ("astra-steps/clone-name", "other")])
    },
    Situation("a clone by a person", ["-c", "by-hand"], saying: "no labels of astra-clone") {
      _ = $0.cloneByHand(Magento.production, namespace: "magento-prod", as: "by-hand")
    },
    Situation(
      "a clone of the clone, which inherits its labels", ["-c", "copy"],
      saying: "a clone of another application",
      settings: { $0.clonesInheritLabels = true }
    ) {
      _ = $0.cloneByHand(
        $0.madeClone, from: CleanupScene.clusterOfDebug, namespace: "magento-debug", as: "copy")
    },
    Situation(
      "a clone of the clone under the clone's own name", ["-c", "magento-debug", "-d", "ocp-prod"],
      saying: "a clone of another application", settings: { $0.clonesInheritLabels = true }
    ) {
      _ = $0.cloneByHand(
        $0.madeClone, from: CleanupScene.clusterOfDebug, namespace: "magento-debug", as: "magento-debug",
        to: CleanupScene.clusterOfProduction)
    },
    Situation("labels that name another source", ["-c", "by-hand"], saying: "labels of another clone") {
      _ = $0.cloneByHand(Magento.production, namespace: "magento-prod", as: "by-hand", labels: forgedLabels)
    },
    Situation("labels that name another clone", ["-c", "by-hand"], saying: "labels of another clone") {
      _ = $0.cloneByHand(
        Magento.production, namespace: "magento-prod", as: "by-hand",
        labels: [("astra-steps/clone-of", Magento.production), ("astra-steps/clone-name", "magento-debug")])
    },
    Situation("half a label", ["-c", "by-hand"], saying: "labels of another clone") {
      _ = $0.cloneByHand(
        Magento.production, namespace: "magento-prod", as: "by-hand",
        labels: [("astra-steps/clone-of", Magento.production)])
    },
    Situation("one label twice", ["-c", "by-hand"], saying: "labels of another clone") {
      _ = $0.cloneByHand(
        Magento.production, namespace: "magento-prod", as: "by-hand",
        labels: forgedLabels + [("astra-steps/clone-of", Magento.production)])
    },
    Situation("a clone that somebody has renamed", ["-c", "exhibit-a"], saying: "labels of another clone") {
      $0.ask(
        "PUT", "k8s/v2/apps/\($0.madeClone)",
        ["type": "application/astra-app", "version": "2.0", "name": "exhibit-a"])
    },
    Situation("two of the name", [], .notFound, saying: "there are 2 applications") {
      $0.environment["DEBUG_KUBERNETES_CLUSTER"] = ""
      $0.site.world.addApplication(
        ApplicationSeed("magento-debug", cluster: "ocp-prod", namespaces: ["of-others"]))
    },
    Situation("a clone that is being made", saying: "is provisioning") {
      $0.site.world.setState("provisioning", of: $0.madeClone)
    },
    Situation("a clone that is being restored", saying: "is restoring") {
      $0.site.world.setState("restoring", of: $0.madeClone)
    },
    Situation("a clone in a state that nobody knows", saying: "is quiescing") {
      $0.site.world.setState("quiescing", of: $0.madeClone)
    },
    Situation("a clone that is being backed up", ["--with-recovery-points"], saying: "that is running") {
      $0.backUpByHand($0.madeClone, as: "of-the-clone", untilDone: false)
    },
    Situation("a clone that is being cloned", saying: "is being cloned as \"copy\"") {
      _ = $0.cloneByHand(
        $0.madeClone, from: CleanupScene.clusterOfDebug, namespace: "magento-debug", as: "copy",
        untilReady: false)
    },
    Situation(
      "a clone with a backup that somebody made", saying: "recovery points of its own", "of-the-clone"
    ) {
      $0.backUpByHand($0.madeClone, as: "of-the-clone")
    },
    Situation("production is being restored", saying: "is being restored in place") {
      $0.site.world.setState("restoring", of: Magento.production)
    },
    Situation(
      "the record of another clone", ["--record", "another.json"], saying: "no record names it",
      settings: { $0.labelsWritable = false }
    ) {
      let record = """
        {"step":"astra-clone","run":"x","operations":[{"kind":"clone","application":"\(Magento.production)",
        "name":"magento-debug","askedAt":"2026-03-02T10:00:00Z","stage":"finished","id":"\(Magento.production)"}]}
        """
      $0.files.contents["another.json"] = Array(record.utf8)
    },
    Situation("the same name on another cluster", ["-d", "ocp-prod"], .success, saying: "nothing to remove") {
      _ in
    },
    Situation("a name that there is not", ["-c", "magento-dbug"], .success, saying: "nothing to remove") {
      _ in
    },
    Situation("a clone younger than the age", [], .success, saying: "younger than 192h") {
      $0.environment["ASTRA_CLEANUP_OLDER_THAN"] = "8d"
    },
    Situation("a person's clone of any age", [], .success, saying: "no labels of astra-clone") {
      $0.site.world.removeByOthers($0.madeClone)
      _ = $0.cloneByHand(Magento.production, namespace: "magento-prod", as: "by-hand")
      $0.site.pass(.seconds(86_400 * 30))
      $0.environment["ASTRA_CLEANUP_OLDER_THAN"] = "7d"
    },
  ]

  @Test(arguments: clones)
  func aCloneThatIsNotItsOwnStays(situation: Situation) throws {
    let harness = try CleanupScene.astraControl(situation.settings)
    situation.prepare(harness)
    try check(situation, harness, ["--remove-clone"] + situation.arguments)
  }

  private func check(_ situation: Situation, _ harness: StepHarness, _ arguments: [String]) throws {
    let before = Holdings(harness.site.service)
    let asked = harness.site.requests.count
    let result = try harness.run(CleanupStep.self, arguments: arguments)
    if situation.code == .success {
      result.expectSuccess()
      for word in situation.words { #expect(result.standardError.contains(word), "\(result.standardError)") }
    } else {
      result.expect(situation.code)
      for word in situation.words { #expect(result.message.contains(word), "\(result.message)") }
    }
    #expect(!harness.site.requests[asked...].contains { !$0.hasPrefix("GET") })
    // What is under way goes on by itself; nothing is asked of it.
    let after = Holdings(harness.site.service)
    #expect(after.deletions == before.deletions && after.applications.count == before.applications.count)
    #expect(after.recoveryPoints.count == before.recoveryPoints.count)
  }

  // MARK: - Backups

  private static let older = CleanupScene.olderBackup

  static let backups: [Situation] = [
    Situation("the only good one of the pattern", ["1"], .success, saying: "nothing to remove") {
      $0.site.world.removeByOthers(Magento.goodBackupID)
    },
    Situation("as many as are to be kept", ["2"], .success, saying: "nothing to remove") { _ in },
    Situation("the last good one, beside a newer one that failed", ["1"], .success, saying: "it is failed") {
      $0.site.world.setState("failed", of: Magento.goodBackupID)
    },
    Situation(
      "the last good one, beside a newer one whose hooks failed", ["1"], .success, saying: "hooks failed"
    ) {
      $0.site.world.removeByOthers(Magento.goodBackupID)
      var seed = RecoveryPointSeed("before-2-4-3")
      seed.hookState = "failed"
      $0.site.world.addBackup(seed, of: Magento.production)
    },
    Situation("the last good one, beside a newer one under way", ["1"], .success, saying: "it is running") {
      $0.site.world.removeByOthers(Magento.goodBackupID)
      $0.backUpByHand(Magento.production, as: "before-2-4-3", untilDone: false)
      $0.site.world.stallOperation(of: "before-2-4-3")
    },
    Situation("one under way", ["1"], .success, saying: "it is running") {
      $0.site.world.setState("running", of: older)
    },
    Situation("a failed one", ["1"], .success, saying: "it is failed") {
      $0.site.world.setState("failed", of: older)
    },
    Situation("one in a state that nobody knows", ["1"], .success, saying: "it is quiescing") {
      $0.site.world.setState("quiescing", of: older)
    },
    Situation("one outside the pattern", ["1", "before-2-4-2*"], .success, saying: "nothing to remove") { _ in
    },
    Situation("one of another application", ["1", "wordpress-*"], .success, saying: "no good backup") {
      $0.site.world.addBackup(RecoveryPointSeed("wordpress-daily"), of: CleanupScene.wordpress)
    },
    Situation("one that a schedule made", ["1", "nightly-*"], .success, saying: "a schedule made it") {
      for (name, age) in [("nightly-1", 3), ("nightly-2", 2)] {
        var seed = RecoveryPointSeed(name)
        seed.age = .seconds(86_400 * age)
        if age == 3 { seed.schedule = "7a7b8394-a5b6-4c7d-98e9-f00112233445" }
        $0.site.world.addBackup(seed, of: Magento.production)
      }
    },
    Situation(
      "one of the same second as the last that is kept", ["1", "twin-*"], .success,
      saying: "nothing to remove"
    ) {
      for name in ["twin-1", "twin-2"] {
        $0.site.world.addBackup(RecoveryPointSeed(name), of: Magento.production)
      }
    },
    Situation("a snapshot of such a name", ["1", "snap-*"], .success, saying: "no good backup") {
      for name in ["snap-1", "snap-2"] {
        $0.site.world.addSnapshot(RecoveryPointSeed(name), of: Magento.production)
      }
    },
    Situation(
      "one that production was restored from, by its own word", ["1"], .success,
      saying: "was restored from it"
    ) {
      restore($0)
    },
    Situation(
      "one that production was restored from, by the record", ["1"], .success, saying: "was restored from it",
      settings: { $0.restoreSourceShown = .never }
    ) { restore($0) },
    Situation("one that a clone is being made from", ["1"], .success, saying: "is being made from it") {
      $0.ask(
        "POST", "k8s/v2/apps",
        [
          "type": "application/astra-app", "version": "2.0", "name": "look-back",
          "clusterID": .string(CleanupScene.clusterOfDebug),
          "sourceClusterID": .string(CleanupScene.clusterOfProduction), "backupID": .string(older),
        ])
      if let clone = $0.site.world.application("look-back") { $0.site.world.stallOperation(of: clone.id) }
    },
    Situation("production is being restored", ["1"], saying: "is being restored in place") {
      $0.site.world.setState("restoring", of: Magento.production)
    },
  ]

  private static func restore(_ harness: StepHarness) {
    harness.environment["BACKUP_NAME"] = "before-2-4-1-debian-10-r14"
    _ = try? harness.run(RestoreStep.self, "--discard-present-state").expectSuccess()
  }

  @Test(arguments: backups)
  func aBackupThatIsNotItsOwnStays(situation: Situation) throws {
    let harness = try Magento.astraControl(situation.settings)
    situation.prepare(harness)
    let pattern = situation.arguments.count > 1 ? situation.arguments[1] : CleanupScene.pattern
    try check(
      situation, harness, ["--keep-backups", situation.arguments[0], "--backup-pattern", pattern])
  }

  @Test func withoutSuchASituationItGoes() throws {
    let harness = try Magento.astraControl()
    try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", CleanupScene.pattern)
      .expectSuccess()
    let left = Set(harness.site.world.points.filter { $0.application == Magento.production }.map(\.name))
    #expect(left == [Magento.goodBackup, "nightly-0213"])
  }

  /// What changes between the choice and the request is seen just before the request.
  @Test func whatChangesMeanwhileIsSeenBeforeTheRequest() throws {
    let changes: [(String, @Sendable (inout World) -> Void)] = [
      ("keep the newest: it is gone", { _ = $0.removeByOthers(Magento.goodBackupID) }),
      ("keep the newest: it is failed", { _ = $0.setState("failed", of: Magento.goodBackupID) }),
      ("production is being restored", { _ = $0.setState("restoring", of: Magento.production) }),
      ("the clone is being restored", { _ = $0.setState("restoring", of: "magento-debug") }),
      (
        "the clone has a backup",
        { world in
          if let clone = world.application("magento-debug") {
            _ = world.addBackup(RecoveryPointSeed("new"), of: clone.id)
          }
        }
      ),
    ]
    for (index, (story, change)) in changes.enumerated() {
      let isAboutBackups = index < 3
      let arguments =
        isAboutBackups
        ? ["--keep-backups", "1", "--backup-pattern", CleanupScene.pattern] : ["--remove-clone"]
      let dry = try CleanupScene.astraControl()
      let chosen = try dry.run(CleanupStep.self, arguments: arguments + ["--dry-run"]).requests
      let harness = try CleanupScene.astraControl()
      harness.site.faults = [
        SiteFault(.simulator(change), atRequest: harness.site.requests.count + chosen + 1)
      ]
      let result = try harness.run(CleanupStep.self, arguments: arguments)
      result.expect(.protected)
      #expect(harness.site.world.tally.deletions == 0, "\(story): \(result.message)")
    }
  }

  // MARK: - Parameters

  @Test(arguments: [
    (["--keep-backups", "0", "--backup-pattern", "upgrade-*"], "from 1 to 10000"),
    (["--keep-backups", "-1", "--backup-pattern", "upgrade-*"], "--keep-backups"),
    (["--keep-backups", "many", "--backup-pattern", "upgrade-*"], "from 1 to 10000"),
    (["--keep-backups", "3"], "ASTRA_BACKUP_PATTERN"),
    (["--keep-backups", "3", "--backup-pattern", "*"], "begins with at least three"),
    (["--keep-backups", "3", "--backup-pattern", "*-prod"], "begins with at least three"),
    (["--keep-backups", "3", "--backup-pattern", "up*"], "begins with at least three"),
    (["--keep-backups", "3", "--backup-pattern=---*"], "begins with at least three"),
    (["--keep-backups", "3", "--backup-pattern", "upgrade-[ab]"], "begins with at least three"),
    (["--older-than", "7d"], "ASTRA_REMOVE_CLONE"),
    (["--remove-clone", "--older-than", "soon"], "7d"), (["--remove-clone", "--older-than", "0d"], "zero"),
    (["--remove-clone", "--older-than", "99999d"], "ten years"),
    (["--remove-clone", "--older-than", "7d", "-c", "magento-debug"], "both"),
    (["--remove-clone", "-c", "___"], "DEBUG_APP_NAME"), (["--remove-clone", "--record", ""], "--record"),
  ])
  func aBadParameterIsSaid(arguments: [String], words: String) throws {
    let harness = try Magento.astraControl()
    let before = Holdings(harness.site.service)
    let result = try harness.run(CleanupStep.self, arguments: arguments)
    result.expect(.badParameter, saying: words)
    #expect(result.requests == 0 && Holdings(harness.site.service) == before)
  }

  @Test func theVariablesSayTheSame() throws {
    let harness = try CleanupScene.astraControl()
    harness.environment["ASTRA_REMOVE_CLONE"] = "true"
    harness.environment["ASTRA_KEEP_BACKUPS"] = "1"
    harness.environment["ASTRA_BACKUP_PATTERN"] = "Before-2.4.?-*"
    let result = try harness.run(CleanupStep.self)
    result.expectSuccess()
    #expect(result.values["ASTRA_REMOVED_BACKUPS"] == "before-2-4-1-debian-10-r14")
    #expect(harness.site.world.clones.isEmpty)
    let unnamed = try CleanupScene.astraControl()
    unnamed.environment["DEBUG_APP_NAME"] = nil
    try unnamed.run(CleanupStep.self, "--remove-clone").expect(.badParameter, saying: "DEBUG_APP_NAME")
  }
}
