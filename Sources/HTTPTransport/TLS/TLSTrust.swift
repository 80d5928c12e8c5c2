internal import Text

/// Which servers are believed to be who they say they are.
package struct TLSTrust: Hashable, Sendable {
  /// A file of PEM certificates that are trusted besides the system's (`ASTRA_CA_FILE`).
  package var caFile: String?
  /// Certificates in memory that are trusted besides those of the file.
  package var caData: CertificateData?
  /// Whether the system's certificates are trusted too, beside those of the file and in memory.
  package var trustsSystem = true
  /// The name that a server's certificate has to hold where it is not the host's (a kubeconfig's `tls-server-name`).
  package var serverName: String?
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

  /// What holds the certificates that are trusted beside the system's, for messages; nil if nothing does.
  var source: String? {
    let file = caFile.map { printable($0) }
    guard let data = caData.map({ printable($0.title) }) else { return file }
    return file.map { "\($0) and \(data)" } ?? data
  }
}

/// Certificates of authorities in memory, as PEM.
package struct CertificateData: Hashable, Sendable {
  /// The bytes.
  package var pem: [UInt8]
  /// Where they come from, for messages: `certificate-authority-data`.
  package var title: String

  /// Names certificates.
  package init(pem: [UInt8], title: String) {
    self.pem = pem
    self.title = title
  }
}
