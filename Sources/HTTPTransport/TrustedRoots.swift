internal import CCurl

/// The certificates of a CA file, and the system's with them once they prove to be needed.
///
/// libcurl takes one bundle, and forgets its default when it is given another. To read the system's, some 140
/// certificates, takes longer than the TLS session that they are read for, and a megabyte; but who names a CA file
/// almost always names the one that is needed. So the file alone comes first, and the system's are added when a server
/// is not trusted by it. The folder of certificates, where libcurl knows one, is searched either way.
///
/// A final class: what one look at a page has found out holds for the next. Not `Sendable`: it belongs to its transports.
final class TrustedRoots {
  /// The certificates as PEM.
  private(set) var pem: [UInt8]
  /// The file of the system's certificates; nil means libcurl's own.
  private let systemFile: String?
  private var hasSystem = false

  /// Reads and checks the CA file; nil if there is none, which means libcurl's own default.
  init?(_ trust: TLSTrust) throws(TransportError) {
    guard let path = trust.caFile else { return nil }
    pem = try CertificateBundle(file: path).pem
    systemFile = trust.systemFile
  }

  /// Adds the system's certificates; false if they are there already, or in a folder only.
  func addSystem() -> Bool {
    guard !hasSystem else { return false }
    hasSystem = true
    let file = unsafe systemFile ?? astra_default_ca_bundle().map { unsafe String(cString: $0) }
    guard let file, case .contents(let system) = readFile(file, atMost: 8 << 20) else { return false }
    pem = system + [0x0A] + pem
    return true
  }
}
