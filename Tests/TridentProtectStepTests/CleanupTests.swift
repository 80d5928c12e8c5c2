import AstraBackup
import AstraCleanup
import AstraClone
import AstraRestore
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import TridentProtectSimulation

/// What astra-cleanup removes at Trident protect, a week later, from another workspace, in another run.
@Suite struct CleanupTests {
  /// A site with a clone, a week later; `change` meets the world just after the clone was made.
  private func aWeekLater(
    premade: Bool = false, _ change: (inout KubernetesWorld) -> Void = { _ in }
  ) throws -> StepHarness {
    let harness = Protect.harness()
    if premade { _ = harness.world.addEmptyNamespace("magento-debug", of: "ocp-debug") }
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.pass(.seconds(6 * 86_400))
    var world = harness.world
    change(&world)
    harness.world = world
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    return harness
  }

  private func check(_ harness: StepHarness, namespaceStays: Bool) {
    harness.site.pass(.seconds(60))
    #expect(!harness.world.applications.contains { $0.name == "magento-debug" })
    #expect(harness.objects("backuprestores", of: "ocp-debug").isEmpty)
    #expect(harness.world.hasNamespace("magento-debug", of: "ocp-debug") == namespaceStays)
    #expect(harness.site.service.productionContent?.rows == Magento.brokenRows)
    #expect(harness.world.hasNamespace("jenkins", of: "ocp-debug"))
  }

  @Test func theNamespaceGoesThatWasMadeForTheClone() throws {
    let harness = try aWeekLater()
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    check(harness, namespaceStays: false)
  }

  @Test func theNamespaceStaysThatWasThereBefore() throws {
    let harness = try aWeekLater(premade: true)
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    check(harness, namespaceStays: true)
    #expect(result.standardError.contains("namespace \"magento-debug\" stays: it was not made for the clone"))
    #expect(result.values["ASTRA_LEFT_NAMESPACES"] == "magento-debug")
  }

  /// Something that somebody else has put into the clone's namespace.
  struct Foreign: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var resource: String
    var object: JSON
  }

  @Test(arguments: [
    Foreign(
      testDescription: "ConfigMap \"notes\"", resource: "configmaps", object: ["data": ["of": "somebody"]]),
    Foreign(
      testDescription: "PersistentVolumeClaim \"notes\"", resource: "persistentvolumeclaims",
      object: [
        "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
        "status": ["phase": "Bound"],
      ]),
    // An operator has made it for a database that nobody here knows.
    Foreign(
      testDescription: "PersistentVolumeClaim \"notes\"", resource: "persistentvolumeclaims",
      object: [
        "metadata": [
          "ownerReferences": [
            [
              "apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "name": "orders", "uid": "u-1",
              "controller": true,
            ]
          ]
        ],
        "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
        "status": ["phase": "Bound"],
      ]),
    // Its data would go with the namespace.
    Foreign(
      testDescription: "VolumeSnapshot \"notes\"", resource: "volumesnapshots.snapshot.storage.k8s.io",
      object: ["spec": ["source": ["persistentVolumeClaimName": "magento-prod-db"]]]),
    Foreign(
      testDescription: "Application \"notes\"", resource: Protect.resource("applications"),
      object: ["spec": ["includedNamespaces": [["namespace": "magento-debug"]]]]),
  ]) func theNamespaceStaysWithWhatIsOthers(_ foreign: Foreign) throws {
    let harness = try aWeekLater { world in
      var object = foreign.object
      object[path: ["metadata", "name"]] = "notes"
      object[path: ["metadata", "namespace"]] = "magento-debug"
      world.clusters[1].store.create(foreign.resource, object)
    }
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    check(harness, namespaceStays: true)
    let words = "it holds \(foreign.testDescription), which the clone has not brought"
    #expect(result.standardError.contains(words), "\(result.standardError)")
    // It is theirs: nobody is told to delete it.
    #expect(!result.standardError.contains("delete namespace"), "\(result.standardError)")
  }

  /// Where nothing says in which namespaces clones are, and not all may be seen, nothing is known to be gone.
  @Test func whatMayNotBeSeenIsNotGone() throws {
    let harness = try aWeekLater()
    for name in ["DEBUG_NAMESPACE", "DEBUG_APP_NAME", "DEBUG_KUBERNETES_CLUSTER"] {
      harness.environment[name] = nil
    }
    harness.environment["ASTRA_APP_NAMESPACE"] = "magento-prod"
    let before = Holdings(harness.site.service)
    let named = try harness.run(CleanupStep.self, "--remove-clone", "--clone-name", "magento-debug")
    named.expect(
      .notFound, saying: "whether clone \"magento-debug\" is there cannot be told",
      "in other namespaces of ocp-prod")
    let old = try harness.run(CleanupStep.self, "--remove-clone", "--older-than", "1d")
    old.expectSuccess()
    #expect(
      old.standardError.contains("warning: clones may be older and stay: not seen are"),
      "\(old.standardError)")
    #expect(Holdings(harness.site.service) == before)
  }

  /// The parameters say where the clone is, and nobody may look there: that is no sign that it has gone.
  @Test func aCloneInANamespaceThatMayNotBeSeenIsNotGone() throws {
    let harness = try aWeekLater()
    harness.become(allowed: [], of: "ocp-debug")
    let before = Holdings(harness.site.service)
    try harness.run(CleanupStep.self, "--remove-clone").expect(
      .notFound, saying: "whether clone \"magento-debug\" is there cannot be told",
      "not seen are the applications in namespace magento-debug of ocp-debug")
    #expect(Holdings(harness.site.service) == before)
  }

  /// The rights in it went with it, when a run before this one removed it.
  @Test func aNamespaceThatIsNotThereHoldsNoClone() throws {
    let harness = try aWeekLater()
    harness.world.clusters[1].store.remove(ObjectKey("namespaces", nil, "magento-debug"))
    harness.become(allowed: [], of: "ocp-debug")
    harness.allowInCluster("get", "namespaces", of: "ocp-debug")
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expectSuccess()
    #expect(
      result.standardError.contains("there is no application \"magento-debug\""), "\(result.standardError)")
  }

  /// Its name says where the clone of one namespace is, and nothing of where that of several is.
  @Test(arguments: [("magento-prod", ExitCode.success), ("erp", .notFound)])
  func theNameOfACloneSaysWhereItIsOnlyIfItHasOneNamespace(_ source: String, _ code: ExitCode) throws {
    let harness = Protect.harness()
    harness.environment["PROD_APP_NAME"] = source
    harness.environment["ASTRA_APP_NAMESPACE"] = source == "erp" ? "erp-db" : source
    harness.environment["DEBUG_NAMESPACE"] = nil
    harness.environment["DEBUG_APP_NAME"] = "debug"
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    #expect(result.code == code, "\(result.standardError)")
  }

  /// A removal was asked for, and whoever looks next may not see whether it is done.
  @Test func aRemovalThatMayNotBeSeenIsNotDone() throws {
    let harness = try aWeekLater()
    harness.site.exchanged = { [unowned harness] request, _ in
      guard request.method == "DELETE" else { return }
      harness.site.exchanged = nil
      harness.site.faults = [SiteFault(.killBefore, atEvent: harness.site.events.count + 1)]
    }
    _ = try? harness.run(CleanupStep.self, "--remove-clone")
    harness.site.endTroubles()
    let token = harness[cluster: "ocp-debug"].users[0].token
    harness[cluster: "ocp-debug"].users = [User(token: token, name: "ci")]
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    #expect(result.code != .success, "\(result.standardError)")
    #expect(!result.standardError.contains("is gone"), "\(result.standardError)")
  }

  /// The clone is on another cluster than its backup, and nothing is said of clones but where they are.
  @Test func theBackupStaysThatACloneElsewhereIsBeingMadeFrom() throws {
    let harness = Protect.harness { $0.add(OperationFault(.clone, nth: 1, .stalls)) }
    let older = "before-2-4-1-debian-10-r14"
    harness.site.faults = [SiteFault(.killAfter, "POST", endingIn: "/backuprestores")]
    _ = try? harness.run(CloneStep.self, "--use-existing-backup", older)
    harness.site.endTroubles()
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expectSuccess()
    #expect(
      result.standardError.contains("clone \"magento-debug\" is being made from it"),
      "\(result.standardError)")
    #expect(harness.site.service.recoveryPoints(named: older).count == 1)
  }

  /// What production was restored from stays, in whatever workspace that was done.
  @Test func theBackupStaysThatProductionWasRestoredFrom() throws {
    let harness = Protect.harness()
    try harness.run(RestoreStep.self, "--use-backup", "before-2-4-1-debian-10-r14").expectSuccess()
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expectSuccess()
    #expect(result.standardError.contains("\"magento-prod\" was restored from it"), "\(result.standardError)")
    #expect(harness.site.service.recoveryPoints(named: "before-2-4-1-debian-10-r14").count == 1)
  }

  /// A copy that carried a clone holds a broken state: it is none of the backups to go back to.
  @Test func aCopyThatCarriedACloneIsNoneOfTheBackupsToKeep() throws {
    let harness = Protect.harness()
    try harness.run(BackupStep.self, "--backup-name", "magento-2-4-1").expectSuccess()
    harness.site.pass(.seconds(86_400))
    try harness.run(CloneStep.self).expectSuccess()
    CleanupScene.leave(harness)
    for (path, text) in harness.site.service.files { harness.files.contents[path] = Array(text.utf8) }
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "magento-*")
    result.expectSuccess()
    #expect(harness.site.service.recoveryPoints(named: "magento-2-4-1").count == 1)
    #expect(
      result.standardError.contains("it was made for clone \"magento-debug\""), "\(result.standardError)")
  }

  @Test func whatIsNotOursStays() throws {
    let harness = Protect.harness()
    harness.backUpByHand("magento-prod", as: "by-hand")
    _ = harness.cloneByHand("magento-prod", as: "magento-debug")
    let before = Holdings(harness.site.service)
    harness.environment["BUILD_TAG"] = "jenkins-cleanup-7"
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    result.expect(.protected, saying: "magento-debug", "is not a clone")
    #expect(Holdings(harness.site.service) == before)
  }

  @Test func saysWhatStaysInTheBucket() throws {
    let harness = Protect.harness()
    let result = try harness.run(CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*")
    result.expectSuccess()
    #expect(
      result.standardError.contains(
        "the data of backup \"before-2-4-1-debian-10-r14\" stays in the bucket of vault \"vault-ocp-prod\""),
      "\(result.standardError)")
  }

  /// The application goes first, and what it leaves is asked for when it is gone, however long that takes.
  @Test func waitsForTheApplicationToGo() throws {
    let harness = try aWeekLater()
    var world = harness.world
    world.settings.deletion = .seconds(1_200)
    harness.world = world
    let start = harness.site.time.now
    try harness.run(CleanupStep.self, "--remove-clone").expectSuccess()
    #expect(harness.site.time.now - start >= .seconds(1_200))
    check(harness, namespaceStays: false)
  }

  @Test func saysOnceWhatStays() throws {
    let harness = try aWeekLater(premade: true)
    let result = try harness.run(CleanupStep.self, "--remove-clone")
    let words = "namespace \"magento-debug\" stays"
    #expect(result.standardError.ranges(of: words).count == 1, "\(result.standardError)")
  }

  /// Wherever a cleanup dies, the next one ends its work.
  @Test func goesOnAfterDeathAtEachPoint() throws {
    let whole = try aWeekLater()
    let first = whole.site.events.count
    try whole.run(CleanupStep.self, "--remove-clone").expectSuccess()
    let last = whole.site.events.count
    // One in three: the requests of a run are many, and most of them look.
    for event in stride(from: first + 1, through: last, by: 3) {
      let harness = try aWeekLater()
      harness.site.faults = [SiteFault(.killBefore, atEvent: event)]
      _ = try? harness.run(CleanupStep.self, "--remove-clone")
      harness.site.endTroubles()
      let result = try harness.run(CleanupStep.self, "--remove-clone")
      #expect(result.code == .success, "killed before event \(event): \(result.standardError)")
      check(harness, namespaceStays: false)
    }
  }
}
