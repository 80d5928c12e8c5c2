package import StepReport

/// The files of steps at a site: in memory, kept from one run to the next, and met by the site's faults.
package final class SiteFiles: FileWriter {
  /// What lies there.
  package let memory = MemoryFiles()
  private let site: Site

  init(_ site: Site) {
    self.site = site
  }

  package func createFolder(_ path: String) throws(FileError) {
    if !site.isKilled { try memory.createFolder(path) }
  }

  package func write(_ bytes: [UInt8], to path: String, access: FileAccess) throws(FileError) {
    try settle(path) { () throws(FileError) in try memory.write(bytes, to: path, access: access) }
  }

  package func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    try settle(path) { () throws(FileError) in try memory.append(bytes, to: path) }
  }

  private func settle(_ path: String, _ write: () throws(FileError) -> Void) throws(FileError) {
    var own: FileError?
    let outcome = site.write(to: path) {
      do throws(FileError) {
        try write()
      } catch {
        own = error
      }
    }
    if let own { throw own }
    if case .failed(let code) = outcome { throw FileError("write", path, code) }
  }

  package func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
    try memory.read(path, limit: limit)
  }

  package func names(in folder: String) throws(FileError) -> [String] { try memory.names(in: folder) }

  package func remove(_ path: String) throws(FileError) {
    if !site.isKilled { try memory.remove(path) }
  }

  package func exists(_ path: String) -> Bool { memory.exists(path) }

  package func destination(of path: String) throws(FileError) -> FileDestination {
    try memory.destination(of: path)
  }
}
