import HTTPTransport
import Testing
import Timing

/// An answer that is read line by line while it arrives.
@Suite struct LineStreamTests {
  private static let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

  private static func chunk(_ text: String) -> String {
    String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n"
  }

  /// A server that sends a stream's beginning, and then does what the test says.
  private func server(
    _ chunks: [String], head: String = Self.head,
    then end: @escaping @Sendable (LoopbackServer.Connection) -> Void
  ) throws -> LoopbackServer {
    try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write(head + chunks.map(Self.chunk).joined())
      end(connection)
    }
  }

  private func stream(
    from server: LoopbackServer, longest: Int = 1000, limits: TransportLimits = TransportLimits(),
    silence: Duration? = nil, timeLimit: Duration = .seconds(20), time: any TimeSource = SystemTime(),
    until last: String? = nil
  ) throws -> (lines: [String], end: LineStreamEnd) {
    var lines: [String] = []
    let end = try plainTransport(to: server.port, limits: limits, time: time).receiveLines(
      of: get(timeLimit: timeLimit), longestLine: longest, silence: silence
    ) { line in
      lines.append(String(decoding: line, as: UTF8.self))
      return lines.last == last ? .stop : .goOn
    }
    return (lines, end)
  }

  @Test func `whole lines come, however they are cut, and the end is the server's`() throws {
    let server = try server(["a\nb", "", "b\r\n\n", "c", "\n"].filter { !$0.isEmpty }) { connection in
      connection.write("0\r\n\r\n")
    }
    let (lines, end) = try stream(from: server)
    #expect(lines == ["a", "bb", "", "c"])
    guard case .closed = end else { return #expect(Bool(false), "\(end)") }
  }

  @Test func `a line comes while the answer goes on`() throws {
    let server = try server(["first\n"]) { connection in connection.waitForEnd() }
    let (lines, end) = try stream(from: server, until: "first")
    #expect(lines == ["first"])
    guard case .stopped = end else { return #expect(Bool(false), "\(end)") }
  }

  @Test func `who stops gets no further line, and the transport is as good as before`() throws {
    let server = try LoopbackServer { connection in
      while let request = connection.readRequest() {
        let isStream = request.hasPrefix("GET /watch")
        connection.write(
          isStream ? Self.head + Self.chunk("a\nb\nc\n") : "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      }
    }
    let transport = try plainTransport(to: server.port)
    var lines = 0
    let end = try transport.receiveLines(of: get("/watch"), longestLine: 10) { _ in
      lines += 1
      return .stop
    }
    guard case .stopped = end else { return #expect(Bool(false), "\(end)") }
    #expect(lines == 1)
    #expect(try transport.send(get()).body == Array("ok".utf8))
  }

  @Test func `silence and the time limit end it`() throws {
    let server = try server(["a\n"]) { connection in connection.waitForEnd() }
    for (silence, limit) in [
      (Duration.milliseconds(200), Duration.seconds(20)), (.seconds(20), .milliseconds(300)),
    ] {
      let (lines, end) = try stream(from: server, silence: silence, timeLimit: limit)
      #expect(lines == ["a"])
      guard case .timedOut = end else { return #expect(Bool(false), "\(end)") }
    }
  }

  @Test(arguments: [true, false])
  func `a connection that breaks is told apart`(isReset: Bool) throws {
    let server = try server(["a\n", "b"]) { connection in if isReset { connection.reset() } }
    let (lines, end) = try stream(from: server)
    #expect(isReset || lines == ["a"])
    guard case .broken(let error) = end else { return #expect(Bool(false), "\(end)") }
    #expect(error.kind == .broken && error.mayHaveBeenSent)
  }

  @Test func `an answer that ends in a line is no orderly end`() throws {
    let server = try server(["a\nb"]) { connection in connection.write("0\r\n\r\n") }
    let (lines, end) = try stream(from: server)
    #expect(lines == ["a"])
    guard case .broken(let error) = end else { return #expect(Bool(false), "\(end)") }
    #expect(error.message == "the answer of 127.0.0.1:\(server.port) ends in the middle of a line")
  }

  @Test(arguments: [
    (10, 1 << 20, "has a line longer than 10 bytes"), (1000, 20, "has a body larger than 20 bytes"),
  ])
  func `a line and the whole have their limits`(longest: Int, whole: Int, words: String) throws {
    let server = try server(["short\n", String(repeating: "x", count: 40)]) { $0.waitForEnd() }
    let (lines, end) = try stream(from: server, longest: longest, limits: TransportLimits(bodyBytes: whole))
    #expect(lines.allSatisfy { $0 == "short" })
    guard case .broken(let error) = end else { return #expect(Bool(false), "\(end)") }
    #expect(error.kind == .tooLarge && error.message.contains(words), "\(error.message)")
  }

  @Test(arguments: [410, 500, 301])
  func `another status is a whole response, and no line`(status: Int) throws {
    let server = try LoopbackServer.answering("HTTP/1.1 \(status) X\r\nContent-Length: 6\r\n\r\n{}\n{}\n")
    let (lines, end) = try stream(from: server)
    #expect(lines.isEmpty)
    guard case .refused(let response) = end else { return #expect(Bool(false), "\(end)") }
    #expect(response.status == status && response.body == Array("{}\n{}\n".utf8))
  }

  @Test func `an encoding that was not asked for is no line`() throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\na\nb\n")
    let error = #expect(throws: TransportError.self) { try stream(from: server) }
    #expect(error?.message.hasSuffix("has the content encoding gzip, which was not asked for") == true)
  }

  @Test func `without a beginning it throws as any request does`() throws {
    let server = try LoopbackServer { connection in _ = connection.readRequest() }
    let error = #expect(throws: TransportError.self) { try stream(from: server) }
    #expect(error?.kind == .broken)
  }

  @Test func `a signal ends it at the next look`() throws {
    let time = SignalledTime()
    let server = try server(["a\n"]) { connection in
      time.signal()
      connection.waitForEnd()
    }
    let error = #expect(throws: TransportError.self) { try stream(from: server, time: time) }
    #expect(error?.kind == .interrupted(Interruption(signal: 15)))
    #expect((1...3).contains(time.looksAfterSignal))
  }
}
