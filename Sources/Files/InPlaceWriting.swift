#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Writes a file where it lies, for one that cannot be replaced by a rename: a mount point, or one in a folder that
/// takes no new files.
///
/// Such a write can be cut in the middle, so nothing of that time may read as a whole: first the room is taken, by
/// line ends behind the old bytes; then a `#` stands in the place of the first byte, which makes XML and JSON
/// invalid and a `KEY=VALUE` line a comment, until everything behind it is on the disk.
struct InPlaceWriting {
  let path: String
  let fault: @Sendable (FileCall) -> FileFault?

  /// Whether a file that could not be replaced for that reason may take its new bytes where it lies.
  ///
  /// On a full disk it may if it does not grow.
  func helps(after code: FileError.Code, for bytes: [UInt8]) -> Bool {
    if code.isRefusal || code.isNoReplacement { return true }
    guard code == .noSpace || code == .quota, let status = FileStatus(of: path) else { return false }
    return status.isRegular && status.size >= bytes.count
  }

  /// Writes the bytes and reads them back; after an error the file holds the old ones, or nothing.
  func write(_ bytes: [UInt8]) throws(FileError) {
    let isNew = FileStatus(of: path) == nil
    do throws(FileError) {
      try writeWhereItLies(bytes)
    } catch {
      if isNew { unsafe _ = unlink(path) }
      throw error
    }
  }

  private func writeWhereItLies(_ bytes: [UInt8]) throws(FileError) {
    let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let file = try OpenFile(path, flags, mode: 0o644, attempt: "write", fault: fault)
    // A second name of the file may be somebody else's, who did not ask for this.
    guard let status = FileStatus(descriptor: file.descriptor), status.isRegular, status.links == 1 else {
      throw FileError("write", path, .noPermission)
    }
    try makeRoom(for: bytes.count, in: file, of: status.size)
    do throws(FileError) {
      try overwrite(file, with: bytes)
    } catch {
      _ = ftruncate(file.descriptor, 0)
      throw error
    }
  }

  private func makeRoom(
    for count: Int, in file: borrowing OpenFile, of size: Int
  ) throws(FileError) {
    guard count > size else { return }
    do throws(FileError) {
      try seek(size, in: file)
      try file.write([UInt8](repeating: UInt8(ascii: "\n"), count: count - size))
      try sync(file)
    } catch {
      _ = ftruncate(file.descriptor, off_t(size))
      throw error
    }
  }

  private func overwrite(_ file: borrowing OpenFile, with bytes: [UInt8]) throws(FileError) {
    let descriptor = file.descriptor
    try seek(0, in: file)
    if !bytes.isEmpty { try file.write([UInt8(ascii: "#")]) }
    try sync(file)
    try file.write(Array(bytes.dropFirst()))
    _ = try file.perform(.write) { _ in ftruncate(descriptor, off_t(bytes.count)) }
    try sync(file)
    try seek(0, in: file)
    try file.write(Array(bytes.prefix(1)))
    try sync(file)
    try seek(0, in: file)
    guard try file.read(limit: bytes.count) == bytes else { throw FileError("write", path, .inputOutput) }
  }

  private func seek(_ offset: Int, in file: borrowing OpenFile) throws(FileError) {
    guard lseek(file.descriptor, off_t(offset), SEEK_SET) >= 0 else { throw FileError("write", path, .last) }
  }

  private func sync(_ file: borrowing OpenFile) throws(FileError) {
    do throws(FileError) {
      try file.sync()
    } catch {
      if !error.code.isRefusal { throw error }
    }
  }
}
