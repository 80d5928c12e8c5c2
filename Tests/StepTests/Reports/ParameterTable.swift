import Files
import StepCommon
import StepTestSupport
import Testing
import Timing

/// The tables of parameters as the pages show them, made of what `--help` prints.
enum ParameterTable {
  /// What a user can set.
  struct Row: Hashable, Sendable {
    /// `-a, --application`, or nothing for what has no flag.
    var flags: String
    var variables: [String]
    var meaning: String
    var fallback: String?
    var isRequired = false

    fileprivate var line: String {
      let cells = [
        ParameterTable.code(flags.split(separator: ", ").map(String.init)).joined(separator: ", "),
        ParameterTable.code(variables).joined(separator: ", then "), ParameterTable.marked(meaning),
        isRequired ? "required" : fallback.map(ParameterTable.shown) ?? "",
      ]
      return "| " + cells.map { $0.isEmpty ? "–" : $0 }.joined(separator: " | ") + " |\n"
    }
  }

  /// A table with these rows.
  static func text(_ rows: [Row]) -> String {
    "| Flag | Variable | Meaning | Default |\n|---|---|---|---|\n" + rows.map(\.line).joined()
  }

  /// What every step takes, in the order of `--help`.
  static func common() throws -> [Row] {
    let all = try helps.get()
    let first = try #require(all.first)
    var shared = first.rows.filter { row in all.allSatisfy { $0.rows.contains(row) } }
    // It has no flag, so that no line of `--help` is about it.
    let token = AstraControlParameters.token
    let place = try #require(shared.firstIndex { $0.flags == "--\(AstraControlParameters.tokenFile.flag)" })
    shared.insert(try row(flags: "", help: token.help), at: place)
    return shared
  }

  /// What a step takes beside that.
  static func own(_ step: any Step.Type) throws -> [Row] {
    let common = Set(try common())
    let help = try #require(try helps.get().first { $0.program == step.identity.name })
    return help.rows.filter { !common.contains($0) }
  }

  /// What each step's `--help` amounts to.
  private static let helps = Result {
    try StepTypes.all.map { (program: $0.identity.name, rows: try rows(ofHelp: $0)) }
  }

  /// The rows that a step's `--help` amounts to.
  private static func rows(ofHelp step: any Step.Type) throws -> [Row] {
    var texts: [String] = []
    let output = help(step)
    let options = try #require(output.firstRange(of: "OPTIONS:")).upperBound
    let codes = try #require(output.firstRange(of: "\nEXIT CODES")).lowerBound
    for line in output[options..<codes].split(separator: "\n") {
      if line.hasPrefix("  -") {
        texts.append(String(line).trimmed)
      } else if line.hasPrefix("      "), let last = texts.indices.last {
        texts[last] += " " + String(line).trimmed
      }
    }
    return try texts.map { text in
      let parts = try #require(text.wholeMatch(of: /((?:-\w, )?--[a-z-]+)(?: <[^>]*>)?\s+(.*)/), "\(text)")
      return try row(flags: String(parts.1), help: String(parts.2))
    }
  }

  private static func help<S: Step>(_ step: S.Type) -> String {
    var output = ""
    let host = StepEnvironment(
      arguments: ["--help"], variables: [:], time: ManualTime(), files: MemoryFiles(), hostname: "ci",
      random: SeededRandom(seed: 1), writeError: { _ in }, writeOutput: { output += $0 },
      connect: { _, _, _ in fatalError("nothing is to be asked") })
    #expect(Runner<S>(host).exitCode() == .success)
    return output
  }

  /// Takes the help text of one flag apart.
  private static func row(flags: String, help: String) throws -> Row {
    var text = help[...]
    var row = Row(flags: flags, variables: [], meaning: "")
    if let named = text.firstMatch(of: /\s\[(\w+(?:, then \w+)*)\]$/) {
      row.variables = named.1.split(separator: ", then ").map(String.init)
      text = text[..<named.range.lowerBound]
    }
    try #require(text.last == ".", "\(flags): \(help)")
    text = text.dropLast()
    if let fallback = text.firstRange(of: ". Default: ") {
      row.fallback = String(text[fallback.upperBound...])
      text = text[..<fallback.lowerBound]
    }
    if text.hasSuffix(". Required") {
      row.isRequired = true
      text = text.dropLast(". Required".count)
    }
    try #require(text.count > 10 && !text.contains("|"), "\(flags): \(help)")
    row.meaning = String(text)
    return row
  }

  private static func code(_ words: [String]) -> [String] { words.map { "`\($0)`" } }

  /// A default: a value, or words about it.
  private static func shown(_ fallback: String) -> String {
    fallback.contains(" ") && fallback != "clone restore" ? marked(fallback) : "`\(fallback)`"
  }

  /// A text with flags, variables, programs, files and patterns in it marked as code.
  private static func marked(_ text: String) -> String {
    text.replacing(
      /--[a-z]+(?:-[a-z]+)*|[A-Z]+(?:_[A-Z]+)+|astra-[a-z]+(?:\.[a-z]+)*|[\w-]*\*/
    ) { "`\($0.output)`" }
  }
}
