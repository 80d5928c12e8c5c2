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
private let host = "shop.example.com"
private let named = VerifyPage.named

/// Where production's page is, by its address and by its name.
enum VerifyPage {
  static let url = "http://127.77.0.2/"
  static let named = "http://shop.example.com/"
}

/// `astra-verify`: green only if what was claimed was seen.
struct VerifyStepTests {
  /// A harness on whose site production has a name.
  func harness(_ change: (inout ServiceBehaviour) -> Void = { _ in }) throws -> StepHarness {
    let harness = try Magento.harness(change)
    harness.site.names[host] = "127.77.0.2"
    return harness
  }

  /// Mends production without a restore.
  func mend(_ harness: StepHarness) {
    harness.site.service.deploy(version: Magento.goodVersion, broken: false, to: Magento.production)
  }

  func report(_ harness: StepHarness, suffix: String = "") -> String {
    harness.files.text("reports/TEST-astra-verify\(suffix).xml") ?? ""
  }

  // MARK: - The pipeline's claims

  @Test func theWholeStoryIsSeenToBeTrue() throws {
    let harness = try harness()
    harness.environment["ASTRA_REPORT_SUFFIX"] = "before"
    let before = try harness.run(VerifyStep.self, "-u", named, "--expect-broken")
    before.expectSuccess()
    #expect(before.values["ASTRA_VERIFY_SEEN_STATUS"] == "500")
    #expect(before.values["ASTRA_VERIFY_SEEN_ADDRESS"] == "127.77.0.2")
    #expect(before.values["ASTRA_VERIFY_SEEN_PATH"] == "reports/astra-verify-before.seen.json")
    #expect(before.values["ASTRA_VERIFY_STATE"] == "ready")
    #expect(report(harness, suffix: "-before").contains("cannot take orders"))

    harness.environment["ASTRA_REPORT_SUFFIX"] = nil
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(RestoreStep.self).expectSuccess()
    let clone = try #require(harness.site.service.clones.first)
    let changes = harness.site.service.changes
    harness.environment["ASTRA_REPORT_SUFFIX"] = "clone"
    try harness.run(
      VerifyStep.self, "-a", "magento-debug", "-c", "ocp-debug", "--clone-of", "magento-prod", "-u",
      "http://\(clone.address)", "--expect-broken", "--other-address", "127.77.0.2", "-B", Magento.goodBackup
    ).expectSuccess()
    harness.environment["ASTRA_REPORT_SUFFIX"] = "after"
    let after = try harness.run(
      VerifyStep.self, "-u", named, "--expect-text", "Release 2.4.1", "--compare-with",
      "reports/astra-verify-before.seen.json", "-B", Magento.goodBackup)
    after.expectSuccess()
    #expect(after.report.cases.map(\.name) == Runner<VerifyStep>.phaseNames)
    #expect(after.standardError.contains("500 from 127.77.0.2 at 2026"))
    #expect(after.standardError.contains("the body has changed (then: \""))
    #expect(harness.site.service.changes == changes, "it changes nothing")
  }

  @Test func withoutAPageTheOutsideIsNotLookedAt() throws {
    let harness = try harness()
    let result = try harness.run(VerifyStep.self)
    result.expectSuccess()
    #expect(harness.site.pageTruths.isEmpty)
    for name in ["look at pages", "check addresses", "find recovery point", "compare resources"] {
      #expect(result.report.cases.first { $0.name == name }?.outcome == "skipped", "\(name)")
    }
  }

  @Test func aRestoreAfterWhichThePageShowsTheFaultIsRed() throws {
    let harness = try harness()
    try harness.run(RestoreStep.self).expectSuccess()
    harness.site.service.deploy(version: "2.4.2", broken: true, to: Magento.production)
    let began = harness.site.time.now
    let result = try harness.run(VerifyStep.self, "-u", named)
    result.expect(
      .operationFailed, saying: "was not seen to be healthy within 5m", "the status is 500 instead of 200",
      "500 from 127.77.0.2", "cannot take orders", nature: "failure")
    #expect(result.report.problem?.name == "look at pages")
    #expect(result.values["ASTRA_VERIFY_SEEN_STATUS"] == "500")
    #expect(report(harness).contains("name=\"astra.page\""))
    let waited = harness.site.time.now - began
    #expect(waited >= .seconds(300) && waited < .seconds(320))
  }

  @Test func aRestoreThatMovedTheShopIsRed() throws {
    let harness = try harness { $0.restoreKeepsAddress = false }
    harness.environment["ASTRA_REPORT_SUFFIX"] = "before"
    try harness.run(VerifyStep.self, "-u", named, "--expect-broken").expectSuccess()
    harness.environment["ASTRA_REPORT_SUFFIX"] = nil
    try harness.run(RestoreStep.self).expectSuccess()
    let address = try #require(harness.site.service.application("magento-prod")?.address)
    let moved = String(address.prefix { $0 != ":" })
    #expect(moved != "127.77.0.2")
    // Nobody is at the old address any more,
    try harness.run(VerifyStep.self, "-u", named).expect(
      .operationFailed, saying: "gives no answer", "connection refused", nature: "failure")
    // and where the name follows, the address is another one.
    harness.site.names[host] = moved
    let result = try harness.run(
      VerifyStep.self, "-u", named, "--compare-with", "reports/astra-verify-before.seen.json")
    result.expect(
      .operationFailed, saying: "answers at \(moved), but answered at 127.77.0.2 before", nature: "failure")
    #expect(result.report.problem?.name == "check addresses")
    try harness.run(VerifyStep.self, "-u", named, "--expect-address", "127.77.0.2").expect(
      .operationFailed, saying: "answers at \(moved) instead of 127.77.0.2", nature: "failure")
    try harness.run(VerifyStep.self, "-u", named, "--other-address", moved).expect(
      .operationFailed, saying: "where it must not", nature: "failure")
    try harness.run(VerifyStep.self, "-u", named, "--expect-address", moved).expectSuccess()
    try harness.run(
      VerifyStep.self, "-u", "http://clone.example.com/", "--probe-resolve", "clone.example.com:80:\(moved)"
    ).expectSuccess()
  }

  @Test func anAddressBehindAProxyIsNotKnown() throws {
    let harness = try harness()
    mend(harness)
    harness.site.pagesAreBehindProxy = true
    try harness.run(VerifyStep.self, "-u", named).expectSuccess()
    for flag in ["--expect-address", "--other-address"] {
      try harness.run(VerifyStep.self, "-u", named, flag, "127.77.0.9").expect(
        .operationFailed, saying: "behind a proxy", "no_proxy", nature: "failure")
    }
  }

  // MARK: - How looks count

  @Test func oneLookIsNoSight() throws {
    let good = ServiceResponse(status: 200, body: Array("Release 2.4.1".utf8))
    let harness = try harness()
    // Broken throughout, but for one look, such as a cache gives.
    harness.site.faults = [SiteFault(.answers(good), "LOOK", endingIn: "com/")]
    try harness.run(VerifyStep.self, "-u", named).expect(.operationFailed, nature: "failure")
    #expect(harness.site.faults.isEmpty)
    // The other way round: one bad look does not end it.
    mend(harness)
    harness.site.faults = [SiteFault(.answers(ServiceResponse(status: 503)), "LOOK")]
    try harness.run(VerifyStep.self, "-u", named).expectSuccess()
  }

  @Test func aShopThatComesBackInTimeIsWaitedFor() throws {
    let harness = try harness()
    harness.site.faults = [SiteFault(.pagesDown(.seconds(200)), "LOOK")]
    mend(harness)
    try harness.run(VerifyStep.self, "-u", named).expectSuccess()
    harness.site.faults = [SiteFault(.pagesDown(.seconds(400)), "LOOK")]
    try harness.run(VerifyStep.self, "-u", named).expect(
      .operationFailed, saying: "gives no answer", nature: "failure")
    try harness.run(VerifyStep.self, "-u", named, "--within", "10m").expectSuccess()
  }

  @Test func whatHoldsAtTheLastMomentIsLookedAtOnceMore() throws {
    let harness = try harness()
    mend(harness)
    // Whenever it comes back, be it at the last moment: either it was seen twice, or it was not seen.
    for milliseconds in stride(from: 280_000, to: 320_000, by: 1700) {
      harness.site.faults = [SiteFault(.pagesDown(.milliseconds(milliseconds)), "LOOK")]
      let looks = harness.site.pageTruths.count
      let result = try harness.run(VerifyStep.self, "-u", named)
      if result.code == .success { continue }
      result.expect(.operationFailed, saying: "gives no answer", nature: "failure")
      #expect(harness.site.pageTruths.count - looks > 30)
      harness.site.endTroubles()
    }
  }

  @Test func theStepsOwnDeadlineBoundsItAll() throws {
    let harness = try harness()
    let began = harness.site.time.now
    try harness.run(VerifyStep.self, "-u", named, "--timeout", "20s").expect(
      .operationFailed, saying: "within 20s", "instead of 200", nature: "failure")
    #expect(harness.site.time.now - began < .seconds(25))
  }

  @Test(arguments: [SiteFault.Effect.silence, .slow(.seconds(3600)), .resetBefore, .refused, .untrusted])
  func aLookThatBringsNothingIsTakenAgain(effect: SiteFault.Effect) throws {
    let harness = try harness()
    mend(harness)
    harness.site.faults = [SiteFault(effect, "LOOK")]
    try harness.run(VerifyStep.self, "-u", named).expectSuccess()
    #expect(harness.site.faults.isEmpty)
  }

  @Test func aCertificateThatIsNotTrustedEndsItAfterAMinute() throws {
    let harness = try harness()
    harness.site.names["shop"] = "127.77.0.2"
    harness.site.pagesAreUntrusted = true
    for arguments in [["-u", named], ["-u", named, "--expect-broken", "--broken-as", "unreachable"]] {
      let began = harness.site.time.now
      let result = try harness.run(VerifyStep.self, arguments: arguments)
      result.expect(.unreachable, saying: "cannot look at \(named)", "is not trusted")
      #expect(result.standardError.contains("next: add the server's CA with ASTRA_VERIFY_CA_FILE"))
      #expect(harness.site.time.now - began < .seconds(80))
    }
  }

  // MARK: - The fault

  @Test func aCloneWithoutTheFaultIsRed() throws {
    let harness = try harness()
    mend(harness)
    let result = try harness.run(VerifyStep.self, "-u", named, "--expect-broken")
    result.expect(
      .operationFailed, saying: "was not seen to be broken", "shows no fault", "200 from 127.77.0.2",
      nature: "failure")
  }

  @Test(arguments: [503, 502, 404, 302, 401]) func anAnswerThatMayBeOthersIsNoFault(status: Int) throws {
    let harness = try harness()
    harness.site.pages["127.77.0.2:80"] = ServiceResponse(
      status: status, headers: [("Location", "https://login.example.com/")], body: Array("no".utf8))
    try harness.run(VerifyStep.self, "-u", named, "--expect-broken").expect(
      .operationFailed, saying: "answers \(status), which does not count as the fault", nature: "failure")
    try harness.run(VerifyStep.self, "-u", named, "--expect-broken", "--broken-as", "500,\(status)")
      .expectSuccess()
  }

  @Test func aPageThatDoesNotAnswerIsAFaultOnlyIfThatWasSaid() throws {
    let harness = try harness()
    harness.site.names[host] = "127.77.99.99"
    try harness.run(VerifyStep.self, "-u", named, "--expect-broken").expect(
      .operationFailed, saying: "gives no answer, which alone does not show a fault", nature: "failure")
    try harness.run(VerifyStep.self, "-u", named, "--expect-broken", "--broken-as", "500,unreachable")
      .expectSuccess()
    // A name that nobody knows, likewise.
    try harness.run(VerifyStep.self, "-u", "http://nobody.example.com/", "--expect-broken").expect(
      .operationFailed, saying: "cannot be resolved", nature: "failure")
  }

  @Test func aHealthyStatusWithTheWrongContentIsAFault() throws {
    let harness = try harness()
    mend(harness)
    try harness.run(VerifyStep.self, "-u", named, "--expect-broken", "--expect-text", "Release 9")
      .expectSuccess()
  }

  @Test func everyPageHasToShowIt() throws {
    let harness = try harness()
    harness.site.names["other.example.com"] = "127.77.0.3"
    try harness.run(VerifyStep.self, "-u", named, "-u", "http://other.example.com/", "--expect-broken")
      .expect(
        .operationFailed, saying: "http://other.example.com/ shows no fault", nature: "failure")
    harness.environment["ASTRA_VERIFY_URL"] = "  \(named)\n\thttp://other.example.com/ "
    try harness.run(VerifyStep.self).expect(
      .operationFailed, saying: "\(named) is not healthy", nature: "failure")
    mend(harness)
    try harness.run(VerifyStep.self, "--other-address", "127.77.0.9").expectSuccess()
    // Looked at in two phases, told once each: some readers refuse a report with two facts of one name.
    for name in ["astra.page", "astra.page2"] {
      #expect(report(harness).ranges(of: "name=\"\(name)\"").count == 1)
    }
  }

  // MARK: - Expectations

  private static let document =
    #"{"status":{"ok":true,"nodes":[{"name":"web","load":0.50},{"name":"db","load":2}],"why":null},"list":[[1,2]]}"#

  @Test(
    arguments: [
      (["--expect-status", "200-299"], nil), (["--expect-status", "500, 200"], nil),
      (["--expect-status", "201-299"], "the status is 200 instead of 201-299"),
      (["--expect-text", "\"web\""], nil), (["--expect-text", "WEB"], "the text \"WEB\" is not there"),
      (["--expect-regex", #""load":0\.\d+"#], nil), (["--expect-regex", "^web"], "nothing matches"),
      (["--expect-regex", "(?i)NODES"], nil),
      (["--expect-json", "status.ok=true"], nil), (["--expect-json", "status.nodes[1].name=db"], nil),
      (["--expect-json", "status.nodes.1.load=2.0"], nil),
      (["--expect-json", "status.nodes[0].load=0.5"], nil),
      (["--expect-json", "status.why=null"], nil), (["--expect-json", "list[0][1]=2"], nil),
      (["--expect-json", "status.nodes[2].name=db"], "has no status.nodes[2].name"),
      (["--expect-json", "status.nodes[0].name=db"], "is \"web\" instead of db"),
      (["--expect-json", "status=x"], "is an object"),
      (["--expect-json", "status.ok=1"], "is true instead of 1"),
      (["--expect-header", "x-release: 2.4.1"], nil),
      (["--expect-header", "X-Release: 2.4"], "is \"2.4.1\" instead of \"2.4\""),
      (["--expect-header", "X-Other: 1"], "the header field X-Other is not there"),
    ] as [([String], String?)])
  func eachExpectation(arguments: [String], fault: String?) throws {
    let harness = try harness()
    harness.site.pages["127.77.0.2:80"] = ServiceResponse(
      status: 200, headers: [("X-Release", "2.4.1")], body: Array(Self.document.utf8))
    let healthy = try harness.run(VerifyStep.self, arguments: ["-u", page] + arguments)
    let broken = try harness.run(VerifyStep.self, arguments: ["-u", page, "--expect-broken"] + arguments)
    if let fault {
      healthy.expect(.operationFailed, saying: fault, nature: "failure")
      broken.expectSuccess()
    } else {
      healthy.expectSuccess()
      broken.expect(.operationFailed, saying: "shows no fault", nature: "failure")
    }
  }

  @Test(arguments: [
    ("not JSON at all", "the body is not JSON"), ("", "the body is not JSON"),
    (String(repeating: "[", count: 100_000), "the body is not JSON"),
    (#"{"a":1"#, "the body is not JSON"),
  ])
  func whatIsNoJSONHasNoValues(body: String, words: String) throws {
    let harness = try harness()
    harness.site.pages["127.77.0.2:80"] = ServiceResponse(status: 200, body: Array(body.utf8))
    try harness.run(VerifyStep.self, "-u", page, "--expect-json", "a=1").expect(
      .operationFailed, saying: words, nature: "failure")
  }

  @Test func aRegularExpressionThatNeverEndsEndsTheStep() throws {
    let harness = try harness()
    harness.site.pages["127.77.0.2:80"] = ServiceResponse(
      status: 200, body: Array((String(repeating: "a", count: 5000) + "!").utf8))
    let result = try harness.run(VerifyStep.self, "-u", page, "--expect-regex", "^(a+)+$")
    result.expect(.badParameter, saying: "needs more than 100 million steps", "ASTRA_VERIFY_REGEX")
  }

  // MARK: - Bodies

  @Test func hostilePagesDoNoHarm() throws {
    let harness = try harness()
    let token = harness.site.service.credential
    let bodies: [[UInt8]] = [
      Array("\u{1B}]0;owned\u{7}\u{1B}[2J]]></failure></testcase>&#0;\u{FFFE}\r\n::error::x \(token)".utf8),
      Array((String(repeating: " ", count: 16_380) + token).utf8),
      Array((String(repeating: "x", count: 290) + token).utf8),
      [0xFF, 0xFE, 0x00, 0x01] + Array(token.utf8),
      [UInt8](repeating: 0x41, count: 3 << 20), [], [0xC0, 0xAF, 0xED, 0xA0, 0x80],
      Array(String(repeating: "e\u{301}\u{302}", count: 20_000).utf8),
    ]
    for body in bodies {
      for status in [200, 500] {
        harness.site.pages["127.77.0.2:80"] = ServiceResponse(
          status: status, headers: [("X-Echo", "Bearer \(token)"), ("Location", "https://x/\(token)")],
          body: body)
        let result = try harness.run(
          VerifyStep.self, "-u", page, "--expect-header", "X-Echo: none", "--within", "2s")
        result.expect(.operationFailed, saying: "was not seen to be healthy", nature: "failure")
        #expect(!result.standardError.contains("\u{1B}") && !harness.hasTold(String(token.prefix(20))))
        #expect(result.standardError.utf8.count < 60_000)
      }
    }
  }

  @Test func aBodyThatIsTooLargeIsReadToItsFirstMebibyte() throws {
    let harness = try harness()
    var body = [UInt8](repeating: 0x2E, count: 3 << 20)
    body.replaceSubrange(100..<104, with: "HEAD".utf8)
    body.replaceSubrange((2 << 20)..<((2 << 20) + 4), with: "TAIL".utf8)
    harness.site.pages["127.77.0.2:80"] = ServiceResponse(status: 200, body: body)
    try harness.run(VerifyStep.self, "-u", page, "--expect-text", "HEAD").expectSuccess()
    try harness.run(VerifyStep.self, "-u", page, "--expect-text", "TAIL", "--within", "2s").expect(
      .operationFailed, saying: "only its first 1048576 bytes are read", nature: "failure")
  }

  @Test func aURLThatHoldsTheTokenIsNeverSent() throws {
    let harness = try harness()
    harness.environment["ASTRA_API_TOKEN"] = nil
    harness.environment["ASTRA_API_TOKEN_FILE"] = "/run/secrets/token"
    let token = harness.site.service.credential
    harness.files.contents["/run/secrets/token"] = Array(token.utf8)
    let result = try harness.run(VerifyStep.self, "-u", "\(page)?key=\(token)")
    result.expect(.badParameter, saying: "URL holds the API token")
    #expect(harness.site.pageTruths.isEmpty && !harness.hasTold(token))
  }
}
