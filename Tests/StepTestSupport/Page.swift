import Foundation
package import StepCommon
import Testing

/// A page of the documentation.
///
/// Some of its blocks are made: a comment says so, and the block begins after the empty line below it. A test
/// compares it with what it makes, and writes it where `ASTRA_WRITE_PAGES` is 1.
package struct Page {
  /// The page of what all steps share.
  package static let ofAllSteps = "docs/steps.md"

  package let path: String
  package let text: String

  package init(_ path: String) throws {
    self.path = path
    text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  /// The page of a step.
  package init(of step: any Step.Type) throws {
    try self.init("docs/steps/\(step.identity.name).md")
  }

  /// The rows of the first table below a line that has this heading, cell by cell.
  package func rows(below line: String, headed heading: String) throws -> [[String]] {
    let start = try #require(text.firstRange(of: "\(line)\n"), "\(path): \(line) is not there").upperBound
    let table = text[start...].split(separator: "\n").drop { !$0.hasPrefix("| \(heading) |") }
      .prefix { $0.hasPrefix("|") }
    try #require(table.count > 2, "\(path): \(line) has no table")
    return table.dropFirst(2).map { $0.split(separator: "|").map { String($0).trimmed } }
  }

  /// Expects the block below the comment that begins so to be what `make` makes of it now.
  package static func expect(_ path: String, below comment: String, _ make: (String) throws -> String) throws
  {
    // Several blocks of one page may be written at once.
    writing.lock()
    defer { writing.unlock() }
    let page = try Page(path)
    let range = try page.block(below: comment)
    let block = String(page.text[range])
    let made = try make(block)
    if ProcessInfo.processInfo.environment["ASTRA_WRITE_PAGES"] == "1", made != block {
      try Data(page.text.replacingCharacters(in: range, with: made).utf8)
        .write(to: root.appending(path: path))
    } else {
      #expect(block == made, "\(path): out of date; the comment above the block says how it is made")
    }
  }

  /// Where the block below a comment stands: a block of code, or what ends before an empty line.
  private func block(below comment: String) throws -> Range<String.Index> {
    let mark = try #require(text.firstRange(of: "<!-- \(comment)"), "\(path): no comment \"\(comment)\"")
    let start = try #require(text[mark.upperBound...].firstRange(of: " -->\n\n"), "\(path)").upperBound
    let end = text[start...].hasPrefix("```") ? "\n```\n" : "\n\n"
    let close = try #require(text[start...].firstRange(of: end), "\(path): the block has no end")
    return start..<(end == "\n\n" ? text.index(after: close.lowerBound) : close.upperBound)
  }

  private static let writing = NSLock()
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
}
