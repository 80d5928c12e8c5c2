/// The body of an answer that goes on: whoever serves it asks for more whenever the world has changed.
///
/// It is a place in something that the world keeps, and holds nothing back: a client that reads slowly costs no memory.
package protocol ResponseStream: Sendable {
  /// What has come since the last call; empty: nothing yet; nil: the answer has ended.
  mutating func next(of world: World) -> [UInt8]?
}

/// The journal, each entry a line of JSON as soon as it happens; it never ends.
struct JournalStream: ResponseStream {
  private var told = 0

  mutating func next(of world: World) -> [UInt8]? {
    let news = world.journal.dropFirst(told)
    told = world.journal.count
    return news.flatMap { $0.json.bytes + Array("\n".utf8) }
  }
}
