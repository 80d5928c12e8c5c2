internal import Glibc

/// A certificate authority of this run alone, and the server certificate that it signed.
///
/// The keys live in memory only; the authority's certificate is what clients are given to trust.
struct ServerIdentity: Sendable {
  /// The authority's certificate in PEM.
  let certificateAuthority: String
  /// The server's certificate in PEM: for localhost, 127.0.0.1 and ::1.
  let certificate: String
  /// The server's key in PEM.
  let key: String

  /// Makes new keys and certificates.
  init() throws(Failure) {
    let authorityKey = try SigningKey.generate()
    let authority = try Certificate.begin("astra-simulator CA", of: authorityKey)
    try authority.makeAuthority()
    try authority.setDates(from: -86_400, until: 30 * 86_400)
    try authority.sign(by: authority, authorityKey)

    let serverKey = try SigningKey.generate()
    let server = try Certificate.begin("localhost", of: serverKey)
    try server.makeServer(
      host: "localhost",
      addresses: [[127, 0, 0, 1], [UInt8](repeating: 0, count: 15) + [1]], authority: authority)
    try server.setDates(from: -86_400, until: 30 * 86_400)
    try server.sign(by: authority, authorityKey)

    certificateAuthority = try authority.pem()
    certificate = try server.pem()
    key = try serverKey.pem()
  }
}
