import AstraClone
import Files
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing
import Timing

/// The samples of the pages are what steps really print and write, to the byte: time, chance and service are simulated.
///
/// `ASTRA_WRITE_PAGES=1 ./test --filter PageSample` writes them anew.
struct PageSampleTests {
  @Test func theExampleOfEachStepIsPlayed() throws {
    for step in StepTypes.all {
      try Page.expect(try Page(of: step).path, below: "Sample") { block in
        let site = try site()
        try setStage(of: step, at: site)
        return try play(block, at: site)
      }
    }
  }

  @Test func theReportOfTheDocumentationIsThatOfARun() throws {
    try Page.expect("docs/report.md", below: "Sample") { _ in
      let harness = try site { $0.clone = .seconds(90) }
      harness.site.service.disturbNext(.clone, .fails)
      let result = try harness.run(
        CloneStep.self, "--source-application", "magento-prod", "--clone-name", "magento-debug")
      result.expect(.operationFailed, saying: "failed", nature: "failure")
      let bytes = try #require(harness.files.contents[harness.reportPath(of: "astra-clone")])
      return "```xml\n\(String(decoding: bytes, as: UTF8.self))```\n"
    }
  }

  /// The worked example, with what a pipeline sets for every step and nothing else.
  private func site(_ change: (inout ServiceBehaviour) -> Void = { _ in }) throws -> StepHarness {
    let harness = try Magento.harness(change)
    harness.environment = harness.environment.filter {
      ["ASTRA_FQDN", "ASTRA_INSTANCE_ID", "ASTRA_API_TOKEN"].contains($0.key)
    }
    harness.environment["BUILD_TAG"] = "jenkins-postmortem-17"
    harness.site.names["shop.example.com"] = "127.77.0.2"
    return harness
  }

  /// What has happened before the step of the example.
  private func setStage(of step: any Step.Type, at harness: StepHarness) throws {
    guard [StepName.cleanup, .status].map(\.program).contains(step.identity.name) else { return }
    try harness.run(
      CloneStep.self, "--source-application", "magento-prod", "--clone-name", "magento-debug"
    ).expectSuccess()
    harness.site.pass(.seconds(3600))
  }

  /// A block of commands with what they print.
  private func play(_ block: String, at harness: StepHarness) throws -> String {
    var played = "```console\n"
    let commands = block.split(separator: "\n").filter { $0.hasPrefix("$ ") }
    try #require(!commands.isEmpty, "no command in the sample")
    for command in commands {
      played += "\(command)\n"
      let words = command.dropFirst(2).split(separator: " ").map { String($0).filter { $0 != "'" } }
      if words[0] == "cat" {
        let contents = try #require(harness.files.contents[words[1]], "\(command)")
        played += String(decoding: contents, as: UTF8.self)
      } else {
        let step = try #require(StepTypes.all.first { $0.identity.name == words[0] }, "\(command)")
        let result = try harness.run(step, arguments: Array(words.dropFirst()))
        result.expectSuccess()
        played += result.standardError + result.standardOutput
      }
    }
    return played + "```\n"
  }
}
