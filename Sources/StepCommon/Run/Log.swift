internal import Files
package import HTTPTransport
internal import Text
package import Timing

/// The step's log: whole lines on stderr, and kept for the report.
///
/// Every line is cleaned of control characters and scrubbed of secrets before it goes anywhere, so text
/// from a server can neither forge a line nor spread a secret that it echoed.
package final class Log {
  /// How much is said.
  package enum Level: String, CaseIterable, Sendable {
    case info
    case debug
  }

  private let name: String
  private let time: any TimeSource
  private let write: (String) -> Void
  /// How much is said; set once the parameters are known.
  package var level: Level = .info
  /// What must not appear in any line.
  private var secrets: [Secret] = []
  /// The lines of the phase in hand.
  private var lines: [String] = []
  /// Every line so far, for the report.
  private(set) var text = ""
  /// How lines look where a terminal shows them; nil for a pipe.
  private let terminal: TerminalStyle?
  private let began: Instant
  /// When the last line went out.
  private(set) var lastLine: Instant

  /// Makes a log whose lines begin with the time and `name`; on a terminal with the time that has passed.
  package init(
    name: String, time: any TimeSource, terminal: TerminalStyle? = nil, write: @escaping (String) -> Void
  ) {
    self.name = name
    self.terminal = terminal
    began = time.now
    self.time = time
    self.write = write
    lastLine = time.now
  }

  /// Keeps one more secret out of every line from now on.
  package func hide(_ secret: Secret) { secrets.append(secret) }

  /// Says what happens.
  package func info(_ text: String) { line(text) }
  /// Says what the user should look at.
  package func warning(_ text: String) { line("warning: \(text)") }
  /// Says what went wrong when files were written that were written all the same.
  func warn(of files: any FileWriter) {
    for remark in files.takeRemarks() { warning(remark) }
  }
  /// Says why the step ends without success.
  package func error(_ text: String) { line("error: \(text)") }
  /// Says what only somebody who looks for a fault wants to know.
  package func debug(_ text: String) {
    if level == .debug { line("debug: \(text)") }
  }

  /// The text without secrets, user information in URLs, commands of CI systems and control characters, on one line.
  package func cleaned(_ text: String) -> String {
    // Cleaned between the two: a terminal sequence inside a secret hides it until it is dropped. Cut at the very end,
    // so that no part of a secret is left before the cut.
    let clean = withoutUserInformation(scrubbed(cleanLine(scrubbed(text), limit: .max)))
    return cleanLine(withoutPipelineCommands(clean))
  }

  /// Writes a line for the CI system that reads the log: as it is, on no page and in no report.
  func command(_ line: String) { write("\(line)\n") }

  /// The text without secrets, otherwise as it is.
  func scrubbed(_ text: String) -> String {
    secrets.reduce(text) { $1.scrubbed(from: $0) }
  }

  /// Takes the lines since the last call.
  func takeLines() -> String {
    defer { lines.removeAll() }
    return lines.joined(separator: "\n")
  }

  private func line(_ text: String) {
    let clean = cleaned(text)
    lastLine = time.now
    let dated = "\(time.wallTime.text) \(clean)"
    lines.append(dated)
    // The report shows head and tail of a mebibyte; more than twice that need not be kept.
    if self.text.utf8.count < 2 << 20 { self.text += dated + "\n" }
    write(terminal?.line(clean, after: lastLine - began) ?? "\(time.wallTime.text) \(name): \(clean)\n")
  }

  /// Shows on a terminal what is being waited for and how it stands, in a line that the next one takes away; nowhere else.
  func moving(_ what: String, _ state: String) {
    guard let terminal else { return }
    write(terminal.moving(cleaned(what), cleaned(state), after: time.now - began))
  }
}
