internal import Crypto
internal import FoundationEssentials
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// A certificate authority of this run alone, and the server certificate that it signed.
///
/// The keys live in memory only; the authority's certificate is what clients are given to trust.
struct ServerIdentity: Sendable {
  /// The authority's certificate in PEM.
  let certificateAuthority: String
  /// How the HTTPS server presents itself: TLS 1.2 or newer, for 127.0.0.1, ::1 and localhost.
  let configuration: TLSConfiguration

  /// Makes new keys and certificates.
  init() throws {
    let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let authorityName = try DistinguishedName { CommonName("astra-simulator CA") }
    let authorityID = SubjectKeyIdentifier(hash: authorityKey.publicKey)
    let validity = (from: Date.now.addingTimeInterval(-86_400), to: Date.now.addingTimeInterval(30 * 86_400))
    let authority = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: authorityKey.publicKey, notValidBefore: validity.from,
      notValidAfter: validity.to, issuer: authorityName, subject: authorityName,
      signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
        authorityID
      }, issuerPrivateKey: authorityKey)

    let key = P256.Signing.PrivateKey()
    let publicKey = Certificate.PublicKey(key.publicKey)
    let server = try Certificate(
      version: .v3, serialNumber: .init(), publicKey: publicKey, notValidBefore: validity.from,
      notValidAfter: validity.to, issuer: authorityName,
      subject: try DistinguishedName { CommonName("localhost") }, signatureAlgorithm: .ecdsaWithSHA256,
      extensions: Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        Critical(KeyUsage(digitalSignature: true))
        try ExtendedKeyUsage([.serverAuth])
        SubjectKeyIdentifier(hash: publicKey)
        AuthorityKeyIdentifier(keyIdentifier: authorityID.keyIdentifier)
        SubjectAlternativeNames([
          .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
          .ipAddress(ASN1OctetString(contentBytes: [UInt8](repeating: 0, count: 15) + [1])),
        ])
      }, issuerPrivateKey: authorityKey)

    certificateAuthority = try authority.serializeAsPEM().pemString + "\n"
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [
        .certificate(
          try NIOSSLCertificate(bytes: Array(server.serializeAsPEM().pemString.utf8), format: .pem))
      ],
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(key.pemRepresentation.utf8), format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    self.configuration = configuration
  }
}
