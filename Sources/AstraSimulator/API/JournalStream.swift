internal import SimulatorSupport

/// The journal, each entry a line of JSON as soon as it happens; it never ends.
struct JournalStream: ResponseStream {
  private var told = 0

  mutating func next(of source: any StreamSource) -> [UInt8]? {
    guard let world = source as? World else { return nil }
    let news = world.journal.dropFirst(told)
    told = world.journal.count
    return news.flatMap { $0.json.bytes + Array("\n".utf8) }
  }
}

extension World: StreamSource {}
