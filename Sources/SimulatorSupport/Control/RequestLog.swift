/// The last requests to a service and what it said, never more than `limit`.
package struct RequestLog: Sendable {
  /// How many are kept.
  package static let limit = 200
  /// How much of a target is kept: more would be a client's to choose.
  private static let longestTarget = 300

  private struct Entry: Sendable {
    var at: Duration
    var method: String
    var target: String
    var status: Int
    var place: String?
  }

  private var entries: [Entry] = []

  /// A log of nothing.
  package init() {}

  /// Writes down a request that has been answered; `place` is which of several servers was asked.
  package mutating func add(_ request: SimulatedRequest, status: Int, at time: Duration, place: String? = nil)
  {
    // Twice as many before the older half goes: one at a time would move all the others.
    if entries.count == 2 * Self.limit { entries.removeFirst(Self.limit) }
    let target =
      request.target.utf8.count > Self.longestTarget
      ? "\(request.target.prefix(Self.longestTarget))…" : request.target
    entries.append(
      Entry(
        at: time, method: String(request.method.prefix(20)), target: target, status: status, place: place))
  }

  /// The requests, the oldest first: `at` in seconds since the start, `method`, `target`, `status` and, if there are
  /// several servers, `cluster`.
  package var json: JSON {
    .array(
      entries.suffix(Self.limit).map { entry in
        var json: JSON = [
          "at": .number(entry.at.inSeconds), "method": .string(entry.method), "target": .string(entry.target),
          "status": .integer(entry.status),
        ]
        if let place = entry.place { json.append("cluster", .string(place)) }
        return json
      })
  }
}
