import StepTestSupport
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

// Whatever can be wrong before a pipeline begins.
extension PreflightStepTests {
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
    Wrong("a wrong token", "reach the backend", "401", code: .credentialsRefused, unmade: 21) {
      $0.environment["ASTRA_API_TOKEN"] = "another-token-that-is-not-real"
    },
    Wrong("a wrong account", "reach the backend", "answered", code: .credentialsRefused, unmade: 21) {
      $0.environment["ASTRA_INSTANCE_ID"] = "00000000-1111-4222-8333-444444444444"
    },
    Wrong("a user who is switched off", "reach the backend", "403", code: .credentialsRefused, unmade: 21) {
      $0.environment["ASTRA_API_TOKEN"] = "not-a-real-token-of-a-disabled-user"
    },
    Wrong("an unknown cluster", "find cluster", "no cluster \"ocp-prd\"", code: .notFound, unmade: 19) {
      $0.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-prd"
    },
    Wrong(
      "an unknown application", "find application", "no application \"magento-prd\"", code: .notFound,
      unmade: 18
    ) {
      $0.environment["PROD_APP_NAME"] = "magento-prd"
    },
    Wrong(
      "an application of another cluster", "find application", "on cluster \"ocp-debug\"", code: .notFound,
      unmade: 18
    ) {
      $0.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-debug"
    },
    Wrong(
      "two applications of one name", "find application", "there are 2 applications", code: .notFound,
      unmade: 18,
      bend: {
        $0.applications.append(
          ApplicationSeed("magento-prod", cluster: "ocp-prod", namespaces: ["magento-twin"]))
      }),
    Wrong(
      "an unknown destination cluster", "find destination cluster", "no cluster \"ocp-dbg\"", code: .notFound,
      unmade: 6
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
      "no default bucket", "check place for backups", "no default store",
      bend: { $0.clouds[0].defaultBucket = nil }),
    Wrong(
      "a bucket that failed", "check place for backups", "\"astra-backups\", which is failed",
      bend: { $0.buckets[0].state = "failed" }),
    Wrong(
      "no default bucket of the destination", "check place for backups of the destination",
      "no default store", bend: { $0.clouds[1].defaultBucket = nil }),
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
      "a backup that is too old", "check age of recovery point", "26h old, and at most 24h",
      arguments: ["--max-age", "1d"]),
    Wrong(
      "an unknown backup to clone", "choose recovery point to clone", "no backup \"release-1\"",
      code: .notFound,
      unmade: 2, arguments: ["--use-existing-backup", "release-1"]),
  ]

  private static let names = [
    Wrong("a clone's namespace that is taken", "check clone name and namespace", "already exists", unmade: 1)
    {
      $0.site.world.addNamespace("magento-debug", onCluster: "ocp-debug")
    },
    Wrong(
      "a clone's name that is taken", "check clone name and namespace", "is taken", unmade: 1,
      meddle: {
        $0.site.world.addApplication(
          ApplicationSeed("magento-debug", cluster: "ocp-debug", namespaces: ["other"]))
      }),
    Wrong(
      "a clone's name that is production's", "check clone name and namespace", "is taken", unmade: 1,
      arguments: ["--clone-name", "magento-prod", "--destination-cluster", "ocp-debug"],
      meddle: {
        $0.site.world.addApplication(
          ApplicationSeed("magento-prod", cluster: "ocp-debug", namespaces: ["other"]))
      }),
    Wrong(
      "a snapshot for another cluster", "check clone name and namespace", "cannot leave",
      code: .badParameter, unmade: 1,
      arguments: ["--use-existing-snapshot", "nightly-0213"]),
    Wrong(
      "namespaces that are not the application's", "check clone name and namespace", "spans",
      code: .badParameter, unmade: 1,
      arguments: ["--namespace-mapping", "shop=shop-debug"]),
    Wrong(
      "a backup's name that is taken", "check backup name", "from an earlier run",
      arguments: ["--backup-name", "before-2.4.1-debian-10-r14"]),
    Wrong(
      "a snapshot's name that is taken", "check snapshot name", "from an earlier run",
      arguments: ["--snapshot-name", "nightly-0213"]),
  ]

  /// Runs it, and checks that it has only looked.
}
