#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// One file's replacement: whoever reads the path sees the old bytes or the new ones, never a part.
///
/// The new bytes go to a file beside it, `.<name>.<pid>-<n>.tmp`, which is brought to the disk and then
/// renamed. Its writer holds a lock on it, so that what a killed run left behind can be told, in any
/// container and after any number of hours, from what somebody is writing just now.
struct AtomicReplacement {
  private let path: String
  private let folder: String
  private let name: String
  private let fault: @Sendable (FileCall) -> FileFault?

  init(path: String, fault: @escaping @Sendable (FileCall) -> FileFault?) {
    self.path = path
    (folder, name) = split(path: path)
    self.fault = fault
  }

  /// Replaces the file's bytes; after an error they are the old ones.
  func replace(with bytes: [UInt8], access: FileAccess) throws(FileError) {
    guard !name.isEmpty else { throw FileError("write", path, .isFolder) }
    removeLeftovers()
    try putInPlace(bytes, access)
    // No file is open any more: where descriptors are short, this takes no more of them than the write did.
    try syncFolder()
  }

  /// Writes the new bytes beside the file and renames them into its place.
  private func putInPlace(_ bytes: [UInt8], _ access: FileAccess) throws(FileError) {
    let file = try openTemporary()
    let temporary = file.location
    do throws(FileError) {
      _ = try file.perform(.lock) { _ in Self.lock(file.descriptor) }
      try setAccess(access, of: file)
      try file.write(bytes)
      try file.sync()
      _ = try file.perform(.rename) { _ in unsafe rename(temporary, path) }
    } catch {
      if fault(.remove) == nil { unsafe _ = unlink(temporary) }
      throw error
    }
  }

  private var pattern: (prefix: String, suffix: String) { (".\(name).", ".tmp") }

  private func openTemporary() throws(FileError) -> OpenFile {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    for number in 0..<100 {
      let temporary = "\(folder)/\(pattern.prefix)\(getpid())-\(number)\(pattern.suffix)"
      do throws(FileError) {
        return try OpenFile(
          temporary, flags, mode: 0o600, attempt: "write", name: path, fault: fault)
      } catch {
        // Another container's process of the same number, or something that is not ours.
        if error.code != .exists { throw error }
      }
    }
    throw FileError("write", path, .exists)
  }

  /// A file system without locks only costs the tidying up.
  private static func lock(_ descriptor: Int32) -> Int32 {
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    return 0
  }

  /// 0644 whatever the umask, or what the file had: an output file may hold things of others.
  private func setAccess(_ access: FileAccess, of file: borrowing OpenFile) throws(FileError) {
    let before = access == .asBefore ? Status(of: path).flatMap { $0.isRegular ? $0 : nil } : nil
    if let before {
      // Only root can give a file away; for others the owner is the right one already, or cannot be.
      _ = fchown(file.descriptor, before.owner, before.group)
    }
    let mode = before?.permissions ?? 0o644
    let descriptor = file.descriptor
    _ = try file.perform(.setMode) { _ in fchmod(descriptor, mode) }
  }

  /// Brings the rename to the disk, where the file system knows how to.
  ///
  /// Not every one does, and not every folder may be read; after a power cut the old bytes are then back,
  /// and an old report never claims more than the new one.
  private func syncFolder() throws(FileError) {
    do throws(FileError) {
      let file = try OpenFile(
        folder, O_RDONLY | O_CLOEXEC, attempt: "write", name: path, call: .openFolder, fault: fault)
      let descriptor = file.descriptor
      _ = try file.perform(.syncFolder) { _ in fsync(descriptor) }
    } catch {
      if ![.invalid, .notSupported, .noPermission, .readOnly].contains(error.code) { throw error }
    }
  }

  /// Removes what killed runs left of writing this file: files of its pattern that nobody holds the lock of.
  ///
  /// That this fails is no reason not to write.
  private func removeLeftovers() {
    let names = (try? SystemFiles().names(in: folder)) ?? []
    for other in names where isTemporary(other) {
      let leftover = "\(folder)/\(other)"
      guard
        let file = try? OpenFile(
          leftover, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, attempt: "remove",
          call: .openLeftover, fault: fault),
        Status(descriptor: file.descriptor)?.isRegular == true,
        flock(file.descriptor, LOCK_EX | LOCK_NB) == 0
      else { continue }
      unsafe _ = unlink(leftover)
    }
  }

  /// Whether a name is one that `openTemporary` could have given: `.<name>.<pid>-<n>.tmp`.
  private func isTemporary(_ other: String) -> Bool {
    guard other.hasPrefix(pattern.prefix), other.hasSuffix(pattern.suffix) else { return false }
    let middle = other.dropFirst(pattern.prefix.count).dropLast(pattern.suffix.count)
    let numbers = middle.split(separator: "-", omittingEmptySubsequences: false)
    return numbers.count == 2 && numbers.allSatisfy { UInt64($0) != nil }
  }
}
