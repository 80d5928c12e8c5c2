import Foundation
import Glibc

/// The calls of sockets that a relay needs; no descriptor of it reaches a child process.
enum RelaySocket {
  private static var kind: Int32 { Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) }

  /// A socket that is bound to a port of 127.0.0.1, 0 being any free one, and does not listen.
  static func bound(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    var yes: Int32 = 1
    // Without it a port that has served connections could not be listened at again.
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    guard unsafe call(descriptor, port, { unsafe bind($0, $1, $2) }) == 0 else {
      close(descriptor)
      throw POSIXError(.EADDRINUSE)
    }
    return descriptor
  }

  /// A socket that listens at a port of 127.0.0.1.
  static func listening(at port: Int) throws -> Int32 {
    let descriptor = try bound(to: port)
    guard listen(descriptor, 64) == 0 else {
      close(descriptor)
      throw POSIXError(.EADDRINUSE)
    }
    return descriptor
  }

  /// A socket that is connected to a port of 127.0.0.1.
  static func connected(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, kind, 0)
    guard descriptor >= 0 else { throw POSIXError(.EMFILE) }
    guard unsafe call(descriptor, port, { unsafe connect($0, $1, $2) }) == 0 else {
      close(descriptor)
      throw POSIXError(.ECONNREFUSED)
    }
    return descriptor
  }

  /// The port that a socket is bound to.
  static func port(of descriptor: Int32) throws -> Int {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &length)
      }
    }
    guard result == 0 else { throw POSIXError(.EBADF) }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Which of two sockets has something to read, or an end, within that time.
  static func ready(_ first: Int32, _ second: Int32, milliseconds: Int32) -> (Bool, Bool) {
    var entries = [first, second].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    unsafe poll(&entries, 2, milliseconds)
    return (entries[0].revents != 0, entries[1].revents != 0)
  }

  /// Whether a socket has something to read, or an end, within that time.
  static func isReady(_ descriptor: Int32, milliseconds: Int32) -> Bool {
    wait(descriptor, for: Int16(POLLIN), milliseconds)
  }

  /// Whether the other side has closed, or does so within that time; nothing is read.
  static func hasHungUp(_ descriptor: Int32, milliseconds: Int32) -> Bool {
    wait(descriptor, for: 0x2000, milliseconds)  // POLLRDHUP, which Swift does not see
  }

  private static func wait(_ descriptor: Int32, for events: Int16, _ milliseconds: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    return unsafe poll(&entry, 1, milliseconds) > 0
  }

  /// The next bytes; nil at the end.
  static func read(_ descriptor: Int32, atMost bound: Int?) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: bound ?? 65_536)
    let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }

  /// Sends all bytes; false if the other side has gone.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Ends a connection in order or, with `.reset`, without a word.
  static func end(_ descriptor: Int32, _ end: PathFault.End) {
    if end == .reset {
      var option = linger(l_onoff: 1, l_linger: 0)
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    } else {
      shutdown(descriptor, Int32(SHUT_WR))
      // What has come and was not read would turn the orderly end into a reset.
      while RelaySocket.isReady(descriptor, milliseconds: 0), read(descriptor, atMost: nil) != nil {}
    }
    close(descriptor)
  }

  private static func call(
    _ descriptor: Int32, _ port: Int, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
