internal import AstraSimulator
internal import Files
internal import HTTPTransport
internal import SimulatorSupport
internal import StepCommon
internal import Timing

/// One run of a whole step on a machine of memory and virtual time, and what holds at the end of every run.
final class SteppedRun {
  let files: MemoryFiles
  /// The files that were there before, which are not the step's.
  private let given: [String: [UInt8]]
  private let time = ManualTime()
  private let arguments: [String]
  private let environment: [String: String]
  /// What the server answers; nil lets no request leave.
  private let answers: [ArraySlice<UInt8>]?
  /// The first request to a server that answers nothing, once there was one.
  private(set) var firstRequest: HTTPRequest?
  private var lines: [String] = []
  private var output = ""

  init(
    environment: [String: String], arguments: [String] = [], files: [String: [UInt8]] = [:],
    answers: [ArraySlice<UInt8>]? = nil
  ) {
    (self.environment, self.arguments, self.answers) = (environment, arguments, answers)
    (self.files, given) = (MemoryFiles(files), files)
  }

  /// Runs the step to its end.
  func exitCode<S: Step>(of step: S.Type) -> ExitCode {
    let host = StepEnvironment(
      arguments: arguments, variables: environment, time: time, files: files, hostname: "ci-1",
      random: SeededRandom(seed: 7), writeError: { self.lines.append($0) },
      writeOutput: { self.output += $0 },
      connect: { _, _, _ throws(TransportError) in
        guard let answers = self.answers else {
          return NoServer { request in self.firstRequest = self.firstRequest ?? request }
        }
        return AnswerScript(answers, on: self.time)
      },
      // Whatever pages the input names, nothing leaves this machine.
      connectToPages: { _, _, _ throws(TransportError) in
        throw TransportError(.misconfigured, "there is no way to pages", mayHaveBeenSent: false)
      })
    return Runner<S>(host).exitCode()
  }

  /// Everything that the step wrote anywhere.
  var everything: [UInt8] {
    Array((lines.joined() + output).utf8)
      + files.contents.filter { given[$0.key] != $0.value }.values.joined()
  }

  /// Whether the step did what it does without looking at a parameter: `--help` and its like.
  private var isInquiry: Bool { lines.isEmpty && files.contents.count == given.count && !output.isEmpty }

  /// Checks what holds for every run.
  func checkEnd(_ code: ExitCode) throws(BrokenProperty) {
    try hold(ExitCode.table.contains { $0.code == code }, "exits with \(code), which is in no table")
    try hold(code != .ourBug, "exits with \(code): \(lines.joined())")
    try hold(time.now.sinceOrigin <= .seconds(8 * 86_400), "took \(time.now.sinceOrigin.shortText)")
    try hold(!holds(everything, fuzzToken), "spreads the token: \(lines.joined()) \(output)")
    if isInquiry { return try hold(code == .success, "help exits with \(code)") }
    for line in lines {
      let isPlain = line.unicodeScalars.dropLast().allSatisfy {
        $0.value >= 0x20 && !(0x7F..<0xA0 ~= $0.value)
      }
      try hold(isPlain && line.last == "\n", "says \(line)")
    }
    try checkReport(code)
    if !output.isEmpty { try checkOutput(code) }
  }

  private func checkReport(_ code: ExitCode) throws(BrokenProperty) {
    let reports = files.contents.filter { path, _ in
      path.split(separator: "/").last?.hasPrefix("TEST-") == true && path.hasSuffix(".xml")
    }
    guard reports.count == 1, let bytes = reports.first?.value else {
      throw BrokenProperty("there are \(reports.count) reports: \(files.contents.keys)")
    }
    let problems = try ReportReading(bytes).problems
    try hold(problems.isEmpty == (code == .success), "exits with \(code), and the report has \(problems)")
    for problem in problems {
      try hold(!problem.isEmpty && !problem.contains("\n"), "the report's message is \(problem)")
    }
  }

  private func checkOutput(_ code: ExitCode) throws(BrokenProperty) {
    guard let document = JSON(Array(output.utf8)) else { throw BrokenProperty("prints \(output)") }
    try hold(document["exitCode"]?.integer == Int(code.rawValue), "prints another exit code: \(output)")
    try hold(
      (document["outcome"]?.string == "passed") == (code == .success), "prints another outcome: \(output)")
  }
}

/// A transport that hears of requests and sends none.
private final class NoServer: LineTransport {
  private let hear: (HTTPRequest) -> Void

  init(_ hear: @escaping (HTTPRequest) -> Void) { self.hear = hear }

  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    hear(request)
    throw TransportError(.misconfigured, "there is no transport", mayHaveBeenSent: false)
  }

  func receiveLines(
    of request: HTTPRequest, longestLine _: Int, silence _: Duration?, _: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    .refused(try send(request))
  }
}
