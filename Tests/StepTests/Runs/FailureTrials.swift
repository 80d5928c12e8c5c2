import ArgumentParser
import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import Files
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import Timing

extension FailureKindTests {
  /// A way into a failure, and what its next step is, carried out.
  struct Trial: Sendable, CustomTestStringConvertible {
    let kind: FailureKind
    /// The products at which it can come to that.
    var isMet: @Sendable (SimulatedProduct) -> Bool = { _ in true }
    /// Prepares the site; the harness has the worked example's environment.
    var behaviour: @Sendable (inout ServiceBehaviour) -> Void = { _ in }
    /// Fails.
    let fails: @Sendable (StepHarness) throws -> StepHarness.Result
    /// Words that the next step has to have.
    let says: String
    /// Carries it out.
    let helps: @Sendable (StepHarness) throws -> StepHarness.Result

    var testDescription: String { kind.rawValue }
  }

  static let trials: [Trial] = [
    Trial(kind: .operationFailed) {
      $0.site.service.disturbNext(.backup, .fails)
      return try $0.backUp()
    } says: {
      "--replace-failed"
    } helps: {
      try $0.run(BackupStep.self, "-b", "mine", "--replace-failed")
    },
    Trial(kind: .hooksFailed) {
      $0.site.service.disturbNext(.backup, .hooksFail)
      return try $0.backUp()
    } says: {
      "hooks"
    } helps: {
      try $0.run(BackupStep.self, "-b", "mine-2")
    },
    Trial(kind: .vanished) {
      $0.site.service.disturbNext(.backup, .vanishes)
      return try $0.backUp()
    } says: {
      "run the step again"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .notAsClaimed) {
      try $0.run(VerifyStep.self, "-u", VerifyPage.url, "--timeout", "30s")
    } says: {
      "was seen"
    } helps: {
      $0.site.service.deploy(version: Magento.goodVersion, broken: false, to: Magento.production)
      return try $0.run(VerifyStep.self, "-u", VerifyPage.url)
    },
    Trial(kind: .parameter) {
      try $0.run(BackupStep.self, "-b", "mine", "--timeout", "soon")
    } says: {
      "--help"
    } helps: {
      try $0.run(BackupStep.self, "-b", "mine", "--timeout", "30m")
    },
    Trial(kind: .notFound) {
      try $0.run(BackupStep.self, "-b", "mine", "-a", "magento-prd")
    } says: {
      "astra-status"
    } helps: {
      try $0.run(BackupStep.self, "-b", "mine", "-a", "magento-prod")
    },
    // Where each cluster is asked for itself there is one object of a name.
    Trial(kind: .ambiguous, where: { !$0.idsHaveParts }) {
      $0.site.service.add(
        ApplicationSeed("magento-prod", cluster: $0.otherCluster))
      $0.environment["PROD_KUBERNETES_CLUSTER"] = nil
      return try $0.backUp()
    } says: {
      "name the cluster"
    } helps: {
      try $0.run(BackupStep.self, "-b", "mine", "-c", "ocp-prod")
    },
    Trial(kind: .unreachable) {
      $0.site.faults = [SiteFault(.down(.seconds(300)), atRequest: 1)]
      return try $0.backUp()
    } says: {
      "run the step again"
    } helps: {
      $0.site.endTroubles()
      return try $0.backUp()
    },
    Trial(kind: .untrusted) {
      $0.site.faults = [SiteFault(.untrusted, atRequest: 1)]
      return try $0.backUp()
    } says: {
      "ASTRA_CA_FILE"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .cannotWrite) { harness in
      // Which event of the step is the one at which the values are written.
      let scout = try Magento.harness()
      _ = try scout.backUp()
      let event = scout.site.events.lastIndex { if case .write("out.env") = $0 { true } else { false } }
      harness.site.faults = [SiteFault(.unwritable(.noSpace, writes: 1), atEvent: (event ?? 0) + 1)]
      return try harness.backUp()
    } says: {
      "make room"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .deadline, behaviour: { $0.backup = .seconds(300) }) {
      try $0.run(BackupStep.self, "-b", "mine", "--timeout", "60s")
    } says: {
      "running the step again continues to wait for it; astra-status"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .brokenContract) {
      $0.site.faults = [
        SiteFault(
          .overload(
            ServiceResponse(status: 302, headers: [("Location", "https://login.example.com/")]), nil),
          atRequest: 1)
      ]
      return try $0.backUp()
    } says: {
      ""
    } helps: {
      $0.site.endTroubles()
      return try $0.backUp()
    },
    Trial(kind: .credentials) {
      $0.site.faults = [SiteFault(.answers(ServiceResponse(status: 401)), atRequest: 1)]
      return try $0.backUp()
    } says: {
      ""
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .nameTaken) {
      try $0.run(BackupStep.self, "-b", Magento.goodBackup)
    } says: {
      "astra-status --application magento-prod --cluster ocp-prod"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .failedLeftover) {
      $0.site.service.addBackup(
        .failed("mine"), of: Magento.production)
      return try $0.backUp()
    } says: {
      "--replace-failed"
    } helps: {
      try $0.run(BackupStep.self, "-b", "mine", "--replace-failed")
    },
    Trial(kind: .namespaceTaken) {
      try $0.run(CloneStep.self, "-n", "jenkins")
    } says: {
      "namespace"
    } helps: {
      try $0.run(CloneStep.self, "-n", "magento-debug")
    },
    Trial(kind: .unusablePoint) {
      $0.site.service.addBackup(
        .failed("half"), of: Magento.production)
      return try $0.run(RestoreStep.self, "-B", "half")
    } says: {
      "name a completed one; astra-status --application magento-prod"
    } helps: {
      try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    },
    Trial(kind: .restoring, behaviour: { $0.restore = .seconds(120) }) {
      $0.site.service.restoreByOthers(Magento.production, from: "61728394-a5b6-4c7d-98e9-f00112233444")
      $0.site.pass(.seconds(2))
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    } says: {
      "astra-status --application magento-prod"
    } helps: {
      $0.site.pass(.seconds(300))
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    },
    Trial(kind: .noEvidence) {
      $0.site.service.disturbNext(.snapshot, .fails)
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    } says: {
      "run the step again"
    } helps: {
      try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    },
    Trial(kind: .prerequisite) {
      try $0.run(
        PreflightStep.self, "--steps", "restore", "--use-backup", Magento.goodBackup, "--max-age", "1h")
    } says: {
      ""
    } helps: {
      try $0.run(
        PreflightStep.self, "--steps", "restore", "--use-backup", Magento.goodBackup, "--max-age", "30h")
    },
    Trial(kind: .interrupted, behaviour: { $0.backup = .seconds(60) }) {
      $0.site.faults = [SiteFault(.signalBefore(2), atRequest: 12)]
      return try $0.backUp()
    } says: {
      "run the step again"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .terminated, behaviour: { $0.backup = .seconds(60) }) {
      $0.site.faults = [SiteFault(.signalBefore(15), atRequest: 12)]
      return try $0.backUp()
    } says: {
      "run the step again"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .neverShown, where: \.mayHideNewObjects, behaviour: { $0.hidesNewObjects = true }) {
      try $0.backUp()
    } says: {
      "as an administrator"
    } helps: {
      $0.site.service.behaviour.hidesNewObjects = false
      return try $0.backUp()
    },
    Trial(kind: .notConfirmed) {
      $0.environment["BUILD_TAG"] = nil
      $0.answer = "yes"
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    } says: {
      "type magento-prod"
    } helps: {
      $0.answer = "magento-prod"
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    },
    Trial(kind: .notRemoved, where: \.deletionsMayFail, behaviour: { $0.deletion = .seconds(20) }) {
      try $0.run(CloneStep.self).expectSuccess()
      $0.site.service.disturbNext(.deletion, .fails)
      return try $0.run(CleanupStep.self, "--remove-clone")
    } says: {
      "run the step again"
    } helps: {
      try $0.run(CleanupStep.self, "--remove-clone")
    },
    Trial(kind: .fateUnknown) {
      var lost = SiteFault(.answers(ServiceResponse(status: 504)), .create, .backup)
      lost.times = 3
      $0.site.faults = [lost]
      return try $0.backUp()
    } says: {
      "run the step again in the same run"
    } helps: {
      try $0.backUp()
    },
    Trial(kind: .busy, behaviour: { $0.backup = .seconds(300) }) {
      $0.backUpByHand(Magento.production, as: "by-hand", untilDone: false)
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup, "--timeout", "60s")
    } says: {
      "when the application is free; astra-status"
    } helps: {
      $0.site.pass(.seconds(300))
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    },
    Trial(kind: .otherApplication) {
      try $0.backUp().expectSuccess()
      $0.site.service.removeByOthers(Magento.production)
      $0.site.service.add(ApplicationSeed("magento-prod", cluster: "ocp-prod"))
      return try $0.run(BackupStep.self, "-b", "mine-2")
    } says: {
      "start a new pipeline run"
    } helps: {
      $0.environment["BUILD_TAG"] = "jenkins-post-mortem-43"
      return try $0.run(BackupStep.self, "-b", "mine-2")
    },
    Trial(kind: .notToBeRemoved) {
      try $0.run(CloneStep.self).expectSuccess()
      $0.backUpByHand($0.madeClone, as: "of-the-clone")
      return try $0.run(CleanupStep.self, "--remove-clone")
    } says: {
      "--with-recovery-points"
    } helps: {
      try $0.run(CleanupStep.self, "--remove-clone", "--with-recovery-points")
    },
    Trial(kind: .destructivePlan, where: \.restoresByChanges) {
      $0.environment["ASTRA_REPLACE_VOLUMES"] = nil
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    } says: {
      "let astra-restore make them with --replace-volumes"
    } helps: {
      try $0.run(RestoreStep.self, "-B", Magento.goodBackup, "--replace-volumes")
    },
    Trial(kind: .protected, where: \.mayHideOrigins, behaviour: { $0.showsRestoreSource = false }) {
      try $0.run(RestoreStep.self, "-B", Magento.goodBackup).expectSuccess()
      $0.files.contents[Self.otherRecord] = Array("{".utf8)
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    } says: {
      "put that file back as it was"
    } helps: {
      $0.files.contents[Self.otherRecord] = nil
      return try $0.run(RestoreStep.self, "-B", Magento.goodBackup)
    },
  ]

  private static let otherRecord = "reports/astra-restore-b.json"
}

extension FailureKindTests.Trial {
  /// A trial in the order in which it happens.
  init(
    kind: FailureKind, where: @escaping @Sendable (SimulatedProduct) -> Bool = { _ in true },
    behaviour: @escaping @Sendable (inout ServiceBehaviour) -> Void = { _ in },
    fails: @escaping @Sendable (StepHarness) throws -> StepHarness.Result, says: () -> String,
    helps: @escaping @Sendable (StepHarness) throws -> StepHarness.Result
  ) {
    self.init(
      kind: kind, isMet: `where`, behaviour: behaviour, fails: fails, says: says(), helps: helps)
  }
}

extension RecoveryPointSeed {
  fileprivate static func failed(_ name: String) -> Self {
    var seed = Self(name)
    (seed.age, seed.state) = (.seconds(86_400), "failed")
    return seed
  }
}

extension StepHarness {
  /// Backs production up under a name that is free.
  fileprivate func backUp() throws -> Result { try run(BackupStep.self, "-b", "mine") }

  /// The cluster that production is not on.
  fileprivate var otherCluster: String { "ocp-debug" }
}
