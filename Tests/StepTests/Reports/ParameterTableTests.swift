import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraVerify

import struct Foundation.URL

/// The tables of `docs/steps.md` name what there is: flags, variables, defaults, phases and output keys.
struct ParameterTableTests {
  /// What a user can set, as help and documentation both tell it.
  private struct Entry: Hashable {
    /// `-a, --application`, or nothing for what has no flag.
    var flags: String
    var variables: [String]
    var fallback: String?
  }

  @Test func theTablesNameEveryFlagVariableAndDefault() throws {
    let page = try Page()
    let common = try page.entries(below: "### Common parameters")
    // It has no flag, so that help names it in its text only.
    let token = Entry(flags: "", variables: ["ASTRA_API_TOKEN"], fallback: nil)
    #expect(common.contains(token))
    func compare<S: Step>(_ step: S.Type) throws {
      let own = try page.entries(below: "### \(S.identity.name)")
      let help = try help(of: step)
      #expect(Set(own).union(common).subtracting([token]) == help, "\(S.identity.name)")
      #expect(own.count + common.count - 1 == help.count, "\(S.identity.name): one row for each")
    }
    try compare(BackupStep.self)
    try compare(CleanupStep.self)
    try compare(CloneStep.self)
    try compare(PreflightStep.self)
    try compare(RestoreStep.self)
    try compare(SnapshotStep.self)
    try compare(VerifyStep.self)
  }

  @Test func theTablesNameEveryPhaseInItsOrder() throws {
    let page = try Page()
    func compare<S: Step>(_ step: S.Type) throws {
      let phases = try page.rows(below: "\n`\(S.identity.name)`\n", headed: "Phase").map { $0[0] }
      #expect(phases == S.phases.map(\.name), "\(S.identity.name)")
      #expect(Runner<S>.phaseNames == ["check parameters"] + phases + ["write output values"])
    }
    try compare(BackupStep.self)
    try compare(CleanupStep.self)
    try compare(CloneStep.self)
    try compare(PreflightStep.self)
    try compare(RestoreStep.self)
    try compare(SnapshotStep.self)
    try compare(VerifyStep.self)
    #expect(page.text.contains("`check parameters`") && page.text.contains("`write output values`"))
  }

  @Test func theTableNamesEveryOutputKey() throws {
    let rows = try Page().rows(below: "### Values for later stages", headed: "Step")
    var keys: [[String]] = []
    func add<S: Step>(_ step: S.Type) {
      keys += S.outputKeys.map { ["`\(S.identity.name)`", "`\($0)`"] }
    }
    add(BackupStep.self)
    add(CleanupStep.self)
    add(CloneStep.self)
    add(PreflightStep.self)
    add(RestoreStep.self)
    add(SnapshotStep.self)
    add(VerifyStep.self)
    #expect(rows.map { Array($0.prefix(2)) } == keys)
  }

  /// A file of values may become the environment of later stages: none of them may be taken for a parameter there.
  @Test func noOutputKeyIsTheNameOfAParameter() throws {
    let page = try Page()
    let keys = try page.rows(below: "### Values for later stages", headed: "Step").map {
      $0[1].filter { $0 != "`" }
    }
    let headings = ["Common parameters"] + page.text.matches(of: /### (astra-[a-z]+)\n/).map { String($0.1) }
    let variables = try headings.flatMap { try page.entries(below: "### \($0)") }.flatMap(\.variables)
    #expect(keys.count > 20 && variables.count > 30 && Set(keys).isDisjoint(with: variables))
  }

  // MARK: - Readers

  /// `docs/steps.md`.
  private struct Page {
    let text: String

    init() throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()
      text = try String(contentsOf: root.appending(path: "docs/steps.md"), encoding: .utf8)
    }

    /// The rows of the first table after a line, cell by cell.
    func rows(below line: String, headed heading: String) throws -> [[String]] {
      let start = try #require(text.firstRange(of: line), "\(line) is not there").upperBound
      let table = text[start...].split(separator: "\n").drop { !$0.hasPrefix("| \(heading) |") }
        .prefix { $0.hasPrefix("|") }
      try #require(table.count > 2, "\(line) has no table")
      return table.dropFirst(2).map { $0.split(separator: "|").map { String($0).trimmed } }
    }

    /// The rows of a table of parameters.
    func entries(below line: String) throws -> [Entry] {
      try rows(below: line, headed: "Flag").map { cells in
        try #require(cells.count == 4 && cells[2].count > 10, "\(cells)")
        let names = cells[0..<2].map { cell in cell.matches(of: /`([^`]+)`/).map { String($0.1) } }
        return Entry(
          flags: names[0].joined(separator: ", "), variables: names[1],
          fallback: cells[3] == "–" ? nil : cells[3].filter { $0 != "`" })
      }
    }
  }

  /// The entries of a step's `--help`.
  private func help<S: Step>(of step: S.Type) throws -> Set<Entry> {
    var output = ""
    let host = StepEnvironment(
      arguments: ["--help"], variables: [:], time: ManualTime(), files: MemoryFiles(), hostname: "ci",
      random: SeededRandom(seed: 1), writeError: { _ in }, writeOutput: { output += $0 },
      connect: { _, _, _ in fatalError("nothing is to be asked") })
    #expect(Runner<S>(host).exitCode() == .success)
    var texts: [String] = []
    let options = try #require(output.firstRange(of: "USAGE:")).upperBound
    for line in output[options...].split(separator: "\n") {
      if line.hasPrefix("  -") {
        texts.append(String(line).trimmed)
      } else if line.hasPrefix("      "), let last = texts.indices.last {
        texts[last] += " " + String(line).trimmed
      }
    }
    return Set(
      try texts.map { text in
        let parts = try #require(text.wholeMatch(of: /((?:-\w, )?--[a-z-]+)(?: <[^>]*>)?\s+(.*)/), "\(text)")
        let named = parts.2.firstMatch(of: /\[(\w+(?:, then \w+)*)\]$/)
        let fallback = parts.2.firstMatch(of: /Default: (.*?)\.(?: \[|$)/)
        return Entry(
          flags: String(parts.1),
          variables: named.map { $0.1.split(separator: ", then ").map { String($0) } } ?? [],
          fallback: fallback.map { String($0.1) })
      })
  }
}
