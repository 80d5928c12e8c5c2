internal import Glibc

/// Files of this machine, through the C library.
enum LocalFile {
  /// The whole of a file; nil: it cannot be read.
  static func read(_ path: String) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(file, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      guard count > 0 else { return bytes }
      bytes += part.prefix(count)
    }
  }

  /// Writes a file so that it appears whole or not at all; false: it cannot be written.
  static func write(_ text: String, to path: String) -> Bool {
    let part = "\(path).\(getpid()).part"
    let file = unsafe open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { return false }
    var left = Array(text.utf8)[...]
    while !left.isEmpty {
      let count = unsafe left.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      left = left.dropFirst(count)
    }
    let isWhole = unsafe close(file) == 0 && left.isEmpty && rename(part, path) == 0
    if !isWhole { _ = unsafe unlink(part) }
    return isWhole
  }

  /// Makes a folder and those that it lies in, unless they are there; false: it cannot be made.
  static func makeFolder(_ path: String) -> Bool {
    var sofar = path.hasPrefix("/") ? "/" : ""
    for name in path.split(separator: "/") {
      sofar += "\(name)/"
      guard unsafe mkdir(sofar, 0o777) == 0 || errno == EEXIST || isFolder(sofar) else { return false }
    }
    return isFolder(path)
  }

  /// The folder that relative paths start from.
  static func currentFolder() -> String {
    guard let path = unsafe getcwd(nil, 0) else { return "" }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
