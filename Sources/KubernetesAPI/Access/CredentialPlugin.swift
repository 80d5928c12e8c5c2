/// A credential plug-in as a user of a kubeconfig names it (`exec`), which all big clouds need.
package struct PluginCall: Hashable, Sendable {
  /// What messages call it: `user "eks" of /home/ci/.kube/config`.
  package var title: String
  /// The program: a path, or a name that is looked for in `PATH`.
  package var command: String
  package var arguments: [String]
  /// What it is given besides the step's own environment.
  package var environment: [String: String]
  /// What its answer's `apiVersion` has to be: `client.authentication.k8s.io/v1`, or `/v1beta1`.
  package var apiVersion: String
  /// How to install it, in the words of whoever made the kubeconfig.
  package var installHint: String?
  /// What it is told in `KUBERNETES_EXEC_INFO`: an `ExecCredential` in JSON.
  package var information: String

  /// Names a call.
  package init(
    title: String, command: String, arguments: [String] = [], environment: [String: String] = [:],
    apiVersion: String = "client.authentication.k8s.io/v1", installHint: String? = nil,
    information: String = "{}"
  ) {
    self.title = title
    self.command = command
    self.arguments = arguments
    self.environment = environment
    self.apiVersion = apiVersion
    self.installHint = installHint
    self.information = information
  }
}

// Arguments and environment may hold secrets.
extension PluginCall: CustomStringConvertible, CustomReflectable {
  package var description: String { "\(shownCommand) of \(title)" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// Runs credential plug-ins; `PluginProcess` does so, tests replace it.
package protocol CredentialPlugin {
  /// Runs a plug-in and gives what it wrote to its standard output, which nobody may show.
  ///
  /// - Parameters:
  ///   - call: what to run.
  ///   - timeLimit: how long it may take.
  /// - Returns: its standard output.
  /// - Throws: `.credentials` if it is missing, fails, hangs, or writes too much; an interruption.
  func run(_ call: PluginCall, timeLimit: Duration) throws(KubeconfigError) -> [UInt8]
}
