import Files
import Foundation
import StepReport
import Testing
import Timing

@Suite struct ReportFileTests {
  @Test(arguments: [
    ("reports", "", "reports/TEST-astra-clone.xml"), ("reports/", "eu", "reports/TEST-astra-clone-eu.xml"),
    ("/", "", "/TEST-astra-clone.xml"), (".", "../../etc", "./TEST-astra-clone-.._.._etc.xml"),
    ("a b", "ü\n", "a b/TEST-astra-clone-__.xml"),
  ])
  func theSuffixStaysInsideTheFolder(folder: String, suffix: String, path: String) {
    let file = ReportFile(folder: folder, step: "astra-clone", suffix: suffix, files: MemoryFiles())
    #expect(file.path == path)
  }

  @Test func everyVersionOnDiskIsValidAndOnlyTheLastClaimsSuccess() throws {
    let files = MemoryFiles()
    let file = ReportFile(folder: "reports", step: "astra-clone", files: files)
    let report = Sample.passed.report
    try file.save(report.unfinished())
    for phase in report.cases.indices.dropFirst() { try file.save(report.unfinished(phase: phase)) }
    try file.save(report)
    #expect(files.folders == ["reports"])
    #expect(files.history.count == 5)
    for (position, version) in files.history.enumerated() {
      let text = String(decoding: version.bytes, as: UTF8.self)
      #expect(text.contains("errors=\"0\"") == (position == 4))
    }
    try JUnitDocument(report).verify(#require(files.history.last).bytes)
  }

  @Test(arguments: 1...6, [FileError.Code.noSpace, .readOnly, .inputOutput])
  func aFailureKeepsTheVersionBeforeAndIsReported(write: Int, code: FileError.Code) throws {
    let files = MemoryFiles()
    let file = ReportFile(folder: "reports", step: "astra-clone", files: files)
    let report = Sample.passed.report
    files.failures = [write: code]
    var last: [UInt8]?
    for number in 1...6 {
      let version = number == 6 ? report : report.unfinished(phase: number - 1)
      if number == write {
        #expect(throws: ReportError.file(FileError("write", file.path, code))) { try file.save(version) }
      } else {
        try file.save(version)
        last = try JUnitDocument(version).bytes()
      }
      #expect(files.contents[file.path] == last)
    }
  }

  @Test func anEarlierRunsReportCanBeRemovedWhereItCannotBeReplaced() throws {
    let files = MemoryFiles()
    let file = ReportFile(folder: "reports", step: "astra-clone", files: files)
    try file.save(Sample.passed.report)
    files.failures = [2: .noSpace]
    #expect(throws: ReportError.self) { try file.save(Sample.passed.report.unfinished()) }
    try file.remove()
    try file.remove()
    #expect(!files.exists(file.path))
    files.failsAlways = .readOnly
    #expect(throws: ReportError.file(FileError("remove", file.path, .readOnly))) { try file.remove() }
  }

  @Test func aReadOnlyFolderIsReportedInOneSentence() {
    let files = MemoryFiles()
    files.failsAlways = .readOnly
    let file = ReportFile(folder: "reports", step: "astra-clone", files: files)
    let error = #expect(throws: ReportError.self) { try file.save(Sample.passed.report) }
    #expect(error?.message == "cannot create folder reports: read-only file system")
  }

  @Test func aRealFolderThatCannotBeMadeIsReported() throws {
    try withTemporaryFolder { folder in
      try SystemFiles().write([], to: folder + "/reports")
      let file = ReportFile(folder: folder + "/reports/deep", step: "astra-clone", files: SystemFiles())
      let error = #expect(throws: ReportError.self) { try file.save(Sample.passed.report) }
      #expect(error?.message == "cannot create folder \(folder)/reports/deep: not a directory")
    }
  }

  @Test func aRealReportIsWrittenWithItsFolders() throws {
    try withTemporaryFolder { folder in
      let file = ReportFile(folder: folder + "/a/b", step: "astra-clone", suffix: "eu", files: SystemFiles())
      try file.save(Sample.failed.report)
      try file.save(Sample.passed.report)
      #expect(try SystemFiles().names(in: folder + "/a/b") == ["TEST-astra-clone-eu.xml"])
      try JUnitDocument(Sample.passed.report).verify(SystemFiles().read(file.path, limit: 1 << 20))
    }
  }

  @Test func libxml2NeverPrints() async throws {
    let result = await #expect(
      processExitsWith: .success, observing: [\.standardErrorContent, \.standardOutputContent]
    ) {
      let document = JUnitDocument(Sample.hostile.report)
      try document.verify(document.bytes())
      for broken in ["", "<", "<a>&b;</a>", "<!DOCTYPE a SYSTEM \"file:///nowhere\"><a/>", "<a\u{1B}/>"] {
        #expect(throws: DocumentError.self) { try document.verify(Array(broken.utf8)) }
      }
    }
    let errors = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(!errors.contains("parser error"))
    #expect(!errors.contains("Entity:"))
  }
}
