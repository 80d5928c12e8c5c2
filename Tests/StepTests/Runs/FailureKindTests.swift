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
  /// A way into a failure, and what its next step is, carried out.
  struct Trial: Sendable, CustomTestStringConvertible {
    let kind: FailureKind
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
    Trial(kind: .ambiguous) {
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
  ]

  /// Those that are met elsewhere, in tests about nothing else, or that no simulated service brings about.
  static let elsewhere: Set<FailureKind> = [
    .neverShown, .notConfirmed, .notRemoved, .fateUnknown, .bug, .busy, .otherApplication, .destructivePlan,
    .notToBeRemoved,
    .protected,
  ]

  @Test(arguments: trials) func isMetAndItsNextStepHelps(_ trial: Trial) throws {
    // There each cluster is asked for itself, and has one object of a name.
    if trial.kind == .ambiguous, Magento.product.idsHaveParts { return }
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

  @Test func everyKindIsTriedOrKnownToBeElsewhere() {
    let tried = Set(Self.trials.map(\.kind))
    #expect(tried.isDisjoint(with: Self.elsewhere))
    #expect(tried.union(Self.elsewhere) == Set(FailureKind.allCases))
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

extension FailureKindTests.Trial {
  /// A trial in the order in which it happens.
  init(
    kind: FailureKind, behaviour: @escaping @Sendable (inout ServiceBehaviour) -> Void = { _ in },
    fails: @escaping @Sendable (StepHarness) throws -> StepHarness.Result, says: () -> String,
    helps: @escaping @Sendable (StepHarness) throws -> StepHarness.Result
  ) {
    self.init(kind: kind, behaviour: behaviour, fails: fails, says: says(), helps: helps)
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
