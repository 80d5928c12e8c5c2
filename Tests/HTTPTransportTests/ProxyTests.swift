import Foundation
import HTTPTransport
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

/// Sets a variable of this process's environment, where libcurl looks.
private func setVariable(_ name: String, _ value: String) {
  let result = unsafe setenv(name, value, 1)
  precondition(result == 0)
}
