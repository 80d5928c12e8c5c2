import Files
import Foundation
import Synchronization
import Testing

/// The files beside a file that is being written: nobody's but their writer's, until it is proven gone.
@Suite struct TemporaryFileTests {
  private let old = Array("the old version\n".utf8)
  private let new = Array("a newer version, which is longer than the old one\n".utf8)

  /// Two steps in one folder, the second of which writes at every single point of the first one's write.
  @Test(arguments: FileCall.allCases.filter { $0 != .remove && $0 != .openLeftover })
  func twoWritersAtOnceDoNotDisturbEachOther(call: FileCall) throws {
    try withTemporaryFolder { folder in
      let path = folder + "/TEST-x.xml"
      let isDone = Mutex(false)
      let other = old
      let files = SystemFiles { next in
        let isTurn =
          next == call
          && isDone.withLock { done in
            defer { done = true }
            return !done
          }
        if isTurn { try? SystemFiles().write(other, to: path) }
        return nil
      }
      try files.write(new, to: path)
      #expect(isDone.withLock { $0 })
      let isLast = call == .openFolder || call == .syncFolder
      #expect(try SystemFiles().read(path, limit: 1000) == (isLast ? old : new))
      #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml"])
    }
  }

  @Test func manyWritersOfOneFileLeaveOneWholeVersion() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "astra-writers-\(UUID())").path
    defer { try? SystemFiles().removeTree(folder) }
    try SystemFiles().createFolder(folder)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for turn in 0..<40 {
            let text = String(repeating: "\(writer)", count: 1000 + turn)
            try SystemFiles().write(Array(text.utf8), to: folder + "/TEST-x.xml")
          }
        }
      }
      try await group.waitForAll()
    }
    let bytes = try SystemFiles().read(folder + "/TEST-x.xml", limit: 10_000)
    #expect(Set(bytes).count == 1 && bytes.count == 1039)
    #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml"])
  }

  @Test func whatAKilledRunLeftIsRemovedAtOnce() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "astra-left-\(UUID())").path
    defer { try? SystemFiles().removeTree(folder) }
    try SystemFiles().createFolder(folder)
    await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
      let files = SystemFiles { call in
        if call == .rename { raise(SIGKILL) }
        return nil
      }
      try files.write([0x78], to: folder + "/TEST-x.xml")
    }
    #expect(try SystemFiles().names(in: folder).count == 1)
    try SystemFiles().write(new, to: folder + "/TEST-y.xml")
    #expect(try SystemFiles().names(in: folder).count == 2, "another file's is not its business")
    try SystemFiles().write(new, to: folder + "/TEST-x.xml")
    #expect(try SystemFiles().names(in: folder) == ["TEST-x.xml", "TEST-y.xml"])
  }

  @Test func whatNobodyCanProveIsLeftForAnHour() throws {
    try withTemporaryFolder { folder in
      let files = SystemFiles()
      // Of earlier versions, and of other machines.
      let foreign = [
        ".TEST-x.xml.1-0.tmp", ".TEST-x.xml.4000000000-99.tmp", ".TEST-x.xml.7-4000000000-1.tmp",
      ]
      let others = [
        ".TEST-x.xml.backup.tmp", ".TEST-x.xml.1-2-3-4.tmp", ".TEST-x.xml.tmp", ".TEST-y.xml.1-0.tmp",
        "TEST-x.xml.1-0.tmp", ".TEST-x.xml.1-0.tmp~", ".TEST-x.xml.1-b.tmp",
      ]
      for name in foreign + others {
        try files.write(old, to: "\(folder)/\(name)")
        try setAge(.seconds(3500), of: "\(folder)/\(name)")
      }
      try files.write(new, to: folder + "/TEST-x.xml")
      #expect(try files.names(in: folder) == (foreign + others + ["TEST-x.xml"]).sorted())

      for name in foreign + others { try setAge(.seconds(3700), of: "\(folder)/\(name)") }
      // Somebody is writing this one all the same: it is locked.
      let busy = unsafe open("\(folder)/.TEST-x.xml.2-0.tmp", O_CREAT | O_WRONLY, 0o644)
      defer { close(busy) }
      #expect(flock(busy, LOCK_EX) == 0)
      try setAge(.seconds(3700), of: "\(folder)/.TEST-x.xml.2-0.tmp")
      // A folder of such a name is nobody's leftover, and a link leads elsewhere.
      try files.createFolder("\(folder)/.TEST-x.xml.4-1.tmp")
      let link = "\(folder)/.TEST-x.xml.3-0.tmp"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "TEST-y.xml")
      try files.write(new, to: folder + "/TEST-x.xml")
      let kept = others + ["2-0", "3-0", "4-1"].map { ".TEST-x.xml.\($0).tmp" } + ["TEST-x.xml"]
      #expect(try files.names(in: folder) == kept.sorted())
    }
  }
}
