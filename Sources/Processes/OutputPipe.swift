internal import Text

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A pipe that closes itself; both ends are closed in every program that is started but for what it is given.
package final class OutputPipe {
  private let reading: Int32
  private(set) var writing: Int32

  /// Makes one; throws the system's reason.
  package init() throws(ChildProcess.StartFailure) {
    var ends: [Int32] = [-1, -1]
    let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
    guard result == 0 else { throw ChildProcess.StartFailure(reason: systemMessage(errno)) }
    (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(reading)
    closeWriting()
  }

  /// Closes the end that the program writes to, once it has it.
  package func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  /// Takes what there is.
  package func read(into output: inout [UInt8]) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    // A little beyond what is allowed is enough to know that it is too much.
    for _ in 0..<32 {
      let count = unsafe buffer.withUnsafeMutableBytes { buffer in
        #if canImport(Darwin)
          unsafe Darwin.read(reading, buffer.baseAddress, buffer.count)
        #else
          unsafe Glibc.read(reading, buffer.baseAddress, buffer.count)
        #endif
      }
      if count > 0 {
        output += buffer.prefix(count)
        continue
      }
      if count < 0, errno == EINTR { continue }
      return
    }
  }
}
