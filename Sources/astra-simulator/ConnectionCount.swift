internal import NIOCore
internal import Synchronization

/// How many connections have asked something of the API, and how many of them are open.
final class ConnectionCount: Sendable {
  private struct Numbers {
    var all = 0
    var open: Set<ObjectIdentifier> = []
  }

  private let numbers = Mutex(Numbers())

  /// Both numbers as they are now.
  var now: (all: Int, open: Int) { numbers.withLock { ($0.all, $0.open.count) } }

  /// Counts a connection on which something is asked, once.
  func see(_ channel: any Channel) {
    let id = ObjectIdentifier(channel)
    let isNew = numbers.withLock { numbers in
      guard numbers.open.insert(id).inserted else { return false }
      numbers.all += 1
      return true
    }
    guard isNew else { return }
    channel.closeFuture.whenComplete { [self] _ in
      numbers.withLock { _ = $0.open.remove(id) }
    }
  }
}
