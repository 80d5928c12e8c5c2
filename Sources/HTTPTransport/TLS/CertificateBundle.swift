internal import Files
internal import Text

/// The certificates of a CA file, taken out of it and checked, so that a wrong file is noticed at the start.
///
/// Only certificates are kept: a private key in the same file never reaches the TLS library, which would ask
/// the terminal for its passphrase.
struct CertificateBundle {
  /// The certificates as PEM.
  private(set) var pem: [UInt8]

  /// Far above the system's own bundle (0.2 MB), far below what could hurt.
  private static let maximumBytes = 8 << 20

  /// Reads the certificates in the file at `path`.
  ///
  /// Throws `.misconfigured`, naming the file, if it cannot be read, holds no certificate, or a damaged one.
  init(file path: String) throws(TransportError) {
    let title = "the CA file \(printable(path))"
    switch readRegularFile(path, atMost: Self.maximumBytes) {
    case .contents(let contents): try self.init(contents, title: title, path: printable(path))
    case .problem(let problem): throw Self.wrong(title, "cannot be read: \(problem)")
    }
  }

  /// Takes the certificates out of bytes in memory; throws as for a file.
  init(_ data: CertificateData) throws(TransportError) {
    try self.init(data.pem, title: printable(data.title), path: "ca.der")
  }

  private init(_ bytes: [UInt8], title: String, path: String) throws(TransportError) {
    let text = String(decoding: bytes, as: UTF8.self)
    var certificates: [[UInt8]] = []
    var rest = Substring(text)
    while let start = rest.firstRange(of: Self.begin) {
      rest = rest[start.upperBound...]
      guard let end = rest.firstRange(of: Self.end), let data = base64Decoded(rest[..<end.lowerBound]),
        isOneSequence(data)
      else { throw Self.wrong(title, "holds a damaged certificate (number \(certificates.count + 1))") }
      certificates.append(data)
      rest = rest[end.upperBound...]
    }
    guard !certificates.isEmpty else {
      let isBinary = isOneSequence(bytes)
      throw Self.wrong(
        title, isBinary ? "is binary (DER), not PEM" : "holds no certificate",
        hint: isBinary
          ? "convert it: openssl x509 -inform der -in \(path) -out ca.pem"
          : "it should hold the CA's certificate as PEM, between -----BEGIN CERTIFICATE----- and its end")
    }
    pem = certificates.flatMap { certificate in
      Array((Self.begin + "\n").utf8) + base64Lines(certificate) + Array((Self.end + "\n").utf8)
    }
  }

  private static let begin = "-----BEGIN CERTIFICATE-----"
  private static let end = "-----END CERTIFICATE-----"

  private static func wrong(_ title: String, _ what: String, hint: String? = nil) -> TransportError {
    TransportError(.misconfigured, "\(title) \(what)", hint: hint, mayHaveBeenSent: false)
  }
}
