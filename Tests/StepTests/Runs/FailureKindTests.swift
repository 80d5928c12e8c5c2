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

/// Each kind of failure is met, says what to do next, and that is done: it helps.
@Suite(.eachService) struct FailureKindTests {
  /// Those that have a test of their own below.
  static let others: Set<FailureKind> = [.bug]

  @Test(arguments: trials) func isMetAndItsNextStepHelps(_ trial: Trial) throws {
    guard trial.isMet(Magento.product) else { return }
    let harness = try Magento.harness(trial.behaviour)
    harness.environment["ASTRA_LOG_LEVEL"] = "info"
    let failed = try trial.fails(harness)
    #expect(trial.kind.codes.contains(failed.code), "\(failed.standardError)")
    let lines = failed.standardError.split(separator: "\n")
    let next = try #require(lines.last { $0.contains(": next: ") }, "\(failed.standardError)")
    #expect(next.contains(trial.says), "\(next)")
    let last = try #require(lines.last)
    #expect(
      last.contains("exit code \(failed.code.rawValue), \(trial.kind.rawValue);")
        && last.contains("--explain \(trial.kind.rawValue)"), "\(failed.standardError)")
    #expect(last.contains("report reports/TEST-") && failed.report.problem?.body.contains("next: ") == true)
    for command in next.matches(of: /astra-status( --all| --[a-z-]+ [^\s;,:)]+)*/) {
      let flags = command.output.0.split(separator: " ").dropFirst().map(String.init)
      let shown = try harness.run(StatusStep.self, arguments: flags)
      shown.expectSuccess()
      #expect(shown.standardOutput.contains("magento-prod"), "\(shown.standardOutput)")
    }
    let helped = try trial.helps(harness)
    helped.expectSuccess()
    #expect(
      helped.standardError.split(separator: "\n").last?.contains("exit code 0; report reports/") == true)
  }

  @Test func everyKindIsTried() {
    let tried = Set(Self.trials.map(\.kind))
    #expect(tried.isDisjoint(with: Self.others))
    #expect(tried.union(Self.others) == Set(FailureKind.allCases))
  }

  /// A step whose only phase needs what no phase has found.
  private final class ForgetfulStep: Step {
    typealias Command = BackupStep.Command
    static let identity = BackupStep.identity
    static let outputKeys: [String] = []
    static var phases: [Phase<ForgetfulStep>] { [Phase("remember") { $0.remember }] }
    init(_: Command, _: ParameterReader, _: Settings) {}

    private func remember(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
      _ = try run.lookup.application("magento-prod", on: nil)
      _ = try run.known(nil as String?)
      return .done
    }
  }

  /// What is to be sent along with a report of it shows every request, and no token.
  @Test func aBugIsReportedWithALogWithoutTheToken() throws {
    let harness = try Magento.harness()
    harness.environment["ASTRA_LOG_LEVEL"] = "info"
    let result = try harness.run(ForgetfulStep.self)
    result.expect(.ourBug, saying: "this is a bug of astra-backup")
    let next = try #require(result.standardError.split(separator: "\n").last { $0.contains(": next: ") })
    #expect(next.contains("report it with the log at --log-level debug; it holds no token"))
    #expect(result.standardError.contains("more: astra-backup --explain bug"))
    let debugged = try harness.run(ForgetfulStep.self, "--log-level", "debug")
    let told = debugged.standardError.split(separator: "\n").count { $0.contains(": debug: GET ") }
    #expect(told == debugged.requests && told > 0, "\(debugged.standardError)")
    #expect(!harness.hasTold(harness.site.service.credential))
  }

  @Test(arguments: FailureKind.allCases) func isExplained(_ kind: FailureKind) throws {
    let harness = try Magento.harness()
    var output = ""
    var host = harness.host(arguments: ["--explain", kind.rawValue])
    host.writeOutput = { output += $0 }
    #expect(Runner<BackupStep>(host).exitCode() == .success)
    #expect(output == kind.explanation && output.contains("\nNext: "))
    #expect(harness.site.requests.isEmpty && harness.writtenFiles.isEmpty)
    // One word, so that it can be asked for.
    #expect(kind.rawValue.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
  }

  @Test func thePageNamesEveryKind() throws {
    try Page.expect("docs/when-it-ends-red.md", below: "Kinds of ends") { _ in
      let rows = FailureKind.allCases.map { kind in
        let codes = kind.codes.map { String($0.rawValue) }.joined(separator: ", ")
        return "| `\(kind.rawValue)` | \(codes) | \(kind.meaning) | \(kind.cure) |"
      }
      return (["| Kind | Exit code | What happened | What to do next |", "|---|---|---|---|"] + rows)
        .joined(separator: "\n") + "\n"
    }
  }

  @Test func jsonTellsTheKindTheNextStepAndTheReport() throws {
    let harness = try Magento.harness()
    let result = try harness.run(BackupStep.self, "-b", Magento.goodBackup, "--json")
    #expect(result.standardOutput.contains(#""kind":"name-taken""#))
    #expect(result.standardOutput.contains(/"next":"[^"]*choose another name/))
    #expect(result.standardOutput.contains(#""report":"reports/TEST-astra-backup.xml""#))
    let well = try harness.run(BackupStep.self, "-b", "mine", "--json")
    #expect(well.standardOutput.contains(#""kind":null,"hint":null,"next":null,"report":"reports/"#))
  }

  // MARK: - Parameters

  @Test func allWrongParametersAreToldAtOnce() throws {
    let harness = try Magento.harness()
    harness.environment["PROD_APP_NAME"] = nil
    harness.environment["DEBUG_APP_NAME"] = "___"
    harness.environment["ASTRA_DRY_RUN"] = "maybe"
    let result = try harness.run(CloneStep.self, "--timeout", "soon", "--if-exists", "perhaps")
    result.expect(
      .badParameter,
      saying: "5 parameters are missing or wrong", "PROD_APP_NAME (--source-application) is not set",
      "DEBUG_APP_NAME (--clone-name) is \"___\"", "ASTRA_DRY_RUN (--dry-run) is \"maybe\"",
      "ASTRA_TIMEOUT (--timeout) is \"soon\"", "--if-exists) is \"perhaps\"")
    #expect(!result.message.contains("stand-in") && harness.site.requests.isEmpty)
  }

  @Test func oneWrongParameterIsToldAsBefore() throws {
    let result = try Magento.harness().run(BackupStep.self, "--timeout", "soon")
    result.expect(.badParameter, saying: "ASTRA_TIMEOUT")
    #expect(!result.message.contains("parameters are missing"))
  }

  @Test(arguments: ["--token", "--api-token", "--password"]) func aTokenHasNoFlag(_ flag: String) throws {
    let result = try Magento.harness().run(BackupStep.self, flag, "not-a-real-token")
    #expect(result.code == .badParameter && result.standardError.contains("a token has no flag"))
    #expect(!result.standardError.contains("Did you mean"))
  }

  @Test func anUnknownFlagPointsToTheHelp() throws {
    let result = try Magento.harness().run(BackupStep.self, "--backup-nam", "x")
    #expect(result.code == .badParameter && result.standardError.contains("astra-backup --help"))
  }

  // MARK: - Help

  @Test(arguments: [60, 80, 110]) func helpFitsItsWidth(_ columns: Int) throws {
    func check<S: Step>(_: S.Type) throws {
      var output = ""
      var host = try Magento.harness().host(arguments: ["--help"])
      host.outputColumns = columns
      host.writeOutput = { output += $0 }
      #expect(Runner<S>(host).exitCode() == .success)
      let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
      // A name that is longer than its line, and a call that a reader copies, are not broken.
      let long = lines.filter {
        $0.count > columns && $0.drop { $0 == " " }.contains(" ") && !$0.hasPrefix("    astra-")
          && !$0.hasPrefix("    PROD_")
      }
      #expect(long.isEmpty, "\(long)")
      let headings = lines.filter { $0.first?.isUppercase == true && $0.hasSuffix(":") }
      #expect(
        headings.map(String.init).suffix(4) == [
          "ASTRA CONTROL:", "TRIDENT PROTECT:", "EVERY STEP:", "EXIT CODES:",
        ]
          || headings.last?.hasPrefix("EXIT CODES") == true, "\(headings)")
      #expect(S.Command.examples.count == 2)
      for example in S.Command.examples {
        let words = example.call.split(separator: " ").drop { $0.contains("=") }
        #expect(words.first.map(String.init) == S.identity.name)
        _ = try S.Command.parse(words.dropFirst().map { String($0).replacing("\"", with: "") })
      }
    }
    try check(BackupStep.self)
    try check(CleanupStep.self)
    try check(CloneStep.self)
    try check(PreflightStep.self)
    try check(RestoreStep.self)
    try check(SnapshotStep.self)
    try check(VerifyStep.self)
  }
}
