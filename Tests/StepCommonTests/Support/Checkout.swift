import Foundation
import StepCommon
import Testing

/// The package's own files, as the rules about them see them.
enum Checkout {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// One text file, by its path from the root.
  struct File: Sendable {
    var path: String
    var text: String

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }
  }

  /// The text of a file.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// Whether there is a file or folder of that path; `*` stands for any ending of a name.
  static func exists(_ path: String) -> Bool {
    guard let star = path.firstIndex(of: "*") else {
      return FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }
    let (folder, ending) = (path[..<star], path[path.index(after: star)...])
    let cut = folder.lastIndex(of: "/") ?? folder.startIndex
    let names =
      try? FileManager.default.contentsOfDirectory(
        atPath: root.appending(path: String(folder[..<cut])).path)
    return names?.contains { $0.hasPrefix(folder[cut...].dropFirst()) && $0.hasSuffix(ending) } ?? false
  }

  /// Every file below the folders whose name ends so, and those that lie in the root itself.
  static func files(below folders: [String], endingIn ending: String, inRoot: Bool = false) throws -> [File] {
    var paths: [String] = []
    for folder in folders {
      // Folders of the checkout may be links to elsewhere, which the enumerator does not enter by itself.
      let place = root.appending(path: folder).resolvingSymlinksInPath()
      let names = FileManager.default.enumerator(atPath: place.path)
      while let name = names?.nextObject() as? String {
        if name.hasSuffix(ending) { paths.append("\(folder)/\(name)") }
      }
    }
    if inRoot {
      paths += try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(ending) }
    }
    return try paths.sorted().map { File(path: $0, text: try text($0)) }
  }

  /// Every source file of the package, without its comments.
  static func sources() throws -> [File] {
    let files = try strippedSources.get()
    try #require(files.count > 100, "the sources were not found")
    return files
  }

  private static let strippedSources = Result {
    try files(below: ["Sources"], endingIn: ".swift").map { file in
      let lines = file.lines.map { line in
        // A comment begins the line or follows a blank; the two slashes of a URL in a string do neither.
        line.utf8.contains(UInt8(ascii: "/")) ? line.replacing(/(?:^|\s)\/\/.*$/, with: "") : line
      }
      return File(path: file.path, text: lines.joined(separator: "\n"))
    }
  }

  /// Every page of documentation.
  static func pages() throws -> [File] {
    let pages = try files(
      below: ["docs", "jenkins", "Sources", "Tests", "Fixtures"], endingIn: ".md", inRoot: true)
    try #require(pages.count > 10, "the pages were not found")
    return pages
  }

  /// The page of each step.
  static func pagesOfSteps() throws -> [File] {
    try StepName.allCases.map { step in
      let path = "docs/steps/\(step.program).md"
      return File(path: path, text: try text(path))
    }
  }
}

/// The rows of the tables in a Markdown text that have this first heading, cell by cell.
func tableRows(in text: some StringProtocol, headed heading: String) -> [[String]] {
  var rows: [[String]] = []
  var isInside = false
  for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
    guard line.hasPrefix("|") else {
      isInside = false
      continue
    }
    let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
    if cells.first == heading {
      isInside = true
    } else if isInside, cells.first?.hasPrefix("---") == false {
      rows.append(cells)
    }
  }
  return rows
}
