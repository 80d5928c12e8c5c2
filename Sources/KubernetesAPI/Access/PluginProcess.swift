internal import Files
internal import Processes
internal import Text
package import Timing

/// Runs credential plug-ins as processes of their own, each in its own process group.
///
/// Standard input and standard error are `/dev/null`: it cannot ask, and nobody sees what it says. It is given the
/// environment of the step without the step's own variables, since a token of another service may be among them.
package struct PluginProcess: CredentialPlugin {
  private let environment: [String: String]
  private let time: any TimeSource

  /// Prepares to run plug-ins.
  ///
  /// - Parameters:
  ///   - environment: what they inherit; variables that begin with `ASTRA_` are left out.
  ///   - time: the clock.
  package init(environment: [String: String], time: any TimeSource) {
    self.environment = environment.filter { !$0.key.hasPrefix("ASTRA_") }
    self.time = time
  }

  package func run(_ call: PluginCall, timeLimit: Duration) throws(KubeconfigError) -> [UInt8] {
    guard let program = ChildProcess.program(of: call.command, path: environment["PATH"]) else {
      throw call.failed(
        "is not there, or cannot be run",
        hint: call.installHint.map { printable($0, limit: 500) }
          ?? (call.command.contains("/") ? nil : "install it, or put its folder into PATH"))
    }
    let began = time.now
    let (process, pipe) = try start(program, call)
    var output: [UInt8] = []
    while true {
      if let interruption = time.interruption {
        process.kill()
        throw KubeconfigError(.interrupted(interruption), "interrupted while a credential plug-in ran")
      }
      guard time.now - began < timeLimit else {
        process.kill()
        throw call.failed("did not end within \(timeLimit.shortText), and was stopped")
      }
      // Looked at first: what it wrote before it ended is in the pipe by then. What it started may go on with it.
      let status = process.statusIfEnded()
      pipe.read(into: &output)
      guard output.count <= Self.largest else {
        if status == nil { process.kill() }
        throw call.failed("wrote more than 1 MiB")
      }
      guard let status else {
        pause()
        continue
      }
      if let trouble = ChildProcess.trouble(status) { throw call.failed(trouble) }
      return output
    }
  }

  /// The most that is read of an answer: 1 MiB.
  private static var largest: Int { 1 << 20 }

  /// Waits a little; the next round sees a signal that ends it.
  private func pause() { try? time.sleep(for: .milliseconds(10)) }

  private func start(
    _ program: String, _ call: PluginCall
  ) throws(KubeconfigError) -> (ChildProcess, OutputPipe) {
    var variables = environment
    variables["KUBERNETES_EXEC_INFO"] = call.information
    variables.merge(call.environment) { _, own in own }
    do throws(ChildProcess.StartFailure) {
      let pipe = try OutputPipe()
      let process = try ChildProcess(program, call.arguments, environment: variables, output: pipe)
      pipe.closeWriting()
      return (process, pipe)
    } catch {
      throw call.failed("cannot be run: \(error.reason)")
    }
  }
}

extension PluginCall {
  /// The command for messages.
  var shownCommand: String { printable(command, limit: 200) }

  /// An error about a plug-in that gave nothing to use.
  func failed(
    _ what: String, hint: String? = "run it by hand, or kubectl with this context, to see what it says"
  )
    -> KubeconfigError
  {
    KubeconfigError(.credentials, "the credential plug-in \(shownCommand) of \(title) \(what)", hint: hint)
  }
}
