import StructuredValues
import Testing

/// What is a JSON document, and what it holds.
@Suite struct JSONReadingTests {
  private func read(_ text: String) -> StructuredValue? { StructuredValue(parsing: Array(text.utf8)) }

  @Test(
    arguments: [
      ("null", .null), ("true", .bool(true)), (" false\n", .bool(false)), ("\t0\r\n", .number(0)),
      (#""""#, .string("")), ("[]", .array([])), ("{}", .object([])),
      ("[1,[true,null],\"a\"]", .array([.number(1), .array([.bool(true), .null]), .string("a")])),
      (
        #"{ "b" : 1 , "a" : { "c" : [ ] } }"#,
        .object([.init("b", .number(1)), .init("a", .object([.init("c", .array([]))]))])
      ),
      (#"{"":0}"#, .object([.init("", .number(0))])),
    ] as [(String, StructuredValue)])
  func everyKindOfValueMayBeADocument(text: String, value: StructuredValue) {
    #expect(read(text) == value)
  }

  @Test(arguments: [
    ("-0", -0.0), ("12", 12), ("-7", -7), ("1.5", 1.5), ("1e3", 1000), ("1E+3", 1000), ("2.5e-1", 0.25),
    ("9007199254740993", 9_007_199_254_740_992), ("18446744073709551616", 0x1p64), ("-1e308", -1e308),
    ("123456789012345678901234567890", 1.234_567_890_123_456_8e29), ("5e-324", .leastNonzeroMagnitude),
    ("1e-400", 0),
  ])
  func everyNumberIsADouble(text: String, number: Double) {
    #expect(read(text) == .number(number))
    #expect(read("[\(text)]") == .array([.number(number)]))
  }

  @Test(arguments: [
    "01", "+1", "1.", ".5", "-", "1e", "0x10", "NaN", "Infinity", "-Infinity", "1e400", "-1e400",
  ])
  func whatIsNoNumberOrTooLargeForOneMakesTheDocumentNone(text: String) {
    #expect(read(text) == nil)
    #expect(read("{\"a\":\(text)}") == nil)
  }

  @Test(arguments: [
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0041\u00e9\u20AC""#, "Aé€"),
    (#""\ud83d\uDE00""#, "😀"), ("\"é😀\u{FFFE}\u{10FFFF}\"", "é😀\u{FFFE}\u{10FFFF}"),
    (#""a\u0000b""#, "a\u{0}b"), ("\"\u{7F}\u{85}\u{2028}\"", "\u{7F}\u{85}\u{2028}"),
    ("\"\u{FEFF}a\"", "\u{FEFF}a"),
  ])
  func aStringIsReadWhole(text: String, string: String) {
    #expect(read(text)?.string?.unicodeScalars.elementsEqual(string.unicodeScalars) == true)
  }

  @Test(arguments: [
    "\"", "\"a", #""\""#, #""\x""#, #""\u12""#, #""\u12G4""#, #""\ud83d""#, #""\ud83dx""#, #""\ud83d\u0041""#,
    #""\ude00""#, "\"\n\"", "\"\u{1F}\"", "\"\u{0}\"", "'a'",
  ])
  func whatIsNoStringMakesTheDocumentNone(text: String) {
    #expect(read(text) == nil)
    #expect(read("[\(text)]") == nil)
  }

  @Test(arguments: [
    "", " \n", "nul", "truefalse", "True", "1 2", "{} []", "{}x", "[1,]", "[,1]", "[1 2]", "[", "]", "{",
    "[}",
    #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, "{1:2}", #"{"a":1 "b":2}"#, "// 1\n1", "1\u{0}",
    "true\u{0}", "[1\u{0}]", "[\u{0}]", "\u{B}1",
    "\u{A0}1", "<html></html>",
  ])
  func whatIsNoDocumentIsNone(text: String) {
    #expect(read(text) == nil)
  }

  @Test(
    arguments: [
      [0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xE0, 0x80, 0x80, 0x22],
      [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82], [0x80],
      // UTF-16, with its mark and without.
      [0xFF, 0xFE, 0x31, 0x00], [0x31, 0x00],
    ] as [[UInt8]])
  func onlyUTF8IsRead(bytes: [UInt8]) {
    #expect(StructuredValue(parsing: bytes) == nil)
  }

  @Test func aByteOrderMarkIsPassedOver() {
    #expect(read("\u{FEFF}{}") == .object([]))
    #expect(read("\u{FEFF}") == nil)
    #expect(read("\u{FEFF}\u{FEFF}1") == nil)
  }

  @Test func ofMembersOfOneNameTheLastCounts() {
    #expect(read(#"{"a":1,"b":2,"\u0061":{"a":3}}"#)?["a"] == .object([.init("a", .number(3))]))
    #expect(read(#"{"a":1,"a":null}"#)?["a"] == nil)
    guard case .object(let members)? = read(#"{"a":1,"b":2,"a":3}"#) else {
      Issue.record("it is no object")
      return
    }
    #expect(members.map(\.name).sorted() == ["a", "b"])
  }

  @Test func aNameCannotHoldNUL() {
    #expect(read(#"{"a\u0000b":1}"#) == nil)
  }

  @Test func aDocumentIsAtMost64LevelsDeep() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> String {
      String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
    }
    for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
      let levels = open.hasPrefix("[{") ? 32 : 64
      var value = try #require(read(nested(levels, open, close)))
      for _ in 0..<64 { value = try #require(value["a"] ?? value.list(of: { $0 })?.first) }
      #expect(value == .number(1))
      #expect(read(nested(levels + 1, open, close)) == nil)
      #expect(read(nested(100_000, open, close)) == nil)
    }
    #expect(read(String(repeating: "[", count: 100_000)) == nil)
    // Brackets in strings are no levels, and those that are closed count no more.
    #expect(read("\"" + String(repeating: "[\\\"", count: 100) + "\"") != nil)
    #expect(read("[" + Array(repeating: "[]", count: 100).joined(separator: ",") + "]") != nil)
  }

  @Test func everyCutOfADocumentIsNone() {
    let text = Array(#"{"name":"é\u00e9\ud83d\ude00","list":[1.5e3,true,null,{"a":"\\"}]}"#.utf8)
    #expect(StructuredValue(parsing: text) != nil)
    for length in 0..<text.count { #expect(StructuredValue(parsing: Array(text.prefix(length))) == nil) }
  }

  @Test func aLargeDocumentIsReadWhole() {
    let item =
      #"{"id":"40516273-8495-4a6b-b7c8-d9eaf0011223","name":"a name that is longer than fifteen bytes"}"#
    let value = read("[" + Array(repeating: item, count: 20_000).joined(separator: ",") + "]")
    let names = value?.list { $0["name"]?.string }
    #expect(names?.count == 20_000 && names?.last == "a name that is longer than fifteen bytes")
  }
}

/// How values are asked for what they hold.
@Suite struct JSONMemberTests {
  private let object = StructuredValue.object([
    .init("text", .string("a")), .init("none", .null), .init("count", .number(3)),
    .init("half", .number(0.5)),
    .init("yes", .bool(true)), .init("list", .array([.string("a"), .string("b")])),
    .init("mixed", .array([.string("a"), .number(1)])), .init("huge", .number(1e300)),
  ])

  @Test func nullCountsAsAbsentOnlyWhereItShould() {
    #expect(object["none"] == nil && object.member("none") == .null)
    #expect(object["other"] == nil && object.member("other") == nil)
    #expect(object["text"] == .string("a") && object.member("text") == .string("a"))
    #expect(StructuredValue.array([object])["text"] == nil && StructuredValue.null.member("text") == nil)
  }

  @Test func readersSeeTheirOwnKindOnly() {
    #expect(object["text"]?.string == "a" && object["count"]?.string == nil)
    #expect(object["count"]?.integer == 3 && object["half"]?.integer == nil && object["text"]?.integer == nil)
    #expect(object["huge"]?.integer == nil && object["yes"]?.integer == nil)
    #expect(object["yes"]?.bool == true && object["count"]?.bool == nil && object["text"]?.bool == nil)
    #expect(object["list"]?.list(of: \.string) == ["a", "b"] && object["mixed"]?.list(of: \.string) == nil)
    #expect(object["text"]?.list(of: \.string) == nil && StructuredValue.array([]).list(of: \.string) == [])
  }

  @Test func aMemberThatNeedNotBeThereMayNotBeOfAnotherKind() {
    #expect(object.ifAny("text", \.string) == .some("a"))
    #expect(object.ifAny("none", \.string) == .some(nil) && object.ifAny("other", \.string) == .some(nil))
    #expect(object.ifAny("count", \.string) == nil)
  }
}
