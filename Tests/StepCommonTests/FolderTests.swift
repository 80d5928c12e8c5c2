import Testing

/// A folder is a room with a purpose: nobody finds anything among thirty files side by side.
@Suite struct FolderTests {
  @Test func noFolderOfSourcesHasMoreThanFifteenFiles() throws {
    var counts: [Substring: Int] = [:]
    for file in try Checkout.sources() {
      let end = file.path.lastIndex(of: "/") ?? file.path.startIndex
      counts[file.path[..<end], default: 0] += 1
    }
    for (folder, count) in counts { #expect(count <= 15, "\(folder) has \(count) files") }
  }
}
