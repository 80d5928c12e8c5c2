import HTTPTransport
import Testing
import Timing

/// The trace of a CI system in the requests of a step.
@Suite struct TraceTests {
  private static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
  private static let parent = "00-\(traceID)-00f067aa0ba902b7-01"

  private func read(_ parent: String, state: String? = nil) -> TraceContext? {
    TraceContext(parent: parent, state: state, random: SeededRandom(seed: 1))
  }

  @Test(arguments: [
    "", "x", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", parent + "-x", parent + " ",
    "01-\(traceID)-00f067aa0ba902b7-01", "ff-\(traceID)-00f067aa0ba902b7-01",
    "00-\(traceID.uppercased())-00f067aa0ba902b7-01", "00-\(traceID)-00F067aa0ba902b7-01",
    "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(traceID)-0000000000000000-01",
    "00-\(traceID)-00f067aa0ba902b7-1", "00-\(traceID)-00f067aa0ba902b7-01\r\nX: y", "00-\(traceID)--01",
    "00-４bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
  ])
  func whatIsNoTraceIsNone(text: String) {
    #expect(read(text) == nil)
  }

  @Test func eachRequestHasANumberOfItsOwn() throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
    let trace = try #require(read(Self.parent, state: "vendor=a:b,other=1"))
    #expect(trace.traceID == Self.traceID)
    for _ in 0..<2 {
      let transport = TracingTransport(try plainTransport(to: server.port), trace)
      _ = try transport.send(get())
      _ = try transport.receiveLines(of: get(), longestLine: 100, silence: nil) { _ in .goOn }
    }
    let parents = server.requests.compactMap { request in
      request.firstMatch(of: /\r\ntraceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-([0-9a-f]{16})-01\r\n/)?.1
    }
    #expect(parents.count == 4 && Set(parents).count == 4 && !parents.contains("00f067aa0ba902b7"))
    #expect(server.requests.allSatisfy { $0.contains("\r\ntracestate: vendor=a:b,other=1\r\n") })
  }

  @Test(arguments: [
    ("", false), ("a=1", true), ("a=1\nb=2", false), ("a=é", false), (" a=1", false),
    (String(repeating: "x", count: 511), true), (String(repeating: "x", count: 512), false),
  ])
  func aStateThatCannotBeSentIsLeftOut(state: String, isSent: Bool) throws {
    let server = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    let trace = try #require(read(Self.parent, state: state))
    _ = try TracingTransport(try plainTransport(to: server.port), trace).send(get())
    #expect(server.requests.first?.contains("\r\ntracestate: \(state)\r\n") == isSent)
    #expect(server.requests.first?.contains("\r\ntraceparent: ") == true)
  }

  @Test func noOtherHostHearsOfIt() throws {
    let elsewhere = try LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let server = try LoopbackServer.answering(
      "HTTP/1.1 307 X\r\nLocation: http://127.0.0.1:\(elsewhere.port)/\r\nContent-Length: 0\r\n\r\n")
    let trace = try #require(read(Self.parent))
    let response = try TracingTransport(try plainTransport(to: server.port), trace).send(get())
    #expect(response.status == 307 && server.requests.count == 1 && elsewhere.requests.isEmpty)
  }
}
