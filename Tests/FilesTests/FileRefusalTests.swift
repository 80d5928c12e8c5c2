import Files
import Foundation
import Synchronization
import Testing

/// File systems that refuse what a write can be without: CIFS, FUSE, mount points, folders of others, full disks.
@Suite struct FileRefusalTests {
  private static let refusals: [FileError.Code] = [
    .notPermitted, .noPermission, .invalid, .notSupported, .notImplemented, .readOnly,
  ]
  private let old = Array("<old>a version that is the longer one of the two</old>\n".utf8)
  private let new = Array("<new>a newer version</new>\n".utf8)

  /// Nothing is left but the file, which holds the new version; answers what was remarked.
  private func write(_ bytes: [UInt8], _ fault: @escaping @Sendable (FileCall) -> FileFault?) throws
    -> [String]
  {
    try withTemporaryFolder { folder in
      let path = folder + "/TEST-x.xml"
      try SystemFiles().write(old, to: path)
      let files = SystemFiles(fault: fault)
      try files.write(bytes, to: path)
      #expect(try SystemFiles().read(path, limit: 1000) == bytes)
      #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml"])
      let remarks = files.takeRemarks()
      try files.write(bytes, to: path)
      #expect(files.takeRemarks().isEmpty, "a remark is made once")
      return remarks
    }
  }

  @Test(arguments: refusals, [FileCall.setMode, .sync])
  func aNicetyThatIsRefusedIsRemarked(code: FileError.Code, call: FileCall) throws {
    let remarks = try write(new) { $0 == call ? .fails(code) : nil }
    #expect(remarks.count == 1 && remarks[0].contains(code.text), "\(remarks)")
  }

  @Test(arguments: refusals, [FileCall.openFolder, .syncFolder])
  func aFolderThatCannotBeSyncedIsFine(code: FileError.Code, call: FileCall) throws {
    #expect(try write(new) { $0 == call ? .fails(code) : nil }.isEmpty)
  }

  @Test(arguments: refusals + [.busy, .otherDevice, .textBusy, .nameTooLong], [FileCall.open, .rename])
  func aFileThatCannotBeReplacedIsWrittenWhereItLies(code: FileError.Code, call: FileCall) throws {
    let longer = old + old
    for bytes in [new, longer, []] {
      let opened = Mutex(0)
      let remarks = try write(bytes) { next in
        // The file itself can be opened.
        guard next == call else { return nil }
        return opened.withLock { count in
          count += 1
          return call == .open && count % 2 == 0 ? nil : .fails(code)
        }
      }
      #expect(remarks.count == 1 && remarks[0].contains("written in place"), "\(remarks)")
    }
  }

  @Test func aFileThatIsNotThereYetIsMadeWithoutARename() throws {
    try withTemporaryFolder { folder in
      let files = SystemFiles { $0 == .rename ? .fails(.notSupported) : nil }
      try files.write(new, to: folder + "/TEST-x.xml")
      #expect(try files.read(folder + "/TEST-x.xml", limit: 1000) == new)
      #expect(try files.names(in: folder) == ["TEST-x.xml"])
    }
  }

  @Test func aFullDiskTakesWhatIsNotLonger() throws {
    for code in [FileError.Code.noSpace, .quota] {
      let opened = Mutex(0)
      let fault: @Sendable (FileCall) -> FileFault? = { call in
        // No new file has room; what lies there has.
        guard call == .open else { return nil }
        return opened.withLock { count in
          count += 1
          return count % 2 == 1 ? .fails(code) : nil
        }
      }
      #expect(try write(new, fault).count == 1)
    }
    try withTemporaryFolder { folder in
      try SystemFiles().write(new, to: folder + "/TEST-x.xml")
      let files = SystemFiles { $0 == .write ? .fails(.noSpace) : nil }
      #expect(throws: FileError.self) { try files.write(old, to: folder + "/TEST-x.xml") }
      #expect(try SystemFiles().read(folder + "/TEST-x.xml", limit: 1000) == new)
    }
  }

  /// At no moment of a write in place does the file read as a whole version of another time.
  @Test(arguments: [true, false]) func aWriteInPlaceThatIsCutReadsAsNothing(grows: Bool) throws {
    let (before, after) = grows ? (new, old) : (old, new)
    try withTemporaryFolder { folder in
      let path = folder + "/TEST-x.xml"
      try SystemFiles().write(before, to: path)
      let seen = Mutex<[[UInt8]]>([])
      let isRefused = Mutex(false)
      let files = SystemFiles { call in
        if call == .rename {
          isRefused.withLock { $0 = true }
          return .fails(.busy)
        }
        if isRefused.withLock({ $0 }), let bytes = try? SystemFiles().read(path, limit: 1000) {
          seen.withLock { $0.append(bytes) }
        }
        return call == .write ? .short(7) : nil
      }
      try files.write(after, to: path)
      let states = seen.withLock { $0 }
      #expect(states.count > 6)
      for state in states where state != after {
        let isOld = state.starts(with: before) && state.dropFirst(before.count).allSatisfy { $0 == 0x0A }
        #expect(isOld || state.first == UInt8(ascii: "#"), "\(String(decoding: state, as: UTF8.self))")
      }
    }
  }

  @Test func aSecondNameAndALinkAreNotWrittenThrough() throws {
    try withTemporaryFolder { folder in
      let (path, precious) = (folder + "/TEST-x.xml", folder + "/precious")
      let files = SystemFiles { $0 == .rename ? .fails(.busy) : nil }
      try SystemFiles().write(old, to: precious)
      try FileManager.default.linkItem(atPath: precious, toPath: path)
      #expect(throws: FileError("write", path, .busy)) { try files.write(new, to: path) }
      try FileManager.default.removeItem(atPath: path)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: precious)
      #expect(throws: FileError("write", path, .busy)) { try files.write(new, to: path) }
      #expect(try SystemFiles().read(precious, limit: 1000) == old)
    }
  }

  @Test func whatWentWrongIsNoRefusal() throws {
    for (call, code) in [
      (FileCall.sync, FileError.Code.inputOutput), (.rename, .inputOutput), (.setMode, .inputOutput),
    ] {
      #expect(throws: FileError.self) { _ = try write(new) { $0 == call ? .fails(code) : nil } }
    }
  }
}
