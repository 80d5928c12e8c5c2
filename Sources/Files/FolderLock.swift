#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif
internal import Timing

/// Keeps steps that read and write one file of a folder from doing so at once, so that none loses the other's lines.
enum FolderLock {
  /// How long one waits for another, in all: 2 s.
  ///
  /// A turn takes a moment; whoever takes longer hangs.
  private static let patience = (tries: 100, pause: Duration.milliseconds(20))

  /// Does something while nobody else does, by this lock, in that folder; without it where it cannot be had.
  static func hold(_ folder: String, _ body: () throws(FileError) -> Void) throws(FileError) {
    let flags = O_RDONLY | O_CLOEXEC | O_DIRECTORY
    guard let file = try? OpenFile(folder, flags, attempt: "lock", fault: { _ in nil }) else {
      return try body()
    }
    wait(for: file.descriptor)
    defer { _ = flock(file.descriptor, LOCK_UN) }
    try body()
  }

  private static func wait(for descriptor: Int32) {
    for _ in 0..<patience.tries {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
      do throws(Interruption) { try SystemTime().sleep(for: patience.pause) } catch { return }
    }
  }
}
