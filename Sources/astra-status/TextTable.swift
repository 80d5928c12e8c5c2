/// A table of text that fits into a terminal's 80 columns where it can.
struct TextTable {
  /// A column.
  struct Column {
    var title: String
    /// The fewest characters that it may be cut to; nil: it is never cut.
    var least: Int?
    var isRight = false

    init(_ title: String, least: Int? = nil, isRight: Bool = false) {
      (self.title, self.least, self.isRight) = (title, least, isRight)
    }
  }

  /// A row, and what stands below it in lines of their own.
  struct Row {
    var cells: [String]
    var remarks: [String] = []
  }

  static let width = 80
  private static let gap = "  "
  let columns: [Column]
  var rows: [Row] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// The table, each line with its end.
  var text: String {
    let widths = widths
    var text = line(columns.map(\.title), widths)
    for row in rows {
      text += line(row.cells, widths)
      for remark in row.remarks { text += Self.wrapped(remark, indent: 4) }
    }
    return text
  }

  /// How wide each column is: as its widest cell, and where that is too much the widest that may be cut are cut first.
  private var widths: [Int] {
    var widths = columns.indices.map { index in
      max(columns[index].title.count, rows.map { $0.cells[index].count }.max() ?? 0)
    }
    var excess = widths.reduce(0, +) + Self.gap.count * (widths.count - 1) - Self.width
    while excess > 0 {
      let cuttable = widths.indices.filter { index in
        columns[index].least.map { widths[index] > max($0, columns[index].title.count) } ?? false
      }
      guard let widest = cuttable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      if index > 0 { line += Self.gap }
      let cell = Self.cut(cell, to: widths[index])
      let room = String(repeating: " ", count: max(0, widths[index] - cell.count))
      line += columns[index].isRight ? room + cell : cell + room
    }
    while line.last == " " { line.removeLast() }
    return line + "\n"
  }

  /// A text of at most so many characters: its beginning and its end, which names of one kind often differ in.
  static func cut(_ text: String, to width: Int) -> String {
    guard text.count > width, width > 4 else { return text }
    let kept = width - 2
    return "\(text.prefix(kept - kept / 2))..\(text.suffix(kept / 2))"
  }

  /// A sentence in lines of 80 characters; a word that is longer has a line of its own.
  static func wrapped(_ text: String, indent: Int) -> String {
    let margin = String(repeating: " ", count: indent)
    var (lines, line) = ("", "")
    for word in text.split(separator: " ") {
      if !line.isEmpty, indent + line.count + 1 + word.count > width {
        lines += "\(margin)\(line)\n"
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    return lines + (line.isEmpty ? "" : "\(margin)\(line)\n")
  }
}
