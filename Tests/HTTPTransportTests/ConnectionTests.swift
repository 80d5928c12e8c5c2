import Foundation
import HTTPTransport
import Testing
import Timing

/// How many connections there are, when a request is repeated, and when there is no connection at all.
@Suite struct ConnectionTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
  private static let methods: [HTTPRequest.Method] = [.post, .put, .delete]

  private func change(_ method: HTTPRequest.Method) -> HTTPRequest {
    HTTPRequest(method, "/", token: Secret(fakeToken), body: Array("{}".utf8), timeLimit: .seconds(600))
  }

  @Test func `reads share one connection`() throws {
    let server = try LoopbackServer.answering(Self.ok)
    let transport = try plainTransport(to: server.port)
    for _ in 1...5 { #expect(try transport.send(get()).status == 200) }
    #expect(server.connections == 1)
    #expect(server.requests.count == 5)
  }

  @Test(arguments: methods)
  func `a change and the reads around it share one connection`(method: HTTPRequest.Method) throws {
    let server = try LoopbackServer.answering(Self.ok)
    let transport = try plainTransport(to: server.port)
    _ = try transport.send(get())
    _ = try transport.send(change(method))
    _ = try transport.send(get())
    _ = try transport.send(get())
    #expect(server.connections == 1)
  }

  @Test func `the connection survives an answer that is an error`() throws {
    let server = try LoopbackServer.answering("HTTP/1.1 503 X\r\nContent-Length: 2\r\n\r\nno")
    let transport = try plainTransport(to: server.port)
    for _ in 1...3 { #expect(try transport.send(get()).status == 503) }
    #expect(server.connections == 1)
  }

  @Test func `a kept connection that the server has closed is replaced silently`() throws {
    let server = try LoopbackServer { connection in
      if connection.readRequest() != nil { connection.write(Self.ok) }
    }
    let transport = try plainTransport(to: server.port)
    for _ in 1...3 { #expect(try transport.send(get()).status == 200) }
    #expect(server.requests.count == 3)
  }

  @Test func `a read is sent again when a kept connection dies under it`() throws {
    let server = try LoopbackServer { connection in
      if connection.readRequest() != nil { connection.write(Self.ok) }
      if connection.readRequest() != nil, connection.number > 1 { connection.write(Self.ok) }
    }
    let transport = try plainTransport(to: server.port)
    for _ in 1...2 { #expect(try transport.send(get()).status == 200) }
    #expect(server.requests.count == 3, "the second one was sent twice")
    #expect(server.connections == 2)
  }

  @Test(arguments: methods)
  func `a change is never sent again`(method: HTTPRequest.Method) throws {
    // Every connection answers reads, and dies as soon as it has read a change.
    let server = try LoopbackServer { connection in
      while let request = connection.readRequest(), request.hasPrefix("GET") { connection.write(Self.ok) }
    }
    let transport = try plainTransport(to: server.port)
    _ = try transport.send(get())
    let error = try failure(of: transport, change(method))
    #expect(error.kind == .broken)
    #expect(error.mayHaveBeenSent)
    #expect(
      error.message
        == "the connection to 127.0.0.1:\(server.port) ended before an answer, and the request is not repeated"
    )
    #expect(server.requests.filter { !$0.hasPrefix("GET") }.count == 1)
    #expect(try transport.send(get()).status == 200, "the transport is as good as before")
  }

  @Test(arguments: methods)
  func `a change is not sent again after a reset`(method: HTTPRequest.Method) throws {
    let server = try LoopbackServer { connection in
      while let request = connection.readRequest() {
        guard request.hasPrefix("GET") else { return connection.reset() }
        connection.write(Self.ok)
      }
    }
    let transport = try plainTransport(to: server.port)
    _ = try transport.send(get())
    let error = try failure(of: transport, change(method))
    #expect(error.kind == .broken)
    #expect(error.mayHaveBeenSent)
    #expect(server.requests.filter { !$0.hasPrefix("GET") }.count == 1)
  }

  @Test func `a refused connection is named, and nothing was sent`() throws {
    let (descriptor, port) = try refusingPort()
    defer { close(descriptor) }
    let error = try failure(of: plainTransport(to: port), change(.post))
    #expect(error.kind == .cannotConnect)
    #expect(error.message == "connection refused by 127.0.0.1:\(port)")
    #expect(!error.mayHaveBeenSent)
  }

  @Test func `a name that cannot be resolved is named, and nothing was sent`() throws {
    // libcurl resolves no .onion name (RFC 7686), so this needs no name server.
    let transport = try CurlTransport(
      endpoint: Endpoint("astra.onion"), userAgent: "astra-steps/0.0.0 (astra-test)", time: SystemTime())
    let error = try failure(of: transport, change(.post))
    #expect(error.kind == .cannotConnect)
    #expect(error.message == "the name astra.onion cannot be resolved")
    #expect(!error.mayHaveBeenSent)
  }

  @Test func `a connection that does not come ends at its own limit`() throws {
    let (descriptors, port) = try overfullPort()
    defer { for descriptor in descriptors { close(descriptor) } }
    let limits = TransportLimits(connect: .milliseconds(200))
    let error = try failure(of: plainTransport(to: port, limits: limits), change(.post))
    #expect(error.kind == .cannotConnect)
    #expect(error.message == "no connection to 127.0.0.1:\(port) within 0.2s")
    #expect(!error.mayHaveBeenSent)
  }

  @Test func `a TLS session that does not come ends at the same limit`() throws {
    let server = try LoopbackServer { $0.waitForEnd() }
    let limits = TransportLimits(connect: .milliseconds(200))
    let error = try failure(
      of: secureTransport(to: server.port, trust: TLSTrust(), limits: limits), change(.post))
    #expect(error.kind == .cannotConnect)
    #expect(!error.mayHaveBeenSent)
  }
}
