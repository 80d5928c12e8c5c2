internal import Text
internal import Timing

/// A page as one HTML document with nothing outside itself.
package struct HTMLPage {
  private let page: Page

  package init(_ page: Page) { self.page = page }

  /// The document.
  package var text: String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(Self.escaped(page.title))</title>
    <style>
    \(PageStyle.text)
    </style>
    </head>
    <body>
    <main>
    <header>
    <h1>\(Self.escaped(page.title))</h1>
    <p class="subtitle">\(Self.line(page.subtitle))</p>
    <div class="verdict \(page.mood.rawValue)">
    \(page.verdict.map { "<p><strong>\(Self.escaped($0.label))</strong> \(Self.line($0.text))</p>" }.joined(separator: "\n"))
    </div>
    </header>
    \(page.sections.map(Self.section).joined(separator: "\n"))
    </main>
    </body>
    </html>

    """
  }

  private static func section(_ section: Page.Section) -> String {
    """
    <section aria-labelledby="\(section.id)">
    <h2 id="\(section.id)">\(escaped(section.title))</h2>
    \(section.blocks.enumerated().map { block($1, id: "\(section.id)-\($0 + 1)") }.joined(separator: "\n"))
    </section>
    """
  }

  private static func block(_ block: Page.Block, id: String) -> String {
    switch block {
    case .paragraph(let text): return "<p>\(line(text))</p>"
    case .list(let lines): return "<ul>\(lines.map { "<li>\(line($0))</li>" }.joined())</ul>"
    case .facts(let facts):
      return
        "<dl>\n\(facts.map { "<div><dt>\(escaped($0.name))</dt><dd>\(line($0.value))</dd></div>" }.joined(separator: "\n"))\n</dl>"
    case .command(let title, let text):
      return "<p class=\"label\">\(escaped(title)):</p>\n<pre><code>\(escaped(text))</code></pre>"
    case .table(let caption, let head, let rows): return table(caption, head, rows)
    case .problem(let problem): return self.problem(problem)
    case .timeline(let timeline): return TimelineDrawing(timeline, id: id).svg
    }
  }

  private static func problem(_ problem: Page.ProblemText) -> String {
    """
    <div class="problem">
    <h3>\(escaped(problem.step)): \(escaped(problem.phase))</h3>
    <p>\(escaped(problem.message))</p>
    <p><strong>Exit code:</strong> \(escaped(problem.code))</p>\(problem.next.map { "\n<p><strong>Next:</strong> \(escaped($0))</p>" } ?? "")
    </div>
    """
  }

  /// A table whose cells stand below each other on a narrow screen; the roles stay then.
  private static func table(_ caption: String, _ head: [String], _ rows: [[Line]]) -> String {
    let columns = head.map { "<th role=\"columnheader\" scope=\"col\">\(escaped($0))</th>" }.joined()
    let body = rows.map { cells in
      let cells = zip(head, cells).map { name, cell in
        "<td role=\"cell\" data-label=\"\(escaped(name))\">\(line(cell))</td>"
      }
      return "<tr role=\"row\">\(cells.joined())</tr>"
    }
    return """
      <table role="table">
      <caption>\(escaped(caption))</caption>
      <thead role="rowgroup"><tr role="row">\(columns)</tr></thead>
      <tbody role="rowgroup">
      \(body.joined(separator: "\n"))
      </tbody>
      </table>
      """
  }

  private static func line(_ line: Line) -> String {
    line.map { span in
      switch span {
      case .text(let text): escaped(text)
      case .code(let text): "<code>\(escaped(text))</code>"
      case .strong(let text): "<strong>\(escaped(text))</strong>"
      case .link(let text):
        isSafe(text)
          ? "<a href=\"\(escaped(text))\" rel=\"noreferrer\">\(escaped(text))</a>"
          : "<code>\(escaped(text))</code>"
      }
    }.joined()
  }

  private static func isSafe(_ address: String) -> Bool {
    address.hasPrefix("https://") || address.hasPrefix("http://")
  }

  /// A text as HTML shows it, in an element or an attribute: control and invisible characters are shown too.
  static func escaped(_ text: String) -> String {
    var result = ""
    for character in CleanText(text).string.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
