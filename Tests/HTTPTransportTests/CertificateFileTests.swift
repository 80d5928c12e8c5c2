import Foundation
import HTTPTransport
import Testing
import Timing

/// The CA file is looked at when the transport is made.
@Suite struct CertificateFileTests {
  private let certificates: TestCertificates
  private let authority: String

  init() throws {
    certificates = try TestCertificates.shared.get()
    authority = try String(contentsOfFile: certificates.authority, encoding: .utf8)
  }

  private func error(_ path: String) throws -> TransportError {
    try #require(throws: TransportError.self) {
      try secureTransport(to: 1, trust: TLSTrust(caFile: path))
    }
  }

  @Test func `a missing file is named`() throws {
    let path = "\(certificates.folder)/missing.pem"
    let error = try error(path)
    #expect(error.kind == .misconfigured)
    #expect(error.message == "the CA file \(path) cannot be read: no such file or directory")
    #expect(!error.mayHaveBeenSent)
  }

  @Test func `a folder is no file`() throws {
    #expect(try error(certificates.folder).message.hasSuffix("cannot be read: it is not a regular file"))
  }

  @Test func `a pipe that could block for ever is no file`() throws {
    let path = "\(certificates.folder)/pipe-\(UUID().uuidString)"
    let made = unsafe mkfifo(path, 0o600)
    #expect(made == 0)
    #expect(try error(path).message.hasSuffix("it is not a regular file"))
  }

  @Test(arguments: [
    ("empty.pem", "", "holds no certificate"),
    ("garbage.pem", "not a certificate\n\u{1}\u{2}", "holds no certificate"),
    (
      "cut.pem", "-----BEGIN CERTIFICATE-----\nMIIB\n", "holds a damaged certificate (number 1)"
    ),
    (
      "noise.pem", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n",
      "holds a damaged certificate (number 1)"
    ),
    (
      "short.pem", "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n",
      "holds a damaged certificate (number 1)"
    ),
    (
      "key.pem", "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n", "holds no certificate"
    ),
  ])
  func `a file without a certificate is named`(name: String, contents: String, words: String) throws {
    let path = try certificates.file("\(UUID().uuidString)-\(name)", contents)
    let error = try error(path)
    #expect(error.kind == .misconfigured)
    #expect(error.message == "the CA file \(path) \(words)")
  }

  @Test func `a damaged second certificate is noticed`() throws {
    let path = try certificates.file(
      "second.pem", authority + "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    #expect(try error(path).message.hasSuffix("holds a damaged certificate (number 2)"))
  }

  @Test func `a binary certificate gets a hint how to convert it`() throws {
    let base64 = authority.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
    let path = "\(certificates.folder)/binary.der"
    try #require(Data(base64Encoded: base64)).write(to: URL(fileURLWithPath: path))
    let error = try error(path)
    #expect(error.message == "the CA file \(path) is binary (DER), not PEM")
    #expect(error.hint?.hasPrefix("convert it: openssl x509 -inform der") == true)
  }

  @Test func `text and keys around a certificate do no harm`() throws {
    let key = try String(contentsOfFile: certificates.key(.good), encoding: .utf8)
    let contents = "subject: the test CA\r\n\(key)" + authority.replacing("\n", with: "\r\n") + "\nend"
    let path = try certificates.file("around.pem", contents)
    let server = try TLSServer(.keep)
    #expect(try secureTransport(to: server.port, trust: TLSTrust(caFile: path)).send(get()).status == 200)
  }

  @Test func `what only looks like a certificate is a fault of the file, not of the server`() throws {
    let path = try certificates.file(
      "hollow.pem", "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n")
    let server = try TLSServer(.keep)
    let error = try failure(of: secureTransport(to: server.port, trust: TLSTrust(caFile: path)))
    #expect(error.kind == .misconfigured)
    #expect(error.message.contains(path))
    #expect(!error.mayHaveBeenSent)
  }
}
