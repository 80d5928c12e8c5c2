internal import Files

/// The certificates of a CA file, and the system's with them once they prove to be needed.
///
/// libcurl takes one bundle, and forgets its default when it is given another. To read the system's, some 140
/// certificates, takes longer than the TLS session that they are read for, and a megabyte; but who names a CA file
/// almost always names the one that is needed. So the file alone comes first, and the system's are added when a server
/// is not trusted by it. The folder of certificates, where libcurl knows one, is searched either way, unless the
/// system's are not to be trusted.
///
/// A final class: what one look at a page has found out holds for the next. Not `Sendable`: it belongs to its transports.
package final class TrustedRoots {
  /// The certificates as PEM; nil means those of the system alone.
  private(set) var pem: [UInt8]?
  /// Where the system's certificates lie.
  let system: SystemRoots
  /// Whether the system's certificates count where there are others.
  let trustsSystem: Bool
  private var hasSystem = false

  /// Reads and checks the CA file, if there is one.
  package init(_ trust: TLSTrust) throws(TransportError) {
    system = trust.system
    trustsSystem = trust.trustsSystem
    if let path = trust.caFile { pem = try CertificateBundle(file: path).pem }
    if let data = trust.caData { pem = (pem ?? []) + (try CertificateBundle(data).pem) }
  }

  /// Adds the system's certificates; false if they are there already, or in a folder only.
  func addSystem() -> Bool {
    guard let own = pem, trustsSystem, !hasSystem else { return false }
    hasSystem = true
    guard let file = system.file, case .contents(let contents) = readRegularFile(file, atMost: 8 << 20) else {
      return false
    }
    pem = contents + [0x0A] + own
    return true
  }
}
