internal import Files
internal import Text
package import Timing

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

extension PluginCall {
  /// The command for messages.
  var shownCommand: String { printable(command, limit: 200) }
}

/// Runs credential plug-ins as processes of their own, in their own process group.
///
/// Standard input and standard error are `/dev/null`: it cannot ask, and nobody sees what it says. It is given the
/// environment of the step without the step's own secrets.
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
    throw KubeconfigError(.credentials, "not yet")
  }
}
