import Foundation
import Glibc

/// One connection through a relay, served by a thread of its own.
final class RelayConnection {
  private let client: Int32
  private var server: Int32 = -1
  private let path: RelayPath
  private let generation: Int
  /// The record that the client's bytes are in the middle of.
  private var records = TLSRecords()
  /// What happens to the answer that is awaited.
  private var fault: PathFault?
  /// How many of its bytes have passed.
  private var passed = 0
  /// Whether a request has passed, and no byte of its answer.
  private var isAwaited = false
  /// Whether a part of the answer has passed.
  private var isAnswering = false
  private var pieces: (bytes: Int, every: Duration)?

  init(client: Int32, path: RelayPath, generation: Int) {
    (self.client, self.path, self.generation) = (client, path, generation)
  }

  /// Whether somebody wants this connection to go on.
  private var isWanted: Bool { !path.hasEnded && path.generation == generation }

  /// Says nothing and reads nothing until the client has gone.
  func stayOpen() {
    while isWanted, !RelaySocket.hasHungUp(client, milliseconds: 20) {}
    end(path.hasEnded ? .close : .reset)
  }

  /// Carries bytes in both directions until one side ends, or a fault does.
  func carry(to port: Int) {
    guard let server = try? RelaySocket.connected(to: port) else { return end(.reset) }
    self.server = server
    while isWanted {
      let ready = RelaySocket.ready(client, server, milliseconds: 20)
      if ready.0, !carryRequest() { return }
      if ready.1, !carryAnswer() { return }
    }
    end(.reset)
  }

  /// Carries what the client has said; false if that was the end.
  private func carryRequest() -> Bool {
    guard let bytes = RelaySocket.read(client, atMost: pieces?.bytes) else { return end(.close, false) }
    let start = records.startOfRequest(in: bytes)
    // The body of a request may be a record of its own: that is no further request.
    guard let start, !isAwaited else { return send(bytes, to: server) }
    guard send(Array(bytes[..<start]), to: server) else { return false }
    (isAwaited, isAnswering) = (true, false)
    fault = path.meet(ofConnection: false)
    passed = 0
    switch fault {
    case .request(let end)?: return finish(end)
    case .slow(let bytes, let every)?:
      pieces = (bytes, every)
      fault = nil
    default: break
    }
    return send(Array(bytes[start...]), to: server)
  }

  /// Carries what the server has said; false if that was the end.
  private func carryAnswer() -> Bool {
    guard let bytes = RelaySocket.read(server, atMost: pieces?.bytes) else { return end(.close, false) }
    isAnswering = isAwaited || isAnswering
    isAwaited = false
    switch fault {
    case .answer(let count, let end)?:
      guard passed + bytes.count > count else {
        passed += bytes.count
        return send(bytes, to: client)
      }
      // Less than all of it, since this is the last that comes.
      _ = send(Array(bytes.prefix(count - passed)), to: client)
      return finish(end)
    case .pause(let duration)?:
      fault = nil
      guard send(Array(bytes.prefix(20)), to: client) else { return false }
      usleep(UInt32(duration / .microseconds(1)))
      return send(Array(bytes.dropFirst(20)), to: client)
    default:
      guard !path.isFresh || !isAnswering else { return carryWholeAnswer(bytes) }
      return send(bytes, to: client)
    }
  }

  /// Sends an answer in one piece with the end of the connection, so that the next request cannot slip between.
  private func carryWholeAnswer(_ first: [UInt8]) -> Bool {
    var bytes = first
    while isWanted, RelaySocket.isReady(server, milliseconds: 60) {
      guard let more = RelaySocket.read(server, atMost: nil) else { break }
      bytes += more
    }
    guard send(bytes, to: client) else { return false }
    return end(.close, false)
  }

  private func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
    guard RelaySocket.write(bytes, to: socket) else { return end(.close, false) }
    if let every = pieces?.every { usleep(UInt32(every / .microseconds(1))) }
    return true
  }

  private func finish(_ end: PathFault.End) -> Bool {
    guard end == .silence else { return self.end(end, false) }
    stayOpen()
    return false
  }

  private func end(_ end: PathFault.End, _ result: Bool = false) -> Bool {
    self.end(end)
    return result
  }

  private func end(_ end: PathFault.End) {
    RelaySocket.end(client, end)
    // In order, so that the server still reads what has been sent.
    if server >= 0 { RelaySocket.end(server, .close) }
  }
}

/// Finds where a request begins in what a client says over TLS, by nothing but the records' heads.
///
/// A record that carries data and is longer than the last messages of a handshake (RFC 8446, 5.1: kind 23,
/// and `Finished` has 74 bytes at most) holds a request.
struct TLSRecords {
  private var head: [UInt8] = []
  private var left = 0

  /// The position of the first request's first byte in the next bytes; nil if none begins in them.
  mutating func startOfRequest(in bytes: [UInt8]) -> Int? {
    var start: Int?
    var position = 0
    while position < bytes.count {
      guard left == 0 else {
        let step = min(left, bytes.count - position)
        (left, position) = (left - step, position + step)
        continue
      }
      head.append(bytes[position])
      position += 1
      guard head.count == 5 else { continue }
      left = Int(head[3]) << 8 | Int(head[4])
      if head[0] == 23, left > 150 {
        // A head that was cut in two has gone in part already; what is held back is the rest.
        start = start ?? max(0, position - 5)
      }
      head = []
    }
    return start
  }
}
