import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraSimulator
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraVerify

/// What every step must refuse or report in the same way: one sentence, one code, a report, an unchanged world.
@Suite(.eachGeneration) struct RefusalTests {
  /// What the tests of this suite have to know of a step.
  private struct Entry {
    var name = ""
    /// What it needs beside the environment of every step.
    var environment: [String: String] = [:]
    /// Whether it asks for a change; for a look any token will do, and what role one has the API does not tell.
    var asksForChanges = true
    /// How it ends while the application is being restored in place.
    var duringARestore = (code: ExitCode.protected, words: "being restored in place", nature: "error")
  }

  /// Runs every step under one change of their surroundings.
  private func eachStep(
    changing change: (StepHarness) -> Void, scenario: (inout Scenario) -> Void = { _ in },
    check: (StepHarness.Result, Entry) -> Void
  ) throws {
    func one<S: Step>(_ step: S.Type, _ entry: Entry = Entry()) throws {
      var entry = entry
      entry.name = S.identity.name
      let harness = StepHarness(try Magento.scenario(scenario))
      harness.environment.merge(entry.environment) { $1 }
      change(harness)
      let before = harness.site.world.changes
      let result = try harness.run(step)
      check(result, entry)
      #expect(harness.site.world.changes == before, "\(entry.name) changed the world")
      #expect(!harness.hasTold(harness.site.world.token), "\(entry.name) tells the token")
    }
    try one(BackupStep.self, Entry(environment: ["BACKUP_NAME": "new-backup"]))
    try one(
      CleanupStep.self,
      Entry(environment: ["ASTRA_KEEP_BACKUPS": "1", "ASTRA_BACKUP_PATTERN": "before-*"]))
    try one(CloneStep.self)
    try one(PreflightStep.self, Entry(asksForChanges: false))
    try one(RestoreStep.self)
    try one(SnapshotStep.self)
    try one(
      VerifyStep.self,
      Entry(
        asksForChanges: false,
        duringARestore: (.operationFailed, "is restoring, not ready", "failure")))
  }

  @Test(arguments: [
    ("ASTRA_FQDN", "", "ASTRA_FQDN"), ("ASTRA_FQDN", "https://astra.example.com/path", "path"),
    ("ASTRA_FQDN", "http://astra.example.com", "plain HTTP"), ("ASTRA_FQDN", "astra example", "space"),
    ("ASTRA_FQDN", "user:secret@astra.example.com", "user information"),
    ("ASTRA_INSTANCE_ID", "", "ASTRA_INSTANCE_ID"), ("ASTRA_INSTANCE_ID", "12", "UUID"),
    ("ASTRA_API_TOKEN", "", "ASTRA_API_TOKEN"), ("ASTRA_API_TOKEN", "two words", "API token"),
    ("ASTRA_API_TOKEN_FILE", "no-such-file", "no-such-file"), ("ASTRA_CA_FILE", "\u{7}", "ASTRA_CA_FILE"),
    ("ASTRA_TLS_VERIFY", "maybe", "true or false"), ("ASTRA_BACKEND", "kasten", "astra-control"),
    ("ASTRA_TIMEOUT", "soon", "90s"), ("ASTRA_TIMEOUT", "0", "zero"), ("ASTRA_TIMEOUT", "-5", "90s"),
    ("ASTRA_TIMEOUT", "99999999999999999999h", "7 days"), ("ASTRA_RUN_ID", "a\u{1B}b", "ASTRA_RUN_ID"),
    ("ASTRA_LOG_LEVEL", "loud", "info or debug"), ("ASTRA_DRY_RUN", "perhaps", "true or false"),
    ("PROD_APP_NAME", "", "PROD_APP_NAME"), ("PROD_APP_NAME", "a\nb", "PROD_APP_NAME"),
    ("PROD_KUBERNETES_CLUSTER", "\u{0}", "PROD_KUBERNETES_CLUSTER"),
  ])
  func aBadParameterOfEveryStep(variable: String, value: String, words: String) throws {
    try eachStep {
      if variable == "ASTRA_API_TOKEN_FILE" { $0.environment["ASTRA_API_TOKEN"] = nil }
      $0.environment[variable] = value
    } check: { result, step in
      result.expect(.badParameter, saying: words)
      #expect(result.report.problem?.name == "check parameters", "\(step.name)")
      #expect(result.requests == 0, "\(step.name) asked before it knew what")
      #expect(!result.standardError.contains("user:secret"))
    }
  }

  @Test func aBadParameterOfOneStep() throws {
    func refuse<S: Step>(
      _ step: S.Type, _ variables: [String: String?], _ arguments: [String] = [], saying words: String...
    ) throws {
      let harness = try Magento.astraControl()
      for (name, value) in variables { harness.environment[name] = value }
      let before = harness.site.world.changes
      let result = try harness.run(step, arguments: arguments)
      result.expect(.badParameter)
      for word in words { #expect(result.message.contains(word), "\(result.message)") }
      #expect(harness.site.world.changes == before && result.requests == 0)
    }
    try refuse(BackupStep.self, ["BACKUP_NAME": "..."], saying: "BACKUP_NAME", "letter")
    try refuse(BackupStep.self, ["ASTRA_IF_EXISTS": "overwrite"], saying: "refuse or reuse")
    try refuse(BackupStep.self, ["ASTRA_REPLACE_FAILED": "2"], saying: "ASTRA_REPLACE_FAILED")
    try refuse(BackupStep.self, [:], ["--no-such-flag"], saying: "--no-such-flag")
    try refuse(BackupStep.self, [:], ["stray"], saying: "stray")
    try refuse(BackupStep.self, [:], ["--application", ""], saying: "--application")
    try refuse(SnapshotStep.self, ["SNAPSHOT_NAME": "..."], saying: "SNAPSHOT_NAME", "letter")
    try refuse(SnapshotStep.self, ["ASTRA_IF_EXISTS": "overwrite"], saying: "refuse or reuse")
    try refuse(CloneStep.self, ["DEBUG_APP_NAME": nil], saying: "DEBUG_APP_NAME")
    try refuse(CloneStep.self, ["DEBUG_APP_NAME": "___"], saying: "DEBUG_APP_NAME")
    try refuse(CloneStep.self, ["DEBUG_NAMESPACE": "!"], saying: "DEBUG_NAMESPACE")
    try refuse(CloneStep.self, ["DEBUG_NAMESPACE_MAPPING": "a,b"], saying: "DEBUG_NAMESPACE_MAPPING", "pairs")
    try refuse(CloneStep.self, ["DEBUG_NAMESPACE_MAPPING": "a=x,b=x"], saying: "twice")
    try refuse(CloneStep.self, [:], ["-B", "one", "-S", "two"], saying: "both")
    try refuse(CloneStep.self, ["ASTRA_ACCEPT_FAILED_HOOKS": "maybe"], saying: "true or false")
    try refuse(RestoreStep.self, ["BACKUP_NAME": nil], saying: "BACKUP_NAME", "SNAPSHOT_NAME")
    try refuse(RestoreStep.self, ["SNAPSHOT_NAME": "nightly-0213"], saying: "both")
    try refuse(RestoreStep.self, ["ASTRA_RESTORE_BEFORE": "yesterday"], saying: "2026-11-23T10:00:00Z")
    try refuse(RestoreStep.self, ["ASTRA_RESTORE_BEFORE": "2026-11-23T10:00:00Z"], saying: "latest")
    try refuse(RestoreStep.self, ["ASTRA_DISCARD_PRESENT_STATE": "?"], saying: "ASTRA_DISCARD_PRESENT_STATE")
    try refuse(RestoreStep.self, [:], ["--report-suffix", "a/b"], saying: "ASTRA_REPORT_SUFFIX")
  }

  @Test(arguments: [
    SimulatorSettings.WrongAccount.gatewayText, .problem18, .problem33,
  ])
  func aWrongAccount(answer: SimulatorSettings.WrongAccount) throws {
    try eachStep(
      changing: { $0.environment["ASTRA_INSTANCE_ID"] = "00000000-1111-4222-8333-444444444444" },
      scenario: { $0.settings.wrongAccount = answer },
      check: { result, _ in result.expect(.credentialsRefused, saying: "answered") })
  }

  @Test(arguments: [3, 4, 166])
  func aWrongToken(problem: Int) throws {
    try eachStep(
      changing: { $0.environment["ASTRA_API_TOKEN"] = "another-token-that-is-not-real" },
      scenario: { $0.settings.invalidTokenProblem = problem },
      check: { result, _ in
        result.expect(.credentialsRefused, saying: "401")
        #expect(!result.standardError.contains("another-token-that-is-not-real"))
      })
  }

  @Test func aTokenThatMayNotDoIt() throws {
    try eachStep(
      changing: { $0.environment["ASTRA_API_TOKEN"] = "not-a-real-token-of-a-viewer" },
      check: { result, step in
        guard step.asksForChanges else { return result.expectSuccess() }
        result.expect(.credentialsRefused, saying: "403")
      })
    try eachStep(
      changing: { $0.environment["ASTRA_API_TOKEN"] = "not-a-real-token-of-a-disabled-user" },
      check: { result, _ in result.expect(.credentialsRefused, saying: "403") })
  }

  @Test func anUnknownApplicationOrCluster() throws {
    try eachStep(changing: { $0.environment["PROD_APP_NAME"] = "magento-prd" }) { result, _ in
      result.expect(.notFound, saying: "there is no application \"magento-prd\"")
      #expect(result.standardError.contains("next: the nearest names are: magento-prod"))
    }
    try eachStep(changing: { $0.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-prd" }) { result, _ in
      result.expect(.notFound, saying: "there is no cluster \"ocp-prd\"")
      #expect(result.standardError.contains("ocp-prod"))
    }
    try eachStep(changing: { $0.environment["PROD_KUBERNETES_CLUSTER"] = "ocp-debug" }) { result, _ in
      result.expect(.notFound, saying: "on cluster \"ocp-debug\"")
      #expect(result.standardError.contains("there is one elsewhere"))
    }
  }

  @Test func twoApplicationsOfOneName() throws {
    let addTwin: (inout Scenario) -> Void = {
      var twin = ApplicationSeed("magento-prod", cluster: "ocp-debug", content: Content())
      twin.namespaces = ["magento-twin"]
      $0.applications.append(twin)
    }
    try eachStep(
      changing: { $0.environment["PROD_KUBERNETES_CLUSTER"] = "" }, scenario: addTwin,
      check: { result, _ in
        result.expect(
          .notFound, saying: "there are 2 applications", "ocp-prod", "ocp-debug", Magento.production)
      })
    let harness = StepHarness(try Magento.scenario(addTwin))
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.world.productionContent?.rows == Magento.goodRows)
  }

  @Test func anUnknownBackup() throws {
    let harness = try Magento.astraControl()
    harness.environment["BACKUP_NAME"] = "before-2-4-10"
    let result = try harness.run(RestoreStep.self)
    result.expect(.notFound, saying: "before-2-4-10")
    #expect(result.standardError.contains(Magento.goodBackup))
    try harness.run(CloneStep.self, "-B", "nothing-like-it").expect(.notFound)
    #expect(harness.site.world.tally.clonesCreated == 0 && harness.site.world.tally.restoresRequested == 0)
  }

  @Test func anApplicationThatIsBeingRestored() throws {
    try eachStep(
      changing: { $0.site.world.setState("restoring", of: Magento.production) },
      check: { result, step in
        let owed = step.duringARestore
        result.expect(owed.code, saying: owed.words, nature: owed.nature)
      })
  }

  @Test func aServerThatCannotBeReached() throws {
    try eachStep(
      changing: { harness in
        harness.site.faults = (1...50).map { SiteFault(.refused, atRequest: $0) }
      },
      check: { result, step in
        result.expect(.unreachable, saying: "connection refused by astra.example.com:443")
        #expect(result.requests < 12, "\(step.name) hammers")
      })
    try eachStep(
      changing: { $0.site.faults = [SiteFault(.untrusted, atRequest: 1)] },
      check: { result, _ in
        result.expect(.unreachable, saying: "is not trusted")
        #expect(result.requests == 1 && result.standardError.contains("ASTRA_CA_FILE"))
      })
  }

  @Test func aServerThatIsNotAstraControl() throws {
    for status in [200, 404] {
      let page = ServiceResponse(
        status: status, headers: [("Content-Type", "text/html")], body: Array("<html>Welcome</html>".utf8))
      try eachStep(
        changing: { harness in
          harness.site.faults = (1...50).map { SiteFault(.answers(page), atRequest: $0) }
        },
        check: { result, _ in result.expect(.brokenContract, saying: "\(status)") })
    }
    let redirect = ServiceResponse(status: 302, headers: [("Location", "https://elsewhere.example.com/")])
    try eachStep(
      changing: { $0.site.faults = [SiteFault(.answers(redirect), atRequest: 1)] },
      check: { result, _ in
        result.expect(.brokenContract, saying: "302")
        #expect(result.requests == 1)
      })
  }

  @Test func everyPassingTroubleIsOutlasted() throws {
    let html = Array("<html>Bad gateway</html>".utf8)
    let troubles: [SiteFault.Effect] =
      [429, 500, 502, 503, 504].map {
        .answers(
          ServiceResponse(
            status: $0, headers: [("Retry-After", "3"), ("Content-Type", "text/html")], body: html))
      } + [
        .refused, .resetBefore, .answers(ServiceResponse(status: 200, body: html)),
        .answers(ServiceResponse(status: 200, body: Array(#"{"items":"#.utf8))),
        .answers(ServiceResponse(status: 200, body: Array(#"{"items":[{}]}"#.utf8))),
        .answers(ServiceResponse(status: 404, body: html)),
      ]
    for trouble in troubles {
      let harness = try Magento.astraControl()
      harness.site.faults = [
        SiteFault(trouble, "GET"), SiteFault(trouble, "GET", endingIn: Magento.production),
      ]
      let result = try harness.run(RestoreStep.self)
      result.expectSuccess()
      #expect(harness.site.faults.isEmpty && result.standardError.contains("trying again"))
    }
  }

  @Test func serversThatRefuseOrIgnoreFiltersOrCutPages() throws {
    for filter in SimulatorSettings.Tolerance.allCases {
      let harness = try Magento.astraControl {
        $0.filter = filter
        $0.pageSize = 1
      }
      try harness.run(CloneStep.self).expectSuccess()
      try harness.run(RestoreStep.self).expectSuccess()
      #expect(harness.site.world.productionContent?.rows == Magento.goodRows)
    }
  }

  @Test func theServersClockMayBeWrong() throws {
    for skew in [-7200, 7200] {
      for hasDate in [true, false] {
        let harness = try Magento.astraControl {
          $0.clockSkew = .seconds(skew)
          $0.dateHeader = hasDate
        }
        try harness.run(CloneStep.self).expectSuccess()
        let second = try harness.run(CloneStep.self)
        second.expectSuccess()
        try harness.run(RestoreStep.self).expectSuccess()
        try harness.run(RestoreStep.self).expectSuccess()
        #expect(
          harness.site.world.tally.clonesCreated == 1 && harness.site.world.tally.restoresRequested == 1)
      }
    }
  }

  @Test func unusualShapesOfAnswersDoNoHarm() throws {
    let harness = try Magento.astraControl {
      $0.labelsNull = true
      $0.createdBySystem = true
      $0.bareLists = true
      $0.numericProblemStatus = true
      $0.fractionalTimestamps = true
      $0.failureTexts = false
      $0.percentDoneShown = false
      $0.hookStateShown = false
      $0.links = true
    }
    harness.environment["BACKUP_NAME"] = "another"
    try harness.run(BackupStep.self).expectSuccess()
    harness.environment["BACKUP_NAME"] = Magento.goodBackup
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.world.productionContent?.rows == Magento.goodRows)
  }
}
