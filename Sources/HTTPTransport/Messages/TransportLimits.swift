/// How long and how large one exchange may become, besides the request's own `timeLimit`.
package struct TransportLimits: Hashable, Sendable {
  /// The time for the name, the connection and the TLS session together.
  package var connect: Duration
  /// The longest silence once the request is on its way.
  package var idle: Duration
  /// The largest body of a response, in bytes.
  package var bodyBytes: Int
  /// The largest header of a response, in bytes, interim responses included.
  package var headerBytes: Int

  /// Makes limits; the defaults are the ones of the steps.
  package init(
    connect: Duration = .seconds(20), idle: Duration = .seconds(60), bodyBytes: Int = 64 << 20,
    headerBytes: Int = 256 << 10
  ) {
    self.connect = connect
    self.idle = idle
    self.bodyBytes = bodyBytes
    self.headerBytes = headerBytes
  }
}
