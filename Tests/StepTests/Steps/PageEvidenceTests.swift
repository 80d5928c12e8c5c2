import StepTestSupport
import ServiceSimulation
import AstraVerify
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// Pages that were not seen whole, or cannot be compared: no evidence in either direction.
struct PageEvidenceTests {
  private struct Shown: Sendable {
    var status = 200
    var headers: [(String, String)] = [("Content-Type", "text/html; charset=utf-8")]
    var body: [UInt8]

    init(
      _ body: String, type: String = "text/html; charset=utf-8", encoding: String? = nil, status: Int = 200
    ) {
      self.init(Array(body.utf8), type: type, encoding: encoding, status: status)
    }

    init(
      _ body: [UInt8], type: String = "text/html; charset=utf-8", encoding: String? = nil, status: Int = 200
    ) {
      (self.body, self.status) = (body, status)
      headers = [("Content-Type", type)] + (encoding.map { [("Content-Encoding", $0)] } ?? [])
    }
  }

  private func verify(_ shown: Shown, _ arguments: [String]) throws -> StepHarness.Result {
    let harness = try Magento.harness()
    harness.site.pages["127.77.0.2:80"] = ServiceResponse(
      status: shown.status, headers: shown.headers, body: shown.body)
    return try harness.run(
      VerifyStep.self, arguments: ["-u", "http://127.77.0.2/", "--within", "5s"] + arguments)
  }

  /// 1 and the reason, whatever was to be seen.
  private func expectDoubt(_ shown: Shown, _ expectation: [String], _ words: String) throws {
    for broken in [[], ["--expect-broken"]] {
      try verify(shown, expectation + broken).expect(
        .operationFailed, saying: "cannot be judged", words, nature: "failure")
    }
  }

  @Test func anEncodingThatCannotBeDecodedIsNoEvidence() throws {
    for expectation in [
      ["--expect-text", "Release"], ["--expect-regex", "Rel.*"], ["--expect-json", "a=b"],
    ] {
      try expectDoubt(Shown("\u{1}\u{2}", encoding: "x-own"), expectation, "content encoding x-own")
    }
  }

  @Test func aTextBehindWhatIsReadIsNoEvidence() throws {
    let filler = String(repeating: "x", count: 2 << 20)
    try expectDoubt(Shown(filler + "Release"), ["--expect-text", "Release"], "first 1048576 bytes")
    try expectDoubt(Shown(filler + "Release"), ["--expect-regex", "Rel.*"], "first 1048576 bytes")
    try expectDoubt(Shown("[\"\(filler)\"]"), ["--expect-json", "a=b"], "first 1048576 bytes")
    // What stands in the part that was read is there.
    try verify(Shown("Release" + filler), ["--expect-text", "Release"]).expectSuccess()
    // And a wrong status is one, whatever the page holds.
    try verify(Shown(filler, status: 500), ["--expect-text", "Release", "--expect-broken"]).expectSuccess()
  }

  @Test(arguments: ["iso-8859-1", "ISO-8859-1", "windows-1252", "\"latin1\""])
  func theCharsetThatIsSaidIsRead(charset: String) throws {
    let page = Shown([0x5A, 0xFC, 0x72, 0x69, 0x63, 0x68], type: "text/html; charset=\(charset)")
    try verify(page, ["--expect-text", "Zürich"]).expectSuccess()
    try verify(page, ["--expect-regex", "Z.rich"]).expectSuccess()
    try verify(page, ["--expect-text", "Bern", "--expect-broken"]).expectSuccess()
  }

  @Test func aPageMaySayItsCharsetItself() throws {
    let bytes = Array("<meta charset='windows-1252'>Z".utf8) + [0xFC, 0x80]
    try verify(Shown(bytes, type: "text/html"), ["--expect-text", "Zü€"]).expectSuccess()
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in "Zürich".utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    try verify(Shown(wide, type: "text/html"), ["--expect-text", "Zürich"]).expectSuccess()
    try verify(Shown("\u{FEFF}{\"a\":\"b\"}"), ["--expect-json", "a=b"]).expectSuccess()
  }

  @Test func aCharsetThatIsNotKnownIsNoEvidence() throws {
    let page = Shown([0x8A, 0xD9, 0x52], type: "text/html; charset=Shift_JIS")
    try expectDoubt(page, ["--expect-text", "株"], "charset shift_jis cannot be compared")
    // ASCII is ASCII there,
    try verify(page, ["--expect-text", "R"]).expectSuccess()
    try verify(page, ["--expect-text", "Q", "--expect-broken"]).expectSuccess()
    // but not in these.
    try expectDoubt(
      Shown("x", type: "text/html; charset=utf-7"), ["--expect-text", "Q"], "charset utf-7 cannot be compared"
    )
    // Bytes that are not of the charset that is said.
    try expectDoubt(Shown([0x5A, 0xFC]), ["--expect-text", "Zü"], "not of the charset utf-8")
  }

  @Test func aTextMayBeWrittenWithReferencesOrComposed() throws {
    for body in ["A &amp; B Z&#252;rich", "A &#x26; B Zu\u{308}rich"] {
      try verify(Shown(body), ["--expect-text", "A & B"]).expectSuccess()
      try verify(Shown(body), ["--expect-text", "Zürich"]).expectSuccess()
    }
    try expectDoubt(Shown("Z&uuml;rich"), ["--expect-text", "Zürich"], "character references")
    try verify(Shown("Z&uuml;rich"), ["--expect-text", "Bern", "--expect-broken"]).expectSuccess()
  }

  @Test(arguments: [200, 201, 202, 204, 206]) func noSuccessIsAFaultByItself(status: Int) throws {
    for body in ["", "partly"] {
      try verify(Shown(body, status: status), []).expectSuccess()
      try verify(Shown(body, status: status), ["--expect-broken"]).expect(
        .operationFailed, saying: "shows no fault", nature: "failure")
    }
  }
}
