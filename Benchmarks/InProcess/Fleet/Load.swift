/// What a day's pipelines come to at the one server that all of them ask.
package struct Load: Equatable, Sendable {
  package var requests = 0
  package var connections = 0
  package var sent = 0
  package var received = 0
  /// The most requests within one second, and within one minute, of the clock.
  package var busiestSecond = 0
  package var busiestMinute = 0
  /// The most bytes of answers within one second of the clock.
  package var mostReceived = 0
  /// The most pipelines that look at an operation within the same tenth of a second.
  package var lockstep = 0
  /// The same, of those that look at an operation that was asked for more than a minute ago.
  package var laterLockstep = 0
  package var unnoticed = 0

  /// How short a time counts as the same moment, in seconds.
  static let moment = 0.1
  /// An operation that is older is looked at in no hurry, in seconds.
  static let hurry = 60.0

  /// Lays pipelines over each other by their starts, in seconds; what passes midnight is of the same day, since every
  /// day is like the one before.
  package init(_ records: [PipelineRecord], starts: [Double]) {
    var seconds = [Int](repeating: 0, count: Self.day)
    var bytes = seconds
    var looks: [(at: Double, pipeline: Int, age: Double)] = []
    for (pipeline, (record, start)) in zip(records, starts).enumerated() {
      connections += record.connections
      unnoticed += record.unnoticed
      for entry in record.entries {
        let at = (start + entry.at).truncatingRemainder(dividingBy: Double(Self.day))
        requests += 1
        sent += entry.sent
        received += entry.received
        seconds[Int(at)] += 1
        bytes[Int(at)] += entry.received
        if let age = entry.age { looks.append((at, pipeline, age)) }
      }
    }
    busiestSecond = seconds.max() ?? 0
    mostReceived = bytes.max() ?? 0
    busiestMinute =
      stride(from: 0, to: Self.day, by: 60).map { seconds[$0..<$0 + 60].reduce(0, +) }.max() ?? 0
    looks.sort { ($0.at, $0.pipeline) < ($1.at, $1.pipeline) }
    lockstep = Self.lockstep(looks.map { ($0.at, $0.pipeline) }, of: records.count)
    laterLockstep = Self.lockstep(
      looks.filter { $0.age > Self.hurry }.map { ($0.at, $0.pipeline) }, of: records.count)
  }

  private static let day = 86_400

  /// The most different pipelines within a moment, of looks in the order of their times.
  private static func lockstep(_ looks: [(at: Double, pipeline: Int)], of pipelines: Int) -> Int {
    var counts = [Int](repeating: 0, count: pipelines)
    var (different, most, first) = (0, 0, 0)
    for look in looks {
      if counts[look.pipeline] == 0 { different += 1 }
      counts[look.pipeline] += 1
      while look.at - looks[first].at >= moment {
        counts[looks[first].pipeline] -= 1
        if counts[looks[first].pipeline] == 0 { different -= 1 }
        first += 1
      }
      most = max(most, different)
    }
    return most
  }

  var document: Document {
    .members([
      "requestsADay": .count(requests), "meanPerSecond": .number(Double(requests) / Double(Self.day)),
      "busiestSecond": .count(busiestSecond),
      "busiestMinutePerSecond": .number(Double(busiestMinute) / 60), "connections": .count(connections),
      "bytesSent": .count(sent), "bytesReceived": .count(received),
      "mostBytesReceivedInASecond": .count(mostReceived), "lookingInTheSame100ms": .count(lockstep),
      "lookingInTheSame100msAfterAMinute": .count(laterLockstep), "unnoticed": .count(unnoticed),
    ])
  }
}
