internal import Synchronization

/// How many connections have asked something of the API, and how many of them are open.
final class ConnectionCount: Sendable {
  private struct Numbers {
    var all = 0
    var open: Set<HTTPConnection.ID> = []
  }

  private let numbers = Mutex(Numbers())

  /// Both numbers as they are now.
  var now: (all: Int, open: Int) { numbers.withLock { ($0.all, $0.open.count) } }

  /// Counts a connection on which something is asked, once.
  func see(_ connection: HTTPConnection.ID) {
    numbers.withLock { numbers in
      if numbers.open.insert(connection).inserted { numbers.all += 1 }
    }
  }

  /// Notices that a connection is closed.
  func forget(_ connection: HTTPConnection.ID) {
    numbers.withLock { _ = $0.open.remove(connection) }
  }
}
