import Foundation
import HTTPTransport
import PageProbe
import Testing
import Timing

/// The proxy variables, which libcurl reads itself; each test sets them in a process of its own.
@Suite struct ProxyTests {
  @Test func `a proxy for HTTPS sees no authorization`() async {
    await #expect(processExitsWith: .success) {
      let certificates = try TestCertificates.shared.get()
      let server = try TLSServer(.keep)
      let proxy = try TLSServer(.proxy)
      setVariable("https_proxy", "http://127.0.0.1:\(proxy.port)")
      // Only the proxy can resolve this name.
      let transport = try secureTransport(
        to: server.port, host: "astra.test", trust: TLSTrust(caFile: certificates.authority))
      let response = try transport.send(get())
      #expect(response.status == 200)
      #expect(response.field("Proxy-Note") == nil, "the proxy's answer is not the server's")
      _ = try transport.send(get())
      let seen = proxy.events()
      #expect(seen.count == 2)
      #expect(seen.last?.hasPrefix("CONNECT astra.test:\(server.port) HTTP/1.1\n") == true)
      #expect(!seen.joined().contains("Authorization"))
      #expect(!seen.joined().contains(fakeToken))
      #expect(server.events().filter { $0.contains("Authorization: Bearer \(fakeToken)") }.count == 2)
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `plain HTTP to a loopback host never goes to a proxy`() async {
    await #expect(processExitsWith: .success) {
      let proxy = try LoopbackServer.answering("HTTP/1.1 418 Proxy\r\nContent-Length: 0\r\n\r\n")
      let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"] {
        setVariable(name, "http://127.0.0.1:\(proxy.port)")
      }
      #expect(try plainTransport(to: server.port).send(get()).status == 200)
      #expect(proxy.connections == 0)
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `no_proxy makes an exception`() async {
    await #expect(processExitsWith: .success) {
      let certificates = try TestCertificates.shared.get()
      let server = try TLSServer(.keep)
      let proxy = try TLSServer(.proxy)
      setVariable("https_proxy", "http://127.0.0.1:\(proxy.port)")
      setVariable("no_proxy", "127.0.0.1")
      let transport = try secureTransport(
        to: server.port, trust: TLSTrust(caFile: certificates.authority))
      #expect(try transport.send(get()).status == 200)
      #expect(proxy.events().isEmpty)
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `a proxy that refuses is named, and nothing was sent`() async {
    await #expect(processExitsWith: .success) {
      let (_, port) = try refusingPort()
      setVariable("https_proxy", "http://someone:fake-password@127.0.0.1:\(port)")
      let transport = try secureTransport(to: 443, host: "astra.test", trust: TLSTrust())
      let error = try failure(of: transport)
      #expect(error.kind == .cannotConnect)
      #expect(error.message == "no connection to the proxy 127.0.0.1:\(port) (connection refused)")
      #expect(error.hint == "check https_proxy and no_proxy")
      #expect(!error.mayHaveBeenSent)
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `a proxy that denies the tunnel is named, and nothing was sent`() async {
    await #expect(processExitsWith: .success) {
      let proxy = try LoopbackServer.answering("HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
      setVariable("https_proxy", "http://127.0.0.1:\(proxy.port)")
      let transport = try secureTransport(to: 443, host: "astra.test", trust: TLSTrust())
      let error = try failure(of: transport)
      #expect(error.kind == .cannotConnect)
      #expect(error.message.contains("403"), "\(error.message)")
      #expect(error.hint == "check https_proxy and no_proxy")
      #expect(!error.mayHaveBeenSent)
      #expect(!proxy.requests.joined().contains("Authorization"))
      exit(EXIT_SUCCESS)
    }
  }
}

extension ProxyTests {
  private func page(_ url: String, resolve: [String] = [], _ environment: [String: String]) throws
    -> PageResponse
  {
    let pages = try CurlPages(
      trust: TLSTrust(), resolve: resolve, names: TransportParameterNames(),
      proxies: Proxies(environment: environment), userAgent: "test", time: SystemTime())
    return try pages.look(at: PageURL(url), timeLimit: .seconds(10))
  }

  @Test func `HTTP_PROXY counts in capitals too, but not for what a server has called`() throws {
    let proxy = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")
    var environment = ["HTTP_PROXY": "http://127.0.0.1:\(proxy.port)"]
    let url = "http://127.0.0.1:\(server.port)/"
    let seen = try page(url, environment)
    #expect(seen.body == Array("proxy".utf8) && seen.isThroughProxy && seen.address == nil)
    environment["REQUEST_METHOD"] = "GET"
    #expect(try page(url, environment).body == Array("page".utf8))
    #expect(
      try page(url, ["HTTP_PROXY": "http://127.0.0.1:\(proxy.port)", "NO_PROXY": "127.0.0.0/8"]).address
        == "127.0.0.1")
  }

  @Test func `a name that is given an address goes round the proxy`() throws {
    let proxy = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage")
    let seen = try page(
      "http://shop.test:\(server.port)/", resolve: ["shop.test:\(server.port):127.0.0.1"],
      ["http_proxy": "http://127.0.0.1:\(proxy.port)"])
    #expect(seen.body == Array("page".utf8) && seen.address == "127.0.0.1" && !seen.isThroughProxy)
    #expect(proxy.connections == 0)
  }

  @Test func `a password with an @ in it reaches the proxy, and no text`() throws {
    let proxy = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    _ = try page(
      "http://shop.test/", ["http_proxy": "http://svc:S3c@retPw@127.0.0.1:\(proxy.port)"])
    let login = Data("svc:S3c@retPw".utf8).base64EncodedString()
    #expect(proxy.requests.first?.contains("Proxy-Authorization: Basic \(login)\r\n") == true)
    let proxies = Proxies(environment: ["https_proxy": "http://svc:S3c@ret%50w@proxy.invalid:3128"])
    let transport = try CurlTransport(
      endpoint: Endpoint("https://astra.test"), userAgent: "test", time: SystemTime(), proxies: proxies)
    let error = try failure(of: transport)
    #expect(error.kind == .proxyFailed(forGood: true) && !error.mayHaveBeenSent)
    #expect(error.message == "the name of the proxy proxy.invalid:3128 cannot be resolved")
    #expect(error.hint == "check https_proxy, or name the server's host in no_proxy")
    for text in ["svc:S3c@ret%50w", "a svc:S3c@retPw b", "S3c@retPw"] {
      #expect(proxies.secrets.reduce(text) { $1.scrubbed(from: $0) }.contains("<secret>"), "\(text)")
    }
  }

  @Test(arguments: [
    "ftp://p.test:1", "http://", "http://p.test:99999", "http://a b:1", "u:fake-pw@", "http://[::1",
  ])
  func `a proxy that can never work is refused by its variable's name`(value: String) throws {
    let proxies = Proxies(environment: ["HTTPS_PROXY": value])
    let error = #expect(throws: TransportError.self) {
      try CurlTransport(
        endpoint: Endpoint("https://astra.test"), userAgent: "test", time: SystemTime(), proxies: proxies)
    }
    #expect(
      error?.kind == .misconfigured && error?.message.contains("the proxy that HTTPS_PROXY names ") == true)
    #expect(error?.message.contains("fake-pw") == false)
    // Where it is not needed it is not looked at.
    _ = try CurlTransport(
      endpoint: Endpoint("https://astra.test"), userAgent: "test", time: SystemTime(),
      proxies: Proxies(environment: ["HTTPS_PROXY": value, "no_proxy": ".test"]))
  }

  @Test func `a proxy that was given counts in place of the environment's`() async throws {
    await #expect(processExitsWith: .success) {
      let certificates = try TestCertificates.shared.get()
      let server = try TLSServer(.keep)
      let proxy = try TLSServer(.proxy)
      setVariable("https_proxy", "http://127.0.0.1:1")
      setVariable("no_proxy", "*")
      let proxies = Proxies("http://svc:fake-password@127.0.0.1:\(proxy.port)", title: "proxy-url")
      let transport = try CurlTransport(
        endpoint: Endpoint("https://astra.test:\(server.port)"),
        trust: TLSTrust(caFile: certificates.authority), userAgent: "test", time: SystemTime(),
        proxies: proxies)
      #expect(try transport.send(get()).status == 200)
      #expect(proxy.events().last?.hasPrefix("CONNECT astra.test:\(server.port) HTTP/1.1\n") == true)
      #expect(proxies.secrets.reduce("x fake-password") { $1.scrubbed(from: $0) } == "x <secret>")
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `what is wrong with a proxy that was given is said by its own name`() throws {
    let (descriptor, port) = try refusingPort()
    defer { close(descriptor) }
    func error(_ url: String) throws -> TransportError {
      try #require(throws: TransportError.self) {
        let transport = try CurlTransport(
          endpoint: Endpoint("https://kube.test"), userAgent: "test", time: SystemTime(),
          proxies: Proxies(url, title: "proxy-url"))
        _ = try transport.send(get())
      }
    }
    let wrong = try error("ftp://p.test")
    #expect(wrong.message == "the proxy that proxy-url names has a scheme that no proxy has")
    #expect(wrong.hint == "give it like http://proxy.example.com:3128")
    let refused = try error("http://127.0.0.1:\(port)")
    #expect(refused.message == "no connection to the proxy 127.0.0.1:\(port) (connection refused)")
    #expect(refused.hint == "check proxy-url")
    // Without a port it is that of its scheme.
    #expect(try error("http://proxy.invalid").message.contains("proxy.invalid:80 "))
  }

  @Test func `a proxy that is not there says nothing of the page`() throws {
    let (_, port) = try refusingPort()
    let error = #expect(throws: TransportError.self) {
      try page("http://shop.test/", ["http_proxy": "127.0.0.1:\(port)"])
    }
    #expect(error?.kind == .proxyFailed(forGood: false))
  }

  @Test(arguments: [
    ("shop.test", "shop.test", true), ("shop.test", "www.shop.test", true), (".shop.test", "shop.test", true),
    ("shop.test", "myshop.test", false), ("a, b.test ,c", "b.test", true), ("*", "any.test", true),
    ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "11.1.2.3", false), ("192.0.2.7", "192.0.2.7", true),
    ("2001:db8::/32", "2001:db8::1", true), ("[::1]", "::1", true), ("Shop.TEST", "shop.test", true),
    ("10.0.0.0/99", "10.0.0.1", false), ("", "shop.test", false),
  ])
  func `no_proxy is read as by curl`(list: String, host: String, isExcepted: Bool) {
    #expect(Proxies(environment: ["no_proxy": list]).isExcepted(host) == isExcepted)
  }
}

/// Sets a variable of this process's environment, where libcurl looks.
private func setVariable(_ name: String, _ value: String) {
  let result = unsafe setenv(name, value, 1)
  precondition(result == 0)
}
