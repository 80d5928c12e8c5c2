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

/// How long and how large one exchange may become, besides the request's own `timeLimit`.
package struct TransportLimits: Hashable, Sendable {
  /// The time for the name, the connection and the TLS session together.
  package var connect: Duration
  /// The longest silence once the request is on its way.
  package var idle: Duration
  /// The largest body of a response, in bytes.
  package var bodyBytes: Int
  /// The largest header of a response, in bytes, interim responses included.
  package var headerBytes: Int

  /// Makes limits; the defaults are the ones of the steps.
  package init(
    connect: Duration = .seconds(20), idle: Duration = .seconds(60), bodyBytes: Int = 64 << 20,
    headerBytes: Int = 256 << 10
  ) {
    self.connect = connect
    self.idle = idle
    self.bodyBytes = bodyBytes
    self.headerBytes = headerBytes
  }
}

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
