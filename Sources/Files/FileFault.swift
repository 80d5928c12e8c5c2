/// The system calls of a write, in their order.
package enum FileCall: String, Hashable, Sendable, Codable, CaseIterable {
  case openLeftover, open, lock, setMode, write, sync, rename, openFolder, syncFolder, remove
}

/// What a test makes of a system call.
package enum FileFault: Hashable, Sendable {
  /// It fails with this reason.
  case fails(FileError.Code)
  /// It writes no more than this many bytes.
  case short(Int)
}
