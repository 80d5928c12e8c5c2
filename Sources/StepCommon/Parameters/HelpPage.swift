package import ArgumentParser

/// One line of `--help` that a reader can copy: what it is for, and the call.
package struct HelpExample: Sendable {
  package let purpose: String
  /// Variables first, as a shell takes them, then the program and its flags.
  package let call: String

  /// Makes an example.
  package init(_ purpose: String, _ call: String) {
    (self.purpose, self.call) = (purpose, call)
  }
}

/// What `--help` prints: what the step is for, how it is called, its flags by subject, and its exit codes.
package struct HelpPage<Command: ParsableCommand> {
  /// The program: `astra-clone`.
  let program: String
  /// How long a line may be.
  let columns: Int
  private let examples: [HelpExample]

  /// Makes the page for a width; pages narrower than 60 or wider than 120 are no help.
  package init(of program: String, columns: Int?, _ examples: [HelpExample]) {
    self.program = program
    self.examples = examples
    self.columns = min(max(columns ?? 80, 60), 120)
  }

  /// The page, with its last line end.
  package var text: String {
    let configuration = Command.configuration
    // The exit codes stand last here; the discussion, of which the manual is made, has them too.
    let discussion = configuration.discussion.split(separator: "\n\n", omittingEmptySubsequences: true)
    let codes = discussion.last.flatMap { $0.hasPrefix("Exit codes") ? $0.prefix { $0 != "\n" } : nil }
    let prose = discussion.prefix(discussion.count - (codes == nil ? 0 : 1))
    var parts = [wrapped("\(program): \(configuration.abstract)", indent: 0)]
    parts += prose.map { wrapped(String($0), indent: 0) }
    parts.append("USAGE: \(program) [<options>]")
    parts.append("EXAMPLES:\n" + examples.map(example).joined(separator: "\n"))
    parts.append(options)
    parts.append("\((codes ?? "Exit codes:").asHeading)\n" + ExitCode.table.map(line).joined(separator: "\n"))
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The flags as the parser lays them out, section by section: the step's own first.
  private var options: String {
    let all = Command.helpMessage(columns: columns).split(separator: "\n\n")
    let sections = all.drop { !$0.hasPrefix("USAGE:") }.dropFirst().map { String($0).trimmed }
    let own = sections.filter { $0.hasPrefix("OPTIONS:") }
    return (own + sections.filter { !$0.hasPrefix("OPTIONS:") }).joined(separator: "\n\n")
  }

  private func example(_ example: HelpExample) -> String {
    wrapped(example.purpose + ":", indent: 2) + "\n    " + example.call
  }

  private func line(_ code: ExitCode, _ meaning: String) -> String {
    let number = String(code.rawValue)
    let front = String(repeating: " ", count: 5 - number.count) + number + "  "
    let text = wrapped(meaning, indent: front.count)
    return front + text.dropFirst(front.count)
  }

  /// A paragraph in lines of that width, each after so many blanks.
  private func wrapped(_ paragraph: String, indent: Int) -> String {
    let blanks = String(repeating: " ", count: indent)
    var lines: [String] = []
    var line = blanks
    for word in paragraph.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
      if line.count > indent, line.count + 1 + word.count > columns {
        lines.append(line)
        line = blanks
      }
      if line.count > indent { line.append(" ") }
      line.append(contentsOf: word)
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension Substring {
  /// `Exit codes: …` as a heading: `EXIT CODES: …`.
  fileprivate var asHeading: String {
    let heading = "Exit codes"
    return hasPrefix(heading) ? heading.uppercased() + dropFirst(heading.count) : String(self)
  }
}
