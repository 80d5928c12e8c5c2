internal import SimulatorSupport

/// One change of one object, as a watch tells it.
struct ObjectEvent: Sendable {
  /// What became of the object.
  enum Change: String, Sendable {
    case added = "ADDED"
    case modified = "MODIFIED"
    case deleted = "DELETED"
  }

  var revision: Int
  var moment: Duration
  var change: Change
  var key: ObjectKey
  /// As it is now, or was at last with the revision of its end.
  var object: JSON
  /// As it was before; nil: it was not there.
  var old: JSON?
}

/// The last changes, as far back as the server remembers.
struct EventHistory: Sendable {
  private(set) var events: [ObjectEvent] = []
  /// Whatever happened up to here is no longer told.
  private(set) var forgotten: Int

  init(from revision: Int) {
    forgotten = revision
  }

  mutating func append(_ event: ObjectEvent, limit: Int) {
    events.append(event)
    guard events.count > 2 * limit else { return }
    let gone = events.count - limit
    forgotten = events[gone - 1].revision
    events.removeFirst(gone)
  }

  /// Forgets everything up to a revision, as a compaction does.
  mutating func forget(upTo revision: Int) {
    let gone = place(after: revision)
    events.removeFirst(gone)
    forgotten = max(forgotten, revision)
  }

  /// What happened after that revision.
  func events(after revision: Int) -> ArraySlice<ObjectEvent> { events[place(after: revision)...] }

  /// When that revision was made; the start if nobody knows.
  func moment(of revision: Int) -> Duration {
    let place = place(after: revision)
    return place > 0 ? events[place - 1].moment : .zero
  }

  private func place(after revision: Int) -> Int {
    var (low, high) = (0, events.count)
    while low < high {
      let middle = (low + high) / 2
      if events[middle].revision <= revision { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
