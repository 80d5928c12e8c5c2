/// Receives a response line by line, as a Kubernetes watch is read.
package protocol LineTransport: Transport {
  /// Sends `request` and hands over each line of the answer as soon as it is complete, without its line end.
  ///
  /// A line that is not ended by a line feed is never handed over. The transport's limits of time and size hold as for
  /// a whole response.
  ///
  /// - Parameters:
  ///   - request: the request; its time limit is that of the whole stream.
  ///   - longestLine: the most bytes of a line.
  ///   - silence: the longest silence, if it is not the transport's own limit.
  ///   - receive: takes a line, and says whether to go on.
  /// - Returns: how the stream ended.
  /// - Throws: what kept a stream from beginning, and an interruption.
  func receiveLines(
    of request: HTTPRequest, longestLine: Int, silence: Duration?,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd
}

/// Whether more lines are wanted.
package enum LineVerdict: Hashable, Sendable {
  case goOn
  case stop
}

/// How a stream of lines ended.
package enum LineStreamEnd: Sendable {
  /// The server ended it, in order and after a whole line.
  case closed
  /// The receiver wanted no more.
  case stopped
  /// The request's time limit passed, or nothing came for too long.
  case timedOut
  /// The connection broke, or what came cannot be lines: too long, too much, or cut in the middle of one.
  case broken(TransportError)
  /// The server answered with another status than 2xx: a whole response, and no line.
  case refused(HTTPResponse)
}
