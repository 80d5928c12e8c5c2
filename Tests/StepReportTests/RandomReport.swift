import StepReport
import Timing

/// Reports full of whatever a server, a user or a broken terminal may put into their texts.
struct RandomReport {
  private var generator: SeededGenerator

  /// The reports of a seed are always the same ones.
  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  /// Makes a report of up to twelve cases.
  mutating func next() -> Report {
    Report(
      suite: text(), className: text(),
      startedAt: Timestamp(sinceEpoch: .seconds(Int.random(in: 0...4_000_000_000, using: &generator))),
      duration: duration(), hostname: text(),
      properties: (0..<Int.random(in: 0...3, using: &generator)).map { _ in .init(text(), text()) },
      cases: (0..<Int.random(in: 0...12, using: &generator)).map { _ in
        .init(text(), duration: duration(), outcome: outcome(), output: text())
      },
      log: text())
  }

  private mutating func outcome() -> Report.Outcome {
    switch Int.random(in: 0...3, using: &generator) {
    case 0: .passed
    case 1: .failed(.init(text(), type: text(), details: text()))
    case 2: .errored(.init(text(), type: text(), details: text()))
    default: .skipped(text())
    }
  }

  private mutating func duration() -> Duration {
    .nanoseconds(Int64.random(in: -1_000_000_000...4_000_000_000_000, using: &generator))
  }

  private mutating func text() -> String {
    let count = Int.random(in: 0...(Bool.random(using: &generator) ? 8 : 700), using: &generator)
    var text = String.UnicodeScalarView()
    for _ in 0..<count {
      text.append(contentsOf: piece().unicodeScalars)
    }
    return String(text)
  }

  private mutating func piece() -> String {
    switch Int.random(in: 0...9, using: &generator) {
    case 0: return Self.traps.randomElement(using: &generator) ?? ""
    case 1: return scalar(in: 0...0x1F)
    case 2: return scalar(in: 0x7F...0x9F)
    case 3: return scalar(in: 0xD700...0xE0FF)
    case 4: return scalar(in: 0xFD00...0xFFFF)
    case 5: return scalar(in: 0x10000...0x10FFFF)
    case 6:
      let bytes = (0..<4).map { _ in UInt8.random(in: 0...255, using: &generator) }
      return String(decoding: bytes, as: UTF8.self)
    default: return scalar(in: 0x20...0x7E)
    }
  }

  private mutating func scalar(in range: ClosedRange<UInt32>) -> String {
    // A surrogate is no scalar, and no string can hold one.
    Unicode.Scalar(UInt32.random(in: range, using: &generator)).map { String(Character($0)) } ?? "?"
  }

  private static let traps = [
    "]]>", "<![CDATA[", "</testcase>", "<testcase ", "&amp;", "&#27;", "&lol;", "<!--", "-->", "<?xml ?>",
    "\u{1B}[31m", "\u{1B}]0;", "\u{9B}", "\r\n", "\r", "\u{FFFE}", "\"", "'", "\u{0}", "\u{FEFF}", "\u{202E}",
  ]
}
