/// What the user's parameters are called, for hints.
package struct TransportParameterNames: Hashable, Sendable {
  /// Where the host was given.
  package var host: String
  /// Where a CA file can be given.
  package var authorityFile: String

  /// Names them; the defaults are those of the backend.
  package init(host: String = "ASTRA_FQDN", authorityFile: String = "ASTRA_CA_FILE") {
    self.host = host
    self.authorityFile = authorityFile
  }
}
