import StructuredValues
import Testing
import Velero

/// The texts of errors and warnings, and what is shown of them.
struct ResultsTests {
  private func results(_ text: String) throws -> RunResults? {
    RunResults(try #require(StructuredValue(parsing: Array(text.utf8))))
  }

  @Test func textsAreReadInOrder() throws {
    let read = try #require(
      try results(
        #"{"errors":{"namespaces":{"shop":["c"],"blog":["b"]},"velero":["a"],"cluster":["k"]},"warnings":{"velero":["w"]}}"#
      ))
    #expect(read.errors == ["a", "k", "b", "c"])
    #expect(read.warnings == ["w"])
  }

  @Test(arguments: [
    #"{"errors":{},"warnings":{}}"#, #"{"errors":null}"#, #"{"errors":[],"warnings":{"velero":7}}"#,
    #"{"errors":{"velero":[1,null,{}],"namespaces":["x"]}}"#,
    #"{"errors":{"namespaces":{"shop":"x"}}}"#,
  ])
  func whatIsNoTextIsLeftOut(_ text: String) throws {
    let read = try #require(try results(text))
    #expect(read.errors.isEmpty && read.warnings.isEmpty)
    #expect(RunResults.clause(read.errors) == nil)
  }

  @Test(arguments: ["[]", "{}", #"["errors"]"#, #"{"kind":"Status","code":403}"#])
  func anotherDocumentIsNone(_ text: String) throws {
    #expect(try results(text) == nil)
  }

  @Test func aFewAreShownAndTheOthersCounted() {
    #expect(RunResults.clause(["one"]) == "one")
    #expect(RunResults.clause(["one", "two", "one", "three"]) == "one; two; three")
    #expect(RunResults.clause(["1", "2", "3", "4", "4", "5"]) == "1; 2; 3; and 2 more")
    #expect(RunResults.clause([]) == nil)
    #expect(RunResults.clause(["", " \n"]) == nil)
  }

  @Test func noTextIsLong() {
    let clause = RunResults.clause((0..<1000).map { "\($0)" + String(repeating: "x", count: 100_000) }) ?? ""
    #expect(clause.count < 3 * (RunResults.longestText + 10) + 20)
    #expect(clause.hasSuffix("; and 997 more"))
  }

  @Test func textsAreSafe() {
    let clause = RunResults.clause(["a\nb\u{1B}[31m\u{0}c", "::error::d"]) ?? ""
    #expect(!clause.contains { $0.isNewline || $0 == "\u{1B}" || $0 == "\u{0}" })
    #expect(clause.hasPrefix("a b"))
  }

  /// Whoever has a signed address is let in by it.
  @Test func nothingThatLetsInIsShown() {
    let address = "https://ann:pass-word@s3.example.com/archives/shop?X-Amz-Signature=0123abcd"
    let clause = RunResults.clause(["Get \"\(address)\": timeout"]) ?? ""
    #expect(!clause.contains("pass-word") && !clause.contains("0123abcd"))
    #expect(clause.contains("s3.example.com/archives/shop"))
    // Neither is what is left of one.
    let path = RunResults.clause(["GET /archives/shop?X-Amz-Signature=0123abcd: 403. Really? Yes"]) ?? ""
    #expect(path == "GET /archives/shop?… 403. Really? Yes")
  }
}
