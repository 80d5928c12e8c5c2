#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Timing

/// What kind of thing is at a path.
struct FileStatus {
  private let value: stat

  /// Looks at a path, and at the link itself where it is one; nil where it cannot, and `errno` says why.
  init?(of path: String) {
    var value = stat()
    guard unsafe lstat(path, &value) == 0 else { return nil }
    self.value = value
  }

  /// Looks at what a path leads to.
  init?(following path: String) {
    var value = stat()
    guard unsafe stat(path, &value) == 0 else { return nil }
    self.value = value
  }

  /// Looks at an open file.
  init?(descriptor: Int32) {
    var value = stat()
    guard unsafe fstat(descriptor, &value) == 0 else { return nil }
    self.value = value
  }

  var isFolder: Bool { value.st_mode & S_IFMT == S_IFDIR }
  var isRegular: Bool { value.st_mode & S_IFMT == S_IFREG }
  var isLink: Bool { value.st_mode & S_IFMT == S_IFLNK }
  var permissions: mode_t { value.st_mode & 0o777 }
  var size: Int { Int(value.st_size) }
  var links: Int { Int(value.st_nlink) }
  var owner: uid_t { value.st_uid }
  var group: gid_t { value.st_gid }
  /// When it was written to last, by the file system's clock.
  var modifiedAt: Timestamp {
    #if canImport(Darwin)
      Timestamp(sinceEpoch: .seconds(value.st_mtimespec.tv_sec))
    #else
      Timestamp(sinceEpoch: .seconds(value.st_mtim.tv_sec))
    #endif
  }
}
