internal import Foundation
internal import Synchronization
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A server on a loopback port that sends the same bytes to whoever asks, and closes.
final class OneAnswerServer: Sendable {
  /// The one server of the process; nil if there is no port for it.
  static let shared = OneAnswerServer()

  let port: Int
  private let answer = Mutex<[UInt8]>([])

  /// Lets every request from now on be answered by these bytes.
  func answer(with bytes: [UInt8]) {
    answer.withLock { $0 = bytes }
  }

  private init?() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound, listen(listener, 16) == 0 else { return nil }
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { [self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { continue }
        serve(connection)
        _ = close(connection)
      }
    }
  }

  /// Reads one request's head, and answers it.
  private func serve(_ connection: Int32) {
    var head: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while head.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
      let count = unsafe recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      head += buffer.prefix(count)
    }
    var rest = answer.withLock { $0 }[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
