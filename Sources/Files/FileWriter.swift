/// The files that a step reads and writes; `SystemFiles` are the real ones, tests use `MemoryFiles`.
package protocol FileWriter {
  /// Makes a folder and those above it; one that is there already is fine.
  func createFolder(_ path: String) throws(FileError)
  /// Replaces a file whole, or leaves it as it was and throws; its folder must exist.
  ///
  /// One that cannot be replaced is written where it lies; after an error it may then be empty.
  /// A symbolic link is replaced, not followed.
  func write(_ bytes: [UInt8], to path: String, access: FileAccess) throws(FileError)
  /// Writes at the end of what is at a path: a pipe, a terminal, a device.
  func append(_ bytes: [UInt8], to path: String) throws(FileError)
  /// Reads a file, or a pipe to its end; one of more than `limit` bytes throws `tooLarge`.
  func read(_ path: String, limit: Int) throws(FileError) -> [UInt8]
  /// The names in a folder, sorted.
  func names(in folder: String) throws(FileError) -> [String]
  /// Removes a file, or empties one that cannot be removed; that there is none is fine.
  func remove(_ path: String) throws(FileError)
  /// Whether there is something at a path, links followed.
  func exists(_ path: String) -> Bool
  /// How a path that a user named is to be written to.
  func destination(of path: String) throws(FileError) -> FileDestination
  /// Does something with the files of a folder while no other step does so.
  func alone(in folder: String, _ body: () throws(FileError) -> Void) throws(FileError)
  /// What calls met since the last time that did not keep them from being done, for the log.
  func takeRemarks() -> [String]
}

extension FileWriter {
  package func takeRemarks() -> [String] { [] }

  package func alone(in folder: String, _ body: () throws(FileError) -> Void) throws(FileError) { try body() }

  /// Replaces a file whole; everyone may read it.
  package func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    try write(bytes, to: path, access: .everyone)
  }
}

/// Who may read a file that was written.
package enum FileAccess: Hashable, Sendable {
  /// Everyone may, whatever the umask: a CI agent often runs as another user than the step in its container.
  case everyone
  /// Those who could before; everyone, where there was no file.
  case asBefore
}

/// How a path that a user named is to be written to.
package enum FileDestination: Hashable, Sendable {
  /// A regular file, there or not yet, at this path: replaced whole. Links are already followed.
  case file(String)
  /// A pipe, a terminal or a device, `/dev/stdout` among them: only ever appended to.
  case stream
}
