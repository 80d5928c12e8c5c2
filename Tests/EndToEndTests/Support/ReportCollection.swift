import Foundation
import Synchronization
import Testing

/// Every report that a suite's steps have left, read at the suite's end by programs that nobody here wrote.
///
/// Steps run only in suites that carry this trait, so no report goes unread. Where `ASTRA_TEST_REPORTS` names
/// a folder, a copy of each report stays there.
final class ReportCollection: Sendable {
  /// A step was run, or a report left, in a way that the collection does not allow.
  struct Misused: Error, CustomStringConvertible {
    var description: String
  }

  @TaskLocal private static var current: ReportCollection?

  private let folder: TemporaryFolder
  private let paths = Mutex<[String]>([])

  private init() throws {
    folder = try TemporaryFolder()
  }

  /// Keeps a copy of a report of the running test.
  static func keep(_ report: Data, step: String) throws {
    guard let current else {
      throw Misused(description: "the suite that runs \(step) lacks the trait .reportsAreRead")
    }
    try current.add(report, step: step)
    try keep(report, "TEST-\(step)", "xml")
  }

  /// Keeps a copy of a step's JSON document.
  static func keep(document: Data, step: String) throws { try keep(document, step, "json") }

  private static func keep(_ report: Data, _ name: String, _ ending: String) throws {
    guard let given = ProcessInfo.processInfo.environment["ASTRA_TEST_REPORTS"], !given.isEmpty else {
      return
    }
    try FileManager.default.createDirectory(atPath: given, withIntermediateDirectories: true)
    // Named by its content: one report that many runs write alike is read once.
    let digest = report.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    let path = "\(given)/\(name)-\(String(digest, radix: 16)).\(ending)"
    try report.write(to: URL(filePath: path), options: .atomic)
  }

  private func add(_ report: Data, step: String) throws {
    let test = (Test.current?.name ?? "").filter { $0.isLetter || $0.isNumber }
    let path = paths.withLock { paths in
      paths.append(folder.path("\(test)-\(paths.count)-TEST-\(step).xml"))
      return paths[paths.count - 1]
    }
    try report.write(to: URL(filePath: path))
  }

  /// What four readers and the rules of `docs/report.md` have against some reports; nil: nothing.
  ///
  /// The readers are xmllint, junitparser, xunitparser and junit2html.
  static func refusals(of reports: [String]) async throws -> String? {
    let result = try await Command(
      try Installation.pythonProgram("python"),
      [Installation.root.appending(path: "Tests/readers/check_reports.py").path] + reports,
      environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"]
    ).run()
    guard result.exit != .code(0) else { return nil }
    guard
      let files = try? JSONSerialization.jsonObject(with: Data(result.output.utf8))
        as? [String: [String: Any]]
    else { return result.summary }
    return files.filter { file in
      (file.value["broken"] as? [Any])?.isEmpty == false
        || file.value.values.contains { ($0 as? [String: Any])?["refused"] != nil }
    }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
  }

  /// Reads the reports of a suite when all its tests have ended.
  struct Trait: SuiteTrait, TestScoping {
    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
      let collection = try ReportCollection()
      try await $current.withValue(collection) { try await function() }
      let reports = collection.paths.withLock { $0 }
      if !reports.isEmpty, let refusals = try await ReportCollection.refusals(of: reports) {
        Issue.record("of \(reports.count) reports: \(refusals)")
      }
    }
  }
}

extension Trait where Self == ReportCollection.Trait {
  /// Reads every report that the suite's steps leave, with four readers.
  static var reportsAreRead: Self { Self() }
}
