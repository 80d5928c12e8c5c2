package import ServiceSimulation
internal import SimulatorSupport

/// What can be wrong with a watch: an alarm clock that does not ring, or rings for nothing.
package enum WatchTrouble: String, CaseIterable, Sendable {
  /// The user may not watch (403).
  case forbidden
  /// The server keeps no events of that version any more: as the answer's status, or as the first event (410).
  case expired
  case expiredWithin
  /// It begins, and nothing comes, not even its end.
  case silent
  /// It ends in order before anything has come.
  case closed
  /// It breaks off in the middle of an event.
  case cut
  /// It says at once that the object has come to a good end.
  case lyingGood
  /// It says at once that the object is gone.
  case lyingDeleted
  /// It says something that is no event.
  case nonsense

  /// Does this to an answer, if it is the beginning of a watch.
  package func spoil(_ response: inout ServiceResponse) {
    guard let stream = response.stream else { return }
    switch self {
    case .forbidden: response = Self.status(403, "Forbidden", "is forbidden: cannot watch")
    case .expired: response = Self.status(410, "Expired", "too old resource version")
    case .silent: response.stream = SilentStream()
    case .closed: response.stream = nil
    case .expiredWithin:
      let event: JSON = ["type": "ERROR", "object": Self.body(410, "Expired", "too old resource version")]
      (response.body, response.stream) = (event.bytes + [0x0A], nil)
    case .nonsense: (response.body, response.stream) = (Array("<html>\n".utf8), nil)
    case .cut, .lyingGood, .lyingDeleted: response.stream = BentStream(base: stream, trouble: self)
    }
  }

  private static func body(_ code: Int, _ reason: String, _ message: String) -> JSON {
    [
      "kind": "Status", "apiVersion": "v1", "metadata": .object([]), "status": "Failure",
      "message": .string(message), "reason": .string(reason), "code": .integer(code),
    ]
  }

  private static func status(_ code: Int, _ reason: String, _ message: String) -> ServiceResponse {
    ServiceResponse(
      status: code, headers: [("Content-Type", "application/json")], body: body(code, reason, message).bytes)
  }
}

/// One on which nothing ever comes.
private struct SilentStream: ServiceStream {
  var due: Duration? { nil }

  mutating func next(of _: any SimulatedService) -> [UInt8]? { [] }
}

/// One whose first event is not as the server sent it; it ends after that.
private struct BentStream: ServiceStream {
  var base: any ServiceStream
  let trouble: WatchTrouble
  private var isOver = false

  init(base: any ServiceStream, trouble: WatchTrouble) { (self.base, self.trouble) = (base, trouble) }

  var due: Duration? { base.due }

  mutating func next(of service: any SimulatedService) -> [UInt8]? {
    guard !isOver, let bytes = base.next(of: service) else { return nil }
    guard !bytes.isEmpty else { return [] }
    isOver = true
    guard trouble != .cut else { return Array(bytes.prefix(bytes.count / 2)) }
    guard let line = bytes.split(separator: 0x0A).first, var event = JSON(Array(line)) else { return nil }
    if trouble == .lyingDeleted {
      event = event.setting("type", "DELETED")
    } else {
      event = event.setting("type", "MODIFIED").setting("object.status.state", "Completed")
        .setting("object.metadata.resourceVersion", "999999")
    }
    return event.bytes + [0x0A]
  }
}
