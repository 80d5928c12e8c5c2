/// What goes wrong on the way between a step and its server, as data.
///
/// Bytes pass as they are: TLS is not ended on the way, and only the length and the kind of its records are read.
enum PathFault: Hashable, Sendable {
  /// How the step's connection ends.
  enum End: Hashable, Sendable {
    /// With a reset: a machine that has crashed and come back, or a firewall.
    case reset
    /// In order: a server that goes down.
    case close
    /// Not at all: the other side is gone, and nobody says so.
    case silence
  }

  /// Nobody listens for that long.
  case refused(Duration)
  /// A new connection is taken and ends before it has carried a byte.
  case connection(End)
  /// A request is swallowed, and the connection ends.
  case request(End)
  /// A request is carried out; its answer ends after that many bytes, and the connection with it.
  case answer(afterBytes: Int, End)
  /// An answer stops after its first bytes, and goes on after a while.
  case pause(Duration)
  /// From then on bytes pass in both directions in small pieces.
  case slow(bytes: Int, every: Duration)

  /// Whether a connection meets it when it is made, and not when it carries a request.
  var isOfConnection: Bool {
    switch self {
    case .refused, .connection: true
    case .request, .answer, .pause, .slow: false
    }
  }
}
