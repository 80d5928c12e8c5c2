import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import Foundation
import StepCommon
import Testing

/// Every step, as pages tell of them.
enum StepTypes {
  static var all: [any Step.Type] {
    [
      PreflightStep.self, BackupStep.self, SnapshotStep.self, CloneStep.self, VerifyStep.self,
      RestoreStep.self, CleanupStep.self, StatusStep.self,
    ]
  }
}

/// A page of the documentation.
///
/// Some of its blocks are made: a comment says so, and the block begins after the empty line below it. A test
/// compares it with what it makes, and writes it where `ASTRA_WRITE_PAGES` is 1.
struct Page {
  /// The page of what all steps share.
  static let ofAllSteps = "docs/steps.md"

  let path: String
  let text: String

  init(_ path: String) throws {
    self.path = path
    text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  /// The page of a step.
  init(of step: any Step.Type) throws {
    try self.init("docs/steps/\(step.identity.name).md")
  }

  /// The rows of the first table below a line that has this heading, cell by cell.
  func rows(below line: String, headed heading: String) throws -> [[String]] {
    let start = try #require(text.firstRange(of: "\(line)\n"), "\(path): \(line) is not there").upperBound
    let table = text[start...].split(separator: "\n").drop { !$0.hasPrefix("| \(heading) |") }
      .prefix { $0.hasPrefix("|") }
    try #require(table.count > 2, "\(path): \(line) has no table")
    return table.dropFirst(2).map { $0.split(separator: "|").map { String($0).trimmed } }
  }

  /// Expects the block below the comment that begins so to be what `make` makes of it now.
  static func expect(_ path: String, below comment: String, _ make: (String) throws -> String) throws {
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
    .deletingLastPathComponent().deletingLastPathComponent()
}
