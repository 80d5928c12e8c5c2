#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Timing

/// One file's replacement: whoever reads the path sees the old bytes or the new ones, never a part.
///
/// The new bytes go to a file beside it (`TemporaryName`), which is brought to the disk and then renamed. What a
/// killed run left behind is removed once that is proven: its writer's process has ended, or, where that cannot be
/// known, nobody has touched it for an hour nor holds the lock that a writer takes.
///
/// What a file system refuses beside the writing itself is remarked, and the file is written.
struct AtomicReplacement {
  private let path: String
  private let folder: String
  private let name: String
  private let remarks: FileRemarks
  private let fault: @Sendable (FileCall) -> FileFault?

  init(path: String, remarks: FileRemarks, fault: @escaping @Sendable (FileCall) -> FileFault?) {
    self.path = path
    (folder, name) = split(path: path)
    self.remarks = remarks
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

  /// Writes the new bytes beside the file and renames them into its place, or where it lies if that is refused.
  private func putInPlace(_ bytes: [UInt8], _ access: FileAccess) throws(FileError) {
    do throws(FileError) {
      try renameIntoPlace(bytes, access)
    } catch {
      let inPlace = InPlaceWriting(path: path, fault: fault)
      guard inPlace.helps(after: error.code, for: bytes) else { throw error }
      do throws(FileError) { try inPlace.write(bytes) } catch _ { throw error }
      var refused = error
      refused.attempt = "replace"
      remarks.add(refused, "it was written in place")
    }
  }

  private func renameIntoPlace(_ bytes: [UInt8], _ access: FileAccess) throws(FileError) {
    let before = access == .asBefore ? FileStatus(of: path).flatMap { $0.isRegular ? $0 : nil } : nil
    let file = try openTemporary(mode: before?.permissions ?? 0o644)
    let temporary = file.location
    do throws(FileError) {
      _ = try file.perform(.lock) { _ in Self.lock(file.descriptor) }
      try setAccess(before, of: file)
      try file.write(bytes)
      try unlessRefused("it may be lost if the power fails") { () throws(FileError) in try file.sync() }
      _ = try file.perform(.rename) { _ in unsafe rename(temporary, path) }
    } catch {
      if fault(.remove) == nil { unsafe _ = unlink(temporary) }
      throw error
    }
  }

  /// Does what the file can be without: a refusal is remarked, anything else is an error.
  private func unlessRefused(
    _ consequence: String, _ body: () throws(FileError) -> Void
  ) throws(FileError) {
    do throws(FileError) {
      try body()
    } catch {
      guard error.code.isRefusal else { throw error }
      remarks.add(error, consequence)
    }
  }

  /// The mode is given at once, for file systems where it cannot be changed.
  private func openTemporary(mode: mode_t) throws(FileError) -> OpenFile {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    for _ in 0..<100 {
      let temporary = "\(folder)/\(TemporaryName(of: name).new())"
      do throws(FileError) {
        return try OpenFile(
          temporary, flags, mode: mode, attempt: "write", name: path, fault: fault)
      } catch {
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
  private func setAccess(_ before: FileStatus?, of file: borrowing OpenFile) throws(FileError) {
    let descriptor = file.descriptor
    if let before {
      // Only root can give a file away; for others the owner is the right one already, or cannot be.
      _ = fchown(descriptor, before.owner, before.group)
    }
    let mode = before?.permissions ?? 0o644
    do throws(FileError) {
      _ = try file.perform(.setMode) { _ in fchmod(descriptor, mode) }
    } catch {
      guard error.code.isRefusal else { throw error }
      var refused = error
      refused.attempt = "set the permissions of"
      remarks.add(refused, "it has the permissions that the file system gives it")
    }
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
      if !error.code.isRefusal { throw error }
    }
  }

  /// Removes what killed runs left of writing this file, once nobody can be writing it any more.
  ///
  /// That this fails is no reason not to write.
  private func removeLeftovers() {
    let names = (try? SystemFiles().names(in: folder)) ?? []
    for other in names {
      guard let writer = TemporaryName(of: name).writer(of: other) else { continue }
      let leftover = "\(folder)/\(other)"
      guard
        let file = try? OpenFile(
          leftover, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, attempt: "remove",
          call: .openLeftover, fault: fault),
        let status = FileStatus(descriptor: file.descriptor), status.isRegular,
        writer.isGone || status.isAbandoned(at: SystemTime().wallTime) && !Self.isLocked(file.descriptor)
      else { continue }
      unsafe _ = unlink(leftover)
    }
  }

  private static func isLocked(_ descriptor: Int32) -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) != 0 }
}

extension FileStatus {
  /// Whether nobody has written to it for an hour, and a write takes no longer than a moment.
  fileprivate func isAbandoned(at now: Timestamp) -> Bool { now - modifiedAt > .seconds(3600) }
}
