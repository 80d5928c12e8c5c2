import Files
import Foundation
import StepReport
import Testing
import Timing

@Suite struct OutputValuesTests {
  @Test(arguments: [
    ("clone-1.2_3:/@+", "clone-1.2_3:/@+"), ("", ""), ("a b", "a_b"), ("$(id) `x`;'\"\\", "__id___x_____"),
    ("two\nlines\r", "two_lines_"), ("é\u{0}\u{1F600}", "___"), ("k=v,#~*", "k_v____"),
  ])
  func aValueHoldsNothingThatAReaderWouldInterpret(value: String, written: String) {
    var values = OutputValues()
    values.set("ASTRA_NAME", to: value)
    #expect(values["ASTRA_NAME"] == written)
    #expect(values.bytes == Array("ASTRA_NAME=\(written)\n".utf8))
  }

  @Test(arguments: [
    ("ASTRA_CLONE_ID", "ASTRA_CLONE_ID"), ("clone-id", "CLONE_ID"), ("2nd", "_2ND"), ("", "_"),
    ("a b", "A_B"), ("é", "_"),
  ])
  func aKeyIsAVariablesName(name: String, key: String) {
    #expect(OutputValues.Key(name).name == key)
  }

  private static let largest = OutputValues.largestValue
  private static func text(_ length: Int) -> String { String(repeating: "x", count: length) }

  @Test func aValueThatIsTooLongIsCutAndSaysSo() {
    var values = OutputValues()
    values.set("A", to: Self.text(Self.largest))
    values.set("B", to: String(repeating: "é", count: Self.largest + 1))
    #expect(values["A"]?.count == Self.largest && values["A"]?.hasSuffix("xxx") == true)
    #expect(values["B"]?.utf8.count == Self.largest && values["B"]?.hasSuffix("_...") == true)
  }

  @Test(arguments: [
    ([], ""), (["a"], "a"), (["a", "b"], "a+b"), ([text(largest + 1), "b"], "..."),
    ([text(largest - 2), "b"], "..."), ([text(largest - 4), "b", "c"], text(largest - 4) + "+..."),
    ([text(largest - 4), "bcd"], text(largest - 4) + "+bcd"),
  ])
  func ofManyNamesThereAreAsManyAsFit(names: [String], value: String) {
    #expect(OutputValues.joined(names) == value)
    #expect(value.count <= OutputValues.largestValue)
  }

  @Test(arguments: [150, 1000]) func manyNamesAreTheFirstFewAndDots(count: Int) {
    let value = OutputValues.joined((0..<count).map { "before-2-4-\($0)-debian-10-r14" })
    #expect(value.hasPrefix("before-2-4-0-debian-10-r14+before-2-4-1-"))
    #expect(value.hasSuffix("-r14+...") && value.utf8.count <= OutputValues.largestValue)
  }

  @Test func aValueThatIsSetAgainKeepsItsPlace() {
    var values = OutputValues()
    values.set("A", to: "1")
    values.set("B", to: "2")
    values.set("A", to: "3")
    #expect(values.bytes == Array("A=3\nB=2\n".utf8))
    #expect(values["C"] == nil)
  }

  @Test(arguments: [
    ("", "A=1\nB=2\n"),
    ("FOREIGN=x\n", "FOREIGN=x\nA=1\nB=2\n"),
    ("FOREIGN=x", "FOREIGN=x\nA=1\nB=2\n"),
    ("# A=comment\r\n\n  B =  old\nFOREIGN=A=9\n", "# A=comment\r\n\nB=2\nFOREIGN=A=9\nA=1\n"),
    ("export A=old\nX=1\nA=older\nC=stale\n", "A=1\nX=1\nB=2\n"),
    ("a=lower\nAA=x\nA\nA B=y\nC=", "a=lower\nAA=x\nA\nA B=y\nA=1\nB=2\n"),
  ])
  func linesOfOthersStayAndOwnOnesAreReplaced(existing: String, merged: String) {
    var values = OutputValues()
    values.set("A", to: "1")
    values.set("B", to: "2")
    let bytes = values.merged(into: Array(existing.utf8), keys: ["A", "B", "C"])
    #expect(String(decoding: bytes, as: UTF8.self) == merged)
    #expect(values.merged(into: bytes, keys: ["A", "B", "C"]) == bytes)
  }

  @Test func bytesOfOthersMayBeInAnyEncoding() {
    let foreign: [UInt8] = [0xFF, 0xFE, 0x3D, 0x00, 0x0A]
    #expect(OutputValues().merged(into: foreign + Array("A=1\n".utf8), keys: ["A"]) == foreign)
  }
}

@Suite struct OutputFileTests {
  private func values(_ value: String) -> OutputValues {
    var values = OutputValues()
    values.set("ASTRA_CLONE_ID", to: value)
    return values
  }

  @Test func aValueOfAnEarlierRunIsGoneBeforeTheStepBegins() throws {
    let files = MemoryFiles(["out.env": Array("X=1\nASTRA_CLONE_ID=stale\nASTRA_CLONE_STATE=stale\n".utf8)])
    let output = OutputFile(path: "out.env", keys: ["ASTRA_CLONE_ID", "ASTRA_CLONE_STATE"], files: files)
    try output.purge()
    #expect(files.text("out.env") == "X=1\n")
    try output.purge()
    #expect(files.history.count == 1)
    try output.save(values("id-1"))
    try output.save(values("id-1"))
    #expect(files.text("out.env") == "X=1\nASTRA_CLONE_ID=id-1\n")
    #expect(files.history.count == 2)
  }

  @Test func aStreamGetsTheValuesAlone() throws {
    let files = MemoryFiles()
    files.streams = ["/dev/stdout"]
    let output = OutputFile(path: "/dev/stdout", keys: ["ASTRA_CLONE_ID"], files: files)
    try output.purge()
    #expect(files.attempts == 0)
    try output.save(values("id-1"))
    #expect(files.text("/dev/stdout") == "ASTRA_CLONE_ID=id-1\n")
  }

  @Test func aFailureIsReportedAndLeavesTheFile() throws {
    let files = MemoryFiles(["out.env": Array("ASTRA_CLONE_ID=stale\n".utf8)])
    files.failures = [1: .noSpace]
    let output = OutputFile(path: "out.env", keys: ["ASTRA_CLONE_ID"], files: files)
    #expect(throws: FileError("write", "out.env", .noSpace)) { try output.save(values("id-1")) }
    #expect(files.text("out.env") == "ASTRA_CLONE_ID=stale\n")
    try output.purge()
    #expect(files.text("out.env") == "")
  }

  @Test func aFileThatCannotBePurgedGoesWhole() throws {
    let files = MemoryFiles(["out.env": Array("X=1\nASTRA_CLONE_ID=stale\n".utf8)])
    files.failures = [1: .noSpace]
    let output = OutputFile(path: "out.env", keys: ["ASTRA_CLONE_ID"], files: files)
    #expect(try output.purge()?.contains("out.env: no space left on device: it held values") == true)
    #expect(files.text("out.env") == nil)
    files.contents["out.env"] = Array("ASTRA_CLONE_ID=stale\n".utf8)
    files.failsAlways = .readOnly
    #expect(throws: FileError("write", "out.env", .readOnly)) { try output.purge() }
  }

  @Test func aRealFileIsMadeWithItsFolderAndALinkStaysOne() throws {
    try withTemporaryFolder { folder in
      let (path, link) = (folder + "/new/out.env", folder + "/link.env")
      let files = SystemFiles()
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
      let output = OutputFile(path: link, keys: ["ASTRA_CLONE_ID"], files: files)
      try output.purge()
      #expect(!files.exists(path))
      try output.save(values("id-1"))
      #expect(try files.read(path, limit: 1000) == Array("ASTRA_CLONE_ID=id-1\n".utf8))
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == path)
    }
  }

  @Test func aShellReadsTheValuesAsTheyAre() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/out.env"
      let output = OutputFile(path: path, keys: ["ASTRA_CLONE_ID"], files: SystemFiles())
      try output.save(values("$(touch \(folder)/broken) 'x' ~ ; `id`"))
      let script = "set -eu; . \(path); printf %s \"$ASTRA_CLONE_ID\"; ls \(folder)"
      let finished = try Finished("/bin/sh", ["-c", script])
      #expect(finished.exitCode == 0)
      #expect(finished.errors == "")
      #expect(finished.output.hasPrefix("__touch_/"))
      #expect(finished.output.hasSuffix("out.env\n"))
      #expect(!FileManager.default.fileExists(atPath: folder + "/broken"))
    }
  }

  /// Each step takes its own lines out and puts new ones in, at the same time as others.
  @Test func stepsThatShareAnOutputFileLoseNothingOfEachOther() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "astra-shared-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/out.env"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<6 {
        group.addTask {
          let key = OutputValues.Key("STEP_\(writer)")
          let output = OutputFile(path: path, keys: [key], files: SystemFiles())
          for turn in 0..<20 {
            try output.purge()
            var values = OutputValues()
            values.set(key, to: String(turn))
            try output.save(values)
          }
        }
      }
      try await group.waitForAll()
    }
    let text = String(decoding: try SystemFiles().read(path, limit: 10_000), as: UTF8.self)
    #expect(Set(text.split(separator: "\n").map(String.init)) == Set((0..<6).map { "STEP_\($0)=19" }))
    #expect(try SystemFiles().names(in: folder) == ["out.env"])
  }
}

@Suite struct JSONDocumentTests {
  @Test func theDocumentHoldsEverythingOnOneLine() {
    var values = OutputValues()
    values.set("ASTRA_CLONE_ID", to: "id-1")
    let document = JSONDocument(
      Sample.skipped.report, step: "astra-clone", version: "1.2.3", run: nil, exitCode: 0, message: "done",
      ending: .init(kind: "name-taken", hint: "a hint", next: "a next step", report: "reports/x.xml"),
      values: values)
    #expect(
      document.text == """
        {"step":"astra-clone","version":"1.2.3","run":null,"outcome":"passed","exitCode":0,"message":"done",\
        "kind":"name-taken","hint":"a hint","next":"a next step","report":"reports/x.xml",\
        "phases":[\
        {"name":"resolve the parameters","outcome":"passed","seconds":0.010,"message":null},\
        {"name":"find the application","outcome":"passed","seconds":0.250,"message":null},\
        {"name":"create the clone","outcome":"skipped","seconds":12.250,\
        "message":"there already: the clone \\"magento-debug\\" is of this run"},\
        {"name":"wait for the clone","outcome":"skipped","seconds":601.240,\
        "message":"there already: nothing to wait for"}],\
        "values":{"ASTRA_CLONE_ID":"id-1"},"trace":null}

        """)
  }

  @Test func aTraceOfTheReportIsItsLastMember() {
    var report = Sample.passed.report
    report.properties.append(Report.Property(Report.Property.trace, "4bf92f3577b34da6a3ce929d0e0e4736"))
    let document = JSONDocument(
      report, step: "s", version: "v", run: nil, exitCode: 0, message: nil, values: OutputValues())
    #expect(document.text.hasSuffix(#""trace":"4bf92f3577b34da6a3ce929d0e0e4736"}"# + "\n"))
  }

  @Test(arguments: Sample.allCases)
  func theOutcomeIsTheReports(sample: Sample) throws {
    let document = JSONDocument(
      sample.report, step: "s", version: "v", run: "r", exitCode: 1, message: nil, values: OutputValues())
    let value = try JSONSerialization.jsonObject(with: Data(document.text.utf8))
    let object = try #require(value as? [String: Any])
    let phases = try #require(object["phases"] as? [[String: Any]])
    #expect(phases.count == sample.report.cases.count)
    #expect((object["outcome"] as? String == "passed") == sample.report.readsAsSuccess)
    #expect(object["run"] as? String == "r")
  }

  @Test func aStepWithoutPhasesIsNoSuccess() {
    var report = Sample.passed.report
    report.cases = []
    let document = JSONDocument(
      report, step: "s", version: "v", run: nil, exitCode: 64, message: nil, values: OutputValues())
    #expect(document.text.contains(#""outcome":"errored""#))
  }

  @Test(arguments: 1...20)
  func anyTextComesBackAsItWas(seed: UInt64) throws {
    var reports = RandomReport(seed: seed &* 104_729)
    let report = reports.next()
    let document = JSONDocument(
      report, step: report.suite, version: report.className, run: report.hostname, exitCode: -1,
      message: report.log, values: OutputValues())
    #expect(document.text.split(separator: "\n", omittingEmptySubsequences: false).count == 2)
    let value = try JSONSerialization.jsonObject(with: Data(document.text.utf8))
    let object = try #require(value as? [String: Any])
    let message = try #require(object["message"] as? String)
    #expect(message.utf8.elementsEqual(report.log.utf8))
    let suite = try #require(object["step"] as? String)
    #expect(suite.utf8.elementsEqual(report.suite.utf8))
  }
}
