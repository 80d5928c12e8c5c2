import RegularExpressions
import Testing

/// What a regular expression means, and that every search ends.
@Suite struct RegularExpressionTests {
  @Test(arguments: [
    (#"Release \d+\.\d+"#, "<h1>Release 2.4</h1>", true), ("^web", "a web", false), ("", "", true),
    ("(?m)^web$", "a\nweb\nb", true), ("(?i)NODES", "nodes", true), ("a.c", "a\nc", false),
    ("(?s)a.c", "a\nc", true), (#"\bshop\b"#, "the shop.", true), (#"\d"#, "٣", true),
    (#"^\w+$"#, "Größe", true),
    ("(?<word>a+)-\\k<word>", "aa-aa", true), ("(?<=Release )2", "Release 2", true), ("^.$", "é", true),
    (#"^\u{e9}$"#, "é", true), (#"^[\u00e9]$"#, "é", true), (#"\x{1F6D2}"#, "🛒", true),
    ("[[:digit:]]", "a1", true),
    (#"\Q[a&&b]\E"#, "[a&&b]", true), (#"[\[&-]"#, "x-", true), ("[]a]", "]", true), ("a--b", "a--b", true),
    (#"\p{Lu}"#, "ß", false), (#"\R"#, "a\r\n", true),
  ])
  func aPatternMeansWhatItMeansToPerl(pattern: String, text: String, isThere: Bool) throws {
    #expect(try RegularExpression(pattern).matches(text) == isThere)
  }

  @Test(arguments: [
    ("(a", "missing closing parenthesis"), ("[a", "missing terminating ]"), ("*a", "quantifier"),
    (#"\"#, "at end of pattern"), (#"\u12"#, ""), (#"\C"#, "disabled"), ("(?=", ""),
    ("a{2,1}", "out of order"),
    ("[a-z&&[^x]]", "no meaning"), ("[a[bc]]", "class within a class"), ("[a--b]", "no meaning"),
    ("(((a{1000}){1000}){1000})", "too large"),
  ])
  func whatIsNoPatternIsSaidSo(pattern: String, reason: String) {
    #expect {
      try RegularExpression(pattern)
    } throws: { error in
      guard case .invalid(let words)? = error as? RegularExpressionError else { return false }
      return words.contains(reason) || reason.isEmpty
    }
  }

  /// Repetitions within repetitions, and searches whose every beginning looks far ahead.
  @Test(arguments: [
    ("^(a+)+$", 1000), ("(a|a)*$", 1000), ("(a|aa)+$", 1000), ("a++c", 250_000), ("a+?c", 250_000),
    ("(?=a+c)", 250_000), ("(?:a?){30}a{30}c", 1000), (#"(a+)(a+)\1\2c"#, 3000), ("[ab]+[ad]+c", 250_000),
  ])
  func everySearchEnds(pattern: String, count: Int) throws {
    // With the letter that some end in, or PCRE2 would see at once that nothing can match.
    let text = String(repeating: "a", count: count) + "!c"
    #expect(throws: RegularExpressionError.tooMuchWork) { try RegularExpression(pattern).matches(text) }
  }

  /// 256 KiB of a page, as large as any that is searched.
  @Test(arguments: [
    (#"Release \d+\.\d+"#, true), (#"^(?s).*Release"#, true), (#"\d+ rows"#, false),
    ("(?:<p>|x|[^<]|</?h1>)*$", true),
    (#"[a-z]+@[a-z]+\.com"#, false), ("(?i)release 9", false),
  ])
  func whatPeopleWriteIsWithinTheBound(pattern: String, isThere: Bool) throws {
    let page = String(repeating: "<p>lorem ipsum dolor sit amet</p>\n", count: 7700) + "<h1>Release 2.4</h1>"
    #expect(try RegularExpression(pattern).matches(page) == isThere)
  }
}
