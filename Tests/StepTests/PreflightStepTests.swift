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
    "--steps", "backup snapshot clone restore", "--backup-name", "release-2.4.3", "--snapshot-name", "before",
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

  /// A world or a parameter that is wrong in one thing.
  struct Wrong: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var check: String
    var code: ExitCode
    var words: String
    /// How many checks are built on that one, and not made.
    var unmade = 0
    var bend: @Sendable (inout Scenario) -> Void = { _ in }
    var meddle: @Sendable (StepHarness) -> Void = { _ in }
    var arguments: [String] = []

    init(
      _ description: String, _ check: String, _ words: String, code: ExitCode = .protected, unmade: Int = 0,
      arguments: [String] = [], meddle: @escaping @Sendable (StepHarness) -> Void = { _ in },
      bend: @escaping @Sendable (inout Scenario) -> Void = { _ in }
    ) {
      (testDescription, self.check, self.code, self.words) = (description, check, code, words)
      (self.unmade, self.bend, self.meddle, self.arguments) = (unmade, bend, meddle, arguments)
    }
  }

  static let wrongs: [Wrong] = access + applications + clusters + stores + points + names

  private static let access = [
    Wrong("a wrong token", "reach the backend", "401", code: .credentialsRefused, unmade: 19) {
      $0.environment["ASTRA_API_TOKEN"] = "another-token-that-is-not-real"
    },
    Wrong("a wrong account", "reach the backend", "answered", code: .credentialsRefused, unmade: 19) {
      $0.environment["ASTRA_INSTANCE_ID"] = "00000000-1111-4222-8333-444444444444"
    },
    Wrong("a user who is switched off", "reach the backend", "403", code: .credentialsRefused, unmade: 19) {
      $0.environment["ASTRA_API_TOKEN"] = "not-a-real-token-of-a-disabled-user"
    },
    Wrong("an unknown cluster", "find cluster", "no cluster \"ocp-prd\"", code: .notFound, unmade: 17) {
      $0.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-prd"
    },
    Wrong(
      "an unknown application", "find application", "no application \"magento-prd\"", code: .notFound,
      unmade: 16
    ) {
      $0.environment["PROD_APP_NAME"] = "magento-prd"
    },
    Wrong(
      "an application of another cluster", "find application", "on cluster \"ocp-debug\"", code: .notFound,
      unmade: 16
    ) {
      $0.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-debug"
    },
    Wrong(
      "two applications of one name", "find application", "there are 2 applications", code: .notFound,
      unmade: 16,
      bend: {
        $0.applications.append(
          ApplicationSeed("magento-prod", cluster: "ocp-prod", namespaces: ["magento-twin"]))
      }),
    Wrong(
      "an unknown destination cluster", "find destination cluster", "no cluster \"ocp-dbg\"", code: .notFound,
      unmade: 4
    ) { $0.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-dbg" },
  ]

  private static let applications = [
    Wrong("a failed application", "check application state", "is failed") {
      $0.site.world.setState("failed", of: Magento.production)
    },
    Wrong("an application that is not running", "check application state", "is unavailable") {
      $0.site.world.setState("unavailable", of: Magento.production)
    },
    Wrong("an application that is gone", "check application state", "is removed") {
      $0.site.world.setState("removed", of: Magento.production)
    },
    Wrong(
      "an application whose snapshots are not supported", "check what may be done with it",
      "does not allow a snapshot", bend: { $0.applications[0].supportsSnapshots = false }),
    Wrong(
      "an application that cannot be cloned", "check what may be done with it", "does not allow a clone",
      bend: { $0.applications[0].supportsClones = false }),
    Wrong(
      "no execution hooks", "check execution hooks", "has no execution hooks",
      bend: { $0.applications[0].hooks = [] }),
    Wrong(
      "hooks where none should be", "check execution hooks", "mysql-flush",
      arguments: ["--expect-hooks", "absent"]),
    Wrong(
      "hooks that are switched off", "check execution hooks", "switched off",
      bend: { $0.settings.executionHooks = .switchedOff }),
    Wrong(
      "hooks of which nothing is told", "check execution hooks", "does not tell whether",
      bend: { $0.settings.executionHooks = .unknown }),
  ]

  private static let clusters = [
    Wrong(
      "a cluster that is not managed", "check cluster", "it is unmanaged",
      bend: { $0.clusters[0].managedState = "unmanaged" }),
    Wrong(
      "a cluster that is not eligible", "check cluster", "it is ineligible",
      bend: { $0.clusters[0].managedState = "ineligible" }),
    Wrong(
      "a cluster that has failed", "check cluster", "it is failed",
      bend: { $0.clusters[0].state = "failed" }),
    Wrong(
      "a cluster at risk", "check cluster", "at risk", bend: { $0.clusters[0].protectionState = "atRisk" }),
    Wrong(
      "a cluster whose snapshots are not supported", "check storage of the cluster", "makes no snapshots",
      bend: { $0.clusters[0].isEligible = false }),
    Wrong(
      "a cluster without a storage class", "check storage of the cluster", "has no storage class",
      bend: { $0.clusters[0].storageClasses = [] }),
    Wrong(
      "a cluster without a good storage class", "check storage of the cluster", "can be used",
      bend: { $0.clusters[0].classAvailability = "ineligible" }),
    Wrong(
      "a destination that is not managed", "check destination cluster", "it is unmanaged",
      bend: { $0.clusters[1].managedState = "unmanaged" }),
    Wrong(
      "a destination that is not accessible", "check destination cluster", "it is removed",
      bend: { $0.clusters[1].state = "removed" }),
    Wrong(
      "a destination at risk", "check destination cluster", "at risk",
      bend: { $0.clusters[1].protectionState = "atRisk" }),
    Wrong(
      "a destination that takes nothing", "check destination cluster", "takes no applications",
      bend: { $0.clusters[1].restoreTargetSupported = false }),
    Wrong(
      "a destination of another version", "check destination cluster", "its version is 1.27",
      bend: { $0.clusters[1].version = "1.27" }),
    Wrong(
      "a destination without a good storage class", "check storage of the destination", "can be used",
      bend: { $0.clusters[1].classAvailability = "ineligible" }),
    Wrong(
      "an unknown storage class", "check storage of the destination", "no storage class \"gold\"",
      arguments: ["--storage-class", "gold"]),
  ]

  private static let stores = [
    Wrong(
      "no default bucket", "check place for backups", "no default bucket",
      bend: { $0.clouds[0].defaultBucket = nil }),
    Wrong(
      "a bucket that failed", "check place for backups", "\"astra-backups\", which is failed",
      bend: { $0.buckets[0].state = "failed" }),
    Wrong(
      "no default bucket of the destination", "check place for backups of the destination",
      "no default bucket", bend: { $0.clouds[1].defaultBucket = nil }),
    Wrong(
      "a bucket of the destination that is lost", "check place for backups of the destination",
      "\"debug-backups\", which is removed", bend: { $0.buckets[1].state = "removed" }),
  ]

  private static let points = [
    Wrong(
      "an unknown backup", "choose recovery point", "no backup \"release-1\"", code: .notFound, unmade: 1,
      arguments: ["--use-backup", "release-1"]),
    Wrong(
      "another application's backup", "choose recovery point", "belongs to another application", unmade: 1,
      arguments: ["--use-backup", "wordpress-weekly"]),
    Wrong(
      "two backups of one name", "choose recovery point", "there are 2 backups", code: .notFound, unmade: 1,
      bend: { $0.applications[0].backups[0].name = Magento.goodBackup }),
    Wrong(
      "a failed backup", "choose recovery point", "it is failed", unmade: 1,
      bend: { $0.applications[0].backups[1].state = "failed" }),
    Wrong(
      "an unfinished backup", "choose recovery point", "it is running", unmade: 1,
      bend: { $0.applications[0].backups[1].state = "running" }),
    Wrong(
      "a backup whose hooks failed", "choose recovery point", "hooks", unmade: 1,
      bend: { $0.applications[0].backups[1].hookState = "failed" }),
    Wrong(
      "no backup at all for latest", "choose recovery point", "no complete backup", code: .notFound,
      unmade: 1,
      arguments: ["--use-backup", "latest", "--before", "2020-01-01T00:00:00Z"]),
    Wrong(
      "a backup that is too old", "check age of recovery point", "26h old, and 24h is the most",
      arguments: ["--max-age", "1d"]),
    Wrong(
      "an unknown backup to clone", "choose recovery point to clone", "no backup \"release-1\"",
      code: .notFound,
      unmade: 1, arguments: ["--use-existing-backup", "release-1"]),
  ]

  private static let names = [
    Wrong("a clone's namespace that is taken", "check clone name and namespace", "exists already") {
      $0.site.world.addNamespace("magento-debug", onCluster: "ocp-debug")
    },
    Wrong(
      "a clone's name that is taken", "check clone name and namespace", "is taken",
      meddle: {
        $0.site.world.addApplication(
          ApplicationSeed("magento-debug", cluster: "ocp-debug", namespaces: ["other"]))
      }),
    Wrong(
      "a clone's name that is production's", "check clone name and namespace", "is taken",
      arguments: ["--clone-name", "magento-prod", "--destination-cluster", "ocp-debug"],
      meddle: {
        $0.site.world.addApplication(
          ApplicationSeed("magento-prod", cluster: "ocp-debug", namespaces: ["other"]))
      }),
    Wrong(
      "a snapshot for another cluster", "check clone name and namespace", "does not leave",
      code: .badParameter,
      arguments: ["--use-existing-snapshot", "nightly-0213"]),
    Wrong(
      "namespaces that are not the application's", "check clone name and namespace", "spans",
      code: .badParameter,
      arguments: ["--namespace-mapping", "shop=shop-debug"]),
    Wrong(
      "a backup's name that is taken", "check backup name", "from an earlier run",
      arguments: ["--backup-name", "upgrade-prod-2.4.0-debian-10-r14"]),
    Wrong(
      "a snapshot's name that is taken", "check snapshot name", "from an earlier run",
      arguments: ["--snapshot-name", "nightly-0213"]),
  ]

  /// Runs it, and checks that it has only looked.
  private func look(_ harness: StepHarness, _ arguments: [String]) throws -> StepHarness.Result {
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
    #expect(skipped == ["choose recovery point to clone"])
    // Without more being said it is for the pipeline of the worked example.
    let usual = try look(try Magento.harness(), [])
    usual.expectSuccess()
    #expect(usual.standardError.contains("not told by the backend: whether a clone, an in-place restore"))
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
    let says = result.code == .credentialsRefused || failed.first?.body.contains("hint: ") == true
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
    // What piles up is only warned of.
    let checks = Set(PreflightStep.phases.map(\.name)).subtracting(["count evidence"])
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
    #expect(result.standardError.contains("whether bucket \"astra-backups\""))
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
    if steps.contains("backup") { harness.environment["BACKUP_NAME"] = "release-2.4.3" }
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
    harness.environment["BACKUP_NAME"] = "release-2.4.3"
    let result = try look(harness, ["--steps", "backup, clone, restore"])
    result.expectSuccess()
    let chosen = result.report.cases.first { $0.name == "choose recovery point" }
    #expect(chosen?.message == "an earlier stage of the pipeline makes the backup to restore from")
  }

  @Test func whatThisRunHasMadeIsNoObstacle() throws {
    let harness = try Self.harness()
    harness.environment["BACKUP_NAME"] = "release-2.4.3"
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
    let older = "upgrade-prod-2-4-0-debian-10-r14"
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
