import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// What has to be so at Velero for the steps to do their work, and what they say and wait for where it is not.
@Suite struct ConditionTests {
  // MARK: - Rights

  private static let everything: JSON = ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]

  /// A step without a right, and what it says of that.
  struct Denial: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// What may be done in Velero's namespace.
    var verbs: [String]
    var words: String
    var run: @Sendable (StepHarness) throws -> StepHarness.Result

    init<S: Step & SendableMetatype>(
      _ step: S.Type, _ arguments: String..., may verbs: [String], words: String
    ) {
      (testDescription, self.verbs, self.words) = ("\(S.identity.name) \(words)", verbs, words)
      run = { try $0.run(step, arguments: arguments) }
    }
  }

  static let denials = [
    Denial(BackupStep.self, "-b", "mine", may: ["get", "list"], words: "create backups"),
    Denial(SnapshotStep.self, "-s", "mine", may: ["get", "list"], words: "create backups"),
    Denial(
      CloneStep.self, "--use-existing-backup", Magento.goodBackup, may: ["get", "list"],
      words: "create restores"),
    Denial(
      RestoreStep.self, "--discard-present-state", may: ["get", "list"],
      words: "create restores.velero.io in namespace velero"),
    Denial(
      CleanupStep.self, "--keep-backups", "1", "--backup-pattern", "before-*", may: ["get", "list"],
      words: "create deletebackuprequests"),
    Denial(StatusStep.self, may: ["create"], words: "list"),
    Denial(VerifyStep.self, "--application", "magento-prod", may: ["create"], words: "list"),
  ]

  @Test(arguments: denials) func aRightThatIsMissingIsNamed(_ denial: Denial) throws {
    let harness = Bucket.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    harness.environment["ASTRA_PRODUCT_NAMESPACE"] = "velero"
    _ = harness.world.addEmptyNamespace("magento-debug", of: "ocp-prod")
    harness.become(allowed: [
      ("magento-prod", Self.everything), ("magento-debug", Self.everything),
      (
        "velero",
        ["verbs": .array(denial.verbs.map { .string($0) }), "apiGroups": ["*"], "resources": ["*"]]
      ),
    ])
    let before = harness.claimUIDs
    try denial.run(harness).expect(.credentialsRefused, denial.words)
    #expect(harness.claimUIDs == before && harness.objects("restores").isEmpty)
  }

  // MARK: - Copies

  @Test func anExpiryIsShownAndWarnedOf() throws {
    let harness = Bucket.harness()
    harness.environment["ASTRA_COPY_TTL"] = "6h"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let status = try ShownStatus.read(harness.run(StatusStep.self, "--json", "-a", "magento-prod"))
    let shown = try #require(status?.applications.first?.point("mine"))
    #expect(
      shown.expiresAt == harness.backup(named: "mine")?.value(at: "status.expiration")?.string)
    let clone = try harness.run(CloneStep.self, "--use-existing-backup", "mine", "--dry-run")
    clone.expect(.success, "warning: ", "it expires at", "Velero removes it then")
    let older = try harness.run(CloneStep.self, "--use-existing-backup", Magento.goodBackup, "--dry-run")
    #expect(!older.standardError.contains("it expires at"))
    // So close to its end it brings nothing back: it may be gone before the restore is over.
    harness.site.pass(.seconds(3 * 3600))
    try harness.restoreInPlace("--use-backup", "mine", "--timeout", "4h").expect(
      .protected, "expires at", "has to be kept for 4h from now", "give less with --timeout")
    harness.site.pass(.seconds(2 * 3600 + 1800))
    try harness.restoreInPlace("--use-backup", "mine").expect(.protected, "expires at")
    #expect(harness.releasedVolumes.isEmpty)
    harness.site.pass(.seconds(1800))
    let gone = try harness.run(CloneStep.self, "--use-existing-backup", "mine", "--dry-run")
    #expect(gone.code != .success, "\(gone.standardError)")
  }

  /// A clone has pods to write files back through; a stopped application has none.
  @Test func filesComeBackIntoACloneAndNotInPlace() throws {
    let harness = Bucket.harness { ($0.usesCSI, $0.hasSnapshotClass) = (false, false) }
    harness.environment["ASTRA_VOLUME_COPY"] = "files"
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    let before = harness.claimUIDs
    let refused = try harness.restoreInPlace("--use-backup", "mine", "--discard-present-state")
    refused.expect(.protected, "holds files of volumes", "astra-clone")
    #expect(harness.claimUIDs == before && harness.releasedVolumes.isEmpty)
    try harness.run(CloneStep.self, "--use-existing-backup", "mine").expectSuccess()
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
  }

  // MARK: - What is under way

  /// A backup of somebody else is waited for, and customers go on writing: what they wrote is in the evidence.
  @Test func evidenceIsRenewedWhileABackupOfOthersIsWaitedFor() throws {
    let harness = Bucket.harness { $0.backup = .seconds(900) }
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(2))
    harness.site.beforeRequest = { [unowned harness] _ in
      guard harness.site.time.now.sinceOrigin > .seconds(300) else { return }
      harness.site.beforeRequest = nil
      harness.site.service.addRows(["order-2001"], to: Magento.production)
    }
    let result = try harness.restoreInPlace()
    result.expect(.success, "Backup \"by-hand\" of the same namespace is under way: waiting for that to end")
    let evidence = harness.site.service.recoveryPoints.last { $0.kind == .snapshot }
    #expect(evidence?.content?.rows == Magento.brokenRows + ["order-2001"])
  }

  @Test func aPreflightAndARehearsalDoNotWait() throws {
    let harness = Bucket.harness { $0.backup = .seconds(900) }
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(2))
    let began = harness.site.time.now
    let preflight = try harness.run(PreflightStep.self, "--steps", "restore", "--replace-volumes")
    preflight.expect(.protected, "Backup \"by-hand\" of the same namespace is under way")
    try harness.restoreInPlace("--dry-run").expect(.success, "which would be waited for")
    #expect(harness.site.time.now - began < .seconds(30))
  }

  /// A restore of others from a backup of everything fills production's namespace, too.
  @Test func aRestoreOfOthersIsRefused() throws {
    let harness = Bucket.harness { ($0.restore, $0.inPlaceRestore) = (.seconds(900), .seconds(900)) }
    let good = try #require(harness.backup(named: Magento.goodBackup)?.name)
    _ = harness.world.makeVeleroObject(
      "restores", named: "by-hand", of: "ocp-prod", spec: ["backupName": .string(good)])
    harness.site.pass(.seconds(2))
    let before = harness.claimUIDs
    let result = try harness.restoreInPlace("--use-backup", "before-2-4-1-debian-10-r14")
    #expect(result.code == .protected, "\(result.standardError)")
    #expect(harness.claimUIDs == before && harness.objects("restores").count == 1)
  }

  /// Until the application is touched it goes on writing, so that an attempt that was cut off before counts for nothing.
  @Test func anAttemptThatHasOnlyKeptVolumesIsBegunAnew() throws {
    let harness = Bucket.harness()
    harness.site.faults = [SiteFault(.killAfter, .restore, .other)]
    #expect(try harness.restoreInPlace().wasKilled)
    harness.site.endTroubles()
    harness.site.pass(.seconds(3600))
    harness.site.service.addRows(["order-2001"], to: Magento.production)
    try harness.restoreInPlace().expectSuccess()
    let kept = harness.site.service.recoveryPoints.filter { $0.kind == .snapshot }
      .compactMap { $0.content?.rows }
    #expect(kept.contains(Magento.brokenRows + ["order-2001"]))
    #expect(harness.site.service.productionContent?.rows == Magento.goodRows)
  }

  // MARK: - What would start it again

  private static func autoscaler(_ kind: String, _ spec: JSON, _ annotations: JSON = [:]) -> JSON {
    var spec = spec
    spec["scaleTargetRef"] = ["apiVersion": "apps/v1", "kind": "Deployment", "name": "magento-prod"]
    return [
      "metadata": ["name": "shop", "namespace": "magento-prod", "annotations": annotations], "spec": spec,
    ]
  }

  /// It leaves alone what has been scaled to no pods, so it needs nothing, and stays as it is.
  @Test func anAutoscalerLeavesAStoppedWorkloadAlone() throws {
    let harness = Bucket.harness()
    harness[cluster: "ocp-prod"].store.create(
      "horizontalpodautoscalers.autoscaling",
      Self.autoscaler("HorizontalPodAutoscaler", ["minReplicas": 2, "maxReplicas": 5]))
    try harness.restoreInPlace().expectSuccess()
    let still = harness[cluster: "ocp-prod"].store.objects(
      "horizontalpodautoscalers.autoscaling", in: "magento-prod")
    #expect(still.map { $0.value(at: "spec.minReplicas")?.integer } == [2])
  }

  @Test(arguments: [
    ("horizontalpodautoscalers.autoscaling", "HorizontalPodAutoscaler \"shop\"", "patch hpa shop"),
    ("scaledobjects.keda.sh", "KEDA's ScaledObject \"shop\"", "autoscaling.keda.sh/paused=true"),
  ])
  func whatScalesFromNoPodsIsRefusedByName(_ kind: String, _ words: String, _ remedy: String) throws {
    let harness = Bucket.harness()
    harness[cluster: "ocp-prod"].store.create(
      kind, Self.autoscaler(kind, ["minReplicas": 0, "maxReplicas": 5]))
    let before = harness.claimUIDs
    try harness.restoreInPlace("--discard-present-state").expect(.protected, words, remedy)
    #expect(harness.claimUIDs == before && harness.releasedVolumes.isEmpty)
    // With what the message says to do.
    harness[cluster: "ocp-prod"].store.update(ObjectKey(kind, "magento-prod", "shop")) {
      $0[path: ["spec", "minReplicas"]] = 1
      $0[path: ["metadata", "annotations", "autoscaling.keda.sh/paused"]] = "true"
    }
    try harness.restoreInPlace("--discard-present-state").expectSuccess()
  }

  @Test func argoCDIsRefusedByName() throws {
    let harness = Bucket.harness()
    _ = harness.world.addEmptyNamespace("argocd", of: "ocp-prod")
    harness[cluster: "ocp-prod"].store.create(
      "applications.argoproj.io",
      [
        "metadata": ["name": "shop", "namespace": "argocd"],
        "spec": [
          "destination": ["server": "https://kubernetes.default.svc", "namespace": "magento-prod"],
          "syncPolicy": ["automated": [:]],
        ],
      ])
    let before = harness.claimUIDs
    try harness.restoreInPlace().expect(
      .protected, "Argo CD application \"shop\"", "argocd app set shop --sync-policy none")
    #expect(harness.claimUIDs == before && harness.releasedVolumes.isEmpty)
  }

  /// A job that would begin while the claims are away holds them, or writes into what is being restored.
  @Test func aCronJobThatUsesAClaimIsRefusedByName() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness[cluster: "ocp-prod"].store.create(
      "cronjobs.batch",
      [
        "metadata": ["name": "nightly", "namespace": "magento-prod"],
        "spec": [
          "schedule": "0 3 * * *",
          "jobTemplate": [
            "spec": [
              "template": [
                "spec": [
                  "containers": [["name": "dump", "image": "dump"]],
                  "volumes": [
                    ["name": "data", "persistentVolumeClaim": ["claimName": .string(claim)]]
                  ],
                ]
              ]
            ]
          ],
        ],
      ])
    let before = harness.claimUIDs
    try harness.restoreInPlace().expect(
      .protected, "CronJob \"nightly\" uses a volume claim", "patch cronjob nightly")
    #expect(harness.claimUIDs == before && harness.releasedVolumes.isEmpty)
    harness[cluster: "ocp-prod"].store.update(ObjectKey("cronjobs.batch", "magento-prod", "nightly")) {
      $0[path: ["spec", "suspend"]] = true
    }
    try harness.restoreInPlace().expectSuccess()
  }

  // MARK: - Status

  @Test func aStatusSaysWhatARestoreWithTheSameWordsWouldDo() throws {
    let harness = Bucket.harness()
    func shown() throws -> ShownStatus.Point? {
      try ShownStatus.read(harness.run(StatusStep.self, "--json", "-a", "magento-prod"))?.applications
        .first?.point(Magento.goodBackup)
    }
    let with = try #require(try shown())
    #expect(with.wouldBeRestored && with.isLatest)
    harness.environment["ASTRA_REPLACE_VOLUMES"] = nil
    let without = try #require(try shown())
    #expect(!without.wouldBeRestored)
    #expect(
      without.refusal
        == "Velero restores in place by several changes, which --replace-volumes agrees to: astra-restore --dry-run lists them"
    )
    try harness.run(RestoreStep.self, "-B", Magento.goodBackup).expect(.protected, "in place by 7 changes")
    let listed = try harness.run(RestoreStep.self, "-B", Magento.goodBackup, "--dry-run")
    listed.expect(.protected, "delete volume claim \"magento-prod-db\"")
  }
}
