import AstraCleanup
import AstraClone
import AstraReport
import AstraRestore
import Files
import HTTPTransport
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing

/// What the page for the post-mortem says of a run at Velero.
@Suite struct PostMortemTests {
  /// The page, in Markdown.
  private func page(of harness: StepHarness) -> String {
    let environment = StepEnvironment(
      arguments: [], variables: [:], time: ManualTime(), files: harness.files, hostname: "ci-2",
      random: SeededRandom(seed: 1), writeError: { _ in }, writeOutput: { _ in },
      connect: { _, _, _ throws(TransportError) in preconditionFailure("astra-report has no connection") })
    #expect(ReportProgram(environment).exitCode() == .success)
    return harness.files.text("reports/post-mortem.md") ?? ""
  }

  @Test func itNamesTheVolumesOfBefore() throws {
    let harness = Bucket.harness()
    try harness.run(CloneStep.self).expectSuccess()
    try harness.restoreInPlace().expectSuccess()
    let page = page(of: harness)
    let kept = harness.releasedVolumes.compactMap(\.name)
    #expect(!kept.isEmpty)
    for name in kept {
      #expect(page.split(separator: "\n").filter { $0.contains("`\(name)`") }.count >= 2, "\(page)")
    }
    let command = try #require(
      page.split(separator: "\n").first { $0.contains("--kept-volumes-older-than 7d") }, "\(page)")
    let words = command.split(separator: " ").dropFirst().map { String($0) }
    // Young as they are, they stay.
    try harness.run(CleanupStep.self, arguments: words).expectSuccess()
    #expect(harness.releasedVolumes.count == kept.count)
    harness.site.pass(.seconds(8 * 86_400))
    try harness.run(CleanupStep.self, arguments: words).expectSuccess()
    #expect(harness.releasedVolumes.isEmpty)
    #expect(page.contains("Left: the volumes of before, for whoever needs what they hold: "))
    #expect(page.contains("service: `Velero") || page.contains("service: Velero"), "\(page)")
    for other in ["Trident protect", "Astra Control"] { #expect(!page.contains(other), "\(other)") }
  }

  /// The command of the page is what mends it: it may replace volumes, too.
  @Test func aRestoreThatFailedIsRunAgainAsThePageSays() throws {
    let harness = Bucket.harness()
    let before = harness.claimUIDs
    try harness.run(CloneStep.self).expectSuccess()
    harness.site.service.disturbNext(.restore, .fails)
    #expect(try harness.restoreInPlace().code == .operationFailed)
    let page = page(of: harness)
    let command = try #require(
      page.split(separator: "\n").first { $0.hasPrefix("astra-restore ") }, "\(page)")
    #expect(command.contains("--replace-volumes") && command.contains("--backend velero"))
    try harness.run(RestoreStep.self, arguments: command.split(separator: " ").dropFirst().map { String($0) })
      .expectSuccess()
    harness.expectRestored(from: before)
  }
}
