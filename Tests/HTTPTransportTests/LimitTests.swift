import HTTPTransport
import Testing
import Timing

/// Limits of time and size.
@Suite struct LimitTests {
  /// Sends the start of an answer, and then one byte now and then for as long as the client listens.
  private static func dripping(every pause: Duration) throws -> LoopbackServer {
    try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      for _ in 1...20 {
        try? SystemTime().sleep(for: pause)
        connection.write("x")
      }
      connection.waitForEnd()
    }
  }

  @Test func `a server that never answers ends at the limit of silence`() throws {
    let server = try LoopbackServer { $0.waitForEnd() }
    let limits = TransportLimits(idle: .milliseconds(200))
    let error = try failure(of: plainTransport(to: server.port, limits: limits))
    #expect(error.kind == .timedOut)
    #expect(error.message == "nothing came from 127.0.0.1:\(server.port) for 0.2s")
    #expect(error.mayHaveBeenSent)
  }

  @Test func `an answer that stalls ends at the limit of silence`() throws {
    let server = try Self.dripping(every: .seconds(5))
    let limits = TransportLimits(idle: .milliseconds(200))
    let error = try failure(of: plainTransport(to: server.port, limits: limits))
    #expect(error.kind == .timedOut)
    #expect(error.message.hasPrefix("nothing came from"))
  }

  @Test func `an answer that drips for ever ends at the request's own limit`() throws {
    let server = try Self.dripping(every: .milliseconds(25))
    let error = try failure(of: plainTransport(to: server.port), get(timeLimit: .milliseconds(300)))
    #expect(error.kind == .timedOut)
    #expect(error.message == "no complete answer from 127.0.0.1:\(server.port) within 0.3s")
    #expect(error.mayHaveBeenSent)
  }

  @Test(arguments: [Duration.zero, .seconds(-1)])
  func `without time nothing is sent`(limit: Duration) throws {
    let server = try LoopbackServer { $0.waitForEnd() }
    let error = try failure(of: plainTransport(to: server.port), get(timeLimit: limit))
    #expect(error.kind == .timedOut)
    #expect(!error.mayHaveBeenSent)
    #expect(server.connections == 0)
  }

  @Test func `the limits follow the given clock`() throws {
    let time = ManualTime()
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    let limits = TransportLimits(connect: .microseconds(1), idle: .microseconds(1))
    let transport = try plainTransport(to: server.port, limits: limits, time: time)
    #expect(try transport.send(get(timeLimit: .microseconds(1))).status == 200, "it stands still")
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
  ])
  func `a body over its bound is refused`(head: String) throws {
    let server = try LoopbackServer.answering(head + String(repeating: "x", count: 1001) + "\r\n0\r\n\r\n")
    let limits = TransportLimits(bodyBytes: 1000)
    let error = try failure(of: plainTransport(to: server.port, limits: limits))
    #expect(error.kind == .tooLarge)
    #expect(error.message == "the answer of 127.0.0.1:\(server.port) has a body larger than 1000 bytes")
  }

  @Test func `a body at its bound is taken`() throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000))
    let response = try plainTransport(to: server.port, limits: TransportLimits(bodyBytes: 1000)).send(get())
    #expect(response.body.count == 1000)
  }

  @Test func `a header over its bound is refused`() throws {
    let lines = (1...40).map { "X-\($0): \(String(repeating: "x", count: 100))\r\n" }.joined()
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\n\(lines)Content-Length: 0\r\n\r\n")
    let error = try failure(
      of: plainTransport(to: server.port, limits: TransportLimits(headerBytes: 2048)))
    #expect(error.kind == .tooLarge)
    #expect(error.message == "the answer of 127.0.0.1:\(server.port) has a header larger than 2 KB")
  }
}
