internal import Processes
package import Timing

/// A note that Buildkite shows beside a build.
package struct Annotation: Hashable, Sendable {
  /// `success` or `error`.
  package var style: String
  /// Names the note: another one of that name replaces it.
  package var context: String
  /// The file that holds its Markdown.
  package var file: String

  /// Makes a note.
  package init(style: String, context: String, file: String) {
    self.style = style
    self.context = context
    self.file = file
  }
}

/// Hands a note to Buildkite by its agent's own program, which is given the environment without the step's variables.
package struct AnnotationProcess {
  private let environment: [String: String]
  private let time: any TimeSource
  private let limit: Duration

  /// Prepares to run it.
  ///
  /// - Parameters:
  ///   - environment: what it inherits; variables that begin with `ASTRA_` are left out.
  ///   - time: the clock.
  ///   - limit: how long it may take.
  package init(environment: [String: String], time: any TimeSource, limit: Duration = .seconds(10)) {
    self.environment = environment.filter { !$0.key.hasPrefix("ASTRA_") }
    self.time = time
    self.limit = limit
  }

  /// Shows a note; says why it is not shown, as the end of a sentence about the program.
  package func show(_ annotation: Annotation) -> String? {
    guard let program = ChildProcess.program(of: "buildkite-agent", path: environment["PATH"]) else {
      return "is not there: put the agent's folder into PATH"
    }
    let process: ChildProcess
    do throws(ChildProcess.StartFailure) {
      process = try ChildProcess(
        program, ["annotate", "--style", annotation.style, "--context", annotation.context],
        environment: environment, input: annotation.file, output: nil)
    } catch {
      return "cannot be run: \(error.reason)"
    }
    let began = time.now
    while true {
      if let status = process.statusIfEnded() { return ChildProcess.trouble(status) }
      guard time.now - began < limit, time.interruption == nil else {
        process.kill()
        return "did not end within \(limit.shortText), and was stopped"
      }
      try? time.sleep(for: .milliseconds(10))
    }
  }
}
