/// Files in memory, for tests: every version that was written, and failures by script.
///
/// Not `Sendable`: one step writes, one test reads, in turn.
package final class MemoryFiles: FileWriter {
  /// What is at each path.
  package var contents: [String: [UInt8]] = [:]
  /// The folders that were made.
  package private(set) var folders: Set<String> = []
  /// Every write that succeeded, in order.
  package private(set) var history: [Write] = []
  /// How many writes and appends were attempted.
  package private(set) var attempts = 0
  /// The reason for which the nth write or append fails, counted from 1; the disk is full again after others.
  package var failures: [Int: FileError.Code] = [:]
  /// The reason for which every write fails; nil for none.
  package var failsAlways: FileError.Code?
  /// Paths that stand for pipes and devices: appended to, never replaced.
  package var streams: Set<String> = []

  /// One write that succeeded.
  package struct Write: Hashable, Sendable {
    package var path: String
    package var bytes: [UInt8]
  }

  /// The reason for which a file cannot be read, or a folder not be listed.
  package var unreadable: [String: FileError.Code] = [:]

  /// Makes files of these contents.
  package init(_ contents: [String: [UInt8]] = [:]) {
    self.contents = contents
  }

  /// The text at a path; nil where there is none.
  package func text(_ path: String) -> String? {
    contents[path].map { String(decoding: $0, as: UTF8.self) }
  }

  package func createFolder(_ path: String) throws(FileError) {
    if let code = failsAlways { throw FileError("create folder", path, code) }
    if contents[path] != nil { throw FileError("create folder", path, .notAFolder) }
    folders.insert(path)
  }

  package func write(_ bytes: [UInt8], to path: String, access: FileAccess) throws(FileError) {
    try attempt(path)
    contents[path] = bytes
    history.append(Write(path: path, bytes: bytes))
  }

  package func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    try attempt(path)
    contents[path, default: []] += bytes
    history.append(Write(path: path, bytes: bytes))
  }

  package func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    if let code = unreadable[path] { throw FileError("read", path, code) }
    guard let bytes = contents[path] else { throw FileError("read", path, .notFound) }
    if bytes.count > limit { throw FileError("read", path, .tooLarge) }
    return bytes
  }

  package func names(in folder: String) throws(FileError) -> [String] {
    if let code = unreadable[folder] { throw FileError("list", folder, code) }
    return contents.keys.filter { split(path: $0).folder == folder }.map { split(path: $0).name }.sorted()
  }

  package func remove(_ path: String) throws(FileError) {
    if let code = failsAlways { throw FileError("remove", path, code) }
    contents[path] = nil
  }

  package func exists(_ path: String) -> Bool { contents[path] != nil || folders.contains(path) }

  package func destination(of path: String) throws(FileError) -> FileDestination {
    if folders.contains(path) { throw FileError("write", path, .isFolder) }
    return streams.contains(path) ? .stream : .file(path)
  }

  private func attempt(_ path: String) throws(FileError) {
    attempts += 1
    if let code = failures[attempts] ?? failsAlways { throw FileError("write", path, code) }
  }
}
