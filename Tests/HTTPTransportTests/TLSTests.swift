import Foundation
import HTTPTransport
import Testing
import Timing

/// Who is trusted over TLS, and what is said when nobody is.
@Suite struct TLSTests {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates.shared.get()
  }

  private var trust: TLSTrust { TLSTrust(caFile: certificates.authority) }

  @Test(arguments: ["127.0.0.1", "localhost"])
  func `a private CA is trusted when its file is given`(host: String) throws {
    let server = try TLSServer(.keep)
    let transport = try secureTransport(to: server.port, host: host, trust: trust)
    for _ in 1...3 { #expect(try transport.send(get()).body == Array("ok".utf8)) }
    let events = server.events()
    #expect(events.filter { $0 == "connection" }.count == 1, "one connection for all reads")
    #expect(events.filter { $0.contains("Authorization: Bearer \(fakeToken)") }.count == 3)
  }

  @Test func `TLS 1.2 will do`() throws {
    let server = try TLSServer(.tls12)
    #expect(try secureTransport(to: server.port, trust: trust).send(get()).status == 200)
  }

  @Test func `an unknown CA is refused before anything is sent`() throws {
    let server = try TLSServer(.keep)
    let error = try failure(of: secureTransport(to: server.port, trust: TLSTrust()))
    #expect(error.kind == .untrusted)
    #expect(
      error.message
        == "the certificate of 127.0.0.1:\(server.port) is not trusted (unable to get local issuer certificate)"
    )
    #expect(
      error.hint
        == "add the server's CA with ASTRA_CA_FILE, or the server does not send its intermediate certificates"
    )
    #expect(!error.mayHaveBeenSent)
    #expect(server.events() == ["connection"])
  }

  @Test func `a CA file of another CA does not help`() throws {
    let server = try TLSServer(.keep)
    let other = certificates.certificate(.selfSigned)
    let error = try failure(of: secureTransport(to: server.port, trust: TLSTrust(caFile: other)))
    #expect(error.kind == .untrusted)
    #expect(
      error.hint
        == "\(other) does not hold the CA that signed it, or the server does not send its intermediate certificates"
    )
  }

  @Test func `the system's certificates are trusted besides a CA file, when they prove to be needed`()
    throws
  {
    let server = try TLSServer(.keep)
    let other = certificates.certificate(.selfSigned)
    let transport = try secureTransport(
      to: server.port, trust: TLSTrust(caFile: other, system: SystemRoots(files: [certificates.authority])))
    let post = HTTPRequest(.post, "/", token: Secret(fakeToken), body: [1], timeLimit: .seconds(600))
    for _ in 1...2 { #expect(try transport.send(post).status == 200) }
    // One connection that the server was not trusted on, and one for all that was sent.
    let events = server.events()
    #expect(events.filter { $0 == "connection" }.count == 2)
    #expect(events.filter { $0.hasPrefix("POST / ") }.count == 2)
  }

  @Test func `where the CA file is enough the system's certificates are not read`() throws {
    let server = try TLSServer(.keep)
    // The TLS library refuses a bundle with this in it.
    let damaged = try certificates.file(
      "damaged-system.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    let transport = try secureTransport(
      to: server.port, trust: TLSTrust(caFile: certificates.authority, system: SystemRoots(files: [damaged])))
    #expect(try transport.send(get()).status == 200)
    #expect(server.events().filter { $0 == "connection" }.count == 1)

    let stranger = try TLSServer(.keep, leaf: .selfSigned)
    let trust = TLSTrust(caFile: certificates.authority, system: SystemRoots(files: [damaged]))
    let error = try failure(of: secureTransport(to: stranger.port, trust: trust))
    #expect(error.kind == .misconfigured)
  }

  @Test func `a certificate for another host is refused`() throws {
    let server = try TLSServer(.keep, leaf: .elsewhere)
    let error = try failure(of: secureTransport(to: server.port, trust: trust))
    #expect(error.kind == .untrusted)
    #expect(error.message.hasPrefix("the certificate of 127.0.0.1:\(server.port) is for another host"))
    #expect(error.hint == "give the host in ASTRA_FQDN by a name that the certificate holds")
    #expect(server.events().allSatisfy { $0 == "connection" })
  }

  @Test func `an expired certificate is refused`() throws {
    let server = try TLSServer(.keep, leaf: .expired)
    let error = try failure(of: secureTransport(to: server.port, trust: trust))
    #expect(error.kind == .untrusted)
    #expect(error.message.hasSuffix("is not trusted (certificate has expired)"))
    #expect(error.hint == "renew the server's certificate, or set this machine's clock right")
    #expect(server.events().allSatisfy { $0 == "connection" })
  }

  @Test func `a self-signed certificate is trusted when it is the CA file itself`() throws {
    let server = try TLSServer(.keep, leaf: .selfSigned)
    let error = try failure(of: secureTransport(to: server.port, trust: trust))
    #expect(error.kind == .untrusted)
    let itself = TLSTrust(caFile: certificates.certificate(.selfSigned))
    #expect(try secureTransport(to: server.port, trust: itself).send(get()).status == 200)
  }

  @Test(arguments: [TestCertificates.Leaf.good, .elsewhere, .expired, .selfSigned])
  func `without verification anything goes`(leaf: TestCertificates.Leaf) throws {
    let server = try TLSServer(.keep, leaf: leaf)
    #expect(try secureTransport(to: server.port, trust: TLSTrust(verify: false)).send(get()).status == 200)
  }

  @Test(arguments: [true, false])
  func `TLS before 1.2 is refused, verified or not`(verify: Bool) throws {
    let server = try TLSServer(.old)
    let transport = try secureTransport(
      to: server.port, trust: TLSTrust(caFile: certificates.authority, verify: verify))
    let error = try failure(of: transport)
    #expect(error.kind == .cannotConnect)
    #expect(error.message.hasPrefix("no TLS session with 127.0.0.1:\(server.port) ("))
    #expect(error.hint == "the server must speak TLS 1.2 or newer at this port")
    #expect(!error.mayHaveBeenSent)
  }

  @Test func `a server that speaks no TLS is refused`() throws {
    let server = try LoopbackServer { connection in
      _ = connection.read()
      connection.write("HTTP/1.1 400 Bad Request\r\n\r\n")
    }
    let error = try failure(of: secureTransport(to: server.port, trust: trust))
    #expect(error.kind == .cannotConnect)
    #expect(!error.mayHaveBeenSent)
    #expect(server.requests.isEmpty)
  }

  @Test(arguments: [TLSServer.Behaviour.close, .drop])
  func `a document without a length is broken, whether or not TLS ends in order`(
    behaviour: TLSServer.Behaviour
  ) throws {
    let server = try TLSServer(behaviour)
    let error = try failure(of: secureTransport(to: server.port, trust: trust))
    #expect(error.kind == .broken)
    #expect(error.mayHaveBeenSent)
  }

  @Test(arguments: [
    (TestCertificates.Leaf.shortKey, "key too weak", "longer key"),
    (.weakDigest, "too weak", "newer digest"), (.forClients, "purpose", "serverAuth"),
    (.withoutIntermediate, "unable to get local issuer", "does not send its intermediate certificates"),
  ])
  func `a certificate is refused for what it is`(
    leaf: TestCertificates.Leaf, words: String, hint: String
  ) throws {
    let isWeak = [.shortKey, .weakDigest].contains(leaf)
    let server = try TLSServer(isWeak ? .weak : .keep, leaf: leaf)
    let error = try failure(of: secureTransport(to: server.port, trust: trust))
    #expect(error.kind == .untrusted && !error.mayHaveBeenSent)
    #expect(error.message.contains(words), "\(error.message)")
    #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "")")
  }

  @Test func `without certificates of authorities it is said what to install`() throws {
    let server = try TLSServer(.keep)
    let none = TLSTrust(system: SystemRoots(files: ["/no/such/file"], folders: [certificates.folder]))
    let error = try failure(of: secureTransport(to: server.port, trust: none))
    #expect(error.kind == .untrusted)
    #expect(error.message.hasPrefix("there are no certificates of authorities on this machine"))
    #expect(error.hint == "install ca-certificates, or set ASTRA_CA_FILE")
    // The first place that has some counts.
    let somewhere = TLSTrust(system: SystemRoots(files: ["/no/such/file", certificates.authority]))
    #expect(try secureTransport(to: server.port, trust: somewhere).send(get()).status == 200)
    let usual = SystemRoots.usual(environment: ["SSL_CERT_FILE": "/own/file", "SSL_CERT_DIR": "/a:/b"])
    for place in [
      "/own/file", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
      "/etc/ssl/cert.pem", "/etc/ssl/ca-bundle.pem", "/etc/ssl/certs/ca-certificates.crt",
    ] {
      #expect(usual.files.contains(place))
    }
    #expect(usual.folders == ["/a", "/b", "/etc/ssl/certs"])
  }
}
