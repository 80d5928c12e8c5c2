#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// What a person types.
package enum TypedLine {
  /// Reads a line of stdin; nil after that time, at the end of the input, and when a signal comes.
  ///
  /// A read would go on after a signal (`InterruptionHandlers`), and nobody could leave the question.
  package static func read(within limit: Duration) -> String? {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // A step takes a week at the most.
    let seconds = min(max(limit.components.seconds, 0), 604_800)
    guard unsafe poll(&input, 1, Int32(seconds * 1000)) == 1 else { return nil }
    return readLine()
  }
}
