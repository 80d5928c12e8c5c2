import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
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

/// What is seen at Velero before anything is changed, and what is shown.
@Suite struct LookTests {
  private static let everything: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]

  @Test func aPreflightPasses() throws {
    let harness = Bucket.harness()
    let before = harness.world.journal.count
    let result = try harness.run(
      PreflightStep.self, "--steps", "backup snapshot clone", "--backup-name", "mine", "--snapshot-name",
      "snap")
    result.expectSuccess()
    #expect(harness.world.journal.count == before)
  }

  /// A restore, too, is to make a copy where there is no clone: the evidence.
  @Test(arguments: ["backup", "restore"]) func missingRightsAreListed(step: String) throws {
    let harness = Bucket.harness()
    harness.become(allowed: [
      ("magento-prod", Self.everything),
      ("velero", ["verbs": ["get", "list"], "apiGroups": ["*"], "resources": ["*"]]),
    ])
    harness.environment["ASTRA_PRODUCT_NAMESPACE"] = "velero"
    let result = try harness.run(PreflightStep.self, "--steps", step, "--replace-volumes")
    result.expect(.protected, "create backups.velero.io in namespace velero")
  }

  /// The parameters say where the clone is, and nobody may look there: that is no sign that it has gone.
  @Test func aCloneInANamespaceThatMayNotBeSeenIsNotGone() throws {
    let harness = Bucket.harness()
    try harness.run(CloneStep.self).expectSuccess()
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    harness.become(allowed: [("velero", Self.everything)], of: "ocp-debug")
    let before = harness.world.journal.count
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expect(
      .notFound, "whether clone \"magento-debug\" is there cannot be told",
      "not seen are the applications in namespace magento-debug of ocp-debug")
    #expect(harness.world.journal.count == before)
  }

  /// Nothing would go but the record of what it is, and the clone would run on.
  @Test func aCloneWhoseContentMayNotBeSeenIsNotGone() throws {
    let harness = Bucket.harness()
    try harness.run(CloneStep.self).expectSuccess()
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    var fault = SiteFault(
      .answers(harness.site.service.refusal(.notPermitted)), "GET", endingIn: "/magento-debug/jobs")
    fault.times = 1000
    harness.site.faults = [fault]
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expect(.credentialsRefused, "what it holds may not be seen (jobs.batch)")
    #expect(harness.objects("restores", of: "ocp-debug").count == 1)
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug"))
  }

  /// The clone is on another cluster than its backup, and nothing is said of clones but where they are.
  @Test func theBackupStaysThatACloneElsewhereIsBeingMadeFrom() throws {
    var setup = VeleroSetup()
    setup.add(OperationFault(.clone, nth: 1, .stalls))
    let harness = StepHarness(setup, run: "jenkins-post-mortem-42")
    let older = "before-2-4-1-debian-10-r14"
    harness.site.faults = [SiteFault(.killAfter, "POST", endingIn: "/restores")]
    _ = try? harness.run(CloneStep.self, "--use-existing-backup", older)
    harness.site.endTroubles()
    // No week later, when the backup has expired.
    harness.files.contents = [:]
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expectSuccess()
    #expect(
      result.standardError.contains("clone \"magento-debug\" is being made from it"),
      "\(result.standardError)")
    #expect(harness.site.service.recoveryPoints(named: older).count == 1)
  }

  @Test func aLocationThatIsAwayIsTold() throws {
    let harness = Bucket.harness { $0.locationsAreUnavailable = true }
    let result = try harness.run(PreflightStep.self, "--steps", "backup", "--backup-name", "mine")
    #expect(result.code == .protected, "\(result.standardError)")
    #expect(result.standardError.contains("Unavailable"))
  }

  @Test func anOldVersionIsAWarning() throws {
    let harness = Bucket.harness { $0.version = "1.11.0" }
    let result = try harness.run(PreflightStep.self, "--steps", "backup", "--backup-name", "mine")
    result.expect(.success, "1.11.0", "1.14 or newer is recommended")
  }

  @Test func anApplicationIsVerified() throws {
    let harness = Bucket.harness()
    try harness.run(VerifyStep.self, "--application", "magento-prod").expectSuccess()
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(
      VerifyStep.self, "--application", "magento-debug", "--cluster", "ocp-debug", "--clone-of",
      "magento-prod"
    ).expectSuccess()
    let result = try harness.run(VerifyStep.self, "--application", "nobody")
    #expect(result.code == .notFound)
  }

  @Test func aStatusShowsCopiesAndTheirCoverage() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.withoutData = [claim] }
    #expect(try harness.run(BackupStep.self, "--backup-name", "mine").code == .operationFailed)
    let result = try harness.run(StatusStep.self)
    result.expectSuccess()
    for word in ["mine", "nightly-0213", Magento.goodBackup, claim] {
      #expect(result.standardOutput.contains(word), "\(result.standardOutput)")
    }
    let all = try harness.run(StatusStep.self, "--all")
    all.expectSuccess()
    for word in ["magento-prod", "wordpress"] { #expect(all.standardOutput.contains(word)) }
    #expect(!all.standardOutput.contains("kube-system"))
  }

  @Test(arguments: [
    ("ASTRA_APP_SELECTOR", "a b", "label selector"), ("ASTRA_VOLUME_COPY", "tapes", "snapshots or files"),
    ("ASTRA_COPY_TTL", "soon", "ASTRA_COPY_TTL"),
  ])
  func aParameterThatIsWrongIsRefused(_ variable: String, _ value: String, _ words: String) throws {
    let harness = Bucket.harness()
    harness.environment[variable] = value
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.badParameter, words)
    #expect(result.requests == 0)
  }

  @Test func aClusterWithoutVeleroIsTold() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_PRODUCT_NAMESPACE"] = nil
    for location in harness.objects("backupstoragelocations") {
      harness[cluster: "ocp-prod"].store.remove(
        ObjectKey("backupstoragelocations.velero.io", location.namespace, location.name ?? ""))
    }
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.badParameter, "no backup storage location is to be seen", "ASTRA_PRODUCT_NAMESPACE")
  }
}
