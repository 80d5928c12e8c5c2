import Foundation
import Synchronization

/// A server on a free loopback port that answers as its script says, one thread per connection.
///
/// It sees the bytes as they are, and can break off anywhere, which no real server's library allows.
final class LoopbackServer: Sendable {
  typealias Script = @Sendable (Connection) -> Void

  let port: Int
  private let listener: Int32
  private let record = Mutex(Record())

  private struct Record {
    var connections = 0
    var requests: [String] = []
  }

  /// Starts to listen; `script` runs once for each connection, which is closed after it.
  init(_ script: @escaping Script) throws {
    let (listener, port) = try listeningSocket(backlog: 16)
    (self.listener, self.port) = (listener, port)
    Thread.detachNewThread { [weak self] in
      var number = 0
      while true {
        let descriptor = accept(listener, nil, nil)
        // Closed here and nowhere else: the number could belong to another socket by the next accept.
        guard descriptor >= 0 else { return _ = close(listener) }
        // A child process that held it would keep the connection open after this end has closed it.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        number += 1
        self?.record.withLock { $0.connections += 1 }
        let connection = Connection(descriptor: descriptor, number: number) { [weak self] request in
          self?.record.withLock { $0.requests.append(request) }
        }
        Thread.detachNewThread {
          script(connection)
          connection.close()
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// A server that gives `response` to every request, as long as the client keeps the connection.
  static func answering(_ response: String) throws -> LoopbackServer {
    try LoopbackServer { connection in
      while connection.readRequest() != nil { connection.write(response) }
    }
  }

  /// How many connections came in.
  var connections: Int { record.withLock { $0.connections } }
  /// The requests, head and body as they came, in order.
  var requests: [String] { record.withLock { $0.requests } }

  /// One connection, seen from the server.
  final class Connection: Sendable {
    /// Which one it is, from 1.
    let number: Int
    private let descriptor: Atomic<Int32>
    private let onRequest: @Sendable (String) -> Void

    init(descriptor: Int32, number: Int, onRequest: @escaping @Sendable (String) -> Void) {
      self.descriptor = Atomic(descriptor)
      self.number = number
      self.onRequest = onRequest
    }

    /// The next request with its body, or nil once the client has gone.
    func readRequest() -> String? {
      var bytes: [UInt8] = []
      while true {
        let text = String(decoding: bytes, as: UTF8.self)
        if let end = text.range(of: "\r\n\r\n") {
          let head = text[..<end.lowerBound].lowercased()
          let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
          if text[end.upperBound...].utf8.count >= length ?? 0 {
            onRequest(text)
            return text
          }
        }
        guard let more = read() else { return nil }
        bytes += more
      }
    }

    /// The next bytes, or nil at the end.
    func read() -> [UInt8]? {
      var buffer = [UInt8](repeating: 0, count: 65_536)
      let count = unsafe recv(descriptor.load(ordering: .relaxed), &buffer, buffer.count, 0)
      return count > 0 ? Array(buffer.prefix(count)) : nil
    }

    /// Waits until the client has closed its side; whatever it still says is dropped.
    func waitForEnd() {
      while read() != nil {}
    }

    func write(_ text: String) {
      write(Array(text.utf8))
    }

    func write(_ bytes: [UInt8]) {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
          unsafe send(
            descriptor.load(ordering: .relaxed), $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }

    func close() {
      let open = descriptor.exchange(-1, ordering: .relaxed)
      if open >= 0 { _ = Foundation.close(open) }
    }

    /// Closes with a reset instead of an orderly end.
    func reset() {
      var option = linger(l_onoff: 1, l_linger: 0)
      unsafe setsockopt(
        descriptor.load(ordering: .relaxed), SOL_SOCKET, SO_LINGER, &option,
        socklen_t(MemoryLayout<linger>.size))
      close()
    }
  }
}

/// A port that nothing listens at.
///
/// It is bound without listening, so that nobody else gets it while the returned descriptor is open.
func refusingPort() throws -> (descriptor: Int32, port: Int) {
  try boundSocket()
}

/// A port whose queue of connections is full, so that a further one is neither accepted nor refused.
func overfullPort() throws -> (descriptors: [Int32], port: Int) {
  let (listener, port) = try listeningSocket(backlog: 0)
  var descriptors = [listener]
  for _ in 0..<4 {
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let client = socket(AF_INET, kind, 0)
    var address = loopbackAddress(port: port)
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe connect(client, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    descriptors.append(client)
  }
  return (descriptors, port)
}

private func listeningSocket(backlog: Int32) throws -> (Int32, Int) {
  let (descriptor, port) = try boundSocket()
  guard listen(descriptor, backlog) == 0 else { throw POSIXError(.EIO) }
  return (descriptor, port)
}

private func boundSocket() throws -> (descriptor: Int32, port: Int) {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  var address = loopbackAddress(port: 0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
    }
  }
  guard descriptor >= 0, result else { throw POSIXError(.EADDRNOTAVAIL) }
  return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

private func loopbackAddress(port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}
