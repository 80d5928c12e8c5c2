internal import Glibc

/// A TCP socket that listens at a loopback address until the process ends.
struct ListeningSocket: Sendable {
  let descriptor: Int32

  /// Listens there, at port 0 at any free one; `advice` is what can be done about an address that cannot be had.
  init(_ address: String, port: Int, advice: String) throws(Failure) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.failure(errno, address, port, advice) }
    var yes: Int32 = 1
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(port).bigEndian
    _ = unsafe inet_pton(AF_INET, address, &name.sin_addr)
    let isBound = unsafe withUnsafePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      } == 0
    }
    guard isBound, listen(descriptor, 511) == 0 else {
      let number = errno
      close(descriptor)
      throw Self.failure(number, address, port, advice)
    }
  }

  /// The port that it has got.
  var port: Int { LocalAddress(of: descriptor).port }

  private static func failure(_ number: Int32, _ address: String, _ port: Int, _ advice: String) -> Failure {
    switch number {
    case EADDRINUSE: .cannotCreate("port \(port) on \(address) is taken; \(advice)")
    case EMFILE, ENFILE:
      .cannotCreate(
        "there are too few file descriptors (ulimit -n) to listen at \(address):\(port); raise that limit or give "
          + "--without-pages to serve no front pages")
    default:
      .cannotCreate("cannot listen at \(address):\(port): \(reason(number)); \(advice)")
    }
  }

  private static func reason(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}

/// The address and port on this side of a socket.
struct LocalAddress {
  var host = ""
  var port = 0

  /// Asks the system; empty if there is none.
  init(of descriptor: Int32) {
    var name = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isKnown = unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(descriptor, $0, &size)
      } == 0
    }
    guard isKnown else { return }
    let number = UInt32(bigEndian: name.sin_addr.s_addr)
    host = [24, 16, 8, 0].map { "\(number >> $0 & 0xff)" }.joined(separator: ".")
    port = Int(UInt16(bigEndian: name.sin_port))
  }
}
