internal import CGnuTLS
internal import Glibc

/// A key on the curve P-256.
@safe struct SigningKey: ~Copyable {
  fileprivate let handle: gnutls_x509_privkey_t

  private init(_ handle: gnutls_x509_privkey_t) { unsafe self.handle = handle }

  /// Makes a new one.
  static func generate() throws(Failure) -> SigningKey {
    let key = try unsafe SigningKey(made { unsafe gnutls_x509_privkey_init($0) })
    try checked(unsafe astra_tls_generate(key.handle))
    return key
  }

  deinit { unsafe gnutls_x509_privkey_deinit(handle) }

  func pem() throws(Failure) -> String {
    let bytes = try unsafe filled { unsafe gnutls_x509_privkey_export(handle, GNUTLS_X509_FMT_PEM, $0, $1) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// An X.509 certificate: first what it says, then its signature.
@safe struct Certificate: ~Copyable {
  private let handle: gnutls_x509_crt_t

  private init(_ handle: gnutls_x509_crt_t) { unsafe self.handle = handle }

  /// Begins a certificate with that common name, a random number and the key's own identifier.
  static func begin(_ name: String, of key: borrowing SigningKey) throws(Failure) -> Certificate {
    let certificate = try unsafe Certificate(made { unsafe gnutls_x509_crt_init($0) })
    try certificate.begin(name, of: key)
    return certificate
  }

  private func begin(_ name: String, of key: borrowing SigningKey) throws(Failure) {
    try checked(unsafe gnutls_x509_crt_set_version(handle, 3))
    try checked(
      unsafe gnutls_x509_crt_set_dn_by_oid(
        handle, GNUTLS_OID_X520_COMMON_NAME, 0, name, UInt32(name.utf8.count)))
    // Positive, and never zero.
    let number = [UInt8.random(in: 1...0x7f)] + (1...15).map { _ in UInt8.random(in: 0...0xff) }
    try checked(unsafe gnutls_x509_crt_set_serial(handle, number, number.count))
    try checked(unsafe gnutls_x509_crt_set_key(handle, key.handle))
    let id = try keyID()
    try checked(unsafe gnutls_x509_crt_set_subject_key_id(handle, id, id.count))
  }

  deinit { unsafe gnutls_x509_crt_deinit(handle) }

  /// An authority that signs servers' certificates, and no other authority's.
  func makeAuthority() throws(Failure) {
    try checked(unsafe gnutls_x509_crt_set_basic_constraints(handle, 1, 0))
    try checked(unsafe astra_tls_set_usage(handle, 1))
  }

  /// A server of that name and those addresses, which the authority knows.
  func makeServer(
    host: String, addresses: [[UInt8]], authority: borrowing Certificate
  ) throws(Failure) {
    try checked(unsafe gnutls_x509_crt_set_basic_constraints(handle, 0, -1))
    try checked(unsafe astra_tls_set_usage(handle, 0))
    try checked(unsafe gnutls_x509_crt_set_key_purpose_oid(handle, GNUTLS_KP_TLS_WWW_SERVER, 0))
    try addName(GNUTLS_SAN_DNSNAME, Array(host.utf8))
    for address in addresses { try addName(GNUTLS_SAN_IPADDRESS, address) }
    let id = try authority.keyID()
    try checked(unsafe gnutls_x509_crt_set_authority_key_id(handle, id, id.count))
  }

  /// From when until when it is good, in seconds from now.
  func setDates(from start: Int, until end: Int) throws(Failure) {
    let now = time(nil)
    try checked(unsafe gnutls_x509_crt_set_activation_time(handle, now + start))
    try checked(unsafe gnutls_x509_crt_set_expiration_time(handle, now + end))
  }

  /// Signs it; nothing can be changed any more.
  func sign(by issuer: borrowing Certificate, _ key: borrowing SigningKey) throws(Failure) {
    try checked(unsafe gnutls_x509_crt_sign2(handle, issuer.handle, key.handle, GNUTLS_DIG_SHA256, 0))
  }

  func pem() throws(Failure) -> String {
    let bytes = try unsafe filled { unsafe gnutls_x509_crt_export(handle, GNUTLS_X509_FMT_PEM, $0, $1) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func addName(_ kind: gnutls_x509_subject_alt_name_t, _ name: [UInt8]) throws(Failure) {
    try checked(
      unsafe gnutls_x509_crt_set_subject_alt_name(
        handle, kind, name, UInt32(name.count), UInt32(GNUTLS_FSAN_APPEND)))
  }

  private func keyID() throws(Failure) -> [UInt8] {
    try unsafe filled { unsafe gnutls_x509_crt_get_key_id(handle, 0, $0, $1) }
  }
}

/// Checks what GnuTLS returned.
private func checked(_ code: Int32) throws(Failure) {
  guard code < 0 else { return }
  let reason = unsafe gnutls_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
  throw .cannotCreate("cannot make a certificate: \(reason)")
}

/// The handle that GnuTLS makes.
private func made(_ make: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) throws(Failure) -> OpaquePointer {
  var handle: OpaquePointer?
  try unsafe checked(make(&handle))
  guard let handle = unsafe handle else { throw .cannotCreate("cannot make a certificate") }
  return unsafe handle
}

/// What GnuTLS writes into a buffer.
private func filled(
  _ fill: (UnsafeMutablePointer<UInt8>, UnsafeMutablePointer<Int>) -> Int32
) throws(Failure) -> [UInt8] {
  var buffer = [UInt8](repeating: 0, count: 8192)
  var size = buffer.count
  let code = unsafe buffer.withUnsafeMutableBufferPointer { bytes in
    unsafe bytes.baseAddress.map { unsafe fill($0, &size) } ?? 0
  }
  try checked(code)
  return Array(buffer.prefix(size))
}
