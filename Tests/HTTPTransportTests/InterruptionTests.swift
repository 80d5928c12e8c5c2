import Foundation
import HTTPTransport
import Testing
import Timing

/// A signal ends a transfer in any of its stages.
@Suite struct InterruptionTests {
  /// Whether the transfer ends at the first look for a signal after it; a look comes every tenth of a second.
  private func expectInterruption(
    sent: Bool, by time: SignalledTime, of transport: CurlTransport,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let error = try failure(of: transport, sourceLocation: sourceLocation)
    #expect(error.kind == .interrupted(Interruption(signal: 15)), sourceLocation: sourceLocation)
    #expect(error.mayHaveBeenSent == sent, sourceLocation: sourceLocation)
    #expect((1...3).contains(time.looksAfterSignal), sourceLocation: sourceLocation)
  }

  @Test func `while waiting for the answer`() throws {
    let time = SignalledTime()
    let server = try LoopbackServer { connection in
      _ = connection.readRequest()
      time.signal()
      connection.waitForEnd()
    }
    try expectInterruption(sent: true, by: time, of: plainTransport(to: server.port, time: time))
  }

  @Test func `in the middle of the answer`() throws {
    let time = SignalledTime()
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"items\":[")
      time.signal()
      connection.waitForEnd()
    }
    try expectInterruption(sent: true, by: time, of: plainTransport(to: server.port, time: time))
  }

  @Test func `during the TLS handshake`() throws {
    let time = SignalledTime()
    let server = try LoopbackServer { connection in
      time.signal()
      connection.waitForEnd()
    }
    try expectInterruption(
      sent: false, by: time, of: secureTransport(to: server.port, trust: TLSTrust(), time: time))
  }

  @Test func `while connecting`() throws {
    let time = SignalledTime()
    let (descriptors, port) = try overfullPort()
    defer { for descriptor in descriptors { close(descriptor) } }
    // Whether before it begins or in its middle: nobody will ever accept the connection.
    Thread.detachNewThread {
      try? SystemTime().sleep(for: .milliseconds(100))
      time.signal()
    }
    try expectInterruption(sent: false, by: time, of: plainTransport(to: port, time: time))
  }

  @Test func `before the request nothing is sent`() throws {
    let time = ManualTime()
    time.interrupt(with: 2, at: time.now)
    let server = try LoopbackServer { $0.waitForEnd() }
    let error = try failure(of: plainTransport(to: server.port, time: time))
    #expect(error.kind == .interrupted(Interruption(signal: 2)))
    #expect(!error.mayHaveBeenSent)
    #expect(server.connections == 0)
  }
}
