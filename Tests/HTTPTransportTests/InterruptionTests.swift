import Foundation
import HTTPTransport
import Testing
import Timing

/// A signal ends a transfer in any of its stages.
@Suite struct InterruptionTests {
  /// The signal's delay, plus the promised 0.2 s, plus what a busy machine may add.
  private static let patience = Duration.milliseconds(800)

  private func expectInterruption(
    sent: Bool, of transport: (any TimeSource) throws -> CurlTransport,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let clock = SystemTime()
    let transport = try transport(SignalledTime(after: .milliseconds(100)))
    let start = clock.now
    let error = try failure(of: transport, sourceLocation: sourceLocation)
    #expect(error.kind == .interrupted(Interruption(signal: 15)), sourceLocation: sourceLocation)
    #expect(error.mayHaveBeenSent == sent, sourceLocation: sourceLocation)
    #expect(clock.now - start < Self.patience, sourceLocation: sourceLocation)
  }

  @Test func `while waiting for the answer`() throws {
    let server = try LoopbackServer { $0.waitForEnd() }
    try expectInterruption(sent: true) { try plainTransport(to: server.port, time: $0) }
  }

  @Test func `in the middle of the answer`() throws {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"items\":[")
      connection.waitForEnd()
    }
    try expectInterruption(sent: true) { try plainTransport(to: server.port, time: $0) }
  }

  @Test func `during the TLS handshake`() throws {
    let server = try LoopbackServer { $0.waitForEnd() }
    try expectInterruption(sent: false) { try secureTransport(to: server.port, trust: TLSTrust(), time: $0) }
  }

  @Test func `while connecting`() throws {
    let (descriptors, port) = try overfullPort()
    defer { for descriptor in descriptors { close(descriptor) } }
    try expectInterruption(sent: false) { try plainTransport(to: port, time: $0) }
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
