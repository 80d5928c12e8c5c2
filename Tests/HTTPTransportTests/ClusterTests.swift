import Foundation
import HTTPTransport
import Testing
import Timing

/// What a cluster's API server asks of a client, as a kubeconfig says it.
@Suite struct ClusterTests {
  private let certificates = Result { try TestCertificates.shared.get() }

  private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

  private func data(_ title: String = "certificate-authority-data") throws -> CertificateData {
    CertificateData(pem: try bytes(certificates.get().authority), title: title)
  }

  private func certificate(_ leaf: TestCertificates.Leaf, key: TestCertificates.Leaf? = nil) throws
    -> ClientCertificate
  {
    try ClientCertificate(
      certificate: bytes(certificates.get().certificate(leaf)),
      key: PrivateKey(pem: bytes(certificates.get().key(key ?? leaf))))
  }

  private func transport(
    to port: Int, _ trust: TLSTrust, certificate: ClientCertificate? = nil
  ) throws -> CurlTransport {
    try CurlTransport(
      endpoint: Endpoint(withPath: "https://127.0.0.1:\(port)/k8s/clusters/c-1"), trust: trust,
      userAgent: "astra-steps/0.0.0 (astra-test)", time: SystemTime(), certificate: certificate)
  }

  @Test func `requests go below the path`() throws {
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    let transport = try CurlTransport(
      endpoint: Endpoint(withPath: "http://127.0.0.1:\(server.port)/k8s/clusters/c-1/"), userAgent: "test",
      time: SystemTime())
    _ = try transport.send(get("/api/v1/pods?limit=1"))
    #expect(
      server.requests.first?.hasPrefix("GET /k8s/clusters/c-1/api/v1/pods?limit=1 HTTP/1.1\r\n") == true)
  }

  @Test func `a patch is sent with its body, once`() throws {
    let server = try LoopbackServer { connection in _ = connection.readRequest() }
    let transport = try plainTransport(to: server.port)
    let request = HTTPRequest(
      .patch, "/x", fields: [HTTPField("Content-Type", "application/merge-patch+json")],
      authorization: .basic(user: "u", password: Secret("p")), body: Array("{}".utf8), timeLimit: .seconds(5))
    let error = try failure(of: transport, request)
    #expect(error.kind == .broken && error.mayHaveBeenSent)
    #expect(server.requests.count == 1)
    #expect(server.requests.first?.hasPrefix("PATCH /x HTTP/1.1\r\n") == true)
    #expect(server.requests.first?.contains("\r\nAuthorization: Basic dTpw\r\n") == true)
    #expect(server.requests.first?.hasSuffix("\r\n\r\n{}") == true)
  }

  @Test func `authorities in memory are trusted`() throws {
    let server = try TLSServer(.keep)
    #expect(throws: TransportError.self) { try transport(to: server.port, TLSTrust()).send(get()) }
    var trust = TLSTrust()
    trust.caData = try data()
    #expect(try transport(to: server.port, trust).send(get()).status == 200)
    trust.trustsSystem = false
    #expect(try transport(to: server.port, trust).send(get()).status == 200)
  }

  @Test func `beside authorities of one's own the system's count only if they may`() throws {
    let server = try TLSServer(.keep)
    let other = try bytes(certificates.get().certificate(.selfSigned))
    var trust = TLSTrust(system: SystemRoots(files: [try certificates.get().authority]))
    trust.caData = CertificateData(pem: other, title: "certificate-authority-data")
    #expect(try transport(to: server.port, trust).send(get()).status == 200)
    trust.trustsSystem = false
    let error = try failure(of: transport(to: server.port, trust))
    #expect(error.kind == .untrusted)
    #expect(error.hint?.hasPrefix("certificate-authority-data does not hold the CA that signed it") == true)
  }

  @Test func `authorities in memory that are none are refused by their name`() throws {
    var trust = TLSTrust()
    trust.caData = CertificateData(pem: Array("x".utf8), title: "certificate-authority-data")
    let error = try #require(throws: TransportError.self) { try transport(to: 1, trust) }
    #expect(error.kind == .misconfigured)
    #expect(error.message == "certificate-authority-data holds no certificate")
  }

  @Test func `a client shows its certificate`() throws {
    let server = try TLSServer(.client)
    var trust = TLSTrust()
    trust.caData = try data()
    #expect(throws: TransportError.self) { try transport(to: server.port, trust).send(get()) }
    let response = try transport(to: server.port, trust, certificate: certificate(.forClients)).send(get())
    #expect(response.status == 200)
  }

  @Test func `a key that does not belong to the certificate is said before anything is sent`() throws {
    let server = try TLSServer(.client)
    var trust = TLSTrust()
    trust.caData = try data()
    let wrong = try certificate(.forClients, key: .good)
    let error = try failure(of: transport(to: server.port, trust, certificate: wrong))
    #expect(error.kind == .misconfigured && !error.mayHaveBeenSent)
    #expect(error.message.hasPrefix("the client certificate or its key cannot be used ("))
  }

  @Test(arguments: [
    ("", "x"), ("-----BEGIN CERTIFICATE-----", "x"),
    ("-----BEGIN CERTIFICATE-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nTOPSECRET"),
    ("-----BEGIN CERTIFICATE-----", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nTOPSECRET"),
  ])
  func `a certificate or a key that cannot be used is refused`(certificate: String, key: String) throws {
    let error = try #require(throws: TransportError.self) {
      try ClientCertificate(certificate: Array(certificate.utf8), key: PrivateKey(pem: Array(key.utf8)))
    }
    #expect(error.kind == .misconfigured && !error.message.contains("TOPSECRET"))
  }

  @Test func `a key has no printable form`() throws {
    let key = PrivateKey(pem: Array("-----BEGIN PRIVATE KEY-----\nTOPSECRET".utf8))
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped] {
      // A dump of bytes would list numbers.
      #expect(!text.contains("TOPSECRET") && !text.contains("84"))
    }
  }

  @Test func `a certificate may be for another name that was given`() throws {
    let server = try TLSServer(.keep, leaf: .elsewhere)
    var trust = TLSTrust(caFile: try certificates.get().authority)
    #expect(try failure(of: transport(to: server.port, trust)).kind == .untrusted)
    trust.serverName = "astra.test"
    #expect(try failure(of: transport(to: server.port, trust)).kind == .untrusted)
    trust.serverName = "elsewhere.test"
    let named = try transport(to: server.port, trust)
    #expect(try named.send(get()).status == 200)
    #expect(try named.send(get("/again")).status == 200)
    let events = server.events()
    #expect(events.last?.contains("\nHost: 127.0.0.1:\(server.port)\n") == true)
    #expect(events.last?.hasPrefix("GET /k8s/clusters/c-1/again HTTP/1.1\n") == true)
    // Two for each that is refused, with the system's authorities and without.
    #expect(events.filter { $0 == "connection" }.count == 5, "the connection is kept")
  }

  @Test func `with another name the certificate of the host is not enough`() throws {
    let server = try TLSServer(.keep)
    var trust = TLSTrust(caFile: try certificates.get().authority)
    trust.serverName = "elsewhere.test"
    #expect(try failure(of: transport(to: server.port, trust)).kind == .untrusted)
    trust.serverName = "a b"
    let error = try #require(throws: TransportError.self) { try transport(to: 1, trust) }
    #expect(error.message.hasPrefix("the name for the server's certificate holds a space"))
  }
}
