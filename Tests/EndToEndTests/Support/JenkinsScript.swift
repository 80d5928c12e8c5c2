import Foundation
import Glibc

/// A script that runs as Jenkins' `sh` step has it run, and is aborted as Jenkins aborts one.
///
/// By the source of durable-task (`BourneShellScript`, `FileMonitoringTask`) and of Jenkins itself
/// (`ProcessTree`): a shell that nobody waits for starts `sh -xe` on a copy of the script, with both streams in
/// one file and a cookie in its environment; the code goes into a file of its own. An abort looks through all
/// processes for the cookie and sends each SIGTERM, children first, and leaves each up to five seconds; here it waits
/// for each, however long that takes on a busy machine.
final class JenkinsScript: Sendable {

  private let folder: TemporaryFolder
  private let cookie = "durable-\(UUID().uuidString)"
  private let wrapper: RunningCommand
  private let began = ContinuousClock.now

  /// Starts a script in a workspace.
  init(_ script: String, environment: [String: String], workspace: String) throws {
    folder = try TemporaryFolder()
    try folder.write(script, to: "script.sh.copy")
    try folder.write("", to: "jenkins-log.txt")
    let own = folder.path("")
    // Its own quotes: the folder has a name without any character that a shell obeys.
    let shell = """
      nohup sh -c "( JENKINS_SERVER_COOKIE=\(cookie) sh -xe \(own)/script.sh.copy > \(own)/jenkins-log.txt 2>&1; \
      echo \\$? > \(own)/jenkins-result.txt.tmp; mv \(own)/jenkins-result.txt.tmp \(own)/jenkins-result.txt ) \
      >&- 2>&- &" > /dev/null 2>&1
      """
    // Nobody waits for its end: Foundation does not see that before all that it started has ended too.
    wrapper = try Command(
      "/bin/sh", ["-c", shell], environment: environment, directory: workspace
    ).start()
  }

  deinit {
    // Nothing of a test that has failed goes on without it.
    for process in processes { kill(process, SIGKILL) }
  }

  /// What both streams have said, without the commands that `sh -x` shows.
  var log: String {
    (folder.text("jenkins-log.txt") ?? "").split(separator: "\n").filter { !$0.hasPrefix("+ ") }
      .joined(separator: "\n")
  }

  /// The script's exit code, once it has one.
  var code: Int32? {
    folder.text("jenkins-result.txt").flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// The processes with the cookie, children before their parents.
  var processes: [pid_t] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    // A child has the greater number, unless numbers have begun anew in between.
    return all.compactMap { pid_t($0) }.sorted(by: >).filter { process in
      ProcessWatch.text("/proc/\(process)/environ").split(separator: "\0")
        .contains("JENKINS_SERVER_COOKIE=\(cookie)")
    }
  }

  /// The process of a program among them.
  func process(of program: String) -> pid_t? {
    processes.first { ProcessWatch.arguments(of: $0).first == program }
  }

  /// Sends SIGTERM to every process and waits for each, as an abort does.
  func abort() async throws {
    for process in processes {
      kill(process, SIGTERM)
      let end = ContinuousClock.now + .hang
      while kill(process, 0) == 0, .now < end { try await Task.sleep(for: .milliseconds(5)) }
    }
  }

  /// Waits until the condition holds; false if it seems to hang.
  func waits(until condition: () throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + .hang
    while try !condition() {
      guard .now < end else { return false }
      try await Task.sleep(for: .milliseconds(5))
    }
    return true
  }

  /// How it ended, as a command's result.
  var result: Command.Result {
    Command.Result(
      exit: .code(code ?? -1), output: "", errors: log, isTimedOut: code == nil,
      duration: ContinuousClock.now - began)
  }
}
