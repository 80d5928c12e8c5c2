import Files
import StepCommon
import StepReport
import Testing
import Timing

/// GitHub's file of outputs, as its runner reads it.
@Suite struct GitHubOutputTests {
  @Test func aPlainValueIsOneLine() {
    var random = SeededRandom(seed: 1)
    #expect(GitHubOutput.line("K", "a-1.b:/@+", &random) == "K=a-1.b:/@+\n")
    #expect(GitHubOutput.line("K", "", &random) == "K=\n")
  }

  @Test(arguments: 1...300) func everyValueComesBackAndSetsNoOther(seed: UInt64) throws {
    var texts = HostileText(seed: seed)
    var random = SeededRandom(seed: seed)
    // A value that knows the word that comes next, and tries to end its part with it.
    var spy = random
    let guess = "astra_\(String(spy.next(), radix: 16))\(String(spy.next(), radix: 16))"
    let value = texts.next().replacing("\r", with: "") + "\n\(guess)\nOTHER=1"
    let lines = GitHubOutput.line("KEY", value, &random) + GitHubOutput.line("NEXT", "2", &random)
    let read = try Self.read(lines)
    #expect(read.map(\.key) == ["KEY", "NEXT"])
    #expect(read.first?.value.utf8.elementsEqual(value.utf8) == true)
  }

  /// A line with `=` before any `<<` is a value; with `<<`, all lines up to the word are.
  static func read(_ text: String) throws -> [(key: String, value: String)] {
    var values: [(String, String)] = []
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
    while let line = lines.popFirst() {
      if line.isEmpty { continue }
      let (equals, arrows) = (line.firstIndex(of: "="), line.firstRange(of: "<<")?.lowerBound)
      if let equals, arrows.map({ equals < $0 }) ?? true {
        values.append((String(line[..<equals]), String(line[line.index(after: equals)...])))
        continue
      }
      let start = try #require(arrows)
      let word = line[start...].dropFirst(2)
      let end = try #require(lines.firstIndex(of: word))
      values.append((String(line[..<start]), lines[..<end].joined(separator: "\n")))
      lines = lines[(end + 1)...]
    }
    return values
  }
}

/// A folder of results, as Tekton and Argo read it.
@Suite struct ResultsFolderTests {
  private let keys: [OutputValues.Key] = ["ASTRA_CLONE_ID", "ASTRA_CLONE_NAME", "ASTRA_LIST"]

  @Test func eachValueHasAFileWithoutALineEnd() throws {
    let files = MemoryFiles(["r/astra-clone-id": Array("stale".utf8), "r/other": Array("x".utf8)])
    let folder = ResultsFolder("r", keys: keys, files: files)
    try folder.purge()
    #expect(files.contents["r/astra-clone-id"] == [] && files.contents["r/astra-list"] == [])
    var values = OutputValues()
    values.set("ASTRA_CLONE_ID", to: "id-1")
    values.set("ASTRA_LIST", to: "a+b")
    #expect(try folder.save(values) == [])
    #expect(files.text("r/astra-clone-id") == "id-1" && files.text("r/astra-list") == "a+b")
    #expect(files.text("r/astra-clone-name")?.isEmpty == true && files.text("r/other") == "x")
  }

  @Test func whatIsTooMuchGoesTheLongestFirst() throws {
    let keys = (0..<12).map { OutputValues.Key("ASTRA_\($0)") }
    // Twelve names of some nine bytes with their frames; then up to the limit, and one byte beyond it.
    let names = keys.reduce(0) { $0 + ResultsFolder.name($1).utf8.count + 31 }
    for excess in [0, 1] {
      let files = MemoryFiles()
      var values = OutputValues()
      // Ten of them, and one that takes what is left.
      let rest = ResultsFolder.largest - names - 10 * 310 + excess
      for (number, key) in keys.enumerated() {
        let length = number < 10 ? 310 : number == 10 ? rest : 0
        values.set(key, to: String(repeating: "x", count: length))
      }
      let leftOut = try ResultsFolder("r", keys: keys, files: files).save(values)
      let size = files.contents.reduce(0) { $0 + $1.key.utf8.count - 2 + $1.value.count + 31 }
      #expect(size <= ResultsFolder.largest && size < 4096 - 200)
      #expect(leftOut.count == excess)
      for key in leftOut {
        #expect(files.contents["r/\(ResultsFolder.name(key))"] == [])
        #expect(values[key]?.count == 310)
      }
    }
  }

  @Test func aFolderThatCannotBeWrittenIsAnError() {
    let files = MemoryFiles()
    files.failsAlways = .readOnly
    #expect(throws: FileError.self) { try ResultsFolder("r", keys: keys, files: files).purge() }
    let taken = MemoryFiles(["r": []])
    #expect(throws: FileError.self) {
      _ = try ResultsFolder("r", keys: keys, files: taken).save(OutputValues())
    }
  }
}

/// A file that several steps write to.
@Suite struct SharedFileTests {
  @Test func severalStepsAddToIt() throws {
    let files = MemoryFiles(["s": Array("others".utf8)])
    try SharedFile("s", files).append("one\n")
    try SharedFile("s", files).append("two\n")
    #expect(files.text("s") == "others\none\ntwo\n")
    #expect(throws: FileError("write", "s", .tooLarge)) {
      try SharedFile("s", files).append("x\n", limit: 16)
    }
    #expect(files.text("s") == "others\none\ntwo\n")
  }

  @Test func aSectionIsReplacedAndOthersStay() throws {
    let files = MemoryFiles()
    let file = SharedFile("folder/s.md", files)
    try file.replace(section: "astra-clone", with: nil)
    #expect(files.contents.isEmpty)
    try file.replace(section: "astra-clone", with: "old\n")
    try file.replace(section: "astra-restore", with: "restored\n")
    try file.replace(section: "astra-clone", with: "new\n")
    #expect(
      files.text("folder/s.md") == """
        <!-- astra-clone: begin -->

        new

        <!-- astra-clone: end -->

        <!-- astra-restore: begin -->

        restored

        <!-- astra-restore: end -->

        """)
    try file.replace(section: "astra-clone", with: nil)
    #expect(files.text("folder/s.md")?.contains("new") == false)
    #expect(files.text("folder/s.md")?.contains("restored") == true)
  }

  @Test func aStreamGetsTheTextAlone() throws {
    let files = MemoryFiles()
    files.streams = ["/dev/stdout"]
    let file = SharedFile("/dev/stdout", files)
    try file.replace(section: "astra-clone", with: nil)
    try file.replace(section: "astra-clone", with: "text\n")
    #expect(files.text("/dev/stdout") == "text\n")
  }
}
