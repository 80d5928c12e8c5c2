import Foundation
import FuzzTargets
import Testing

/// Every seed of the fuzz targets, and every input that ever broke one, without libFuzzer.
struct FuzzSeedTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/fuzz")

  private static func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test(arguments: FuzzTarget.all.map(\.name))
  func everySeedHolds(target: String) throws {
    let fuzzed = try #require(FuzzTarget.named(target))
    let seeds = Self.folder.appending(path: target)
    let names = try Self.names(in: seeds)
    #expect(names.count >= 3)
    for name in names {
      let bytes = Array(try Data(contentsOf: seeds.appending(path: name)))
      #expect(bytes.count <= fuzzed.longest, "\(target)/\(name) is longer than what is tried")
      #expect(throws: Never.self, "\(target)/\(name)") { try fuzzed.check(bytes) }
    }
  }

  @Test func everyFolderOfSeedsHasItsTarget() throws {
    let folders = try Self.names(in: Self.folder).filter { !$0.contains(".") }
    #expect(folders == FuzzTarget.all.map(\.name).sorted())
  }
}
