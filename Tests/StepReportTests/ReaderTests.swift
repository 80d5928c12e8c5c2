import Files
import Foundation
import StepReport
import Testing

/// Reports as readers see them that nobody here wrote: junitparser, xunitparser, junit2html and xmllint.
@Suite struct ReaderTests {
  @Test func everyReaderSeesTheSameInEveryGoldenFile() throws {
    let files = Sample.allCases.map { Checkout.goldenReport($0.rawValue).path }
    let seen = try Readers.check(files)
    for (sample, file) in zip(Sample.allCases, files) {
      let readers = try #require(seen[file])
      #expect(readers["junitparser"] == sample.counts)
      #expect(readers["xunitparser"] == sample.counts)
      #expect(readers["xmllint"] == sample.counts)
      #expect(readers["junit2html"]?["tests"] == sample.counts["tests"])
    }
  }

  @Test func everyReaderTakesGarbageAndLargeTexts() throws {
    try withTemporaryFolder { folder in
      var files: [String] = []
      var reports = RandomReport(seed: 2026)
      for number in 1...30 {
        let file = ReportFile(
          folder: folder, step: "astra-clone", suffix: "\(number)", files: SystemFiles())
        let report = reports.next()
        try file.save(number.isMultiple(of: 3) ? report.unfinished(phase: 2) : report)
        files.append(file.path)
      }
      var large = Sample.failed.report
      large.log = String(repeating: "<&\"\u{1F600}\u{1B}\n", count: 400_000)
      large.cases[0].output = large.log
      let file = ReportFile(folder: folder, step: "astra-clone", suffix: "large", files: SystemFiles())
      try file.save(large)
      let seen = try Readers.check(files + [file.path])
      #expect(seen.count == 31)
      #expect(seen[file.path]?["junitparser"] == Sample.failed.counts)
    }
  }

  @Test(arguments: [
    ("\"1\" errors", "\"2\" errors"), ("</testsuites>", ""), ("<failure ", "<failed "), ("12.250", "12,250"),
    ("classname=", "status=\"x\" classname="), ("state: failed", "state: \u{1B}failed"),
    ("<system-err/>", "<system-err/><system-err/>"), ("</testsuite>", "</testsuite><testsuite/>"),
    ("<testsuites ", "<!DOCTYPE testsuites><testsuites "), ("2022-10-06T", "2022-10-06 "),
  ])
  func theReadersCheckRefusesWhatBreaksTheRules(part: String, replacement: String) throws {
    try withTemporaryFolder { folder in
      let text = String(decoding: try JUnitDocument(Sample.failed.report).bytes(), as: UTF8.self)
      try #require(text.contains(part))
      let path = folder + "/TEST-broken.xml"
      try SystemFiles().write(Array(text.replacing(part, with: replacement).utf8), to: path)
      #expect(try Readers.run([path]).exitCode == 1)
    }
  }
}

/// The script that runs the readers.
enum Readers {
  /// Runs the readers' check over files.
  static func run(_ files: [String]) throws -> Finished {
    let environment = ProcessInfo.processInfo.environment["ASTRA_TEST_VENV"]
    let venv = environment ?? Checkout.root.appending(path: ".venv").path
    let python = venv + "/bin/python"
    try #require(
      FileManager.default.isExecutableFile(atPath: python),
      "there are no readers at \(venv): run ./test once, which installs them")
    let script = Checkout.root.appending(path: "Tests/readers/check_reports.py").path
    return try Finished(python, ["-B", script] + files)
  }

  /// The counts that each reader sees in each file, once all of them have taken it.
  static func check(_ files: [String]) throws -> [String: [String: [String: Int]]] {
    let finished = try run(files)
    #expect(finished.exitCode == 0, "\(finished.output)\(finished.errors)")
    let value = try JSONSerialization.jsonObject(with: Data(finished.output.utf8))
    let perFile = try #require(value as? [String: [String: Any]])
    return perFile.mapValues { readers in
      readers.compactMapValues { counts in
        (counts as? [String: Any])?.compactMapValues { $0 as? Int }
      }
    }
  }
}
