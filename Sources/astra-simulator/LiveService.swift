internal import SimulatorSupport

/// A simulated service whose virtual time follows real time, one request after the other.
protocol LiveService: Sendable {
  /// Whether time passes by itself.
  var passes: Bool { get }

  /// How long a stream with nothing to say may be left alone, if nobody asks anything; -1: as long as that.
  var millisecondsToNews: Int32 { get }

  func respond(to request: SimulatedRequest) -> SimulatedResponse

  /// What a stream has to say by now; nil: it has ended.
  func next(of stream: inout any ResponseStream) -> [UInt8]?

  /// Has a bell rung after every request from now on.
  func add(_ bell: Bell.ID)

  /// Never rings a bell again.
  func remove(_ bell: Bell.ID)
}

extension LiveService {
  // While time passes by itself, something may have happened though nobody asked.
  var millisecondsToNews: Int32 { passes ? 100 : -1 }
}
