internal import Timing

/// The time line as SVG: as wide as its place, with letters of one size.
struct TimelineDrawing {
  private let timeline: Timeline
  private let id: String

  /// In pixels: a step takes a line of text and a bar.
  private static let (rowHeight, top) = (40, 24)

  init(_ timeline: Timeline, id: String) {
    (self.timeline, self.id) = (timeline, id)
  }

  var svg: String {
    let height = Self.top + timeline.rows.count * Self.rowHeight + 8
    return """
      <svg role="img" aria-labelledby="\(id)-title \(id)-text" width="100%" height="\(height)" font-size="12">
      <title id="\(id)-title">Time line of the steps, to scale</title>
      <desc id="\(id)-text">\(HTMLPage.escaped(Self.description(of: timeline)))</desc>
      \((axis + marks + timeline.rows.enumerated().flatMap { row($1, at: Self.top + $0 * Self.rowHeight) }).joined(separator: "\n"))
      </svg>
      """
  }

  /// What is drawn, as sentences.
  static func description(of timeline: Timeline) -> String {
    let rows = timeline.rows.map { row in
      "\(row.name) began at \(row.startedAt.text) and took \(row.duration.shortText): \(row.ending)."
    }
    return
      "From \(timeline.begin.text) to \(timeline.end.text). \(rows.joined(separator: " ")) Each phase is in a table below."
  }

  private var axis: [String] {
    let height = Self.top + timeline.rows.count * Self.rowHeight
    let length = timeline.end - timeline.begin
    return [
      "<text class=\"axis\" x=\"0\" y=\"12\">\(timeline.begin.text)</text>",
      "<text class=\"axis\" x=\"100%\" y=\"12\" text-anchor=\"end\">+\(length.shortText)</text>",
    ]
      + (0...4).map { quarter in
        "<line x1=\"\(quarter * 25)%\" x2=\"\(quarter * 25)%\" y1=\"18\" y2=\"\(height)\" stroke=\"#ccc\"/>"
      }
  }

  private var marks: [String] {
    let height = Self.top + timeline.rows.count * Self.rowHeight
    return timeline.marks.map { mark in
      let place = Self.percent(timeline.place(of: mark.at))
      return
        "<line class=\"mark\" x1=\"\(place)\" x2=\"\(place)\" y1=\"18\" y2=\"\(height)\" stroke=\"#8a5a00\"><title>\(mark.at.text): \(HTMLPage.escaped(mark.name))</title></line>"
    }
  }

  private func row(_ row: Timeline.Row, at top: Int) -> [String] {
    let text =
      "<text x=\"0\" y=\"\(top + 13)\">\(HTMLPage.escaped("\(row.name), \(row.duration.shortText), \(row.ending)"))</text>"
    return [text]
      + row.bars.map { bar in
        let from = timeline.place(of: bar.startedAt)
        let to = timeline.place(of: bar.startedAt + bar.duration)
        let what = "\(bar.name): \(bar.outcome), \(bar.duration.shortText)"
        return
          "<rect class=\"\(bar.outcome)\" x=\"\(Self.percent(from))\" width=\"\(Self.percent(to - from))\" y=\"\(top + 20)\" height=\"12\" fill=\"\(Self.fill(bar.outcome))\"><title>\(HTMLPage.escaped(what))</title></rect>"
      }
  }

  /// The colour of a phase where a reader's server forbids the page its style, as Jenkins does.
  private static func fill(_ outcome: String) -> String {
    switch outcome {
    case "passed": "#1a6e3c"
    case "skipped": "#aab2bb"
    default: "#b3261e"
    }
  }

  /// Thousandths as a percentage: `12.3%`.
  private static func percent(_ thousandths: Int) -> String { "\(thousandths / 10).\(thousandths % 10)%" }
}
