/// What is wrong with a certificate, by OpenSSL's verdict on its chain (`X509_V_ERR_…` in openssl/x509_vfy.h).
enum CertificateFault: Hashable {
  /// It is no longer valid, or not yet.
  case time
  /// A key is too short, or a digest too weak.
  case tooWeak
  /// It is not for TLS servers.
  case purpose
  /// A certificate signed another and may not.
  case authority
  case revoked
  case host
  case selfSigned
  /// Its signer is not known: an authority that is not trusted, or an intermediate certificate that is not sent.
  case issuerUnknown
  case other

  /// Reads a verdict; 0 is none.
  init(_ verdict: Int) {
    self =
      switch verdict {
      case 9...14: .time
      case 66, 67, 68: .tooWeak
      case 26, 27, 28: .purpose
      case 24, 25, 32, 79...93: .authority
      case 23: .revoked
      case 62, 64: .host
      case 18, 19: .selfSigned
      // Without a verdict the usual reason.
      case 0, 2, 20, 21, 22: .issuerUnknown
      default: .other
      }
  }
}
