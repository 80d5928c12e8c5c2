internal import Text
internal import Timing

/// A page as Markdown, for issues and chats (CommonMark with GitHub's tables).
package struct MarkdownPage {
  private let page: Page

  package init(_ page: Page) { self.page = page }

  /// The document.
  package var text: String {
    let verdict = page.verdict.map { "> **\(Self.escaped($0.label))** \(Self.line($0.text))" }
      .joined(separator: "\n>\n")
    let sections = page.sections.map { section in
      ["## \(Self.escaped(section.title))"] + section.blocks.map(Self.block)
    }
    return (["# \(Self.escaped(page.title))", Self.line(page.subtitle), verdict] + sections.flatMap { $0 })
      .joined(separator: "\n\n") + "\n"
  }

  private static func block(_ block: Page.Block) -> String {
    switch block {
    case .paragraph(let text): return line(text)
    case .list(let lines): return lines.map { "- \(line($0))" }.joined(separator: "\n")
    case .facts(let facts):
      return facts.map { "- \(escaped($0.name)): \(line($0.value))" }.joined(separator: "\n")
    case .command(let title, let text): return "\(escaped(title)):\n\n\(fenced(text))"
    case .table(let caption, let head, let rows):
      let cells = [head.map(escaped), head.map { _ in "---" }] + rows.map { $0.map(line) }
      return "\(escaped(caption)):\n\n"
        + cells.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
    case .problem(let problem):
      let next = problem.next.map { "\n- next: \(escaped($0))" } ?? ""
      return
        "**\(escaped("\(problem.step): \(problem.phase)"))**\n\n- \(escaped(problem.message))\n- exit code: \(escaped(problem.code))\(next)"
    case .timeline(let timeline): return drawing(of: timeline)
    }
  }

  /// The time line in letters, to scale.
  private static func drawing(of timeline: Timeline) -> String {
    let width = 60
    let longest = timeline.rows.map(\.name.count).max() ?? 0
    let rows = timeline.rows.map { row in
      let from = timeline.place(of: row.startedAt) * width / 1000
      let to = max(from + 1, timeline.place(of: row.startedAt + row.duration) * width / 1000)
      let bar = String(repeating: " ", count: min(from, width - 1)) + String(repeating: "#", count: to - from)
      let name = row.name + String(repeating: " ", count: longest - row.name.count)
      let rest = String(repeating: " ", count: max(0, width - bar.count))
      return "\(name) |\(bar)\(rest)| \(row.duration.shortText), \(row.ending)"
    }
    let head = "from \(timeline.begin.text) to \(timeline.end.text)"
    return "```text\n" + ([head] + rows).map { $0.filter { $0 != "`" } }.joined(separator: "\n") + "\n```"
  }

  private static func line(_ line: Line) -> String {
    line.map { span in
      switch span {
      case .text(let text): escaped(text)
      case .code(let text): code(text)
      case .strong(let text): "**\(escaped(text))**"
      case .link(let text): code(text)
      }
    }.joined()
  }

  /// A text in which nothing is markup.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in oneLine(text).unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "~", "#", "!": result += "\\\(character)"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A span of code, with marks longer than any inside; a bar would end a table's cell.
  private static func code(_ text: String) -> String {
    let text = oneLine(text)
    guard !text.contains("|") else { return escaped(text) }
    let marks = String(repeating: "`", count: longestRun(in: text) + 1)
    let pad = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
    return marks + pad + text + pad + marks
  }

  private static func fenced(_ text: String) -> String {
    let marks = String(repeating: "`", count: max(3, longestRun(in: text) + 1))
    return "\(marks)sh\n\(oneLine(text))\n\(marks)"
  }

  /// A clean text without line ends, and with the spaces at its ends.
  private static func oneLine(_ text: String) -> String {
    String(CleanText(text).string.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }

  private static func longestRun(in text: String) -> Int {
    var (longest, current) = (0, 0)
    for character in text.utf8 {
      current = character == UInt8(ascii: "`") ? current + 1 : 0
      longest = max(longest, current)
    }
    return longest
  }
}
