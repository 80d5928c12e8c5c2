import Foundation
import Glibc
import Synchronization

/// A TCP path between a step and its server that goes wrong when it is told to: a port of its own on loopback.
///
/// The simulator's certificate is for 127.0.0.1 whatever the port, so a step that is led here notices nothing.
/// It lives in threads of its own, all of which end soon after the last one who knows of it has gone.
final class Relay: Sendable {
  /// Where a step has to be led: `127.0.0.1:port`.
  let host: String
  private let path: RelayPath

  /// Opens the path to a server on loopback, `127.0.0.1:port`.
  ///
  /// - Parameters:
  ///   - server: where it leads.
  ///   - isFresh: whether each request needs a connection of its own, because the last one ends in order with
  ///     its answer; only then does every request meet the faults of connections.
  /// - Throws: `POSIXError` if there is no port to be had.
  init(to server: String, isFresh: Bool = false) throws {
    let holder = try RelaySocket.bound(to: 0)
    let port = try RelaySocket.port(of: holder)
    host = "127.0.0.1:\(port)"
    path = RelayPath(target: Self.port(of: server), isFresh: isFresh)
    Thread.detachNewThread { [path] in path.listen(on: port, holder) }
    path.wait { $0.isListening }
  }

  deinit {
    path.end()
  }

  /// Lets the next connections or requests meet a fault, from the moment on at which `when` is true.
  func arm(_ fault: PathFault, times: Int = 1, when: @escaping @Sendable () -> Bool = { true }) {
    path.arm(fault, times: times, when: when)
  }

  /// Leads new connections elsewhere, from the moment on at which `when` is true.
  func lead(to server: String, when: @escaping @Sendable () -> Bool = { true }) {
    path.lead(to: Self.port(of: server), when: when)
  }

  /// Ends every connection with a reset, and refuses new ones for a while: what a restart of the server looks like.
  func goDown(for duration: Duration) {
    path.goDown(for: duration)
  }

  /// How many connections or requests have met a fault.
  var met: Int { path.met }
  /// How many connections were made, the refused ones not among them.
  var connections: Int { path.connections }

  private static func port(of server: String) -> Int {
    server.split(separator: ":").last.flatMap { Int($0) } ?? 0
  }
}

/// What the threads of a relay share.
final class RelayPath: Sendable {
  /// What is known of the path at a moment.
  struct State {
    var target: Int
    /// Where new connections lead instead, and from when on.
    var other: (port: Int, when: @Sendable () -> Bool)?
    var fault: PathFault?
    var timesLeft = 0
    var when: @Sendable () -> Bool = { true }
    var refusedUntil: ContinuousClock.Instant?
    var isListening = false
    var hasEnded = false
    /// Grows when all connections are cut.
    var generation = 0
    var met = 0
    var connections = 0
  }

  let isFresh: Bool
  private let state: Mutex<State>

  init(target: Int, isFresh: Bool) {
    state = Mutex(State(target: target))
    self.isFresh = isFresh
  }

  var met: Int { state.withLock { $0.met } }
  var connections: Int { state.withLock { $0.connections } }
  var hasEnded: Bool { state.withLock { $0.hasEnded } }
  var generation: Int { state.withLock { $0.generation } }

  func end() {
    state.withLock { $0.hasEnded = true }
  }

  func arm(_ fault: PathFault, times: Int, when: @escaping @Sendable () -> Bool) {
    state.withLock { state in
      (state.fault, state.timesLeft, state.when, state.refusedUntil) = (fault, times, when, nil)
    }
  }

  func lead(to port: Int, when: @escaping @Sendable () -> Bool) {
    state.withLock { $0.other = (port, when) }
  }

  func goDown(for duration: Duration) {
    state.withLock { $0.refusedUntil = .now + duration }
    // Before the connections end, or the step would be back at once.
    wait { !$0.isListening }
    state.withLock { $0.generation += 1 }
  }

  /// Blocks until the condition holds, which takes a few of the listener's turns.
  func wait(until condition: (State) -> Bool) {
    while !state.withLock({ $0.hasEnded || condition($0) }) { usleep(2000) }
  }

  /// The fault that a connection or a request meets now, which counts it.
  func meet(ofConnection: Bool) -> PathFault? {
    let (armed, when) = state.withLock { ($0.timesLeft > 0 ? $0.fault : nil, $0.when) }
    // Outside of the lock: it may read a file.
    guard let armed, armed.isOfConnection == ofConnection, when() else { return nil }
    return state.withLock { state in
      guard state.timesLeft > 0 else { return nil }
      state.timesLeft -= 1
      state.met += 1
      if case .refused(let duration) = armed { state.refusedUntil = .now + duration }
      return armed
    }
  }

  // MARK: - Listening

  /// Takes connections until the end, each into a thread of its own.
  ///
  /// `holder` is bound to the port and never listens, so nobody else gets the port while no one listens.
  func listen(on port: Int, _ holder: Int32) {
    defer { close(holder) }
    var listener: Int32 = -1
    while !hasEnded {
      let isRefusing = state.withLock { $0.refusedUntil.map { .now < $0 } ?? false }
      if isRefusing, listener >= 0 {
        close(listener)
        listener = -1
      } else if !isRefusing, listener < 0 {
        listener = (try? RelaySocket.listening(at: port)) ?? -1
      }
      state.withLock { [listener] in $0.isListening = listener >= 0 }
      guard listener >= 0, RelaySocket.isReady(listener, milliseconds: 10) else {
        if listener < 0 { usleep(5000) }
        continue
      }
      let client = accept(listener, nil, nil)
      guard client >= 0 else { continue }
      _ = fcntl(client, F_SETFD, FD_CLOEXEC)
      take(client)
    }
    if listener >= 0 { close(listener) }
  }

  private func take(_ client: Int32) {
    switch meet(ofConnection: true) {
    case .refused?:
      // The first that comes is reset, which is what it sees of a listener that closes in this instant.
      RelaySocket.end(client, .reset)
    case .connection(let end)? where end != .silence:
      RelaySocket.end(client, end)
    case let fault:
      let (other, target, generation) = state.withLock { state in
        state.connections += 1
        return (state.other, state.target, state.generation)
      }
      let port = other.map { $0.when() ? $0.port : target } ?? target
      Thread.detachNewThread { [self] in
        let connection = RelayConnection(client: client, path: self, generation: generation)
        if fault == nil { connection.carry(to: port) } else { connection.stayOpen() }
      }
    }
  }
}
