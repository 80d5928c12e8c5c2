import AstraBackup
import AstraClone
import AstraRestore
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import TridentProtectSimulation

/// What Trident protect's backend refuses or waits for, case by case.
@Suite struct RefusalTests {
  @Test(arguments: places + access) func beforeAnything(_ situation: Situation) throws {
    try situation.check()
  }
  @Test(arguments: namespaces) func destination(_ situation: Situation) throws { try situation.check() }
  @Test(arguments: validators) func validator(_ situation: Situation) throws { try situation.check() }
  @Test(arguments: copies + clones + restores) func progress(_ situation: Situation) throws {
    try situation.check()
  }

  private static let vaults = Protect.resource("appvaults")

  /// Where copies are kept, and what is installed.
  private static let places = [
    Situation(
      "no vault", BackupStep.self, "--backup-name", "mine", code: .badParameter,
      saying: "there is no vault in namespace", "ASTRA_STORE",
      prepare: {
        $0[cluster: "ocp-prod"].store.remove(ObjectKey(vaults, "trident-protect", "vault-ocp-prod"))
      }),
    Situation(
      "several vaults", BackupStep.self, "--backup-name", "mine", code: .badParameter,
      saying: "there are 2 vaults in ocp-prod: second, vault-ocp-prod", "ASTRA_STORE",
      prepare: { $0.addVault("second") }),
    Situation(
      "several vaults of which one is named", BackupStep.self, "--backup-name", "mine", "--store", "second",
      code: .success,
      saying: "is complete", prepare: { $0.addVault("second") }),
    Situation(
      "vaults that may not be read", BackupStep.self, "--backup-name", "mine", "--app-namespace",
      "magento-prod",
      code: .badParameter, saying: "cannot be listed",
      "appvaults", "ASTRA_STORE",
      prepare: { $0.become(allowed: [("magento-prod", anything)]) }),
    Situation(
      "a product that is not installed", BackupStep.self, "--backup-name", "mine", code: .badParameter,
      saying: "Trident protect is not installed in the cluster of ocp-prod", "ASTRA_BACKEND",
      prepare: { harness in
        var bare = KubernetesCluster(
          name: "ocp-prod", startTime: WallTime(sinceEpoch: .seconds(1_669_203_462)),
          kinds: KindDefinition.builtIn,
          seed: 5)
        bare.users = harness[cluster: "ocp-prod"].users
        harness[cluster: "ocp-prod"] = bare
      }),
    Situation(
      "a context that is not there", BackupStep.self, "--backup-name", "mine", "--cluster", "ocp-prd",
      code: .notFound,
      saying: "there is no cluster \"ocp-prd\"", "ocp-prod"),
  ]

  private static let anything: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]

  /// Who may see what.
  private static let access = [
    Situation(
      "a list of all namespaces that is forbidden", BackupStep.self, "--backup-name", "mine",
      code: .credentialsRefused,
      saying: "cannot list", "ASTRA_APP_NAMESPACE",
      prepare: { $0.become(allowed: [("magento-prod", anything), ("trident-protect", anything)]) }),
    Situation(
      "the same with the namespace named", BackupStep.self, "--backup-name", "mine", "--app-namespace",
      "magento-prod", code: .success,
      saying: "is complete",
      prepare: { $0.become(allowed: [("magento-prod", anything), ("trident-protect", anything)]) }),
    Situation(
      "the same with a namespace that may not be seen either", BackupStep.self, "--backup-name", "mine",
      "--app-namespace", "erp-db",
      code: .credentialsRefused, saying: "erp-db",
      prepare: { $0.become(allowed: [("magento-prod", anything), ("trident-protect", anything)]) }),
    Situation(
      "a token that is refused", BackupStep.self, "--backup-name", "mine", code: .credentialsRefused,
      saying: "401",
      prepare: { $0.site.service.changeCredential("another-token-that-is-not-real") }),
  ]

  private static let namespaces = [
    Situation(
      "a namespace that holds something", CloneStep.self, code: .protected,
      saying: "namespace \"magento-debug\" on cluster ocp-debug already exists and is not empty",
      prepare: { _ = $0.world.addNamespace("magento-debug", of: "ocp-debug") }),
    Situation(
      "a namespace that never goes", CloneStep.self, "--timeout", "10m", code: .deadlinePassed,
      saying: "was still being removed", "kubectl get namespace magento-debug",
      prepare: { harness in
        _ = harness.world.addEmptyNamespace("magento-debug", of: "ocp-debug")
        harness[cluster: "ocp-debug"].settings.stuckNamespaces = ["magento-debug"]
        _ = harness.world.removeNamespace("magento-debug", of: "ocp-debug")
      }),
    Situation(
      "a namespace of another application", CloneStep.self, "--clone-namespace", "jenkins", code: .protected,
      saying: "belongs to application \"jenkins\""),
    Situation(
      "a namespace of the cluster itself", CloneStep.self, "--clone-namespace", "kube-system",
      code: .badParameter,
      saying: "belongs to Kubernetes"),
    Situation(
      "an empty namespace", CloneStep.self, code: .success, saying: "is ready",
      prepare: { _ = $0.world.addEmptyNamespace("magento-debug", of: "ocp-debug") }),
  ]

  private static let validators = [
    Situation(
      "a validator that denies", BackupStep.self, "--backup-name", "mine", "--store", "nowhere",
      code: .operationFailed,
      saying: "AppVault \"nowhere\" not found"),
    Situation(
      "a validator that is down", BackupStep.self, "--backup-name", "mine", code: .unreachable,
      saying: "validate.protect.trident.netapp.io",
      setup: { $0.settings.webhooksAreDown = true }),
    Situation(
      "a validator that hangs", BackupStep.self, "--backup-name", "mine", code: .unreachable,
      saying: "validate.protect.trident.netapp.io",
      setup: { $0.settings.webhooksHang = true }),
    Situation(
      "a name that a backup of another application has", BackupStep.self, code: .protected,
      saying: "before-2-4-2-debian-10-r14",
      prepare: { harness in
        harness[cluster: "ocp-prod"].store.update(
          ObjectKey(Protect.resource("backups"), "magento-prod", Magento.goodBackup)
        ) { $0[path: ["spec", "applicationRef"]] = "shop" }
      }),
  ]

  private static let copies = [
    Situation(
      "a lock that another holds", BackupStep.self, "--backup-name", "mine", code: .success,
      saying: "application-\(Magento.production)-backup, which controller-7 holds",
      prepare: { harness in
        harness[cluster: "ocp-prod"].store.create(
          "leases.coordination.k8s.io",
          [
            "metadata": [
              "name": .string("application-\(Magento.production)-backup"), "namespace": "magento-prod",
            ], "spec": ["holderIdentity": "controller-7"],
          ])
        harness.backUpByHand("magento-prod", as: "by-hand", untilDone: false)
      }),
    Situation(
      "hooks of a backup that failed", BackupStep.self, "--backup-name", "mine", code: .operationFailed,
      saying: "flush-tables", prepare: { $0.world.disturbNext(.backup, .hooksFail) }),
    Situation(
      "a backup with a warning", BackupStep.self, "--backup-name", "mine", code: .operationFailed,
      saying: "the volume snapshot is not crash consistent",
      setup: { $0.settings.warnings = ["the volume snapshot is not crash consistent"] }),
    Situation(
      "a state that nobody knows", BackupStep.self, "--backup-name", "mine", code: .success,
      saying: "Reticulating", prepare: { $0.world.disturbNext(.backup, .unknownState) }),
    Situation(
      "states in small letters", BackupStep.self, "--backup-name", "mine", code: .success,
      saying: "\"mine\" of \"magento-prod\" is complete",
      setup: { $0.settings.writesSmallStates = true }),
    Situation(
      "a controller that is away", BackupStep.self, "--backup-name", "mine", "--timeout", "5m",
      code: .deadlinePassed, saying: "pending", setup: { $0.settings.controllerIsAway = true }),
    Situation(
      "a controller that comes back", BackupStep.self, "--backup-name", "mine", "--timeout", "5m",
      code: .success, saying: "\"mine\" of \"magento-prod\" is complete",
      prepare: { $0.world.trouble(for: .seconds(60)) { $0.controllerIsAway = true } }),
    Situation(
      "a controller that is away longer", BackupStep.self, "--backup-name", "mine", "--timeout", "5m",
      code: .deadlinePassed, saying: "pending",
      prepare: { $0.world.trouble(for: .seconds(400)) { $0.controllerIsAway = true } }),
    Situation(
      "a vault that cannot be reached", BackupStep.self, "--backup-name", "mine", code: .operationFailed,
      saying: "the bucket cannot be reached", setup: { $0.settings.vaultsAreUnavailable = true }),
  ]

  private static let clones = [
    Situation(
      "a clone whose claims stay unbound", CloneStep.self, "--timeout", "10m", code: .deadlinePassed,
      saying: "volume claim \"magento-prod-db\" is Pending",
      setup: { $0.settings.leavesUnbound = ["magento-prod-db"] }),
    Situation(
      "a clone that lacks a workload", CloneStep.self, code: .operationFailed,
      saying: "these are missing: Deployment magento-prod", "Service magento-prod",
      setup: { $0.settings.forgets = ["magento-prod"] }),
    Situation(
      "a clone that lacks its claim", CloneStep.self, code: .operationFailed,
      saying: "volume claim \"magento-prod-db\"", setup: { $0.settings.forgets = ["magento-prod-db"] }),
    Situation(
      "states of a clone in small letters", CloneStep.self, code: .success, saying: "is ready",
      setup: { $0.settings.writesSmallStates = true }),
  ]

  private static let restores = [
    Situation(
      "a restore whose claims stay unbound", RestoreStep.self, "--timeout", "10m", code: .deadlinePassed,
      saying: "volume claim \"magento-prod-db\" is Pending",
      setup: { $0.settings.leavesUnbound = ["magento-prod-db"] }),
    Situation(
      "a restore that leaves a schedule disabled", RestoreStep.self, code: .operationFailed,
      saying: "left schedules of the application disabled: hourly",
      setup: { $0.settings.successLeavesSchedulesDisabled = true }, prepare: { $0.addSchedule("hourly") }),
    Situation(
      "a restore that enables the schedule again", RestoreStep.self, code: .success, saying: "restored",
      prepare: { $0.addSchedule("hourly") }),
    Situation(
      "a restore with a warning", RestoreStep.self, code: .operationFailed,
      saying: "a quota is nearly used up",
      prepare: { harness in
        harness.onceRestoring { $0.settings.warnings = ["a quota is nearly used up"] }
      }),
    Situation(
      "a restore whose state is unknown", RestoreStep.self, code: .success, saying: "Reticulating",
      prepare: { $0.world.disturbNext(.restore, .unknownState) }),
  ]

  /// A restore of a backup that a step made knows what there has to be.
  @Test func restoreThatLacksAWorkload() throws {
    let harness = Protect.harness()
    harness.environment["BACKUP_NAME"] = "mine"
    try harness.run(BackupStep.self).expectSuccess()
    harness.world.settings.forgets = ["magento-prod"]
    let result = try harness.run(RestoreStep.self)
    #expect(result.code == .operationFailed)
    #expect(result.message.contains("these are missing: Deployment magento-prod"), "\(result.message)")
  }

  /// An in-place restore would cancel a backup in the making.
  @Test func copyUnderWayIsWaitedFor() throws {
    let harness = Protect.harness { $0.behaviour.backup = .seconds(90) }
    harness.backUpByHand("magento-prod", as: "by-hand", untilDone: false)
    let result = try harness.run(RestoreStep.self)
    result.expectSuccess()
    let copy = try #require(harness.world.copies.first { $0.name == "by-hand" })
    #expect(copy.state == "completed", "the backup was cancelled: \(copy.state)")
    #expect(result.standardError.contains("by-hand"), "\(result.standardError)")
  }

  @Test(arguments: [([], false), (["--run-hooks"], true)]) func hooksInAClone(
    _ arguments: [String], _ runs: Bool
  ) throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self, arguments: arguments).expectSuccess()
    let restore = try #require(harness.objects("backuprestores", of: "ocp-debug").first)
    #expect(restore.value(at: "spec.runArchivedExecHooks")?.bool == runs)
  }
}
