import StructuredValues
import Testing

/// How values are written.
@Suite struct JSONWritingTests {
  private let value = StructuredValue.object([
    .init("b", .array([.null, .bool(true), .bool(false), .array([]), .object([])])),
    .init("a", .object([.init("n", .number(3)), .init("s", .string("é/\"\\"))])),
    .init("d", .digits("1.500")),
  ])

  @Test func onOneLine() {
    #expect(
      value.oneLine == #"{"b":[null,true,false,[],{}],"a":{"n":3,"s":"é/\"\\"},"d":1.500}"#)
  }

  @Test func indented() {
    #expect(
      value.indented == #"""
        {
          "b" : [
            null,
            true,
            false,
            [],
            {}
          ],
          "a" : {
            "n" : 3,
            "s" : "é/\"\\"
          },
          "d" : 1.500
        }
        """#)
    #expect(StructuredValue.string("a").indented == "\"a\"" && StructuredValue.array([]).indented == "[]")
  }

  @Test(arguments: [
    (0, "0"), (-0.0, "0"), (12, "12"), (-7, "-7"), (0.25, "0.25"), (999_999_999_999_999, "999999999999999"),
    (1e15, "1000000000000000.0"), (1e16, "1e+16"), (-1e300, "-1e+300"), (.leastNonzeroMagnitude, "5e-324"),
    (.infinity, "null"), (.nan, "null"),
  ])
  func numbers(number: Double, text: String) {
    #expect(StructuredValue.number(number).oneLine == text)
  }

  @Test(arguments: [
    ("\n\r\t\u{8}\u{1F}", #""\n\r\t\u0008\u001F""#), ("\u{0}", #""\u0000""#),
    ("\u{7F}\u{9F}\u{A0}", "\"\\u007F\\u009F\u{A0}\""),
    ("\u{2028}\u{2029}\u{FEFF}\u{FFFE}\u{FFFF}", #""\u2028\u2029\uFEFF\uFFFE\uFFFF""#),
    ("😀e\u{301}", "\"😀e\u{301}\""),
  ])
  func whatCouldSteerATerminalOrGetLostIsEscaped(string: String, text: String) {
    #expect(StructuredValue.string(string).oneLine == text)
    #expect(StructuredValue.object([.init(string, .null)]).oneLine == "{\(text):null}")
  }

  @Test func membersAreSortedAndThoseWithoutAValueLeftOut() {
    let members = StructuredValue.members(["b": .number(1), "none": nil, "B": .null, "a": .string("")])
    #expect(members.oneLine == #"{"B":null,"a":"","b":1}"#)
    #expect(StructuredValue("a") == .string("a") && StructuredValue(nil) == .null)
  }

  /// A value of any shape.
  private func value(_ random: inout SystemRandomNumberGenerator, depth: Int) -> StructuredValue {
    func text() -> String {
      let kinds: [ClosedRange<UInt32>] = [
        0...0x7F, 0x20...0x7E, 0x80...0x7FF, 0xE000...0xFFFF, 0x1F600...0x1F64F,
      ]
      let scalars = (0..<Int.random(in: 0...20, using: &random)).compactMap { _ in
        Unicode.Scalar(UInt32.random(in: kinds.randomElement(using: &random) ?? 0...0, using: &random))
      }
      return String(String.UnicodeScalarView(scalars))
    }
    switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .number(Double(Int.random(in: -1_000_000...1_000_000, using: &random)))
    case 3: return .number(.random(in: -1e10...1e10, using: &random))
    case 4: return .string(text())
    case 5: return .array((0..<3).map { _ in value(&random, depth: depth - 1) })
    default:
      // No name twice, and none with NUL.
      return .object(
        (0..<3).map { .init("\($0)" + text().filter { $0 != "\0" }, value(&random, depth: depth - 1)) })
    }
  }

  @Test func whatIsWrittenIsReadAsItWas() throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let value = value(&random, depth: 5)
      for text in [value.oneLine, value.indented] {
        let read = try #require(StructuredValue(parsing: Array(text.utf8)), "\(text)")
        #expect(read == value, "\(text)")
        #expect(read.oneLine == value.oneLine)
      }
    }
  }
}
