/// A page as a value, which HTML and Markdown are made of.
package struct Page: Sendable {
  package var title: String
  /// Who and when, under the title.
  package var subtitle: Line
  /// What broke, what was done, what to do next.
  package var verdict: [(label: String, text: Line)]
  /// What colour the verdict has.
  package var mood: Mood
  package var sections: [Section]

  /// The verdict, for a log.
  package var summary: [Line] { verdict.map { [.text("\($0.label) ")] + $0.text } }

  /// How it stands, at a glance; never by colour alone.
  package enum Mood: String, Sendable {
    case good, mixed, bad, unknown
  }

  /// A part of the page.
  package struct Section: Sendable {
    package var id: String
    package var title: String
    package var blocks: [Block]

    package init(_ id: String, _ title: String, _ blocks: [Block]) {
      (self.id, self.title, self.blocks) = (id, title, blocks)
    }
  }

  /// A piece of a section.
  package enum Block: Sendable {
    case paragraph(Line)
    case list([Line])
    case facts([(name: String, value: Line)])
    case table(caption: String, head: [String], rows: [[Line]])
    /// A command to copy, and what it is for.
    case command(title: String, text: String)
    /// What a step that failed says.
    case problem(ProblemText)
    case timeline(Timeline)
  }

  /// A phase that failed.
  package struct ProblemText: Sendable {
    package var step: String
    package var phase: String
    package var code: String
    package var message: String
    package var next: String?
  }
}

/// A run of text with parts that are to be copied.
package typealias Line = [Span]

/// A part of a line.
package enum Span: Hashable, Sendable {
  case text(String)
  /// A name, an id, a path: as it is, to be copied.
  case code(String)
  case strong(String)
  /// An address that may be followed.
  case link(String)

  /// The text alone.
  package var plain: String {
    switch self {
    case .text(let text), .code(let text), .strong(let text), .link(let text): text
    }
  }
}

extension [Span] {
  /// The text alone.
  package var plain: String { map(\.plain).joined() }
}
