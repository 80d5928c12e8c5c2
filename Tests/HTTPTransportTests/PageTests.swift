import Foundation
import HTTPTransport
import PageProbe
import Testing
import Timing

/// Looks at pages over libcurl: as a customer would, each time anew, and without a token.
@Suite struct PageTests {
  private func pages(trust: TLSTrust = TLSTrust(), resolve: [String] = []) throws -> CurlPages {
    try CurlPages(
      trust: trust, resolve: resolve,
      names: TransportParameterNames(host: "the page's URL", authorityFile: "ASTRA_VERIFY_CA_FILE"),
      userAgent: "astra-steps/0.0.0 (astra-test)", time: SystemTime())
  }

  private func look(_ pages: CurlPages, _ url: String, timeLimit: Duration = .seconds(600)) throws
    -> PageResponse
  {
    try pages.look(at: PageURL(url), timeLimit: timeLimit)
  }

  @Test func `each look is a connection of its own, without an authorization`() throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 500 No\r\nX-Release: 2.4.1\r\nContent-Length: 2\r\n\r\nno")
    let pages = try pages()
    for _ in 1...3 {
      let response = try look(pages, "http://127.0.0.1:\(server.port)/shop?x=1")
      #expect(response.status == 500 && response.body == Array("no".utf8) && response.gap == nil)
      #expect(response.address == "127.0.0.1" && !response.isThroughProxy)
      #expect(response.fields.contains { $0.name == "X-Release" && $0.value == "2.4.1" })
    }
    #expect(server.connections == 3)
    for request in server.requests {
      #expect(request.hasPrefix("GET /shop?x=1 HTTP/1.1\r\n"))
      #expect(!request.lowercased().contains("authorization") && !request.lowercased().contains("cookie"))
    }
  }

  @Test func `a redirect is what was seen`() throws {
    let other = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let server = try LoopbackServer.answering(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:\(other.port)/\r\nContent-Length: 0\r\n\r\n")
    #expect(try look(pages(), "http://127.0.0.1:\(server.port)").status == 302)
    #expect(other.connections == 0)
  }

  @Test func `a page need not say how long it is, and its beginning is enough`() throws {
    let small = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\n\r\nwithout a length")
    }
    #expect(try look(pages(), "http://127.0.0.1:\(small.port)/").body == Array("without a length".utf8))
    let endless = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\n\r\n")
      let part = String(repeating: "x", count: 65_536)
      for _ in 1...400 { connection.write(part) }
    }
    let response = try look(pages(), "http://127.0.0.1:\(endless.port)/")
    #expect(
      response.gap == "only its first \(CurlPages.bodyBytes) bytes are read"
        && response.body.count == CurlPages.bodyBytes && response.address == "127.0.0.1")
  }

  @Test func `a page that dribbles is given up at its time`() throws {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      while connection.read() != nil {}
    }
    let error = #expect(throws: TransportError.self) {
      try look(pages(), "http://127.0.0.1:\(server.port)/", timeLimit: .milliseconds(300))
    }
    #expect(error?.kind == .timedOut)
  }

  @Test func `a name may be given an address`() throws {
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    let pages = try pages(resolve: ["shop.example.com:\(server.port):127.0.0.1"])
    let response = try look(pages, "http://shop.example.com:\(server.port)/")
    #expect(response.status == 200 && response.address == "127.0.0.1")
    #expect(server.requests.first?.contains("Host: shop.example.com:\(server.port)\r\n") == true)
  }

  @Test func `an untrusted certificate names the page's own parameters`() throws {
    let server = try TLSServer(.keep)
    let certificates = try TestCertificates.shared.get()
    let error = #expect(throws: TransportError.self) {
      try look(pages(), "https://127.0.0.1:\(server.port)/")
    }
    #expect(
      error?.kind == .untrusted
        && error?.hint
          == "add the server's CA with ASTRA_VERIFY_CA_FILE, or the server does not send its intermediate certificates"
    )
    let trusting = try pages(
      trust: TLSTrust(caFile: certificates.authority), resolve: ["other.test:\(server.port):127.0.0.1"])
    #expect(try look(trusting, "https://127.0.0.1:\(server.port)/").status == 200)
    let wrong = #expect(throws: TransportError.self) {
      try look(trusting, "https://other.test:\(server.port)/")
    }
    #expect(
      wrong?.kind == .untrusted
        && wrong?.hint == "give the host in the page's URL by a name that the certificate holds")
    let loose = try pages(trust: TLSTrust(verify: false))
    #expect(try look(loose, "https://127.0.0.1:\(server.port)/").status == 200)
    #expect(throws: TransportError.self) { try pages(trust: TLSTrust(caFile: "/no/such/file")) }
    #expect(!server.events().joined().contains("Authorization"))
  }

  @Test func `behind a proxy the address is not known`() async {
    await #expect(processExitsWith: .success) {
      let proxy = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      for (name, value) in [("http_proxy", "http://127.0.0.1:\(proxy.port)"), ("no_proxy", "direct.test")] {
        let result = unsafe setenv(name, value, 1)
        precondition(result == 0)
      }
      let pages = try CurlPages(
        trust: TLSTrust(), resolve: ["direct.test:\(server.port):127.0.0.1"],
        names: TransportParameterNames(),
        userAgent: "astra-steps/0.0.0 (astra-test)", time: SystemTime())
      // Of another port, and of the proxy's own, where only the form of the request tells.
      for port in [server.port, proxy.port] {
        let response = try pages.look(at: PageURL("http://127.0.0.1:\(port)/"), timeLimit: .seconds(600))
        #expect(response.isThroughProxy && response.address == nil, "\(port)")
      }
      #expect(proxy.requests.allSatisfy { $0.hasPrefix("GET http://127.0.0.1:") } && proxy.connections == 2)
      let direct = try pages.look(at: PageURL("http://direct.test:\(server.port)/"), timeLimit: .seconds(600))
      #expect(direct.address == "127.0.0.1" && !direct.isThroughProxy)
      exit(EXIT_SUCCESS)
    }
  }

  @Test(arguments: [
    ("http://Shop.Example.com", "http://shop.example.com/"), ("https://a:443/x?y", "https://a/x?y"),
    ("http://a:8080?q=1", "http://a:8080/?q=1"), ("http://[::1]:80/", "http://[::1]/"),
    ("HTTP://192.0.2.7/%20", "http://192.0.2.7/%20"),
  ])
  func `a URL has one spelling`(text: String, canonical: String) throws {
    #expect(try PageURL(text).description == canonical)
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("0:0:0:0:0:0:0:1", "::1"), ("::", "::"), ("fe80::1%eth0", "fe80::1"), ("1:0:2::", "1:0:2::"),
    ("192.0.2.01", nil), ("host", nil), ("", nil),
  ])
  func `an address has one spelling`(text: String, canonical: String?) {
    #expect(canonicalAddress(text) == canonical)
  }
}
