internal import ServiceSimulation
package import Files

/// The files of steps at a site, kept from one run to the next, and met by the site's faults.
///
/// They are in memory, or real ones below a folder.
package final class SiteFiles: FileWriter {
  /// What lies in memory.
  package let memory = MemoryFiles()
  /// Everything that was ever written, for the search for secrets.
  private(set) var versions: [[UInt8]] = []
  private let site: Site
  private let backing: any FileWriter
  /// The folder of the real files; nil for those in memory.
  private let folder: String?

  init(_ site: Site, folder: String? = nil) {
    self.site = site
    self.folder = folder
    let caller = SiteReference(site: site)
    backing = folder == nil ? memory : SystemFiles { caller.site.call($0) }
  }

  /// Everything there is, by path.
  package var contents: [String: [UInt8]] {
    guard let folder else { return memory.contents }
    var contents: [String: [UInt8]] = [:]
    for parent in [folder, "\(folder)/reports"] {
      for name in (try? SystemFiles().names(in: parent)) ?? [] {
        let path = "\(parent)/\(name)"
        contents[path] = try? SystemFiles().read(path, limit: 64 << 20)
      }
    }
    return contents
  }

  package func createFolder(_ path: String) throws(FileError) {
    if !site.isKilled { try backing.createFolder(path) }
  }

  package func write(_ bytes: [UInt8], to path: String, access: FileAccess) throws(FileError) {
    versions.append(bytes)
    try settle(path) { () throws(FileError) in try backing.write(bytes, to: path, access: access) }
  }

  package func append(_ bytes: [UInt8], to path: String) throws(FileError) {
    versions.append(bytes)
    try settle(path) { () throws(FileError) in try backing.append(bytes, to: path) }
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
    // What the pipeline's secrets bring is there whatever becomes of the workspace.
    if folder == nil, !backing.exists(path), let text = site.service.files[path] { return Array(text.utf8) }
    return try backing.read(path, limit: limit)
  }

  package func names(in folder: String) throws(FileError) -> [String] { try backing.names(in: folder) }

  package func remove(_ path: String) throws(FileError) {
    if !site.isKilled { try backing.remove(path) }
  }

  package func exists(_ path: String) -> Bool {
    backing.exists(path) || folder == nil && site.service.files[path] != nil
  }

  package func takeRemarks() -> [String] { backing.takeRemarks() }

  package func destination(of path: String) throws(FileError) -> FileDestination {
    try backing.destination(of: path)
  }
}

/// A way to a site from where only what may be shared between threads can be held: each site has one thread.
private struct SiteReference: @unchecked Sendable {
  let site: Site
}
