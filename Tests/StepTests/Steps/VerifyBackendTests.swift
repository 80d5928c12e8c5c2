import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraClone
import AstraRestore
import AstraVerify
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

private let page = VerifyPage.url
private let named = VerifyPage.named

// What `astra-verify` takes from elsewhere than a page: from the backend, from an earlier verify, and from its parameters.
extension VerifyStepTests {
  // MARK: - What the backend tells

  @Test func anApplicationThatIsNotWellIsRed() throws {
    let harness = try harness()
    for (state, words) in [("failed", "is failed"), ("removed", "is removed"), ("unavailable", "not ready")] {
      harness.site.service.setState(state, of: Magento.production)
      let began = harness.site.time.now
      let result = try harness.run(VerifyStep.self)
      result.expect(.operationFailed, saying: words, nature: "failure")
      #expect(result.values["ASTRA_VERIFY_STATE"] == state)
      // What no waiting mends is not waited for.
      #expect((harness.site.time.now - began < .seconds(10)) == (state != "unavailable"))
    }
    harness.site.service.setState("restoring", of: Magento.production)
    harness.site.beforeRequest = { [site = harness.site] number in
      if number > 60 { site.service.setState("ready", of: Magento.production) }
    }
    try harness.run(VerifyStep.self).expectSuccess()
  }

  @Test func anApplicationThatGoesOrWhoseNamespaceIsGoneIsRed() throws {
    let harness = try harness()
    harness.site.service.removeNamespace("magento-prod", onCluster: "ocp-prod")
    try harness.run(VerifyStep.self, "--within", "10s").expect(
      .operationFailed, saying: "these namespaces are missing: magento-prod", nature: "failure")
    harness.site.service.addNamespace("magento-prod", onCluster: "ocp-prod")
    let gone = SiteFault(
      .world { _ = $0.removeByOthers(Magento.production) }, .read, .application, naming: Magento.production)
    harness.site.faults = [gone]
    try harness.run(VerifyStep.self).expect(.operationFailed, saying: "is gone", nature: "failure")
  }

  @Test func aCloneOfAnotherIsRed() throws {
    let harness = try harness()
    try harness.run(CloneStep.self).expectSuccess()
    let clone = ["-a", "magento-debug", "-c", "ocp-debug", "--clone-of"]
    try harness.run(VerifyStep.self, arguments: clone + ["magento-prod"]).expectSuccess()
    try harness.run(VerifyStep.self, arguments: clone + [Magento.production]).expectSuccess()
    try harness.run(VerifyStep.self, arguments: clone + ["wordpress"]).expect(
      .operationFailed, saying: "is not a clone of \"wordpress\" but of", Magento.production,
      nature: "failure")
    try harness.run(VerifyStep.self, arguments: clone + ["nobody"]).expect(
      .notFound, saying: "there is no application \"nobody\"")
    try harness.run(VerifyStep.self, "--clone-of", "wordpress").expect(
      .operationFailed, saying: "is not a clone", nature: "failure")
  }

  @Test func whatIsMissingOfARecoveryPointIsNamed() throws {
    let harness = try harness()
    try harness.run(VerifyStep.self, "-B", Magento.goodBackup).expectSuccess()
    try harness.run(VerifyStep.self, "-S", "nightly-0213").expectSuccess()
    harness.site.service.changeResources(of: Magento.production, losing: [], gaining: ["feature-flags"])
    let more = try harness.run(VerifyStep.self, "-B", Magento.goodBackup)
    more.expectSuccess()
    #expect(more.standardError.contains("warning: \"magento-prod\" has resources that backup"))
    #expect(more.standardError.contains("ConfigMap feature-flags in magento-prod"))
    harness.site.service.changeResources(of: Magento.production, losing: ["magento-prod"], gaining: [])
    let less = try harness.run(VerifyStep.self, "-B", Magento.goodBackup)
    less.expect(
      .operationFailed, saying: "did not have all resources of backup",
      "1 missing: Deployment magento-prod in magento-prod",
      nature: "failure")
    #expect(less.report.problem?.name == "compare resources")
    // What the site lets come and go is neither missed nor one too many.
    let aside = try harness.run(
      VerifyStep.self, "-B", Magento.goodBackup, "--ignore-kind", "Deployment.apps,ConfigMap")
    aside.expectSuccess()
    #expect(!aside.standardError.contains("has resources that"), "\(aside.standardError)")
    try harness.run(VerifyStep.self, "-B", "no-such-backup").expect(.notFound, saying: "no-such-backup")
  }

  // MARK: - What was seen before

  @Test func aFileOfAnEarlierVerifyHasToBeOne() throws {
    let harness = try harness()
    mend(harness)
    try harness.run(VerifyStep.self, "-u", named, "--seen-file", "reports/first.json").expectSuccess()
    let first = try #require(harness.files.text("reports/first.json"))
    func compare(
      _ text: String?, at url: String = named, _ code: ExitCode, saying words: String...
    ) throws {
      harness.files.contents["given.json"] = text.map { Array($0.utf8) }
      let result = try harness.run(VerifyStep.self, "-u", url, "--compare-with", "given.json")
      guard code != .success else { return result.expectSuccess() }
      result.expect(code, saying: "ASTRA_VERIFY_COMPARE_WITH")
      for word in words { #expect(result.message.contains(word), "\(result.message)") }
      if url == named { #expect(result.requests == 0 || words.contains("is about")) }
    }
    try compare(first, .success)
    try compare(nil, .badParameter, saying: "given.json")
    try compare("", .badParameter, saying: "was not written by astra-verify")
    try compare(String(first.prefix(60)), .badParameter, saying: "was not written by astra-verify")
    try compare(
      first.replacing("\"version\" : 1", with: "\"version\" : 2"), .badParameter, saying: "version 2")
    try compare(#"{"version":1}"#, .badParameter, saying: "is incomplete")
    try compare(
      first.replacing("jenkins-post-mortem-42", with: "jenkins-1"), .badParameter, saying: "another run")
    try compare(first.replacing("127.77.0.2", with: ""), .success)
    try compare(first.replacing("\"address\"", with: "\"adress\""), .badParameter, saying: "has no address")
    try compare(first, at: page, .badParameter, saying: "does not hold \(page); it holds \(named)")
    try compare(first.replacing(Magento.production, with: "x"), .badParameter, saying: "is about")
    // Compared with what it is about to write, it would agree with itself the second time.
    for path in ["reports/astra-verify.seen.json", "./reports//astra-verify.seen.json"] {
      harness.files.contents["reports/astra-verify.seen.json"] = Array(first.utf8)
      try harness.run(VerifyStep.self, "-u", named, "--compare-with", path).expect(
        .badParameter, saying: "which this step will overwrite")
    }
  }

  @Test func aFileThatIsSomethingElseIsNotWrittenOver() throws {
    let harness = try harness()
    try harness.run(RestoreStep.self).expectSuccess()
    let record = harness.files.text("reports/astra-restore.json")
    let result = try harness.run(
      VerifyStep.self, "-u", named, "--seen-file", "reports/astra-restore.json")
    result.expect(.badParameter, saying: "already exists and was not written by astra-verify")
    #expect(result.requests == 0 && record != nil)
    #expect(harness.files.text("reports/astra-restore.json") == record)
    for _ in 1...2 { try harness.run(VerifyStep.self, "-u", named).expectSuccess() }
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    let harness = try harness()
    mend(harness)
    let write = SiteFault(.unwritable(.noSpace, writes: 1), "LOOK")
    harness.site.faults = [write]
    try harness.run(VerifyStep.self, "-u", named).expect(.cannotWrite, saying: "ASTRA_VERIFY_SEEN_FILE")
  }

  // MARK: - Parameters

  @Test(arguments: [
    (["-u", "shop.example.com"], "has no scheme"), (["-u", "ftp://shop.example.com/"], "http and https"),
    (["-u", "http://u:secret@shop.example.com/"], "user information"),
    (["-u", "http://shop.example.com/a b"], "percent-encoded"),
    (["-u", "http:///x"], "names no host; give the whole address of a page"),
    (["-u", "http://shop.example.com:99999/"], "valid port"), (["-u", "http://a/#x"], "fragment"),
    (["-u", page, "--expect-status", "2xx"], "100 to 599"),
    (["-u", page, "--expect-status", "600"], "100 to 599"),
    (["-u", page, "--expect-status", "300-200"], "100 to 599"),
    (["-u", page, "--expect-regex", "(a"], "not a regular expression"),
    (["-u", page, "--expect-json", "a"], "a path and a value"),
    (["-u", page, "--expect-json", "a[x]=1"], "a path and a value"),
    (["-u", page, "--expect-json", "a..b=1"], "a path and a value"),
    (["-u", page, "--expect-header", "X-Release"], "a name and a value"),
    (["-u", page, "--expect-address", "shop.example.com"], "one IP address"),
    (["-u", page, "--other-address", "1.2.3"], "one IP address"),
    (["-u", page, "--expect-address", "::1", "--other-address", "0:0:0:0:0:0:0:1"], "are both ::1"),
    (["-u", page, "--broken-as", "gone"], "the word unreachable"),
    (["-u", page, "--within", "soon"], "90s"),
    (["-u", page, "--probe-tls-verify", "maybe"], "true or false"),
    (["-u", page, "--probe-resolve", "a:80"], "host:port:address"),
    (["-u", page, "--probe-resolve", "a:80:b"], "host:port:address"),
    (["--expect-broken"], "no page to look at"), (["--expect-text", "x"], "no page to look at"),
    (["--expect-address", "::1"], "no page to look at"), (["--compare-with", "x"], "no page to look at"),
    (["-B", "one", "-S", "two"], "both set"),
    (["-u", page, "--expect-status", "503", "--expect-broken"], "--broken-as 503"),
    (
      ["-u", page, "--expect-status", "500-599", "--expect-broken", "--expect-text", "x"],
      "what a healthy page answers"
    ),
    (["-u", page, "--expect-broken", "--broken-as", "200"], "all of these are healthy"),
    (["-u", page, "--expect-status", "200-599", "--expect-broken"], "all of these are healthy"),
    (["-u", page, "--broken-as", "500"], "without --expect-broken"),
    (["-u", page, "--expect-status", "204,304", "--expect-text", "x"], "without a body"),
    (
      ["-u", page, "--expect-broken", "--broken-as", "unreachable", "--expect-address", "::1"],
      "and so no address"
    ),
    (["-u", named, "--probe-resolve", "shop.example.com:443:192.0.2.1"], "no page has that host and port"),
    (["-u", named, "--probe-resolve", "other.example.com:80:192.0.2.1"], "no page has that host and port"),
    (["--probe-resolve", "shop.example.com:80:192.0.2.1"], "the pages are none"),
    (
      [
        "-u", named, "--probe-resolve", "shop.example.com:80:192.0.2.1", "--probe-resolve",
        "shop.example.com:80:192.0.2.2",
      ], "more than one address"
    ),
    (["-u", page, "--probe-resolve", "u:secret@a:80:192.0.2.1"], "host:port:address"),
  ])
  func aBadParameterIsNamed(arguments: [String], words: String) throws {
    let harness = try harness()
    let result = try harness.run(VerifyStep.self, arguments: arguments)
    result.expect(.badParameter, saying: words)
    #expect(result.requests == 0 && harness.site.pageTruths.isEmpty)
    #expect(!result.standardError.contains("secret@"))
  }

  @Test func aDryRunFindsWhatIsNamedAndLooksAtNoPage() throws {
    let harness = try harness()
    let result = try harness.run(VerifyStep.self, "-u", named, "-B", Magento.goodBackup, "--dry-run")
    result.expectSuccess()
    #expect(harness.site.pageTruths.isEmpty && harness.files.text("reports/astra-verify.seen.json") == nil)
    try harness.run(VerifyStep.self, "-B", "nothing", "--dry-run").expect(.notFound)
  }

  @Test func certificatesThatAreNotVerifiedAreSaidAloud() throws {
    let harness = try harness()
    mend(harness)
    let result = try harness.run(VerifyStep.self, "-u", named, "--probe-tls-verify", "false")
    result.expectSuccess()
    #expect(result.standardError.contains("warning: the certificates of pages are NOT verified"))
    #expect(report(harness).contains("astra.pageTLS"))
  }
}
