/// What a response that goes on reads from: the whole state of a simulated service.
package protocol StreamSource: Sendable {}

/// The body of an answer that goes on: whoever serves it asks for more whenever the service has changed.
///
/// It is a place in something that the service keeps, and holds nothing back: a client that reads slowly costs no
/// memory.
package protocol ResponseStream: Sendable {
  /// What has come since the last call; empty: nothing yet; nil: the answer has ended.
  mutating func next(of source: any StreamSource) -> [UInt8]?

  /// When it will have something to say though nothing changes, as the time since the service's start; nil: never.
  var due: Duration? { get }
}

extension ResponseStream {
  package var due: Duration? { nil }
}
