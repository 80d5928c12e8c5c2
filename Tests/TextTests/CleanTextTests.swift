import Text
import Testing

@Suite struct CleanTextTests {
  @Test(arguments: [
    ("", ""),
    ("plain\ttext\n", "plain\ttext\n"),
    ("one\r\ntwo\rthree\r\r\nfour\n\r", "one\ntwo\nthree\n\nfour\n\n"),
    ("\u{1B}[31mred\u{1B}[0m", "red"),
    ("\u{1B}[38;5;196m\u{1B}[?25l!\u{1B}[ q", "!"),
    ("\u{9B}1mbold", "bold"),
    ("\u{1B}]8;;https://example.com\u{1B}\\link\u{1B}]8;;\u{7}", "link"),
    ("\u{9D}0;title\u{9C}after", "after"),
    ("\u{1B}]never ended\nnext", "\\u{1B}]never ended\nnext"),
    ("\u{1B}]split\u{1B}[0m", "\\u{1B}]split"),
    ("\u{1B}[12", "\\u{1B}[12"),
    ("\u{1B}[ 1m", "\\u{1B}[ 1m"),
    ("\u{1B}", "\\u{1B}"),
    ("\u{1B}\u{1B}[m[31m", "\\u{1B}[31m"),
    ("\u{0}\u{7}\u{8}\u{B}\u{C}\u{1F}", "\\u{00}\\u{07}\\u{08}\\u{0B}\\u{0C}\\u{1F}"),
    ("\u{7F}\u{80}\u{85}\u{9F}\u{A0}", "\\u{7F}\\u{80}\\u{85}\\u{9F}\u{A0}"),
    ("\u{FFFD}\u{FFFE}\u{FFFF}\u{FEFF}", "\u{FFFD}\\u{FFFE}\\u{FFFF}\\u{FEFF}"),
    ("\u{D7FF}\u{E000}\u{10000}\u{1FFFE}\u{10FFFF}", "\u{D7FF}\u{E000}\u{10000}\u{1FFFE}\u{10FFFF}"),
    ("e\u{301} \u{1F469}\u{200D}\u{1F680}", "e\u{301} \u{1F469}\\u{200D}\u{1F680}"),
  ])
  func whatReadersRefuseIsShown(text: String, clean: String) {
    #expect(Array(CleanText(text).string.utf8) == Array(clean.utf8))
    #expect(CleanText(clean).string == clean)
  }

  @Test(arguments: [
    ([0x61, 0xFF, 0x62] as [UInt8], "a\u{FFFD}b"),
    ([0xC3], "\u{FFFD}"),
    ([0xED, 0xA0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ([0xC0, 0x80], "\u{FFFD}\u{FFFD}"),
    ([0xEF, 0xBF, 0xBE], "\\u{FFFE}"),
    ([0xF4, 0x90, 0x80, 0x80, 0x00], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\\u{00}"),
  ])
  func invalidBytesAreRepaired(bytes: [UInt8], clean: String) {
    #expect(CleanText(String(decoding: bytes, as: UTF8.self)).string == clean)
  }

  @Test(arguments: [
    ("one\ntwo\tthree  four", "one two three  four"),
    ("\n\n  padded  \n", "padded"),
    ("a\u{2028}b\u{2029}c", "a b c"),
    (" \t\r\n", ""),
  ])
  func aMessageIsOneLine(text: String, line: String) {
    #expect(CleanText(text).singleLine().string == line)
  }

  @Test(
    arguments: [
      0xAD, 0x61C, 0x180E, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x2066, 0x2069, 0xFEFF, 0xFFF9, 0xE0001,
      0xE0041,
    ] as [UInt32])
  func whatIsInvisibleIsShown(number: UInt32) throws {
    let scalar = try #require(Unicode.Scalar(number))
    let clean = CleanText("a\(scalar)b").string
    #expect(clean == "a\\u{\(String(number, radix: 16, uppercase: true))}b")
    #expect(CleanText(clean).string == clean && cleanLine("a\(scalar)b") == clean)
  }

  @Test(arguments: ["Zürich", "日本語", "العربية", "€ – „x“", "e\u{301}", "😀", "\u{F3}"])
  func whatIsSeenStays(text: String) {
    #expect(CleanText(text).string == text)
  }

  @Test func aLongMessageIsCutAtACharacter() {
    // Two characters of Unicode that are one to a reader.
    let flag = "\u{1F1E9}\u{1F1EA}"
    let exact = String(repeating: "x", count: 500)
    #expect(CleanText(exact).singleLine().string == exact)
    let cut = CleanText(exact + "y").singleLine().string
    #expect(cut == String(repeating: "x", count: 499) + "…")
    let flags = CleanText(String(repeating: flag, count: 400)).singleLine().string
    #expect(flags.unicodeScalars.count <= 500)
    #expect(flags == String(repeating: flag, count: 249) + "…")
    // One letter under a pile of marks is one character to Swift, and no bound at all.
    let pile = CleanText("a" + String(repeating: "\u{301}", count: 100_000)).singleLine().string
    #expect(pile.unicodeScalars.count <= 500)
  }

  @Test(arguments: ["x", "é", "\u{1F600}", "\n"], [128, 1000, 1001, 1002, 1003])
  func longOutputKeepsItsHeadAndItsTail(unit: String, limit: Int) throws {
    let text = "HEAD" + String(repeating: unit, count: 1000) + "TAIL"
    let capped = CleanText(text).capped(toBytes: limit).string
    #expect(capped.utf8.count <= limit || text.utf8.count <= limit)
    #expect(capped.hasPrefix("HEAD"))
    #expect(capped.hasSuffix("TAIL"))
    #expect(!capped.contains("\u{FFFD}"))
    guard text.utf8.count > limit else {
      #expect(capped == text)
      return
    }
    let note = try #require(capped.split(separator: "\n").first { $0.contains("cut here") })
    let cut = try #require(note.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    let kept = capped.utf8.count - note.utf8.count - 2
    #expect(kept + cut == text.utf8.count)
  }
}
