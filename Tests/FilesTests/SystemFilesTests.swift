import Files
import Foundation
import Synchronization
import Testing

/// Real files in temporary folders, and system calls that fail.
@Suite struct SystemFilesTests {
  private let old = Array("the old version\n".utf8)
  private let new = Array("a newer version, which is longer than the old one\n".utf8)

  @Test func aFileIsMadeAndReplaced() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/TEST-x.xml"
      let files = SystemFiles()
      for bytes in [old, new, [], new] {
        try files.write(bytes, to: path)
        #expect(try files.read(path, limit: 1000) == bytes)
      }
      #expect(try files.names(in: folder) == ["TEST-x.xml"])
      try files.remove(path)
      try files.remove(path)
      #expect(try files.names(in: folder) == [])
    }
  }

  @Test(arguments: FileCall.allCases.filter { $0 != .openLeftover && $0 != .remove })
  func aCallThatFailsLeavesTheOldVersionOrTheNewOne(call: FileCall) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/TEST-x.xml"
      try SystemFiles().write(old, to: path)
      let files = SystemFiles { $0 == call ? .fails(.noSpace) : nil }
      #expect(throws: FileError("write", path, .noSpace)) { try files.write(new, to: path) }
      let isRenamed = call == .openFolder || call == .syncFolder
      #expect(try SystemFiles().read(path, limit: 1000) == (isRenamed ? new : old))
      #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml"])
    }
  }

  @Test(arguments: FileCall.allCases)
  func aRunThatIsKilledLeavesTheOldVersionAndTheNextOneTidiesUp(call: FileCall) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "astra-killed-\(UUID())").path
    let path = folder + "/TEST-x.xml"
    defer { try? SystemFiles().removeTree(folder) }
    try SystemFiles().createFolder(folder)
    try SystemFiles().write(old, to: path)
    // A leftover to tidy up, and an error to clean up after, so that these calls come too.
    try SystemFiles().write([], to: "\(folder)/.TEST-x.xml.4000000000-0.tmp")
    try setAge(.seconds(3700), of: "\(folder)/.TEST-x.xml.4000000000-0.tmp")
    await #expect(processExitsWith: .signal(SIGKILL)) { [call = call as FileCall, path = path as String] in
      let files = SystemFiles { next in
        if next == call { raise(SIGKILL) }
        return call == .remove && next == .rename ? .fails(.inputOutput) : nil
      }
      try files.write(Array("a newer version, which is longer than the old one\n".utf8), to: path)
    }
    let isRenamed = call == .openFolder || call == .syncFolder
    #expect(try SystemFiles().read(path, limit: 1000) == (isRenamed ? new : old))
    try SystemFiles().write(new, to: path)
    #expect(try SystemFiles().read(path, limit: 1000) == new)
    #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml"])
  }

  @Test(arguments: [1, 2, 7, 49, 1000])
  func shortWritesAndInterruptionsAreGoneOnAfter(size: Int) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/TEST-x.xml"
      let interrupted = Mutex<Set<FileCall>>([])
      let files = SystemFiles { call in
        interrupted.withLock { $0.insert(call).inserted } ? .fails(.interrupted) : .short(size)
      }
      try files.write(new, to: path)
      #expect(try SystemFiles().read(path, limit: 1000) == new)
      #expect(interrupted.withLock { $0 }.isSuperset(of: [.open, .write, .sync, .rename, .syncFolder]))
    }
  }

  @Test func aFullDiskLeavesTheOldVersion() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "astra-full-\(UUID())").path
    defer { try? SystemFiles().removeTree(folder) }
    try SystemFiles().createFolder(folder)
    let path = folder + "/TEST-x.xml"
    try SystemFiles().write(old, to: path)
    await #expect(processExitsWith: .success) { [path = path as String] in
      // The nearest to a full disk that any user can make: files of at most twenty bytes.
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 20, rlim_max: 20)
      let answer = unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      #expect(answer == 0)
      #expect(throws: FileError("write", path, .tooLarge)) {
        try SystemFiles().write([UInt8](repeating: 0x78, count: 1000), to: path)
      }
    }
    #expect(try SystemFiles().read(path, limit: 1000) == old)
    #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml"])
  }

  @Test(arguments: [0o777, 0o077, 0o027, 0o000] as [mode_t])
  func everyoneMayReadWhateverTheUmask(mask: mode_t) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "astra-umask-\(UUID())").path
    defer { try? SystemFiles().removeTree(folder) }
    await #expect(processExitsWith: .success) { [mask = mask as mode_t, folder = folder as String] in
      umask(mask)
      let files = SystemFiles()
      try files.createFolder(folder + "/a/b")
      try files.write([0x78], to: folder + "/a/b/TEST-x.xml")
    }
    let manager = FileManager.default
    for (name, mode) in [("", 0o755), ("/a", 0o755), ("/a/b", 0o755), ("/a/b/TEST-x.xml", 0o644)] {
      let attributes = try manager.attributesOfItem(atPath: folder + name)
      #expect(attributes[.posixPermissions] as? Int == mode)
    }
  }

  @Test func anOutputFileOfOthersKeepsItsPermissions() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/build.env"
      try SystemFiles().write(old, to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      try SystemFiles().write(new, to: path, access: .asBefore)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try SystemFiles().read(path, limit: 1000) == new)
    }
  }

  @Test func aLinkInPlaceOfTheReportIsReplacedAndNotFollowed() throws {
    try withTemporaryFolder { folder in
      let (path, precious) = (folder + "/TEST-x.xml", folder + "/precious")
      try SystemFiles().write(old, to: precious)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: precious)
      try SystemFiles().write(new, to: path)
      #expect(try SystemFiles().read(precious, limit: 1000) == old)
      #expect(try SystemFiles().read(path, limit: 1000) == new)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.type] as? FileAttributeType == .typeRegular)
    }
  }

  @Test func errorsNameTheFileAndTheReason() throws {
    try withTemporaryFolder { folder in
      let files = SystemFiles()
      try files.write(old, to: folder + "/file")
      try files.createFolder(folder + "/folder")
      func message(_ body: () throws(FileError) -> Void) -> String? {
        do throws(FileError) { try body() } catch { return error.message }
        return nil
      }
      #expect(
        message { () throws(FileError) in try files.createFolder(folder + "/file/below") }
          == "cannot create folder \(folder)/file/below: not a directory")
      #expect(
        message { () throws(FileError) in try files.createFolder(folder + "/file") }
          == "cannot create folder \(folder)/file: not a directory")
      #expect(
        message { () throws(FileError) in try files.write([], to: folder + "/file/TEST-x.xml") }
          == "cannot write \(folder)/file/TEST-x.xml: not a directory")
      #expect(
        message { () throws(FileError) in try files.write([], to: folder + "/folder") }
          == "cannot write \(folder)/folder: is a directory")
      #expect(
        message { () throws(FileError) in try files.write([], to: folder + "/absent/TEST-x.xml") }
          == "cannot write \(folder)/absent/TEST-x.xml: no such file or directory")
      #expect(
        message { () throws(FileError) in _ = try files.read(folder + "/absent", limit: 1) }
          == "cannot read \(folder)/absent: no such file or directory")
      #expect(
        message { () throws(FileError) in _ = try files.read(folder + "/folder", limit: 1) }
          == "cannot read \(folder)/folder: is a directory")
      #expect(
        message { () throws(FileError) in _ = try files.read(folder + "/file", limit: 3) }
          == "cannot read \(folder)/file: file too large")
      #expect(
        message { () throws(FileError) in _ = try files.names(in: folder + "/file") }
          == "cannot list \(folder)/file: not a directory")
      #expect(
        message { () throws(FileError) in try files.append([0x78], to: "/dev/full") }
          == "cannot write /dev/full: no space left on device")
      #expect(try files.names(in: folder) == ["file", "folder"])
    }
    let error = FileError("write", "reports/TEST-astra-clone.xml", .noSpace)
    #expect("\(error)" == "cannot write reports/TEST-astra-clone.xml: no space left on device")
    #expect(FileError("read", "a\nb", .readOnly).message == "cannot read a b: read-only file system")
    #expect(!FileError("read", "a", .init(rawValue: 9999)).message.isEmpty)
  }

  @Test func pathsThatUsersNameAreSortedIntoFilesAndStreams() throws {
    try withTemporaryFolder { folder in
      let files = SystemFiles()
      let manager = FileManager.default
      try files.write(old, to: folder + "/file")
      try manager.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "file")
      try manager.createSymbolicLink(atPath: folder + "/dangling", withDestinationPath: folder + "/absent")
      try manager.createSymbolicLink(atPath: folder + "/loop", withDestinationPath: "loop")
      try manager.createSymbolicLink(atPath: folder + "/out", withDestinationPath: "/dev/stdout")
      try makePipe(folder + "/pipe")
      #expect(try files.destination(of: folder + "/file") == .file(folder + "/file"))
      #expect(try files.destination(of: folder + "/link") == .file(folder + "/file"))
      #expect(try files.destination(of: folder + "/absent") == .file(folder + "/absent"))
      #expect(try files.destination(of: folder + "/dangling") == .file(folder + "/absent"))
      #expect(try files.destination(of: folder + "/pipe") == .stream)
      #expect(try files.destination(of: folder + "/out") == .stream)
      for device in ["/dev/null", "/dev/stdout", "/dev/fd/1"] {
        #expect(try files.destination(of: device) == .stream)
      }
      #expect(throws: FileError("write", folder, .isFolder)) { try files.destination(of: folder) }
      #expect(throws: FileError.self) { try files.destination(of: folder + "/loop") }
      #expect(throws: FileError.self) { try files.destination(of: folder + "/file/below") }
    }
  }

  @Test func aPipeIsAppendedToAndOneThatNobodyReadsIsAnError() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try makePipe(path)
      #expect(throws: FileError("write", path, .init(rawValue: ENXIO))) {
        try SystemFiles().append(new, to: path)
      }
      let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
      defer { close(reader) }
      try SystemFiles().append(old, to: path)
      try SystemFiles().append(new, to: path)
      var bytes = [UInt8](repeating: 0, count: 1000)
      let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(reader, $0.baseAddress, $0.count) }
      #expect(Array(bytes.prefix(max(count, 0))) == old + new)
    }
  }

  @Test func aTokenMayComeThroughAPipe() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/pipe"
      try makePipe(path)
      let both = unsafe open(path, O_RDWR)
      let written = unsafe new.withUnsafeBytes { unsafe write(both, $0.baseAddress, $0.count) }
      #expect(written == new.count)
      // The writer goes while the pipe is being read, as `<(…)` of a shell does.
      let reader = unsafe open(path, O_RDONLY | O_NONBLOCK)
      close(both)
      defer { close(reader) }
      #expect(try SystemFiles().read("/dev/fd/\(reader)", limit: 1000) == new)
    }
  }
}

extension SystemFiles {
  /// Removes a test's folder with everything in it.
  func removeTree(_ folder: String) throws {
    try FileManager.default.removeItem(atPath: folder)
  }
}

/// Makes a file seem to have been written to last so long ago.
func setAge(_ age: Duration, of path: String) throws {
  let date = Date(timeIntervalSinceNow: -Double(age.components.seconds))
  try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
}

private func makePipe(_ path: String) throws {
  let answer = unsafe mkfifo(path, 0o600)
  try #require(answer == 0)
}
