/// Which servers are believed to be who they say they are.
package struct TLSTrust: Hashable, Sendable {
  /// A file of PEM certificates that are trusted besides the system's (`ASTRA_CA_FILE`).
  package var caFile: String?
  /// Whether the server's certificate and its name are verified.
  ///
  /// Without it anyone on the way can read the token; whoever turns it off says so aloud.
  package var verify: Bool
  /// Where the system's certificates lie.
  package var system: SystemRoots

  /// Trusts the system's certificates, and those in `caFile`.
  package init(caFile: String? = nil, verify: Bool = true, system: SystemRoots = .usual()) {
    self.caFile = caFile
    self.verify = verify
    self.system = system
  }
}
