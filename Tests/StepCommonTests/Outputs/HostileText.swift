import Timing

/// Texts that somebody could choose so that a reader takes a part of them for its own.
struct HostileText {
  private var random: SeededRandom

  init(seed: UInt64) { random = SeededRandom(seed: seed) }

  static let pieces = [
    "\n", "\r", "\r\n", "\u{1B}[0K", "\u{1B}]0;x\u{07}", "\t", "\u{85}", "\u{2028}", "%", "%0A", "%25", "%3B",
    "%5D", "%AZP25", "]", "[", ";", ":", "::", ",", "=", "|", "||", "'", "\"", "`", "```", "*", "_", "~~",
    "\\", "<",
    ">", "<script>alert(1)</script>", "<!-- astra-clone: end -->", "&", "&lt;", "#", "##", "###", "##[",
    "##[error]",
    "##vso[task.complete]", "##teamcity[x]", "::error::", "::set-output name=x::y", "section_start:1:x\r",
    "$(id)",
    "![x](http://x.example.com)", "[x](javascript:x)", "http://x.example.com/", "www.x.example.com", "@all",
    "a@x.example.com", ":x:", "|---|", "- ", "+ ", "=", "1. ", "astra_", "<<EOF", "EOF", " ", "word", "é",
    "😀", "é",
  ]

  mutating func next() -> String {
    (0..<Int.random(in: 0...12, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
      .joined()
  }
}
