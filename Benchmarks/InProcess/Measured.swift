/// One request and its answer, when the server saw it.
package struct Exchange: Equatable, Sendable {
  /// The virtual time at which the server saw it, since the start of the world (or, in a record, of the pipeline).
  package var at: Duration
  /// The bytes of the request and of the answer.
  package var sent: Int
  package var received: Int

  /// How messages are counted, for the reader of a document: as the simulator does.
  static let formula =
    "HTTP/1.1 messages before TLS, as the server counts them: request or status line, fields, empty line, body"
}

/// What a client did at one operation of the server.
package struct Measured: Equatable, Sendable {
  /// Its exchanges, in order.
  package var exchanges: [Exchange] = []
  /// Which of them asked for the operation; nil for a step that asks for nothing.
  package var asked: Int?
  /// When the server ended the operation.
  package var operationEnd: Duration?
  /// When the client began and ended.
  package var began = Duration.zero
  package var ended = Duration.zero
  /// Whether it noticed the end of the operation at all.
  package var noticed = true
  /// How many connections it opened.
  package var connections = 1

  /// The requests before the operation was asked for; all, where none is.
  package var requestsBefore: Int { asked ?? exchanges.count }
  /// The exchanges before the operation was asked for.
  var before: ArraySlice<Exchange> { exchanges.prefix(requestsBefore) }
  /// When the operation was asked for.
  package var askedAt: Duration? { asked.map { exchanges[$0].at } }

  /// From the server's end of the operation to the first look that showed it.
  package var firstSight: Duration? {
    guard noticed, let asked, let operationEnd else { return nil }
    return exchanges.dropFirst(asked + 1).first { $0.at >= operationEnd }.map { $0.at - operationEnd }
  }

  /// From the server's end of the operation to the client's last look, which confirms it.
  package var lastLook: Duration? {
    guard noticed, let operationEnd, let last = exchanges.last else { return nil }
    return last.at - operationEnd
  }

  /// From the server's end of the operation to the client's own end.
  package var end: Duration? {
    guard noticed, let operationEnd else { return nil }
    return ended - operationEnd
  }
}
