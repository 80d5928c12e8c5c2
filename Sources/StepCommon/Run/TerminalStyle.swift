internal import Timing

/// How the log looks on a terminal: the time that has passed, short lines, colour, and one line that moves.
///
/// A pipe gets the lines as they are; only a person has a use for this.
package struct TerminalStyle: Sendable {
  /// How wide the terminal is, in columns.
  package let columns: Int
  /// Whether colours are shown.
  package let hasColour: Bool

  /// Makes a style for a terminal of that width.
  package init(columns: Int, hasColour: Bool) {
    (self.columns, self.hasColour) = (max(columns, 40), hasColour)
  }

  /// The style for a stream that is a terminal of that width, if its variables agree; nil where it is none.
  ///
  /// `TERM=dumb` is no terminal to move on; `NO_COLOR`, unless it is empty, takes the colours away (no-color.org).
  package init?(columns: Int?, variables: [String: String]) {
    guard let columns, let kind = variables["TERM"], !kind.isEmpty, kind != "dumb" else { return nil }
    self.init(columns: columns, hasColour: (variables["NO_COLOR"] ?? "").isEmpty)
  }

  /// A line of the log with its line end, after what moved is gone.
  func line(_ text: String, after elapsed: Duration) -> String {
    let front = Self.clock(elapsed) + " "
    let blanks = String(repeating: " ", count: front.count)
    let lines = wrapped(text, width: columns - front.count)
    let colour = Self.colour(of: text)
    let body = lines.map { hasColour && colour != nil ? "\(colour ?? "")\($0)\u{1B}[0m" : $0 }
    return Self.clear + front + body.joined(separator: "\n\(blanks)") + "\n"
  }

  /// The line that moves: it stays on its row, and is cut to it.
  ///
  /// How it stands is what changes: what is waited for is cut first, down to a third of the row.
  func moving(_ what: String, _ state: String, after elapsed: Duration) -> String {
    let clock = Self.clock(elapsed)
    let room = max(columns - clock.count - state.count - 4, columns / 3)
    let short = what.count <= room ? what : "\(what.prefix(room - 1))…"
    let line = "\(clock) \(short): \(state)"
    let cut = line.count < columns ? line : line.prefix(columns - 2) + "…"
    return Self.clear + cut
  }

  /// Takes away the line that moves.
  static let clear = "\r\u{1B}[K"

  /// `0:07`, `12:30`, `1:02:03`.
  private static func clock(_ elapsed: Duration) -> String {
    let seconds = Int(elapsed.components.seconds)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0
      ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
  }

  /// Red for what failed, yellow for what to look at, bold for what to do, faint for what few want to know.
  private static func colour(of text: String) -> String? {
    for (word, code) in [("error: ", "31"), ("warning: ", "33"), ("next: ", "1"), ("debug: ", "2")]
    where text.hasPrefix(word) {
      return "\u{1B}[\(code)m"
    }
    return nil
  }

  private func wrapped(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(word)
      } else {
        line += line.isEmpty ? String(word) : " \(word)"
      }
    }
    return lines + [line]
  }
}
