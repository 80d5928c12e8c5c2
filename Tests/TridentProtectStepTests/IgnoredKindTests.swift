import AstraBackup
import AstraClone
import AstraRestore
import AstraVerify
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import TridentProtectSimulation

/// What a step that looks whether everything is there leaves aside, because the site lets it come and go.
@Suite struct IgnoredKindTests {
  private static let situations: [Situation] = [
    Situation(
      "a clone that lacks what is left aside", CloneStep.self, "--ignore-kind", "Deployment.apps,Service",
      code: .success, saying: "is ready",
      "left aside, whether they are there or not: Deployment.apps, Service",
      setup: { $0.settings.forgets = ["magento-prod"] }),
    Situation(
      "a clone that lacks something else, too", CloneStep.self, "--ignore-kind", "Deployment",
      code: .operationFailed, saying: "these are missing: Service magento-prod",
      setup: { $0.settings.forgets = ["magento-prod"] }),
    Situation(
      "a kind of another group", CloneStep.self, "--ignore-kind", "Deployment.example.com", "--ignore-kind",
      "Service", code: .operationFailed, saying: "these are missing: Deployment magento-prod",
      setup: { $0.settings.forgets = ["magento-prod"] }),
    Situation(
      "a claim that is missing all the same", CloneStep.self, "--ignore-kind", "Deployment,Service",
      code: .operationFailed, saying: "volume claim \"magento-prod-db\"",
      setup: { $0.settings.forgets = ["magento-prod-db"] }),
    Situation(
      "a kind that holds data", CloneStep.self, "--ignore-kind", "PersistentVolumeClaim", code: .badParameter,
      saying: "a copy without its volume claims is no copy"),
    Situation(
      "a plural", RestoreStep.self, "--ignore-kind", "deployments", code: .badParameter,
      saying: "ASTRA_IGNORE_KINDS (--ignore-kind) has \"deployments\": give kinds as their objects name them"),
    Situation(
      "a group that is none", VerifyStep.self, "--ignore-kind", "CronJob.", code: .badParameter,
      saying: "has \"CronJob.\""),
  ]

  @Test(arguments: situations) func leavesAside(_ situation: Situation) throws { try situation.check() }

  @Test(arguments: [("", ExitCode.operationFailed), ("Deployment Service", .success)])
  func afterARestore(_ kinds: String, _ code: ExitCode) throws {
    let harness = Protect.harness()
    harness.environment["BACKUP_NAME"] = "mine"
    try harness.run(BackupStep.self).expectSuccess()
    harness.world.settings.forgets = ["magento-prod"]
    harness.environment["ASTRA_IGNORE_KINDS"] = kinds
    let result = try harness.run(RestoreStep.self)
    #expect(result.code == code, "\(result.standardError)")
  }
}
