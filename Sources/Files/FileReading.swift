internal import Text

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// What came of reading a file.
package enum FileReading {
  case contents([UInt8])
  /// Why not, as a clause: `no such file or directory`.
  case problem(String)
}

/// Reads a regular file whole; anything else, such as a pipe that could block for ever, is a problem.
package func readRegularFile(_ path: String, atMost limit: Int) -> FileReading {
  guard !path.utf8.contains(0) else { return .problem("the path holds a NUL character") }
  let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { return .problem(systemMessage(errno)) }
  defer { _ = close(descriptor) }
  var status = stat()
  guard unsafe fstat(descriptor, &status) == 0 else { return .problem(systemMessage(errno)) }
  guard status.st_mode & S_IFMT == S_IFREG else { return .problem("it is not a regular file") }
  var contents: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      return .problem(systemMessage(errno))
    }
    if count == 0 { return .contents(contents) }
    contents.append(contentsOf: buffer.prefix(count))
    guard contents.count <= limit else { return .problem("it is larger than \(limit >> 20) MB") }
  }
}
