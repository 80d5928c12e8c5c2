#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Timing

/// The operating system's files.
package struct SystemFiles: FileWriter, Sendable {
  /// Asked before each system call of a write; what it answers takes the call's place.
  ///
  /// Only tests set it.
  let fault: @Sendable (FileCall) -> FileFault?
  private let remarks = FileRemarks()

  /// Makes the real files.
  package init() {
    self.init { _ in nil }
  }

  /// Makes files whose writes go wrong, for tests.
  package init(fault: @escaping @Sendable (FileCall) -> FileFault?) {
    self.fault = fault
  }

  package func createFolder(_ path: String) throws(FileError) {
    guard !path.isEmpty else { throw FileError("create folder", path, .notFound) }
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += part
      if unsafe mkdir(prefix, 0o777) == 0 {
        // Under a hostile umask nobody could enter it: the agent must read what is in it.
        if unsafe chmod(prefix, 0o755) != 0 {
          let refused = FileError("set the permissions of", path, .last)
          guard refused.code.isRefusal else { throw FileError("create folder", path, refused.code) }
          remarks.add(refused, "it has the permissions that the file system gives it")
        }
      } else {
        // Not only EEXIST: a file system that is read-only may say so even for what is there.
        let code = FileError.Code.last
        guard FileStatus(following: prefix)?.isFolder == true else {
          throw FileError("create folder", path, code == .exists ? .notAFolder : code)
        }
      }
      prefix += "/"
    }
  }

  package func write(_ bytes: [UInt8], to path: String, access: FileAccess) throws(FileError) {
    try AtomicReplacement(path: path, remarks: remarks, fault: fault).replace(with: bytes, access: access)
  }

  package func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    // Not blocking: a pipe without a reader must not hold up a step for ever.
    let flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let file = try OpenFile(path, flags, attempt: "write", fault: fault)
    _ = fcntl(file.descriptor, F_SETFL, O_WRONLY | O_APPEND)
    try file.write(bytes)
  }

  package func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    let file = try OpenFile(
      path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, attempt: "read", fault: fault)
    return try file.read(limit: limit)
  }

  package func names(in folder: String) throws(FileError) -> [String] {
    guard let stream = unsafe opendir(folder) else { throw FileError("list", folder, .last) }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
        let size = unsafe MemoryLayout.size(ofValue: field.pointee)
        return unsafe field.withMemoryRebound(to: CChar.self, capacity: size) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError("list", folder, .last) }
    return names.sorted()
  }

  package func remove(_ path: String) throws(FileError) {
    if unsafe unlink(path) == 0 || errno == ENOENT { return }
    let refused = FileError("remove", path, .last)
    // A mount point, or a folder that is not ours: what it says goes all the same.
    guard FileStatus(of: path)?.isRegular == true, unsafe truncate(path, 0) == 0 else { throw refused }
    remarks.add(refused, "it was emptied")
  }

  package func takeRemarks() -> [String] { remarks.take() }

  package func alone(in folder: String, _ body: () throws(FileError) -> Void) throws(FileError) {
    try FolderLock.hold(folder, body)
  }

  package func exists(_ path: String) -> Bool { FileStatus(following: path) != nil }

  package func destination(of path: String) throws(FileError) -> FileDestination {
    var path = path
    // As many links as Linux itself follows (path_resolution(7)).
    for _ in 0..<40 {
      guard let status = FileStatus(of: path) else {
        guard FileError.Code.last == .notFound else { throw FileError("write", path, .last) }
        return .file(path)
      }
      guard status.isLink else {
        if status.isFolder { throw FileError("write", path, .isFolder) }
        return status.isRegular ? .file(path) : .stream
      }
      // `/dev/stdout` and its like lead to an open file, which must be written to and not replaced.
      if path.hasPrefix("/dev/") || path.hasPrefix("/proc/") { return .stream }
      let target = try Self.target(ofLink: path)
      path = target.hasPrefix("/") ? target : "\(split(path: path).folder)/\(target)"
    }
    throw FileError("write", path, .tooManyLinks)
  }

  static func target(ofLink path: String) throws(FileError) -> String {
    var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      guard let start = unsafe buffer.bindMemory(to: CChar.self).baseAddress else { return -1 }
      return unsafe readlink(path, start, buffer.count)
    }
    guard count >= 0 else { throw FileError("read the link", path, .last) }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}
