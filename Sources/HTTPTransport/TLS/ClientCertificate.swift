/// The certificate with which a client says who it is (a kubeconfig's `client-certificate-data` and `client-key-data`).
package struct ClientCertificate: Sendable {
  /// The certificate as PEM, perhaps with those of its authorities behind it.
  let certificate: [UInt8]
  /// Its private key.
  let key: PrivateKey

  /// Takes a certificate and its key, both as PEM.
  ///
  /// Throws `.misconfigured` with a clause that follows the name of the value: a key that needs a passphrase is
  /// refused, since the TLS library would ask the terminal for it.
  package init(certificate: [UInt8], key: PrivateKey) throws(TransportError) {
    guard Self.has("-----BEGIN CERTIFICATE-----", certificate) else {
      throw Self.wrong("the client certificate is not PEM")
    }
    guard key.isPEM else { throw Self.wrong("the key of the client certificate is not PEM") }
    guard !key.isEncrypted else {
      throw Self.wrong("the key of the client certificate is protected by a passphrase")
    }
    self.certificate = certificate
    self.key = key
  }

  fileprivate static func has(_ words: String, _ bytes: [UInt8]) -> Bool {
    bytes.firstRange(of: Array(words.utf8)) != nil
  }

  private static func wrong(_ message: String) -> TransportError {
    TransportError(
      .misconfigured, message, hint: "give it as PEM, without a passphrase", mayHaveBeenSent: false)
  }
}

/// A private key without a printable form; whoever configures TLS is its only reader.
package struct PrivateKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
  private let pem: [UInt8]

  /// Wraps a key as PEM.
  package init(pem: [UInt8]) {
    self.pem = pem
  }

  package var description: String { "<private key>" }
  package var debugDescription: String { "<private key>" }
  package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }

  var isPEM: Bool { ClientCertificate.has("PRIVATE KEY-----", pem) }
  /// Either form says so: `BEGIN ENCRYPTED PRIVATE KEY` (RFC 5958), `Proc-Type: 4,ENCRYPTED` (RFC 1421).
  var isEncrypted: Bool { ClientCertificate.has("ENCRYPTED", pem) }

  /// The key itself, for the one place that hands it to the TLS library.
  var revealed: [UInt8] { pem }
}
