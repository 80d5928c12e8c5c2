internal import CMicroHTTPD
internal import Glibc

/// What wakes the thread that serves a stream.
struct Bell: ~Copyable {
  /// How others reach it.
  struct ID: Hashable, Sendable {
    fileprivate let descriptor: Int32

    /// Wakes whoever waits, or the next one who would.
    func ring() {
      _ = eventfd_write(descriptor, 1)
    }
  }

  let id: ID

  /// Makes one; nil: there are no descriptors left.
  init?() {
    let descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { return nil }
    id = ID(descriptor: descriptor)
  }

  deinit { close(id.descriptor) }

  /// Waits until it rings or the time is up (-1: as long as it takes); false: the client has closed its connection.
  func wait(milliseconds: Int32, connection: Int32) -> Bool {
    let closing = Int16(EPOLLRDHUP.rawValue)
    var waiting = [
      pollfd(fd: id.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: connection, events: closing, revents: 0),
    ]
    _ = unsafe poll(&waiting, nfds_t(waiting.count), milliseconds)
    var count: eventfd_t = 0
    _ = unsafe eventfd_read(id.descriptor, &count)
    return waiting[1].revents & (closing | Int16(POLLERR | POLLHUP | POLLNVAL)) == 0
  }
}
