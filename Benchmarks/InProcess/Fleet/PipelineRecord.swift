internal import Timing

/// What one pipeline asks of the server, by the time since its own start.
package struct PipelineRecord: Equatable, Sendable {
  /// One exchange.
  package struct Entry: Equatable, Sendable {
    package var at: Double
    package var sent: Int
    package var received: Int
    /// How long ago the operation was asked for that it looks at; nil for one that does not look at any.
    package var age: Double?

    /// Makes an entry.
    package init(at: Double, sent: Int, received: Int, age: Double? = nil) {
      (self.at, self.sent, self.received, self.age) = (at, sent, received, age)
    }
  }

  package var entries: [Entry] = []
  package var connections = 0
  /// Operations whose end it never noticed.
  package var unnoticed = 0

  /// Makes a record of nothing.
  package init() {}

  /// Adds what a program of the pipeline did; `surplus` are bytes that its first answers have on top, one by one.
  mutating func add(_ measured: Measured, surplus: [Int] = []) {
    for (number, exchange) in measured.exchanges.enumerated() {
      var age: Double?
      if let asked = measured.asked, number > asked {
        age = (exchange.at - measured.exchanges[asked].at).inSeconds
      }
      entries.append(
        Entry(
          at: exchange.at.inSeconds, sent: exchange.sent,
          received: exchange.received + (number < surplus.count ? surplus[number] : 0), age: age))
    }
    connections += measured.connections
    if !measured.noticed { unnoticed += 1 }
  }
}

extension PipelineRecord {
  /// Runs the real steps of a pipeline in a world of its own; `surplus` is what answers of a larger account have on top.
  static func ofSteps(
    _ pipeline: Day.Pipeline, in scene: Scene, surplus: Surplus = Surplus(), seed: UInt64,
    schedule: PollSchedule
  ) throws -> PipelineRecord {
    var record = PipelineRecord()
    for (use, measured) in try pipeline.run(Bench(scene, seed: seed, schedule: schedule)) {
      record.add(measured, surplus: surplus.bytes[use, default: []])
    }
    return record
  }

  /// Plays the same pipeline with a model.
  static func ofPeer(
    _ peer: Peer, _ pipeline: Day.Pipeline, _ sizes: [ServerOperation: PeerSizes], applications: Int,
    seed: UInt64
  ) -> PipelineRecord {
    var chance = SeededRandom(seed: seed)
    var record = PipelineRecord()
    var now = Duration.zero
    func run(_ operation: ServerOperation, _ length: Duration) {
      guard let sizes = sizes[operation] else { return }
      let measured = peer.run(
        operation, length: length, sizes, applications: applications, began: now, chance: &chance)
      record.add(measured)
      now = measured.ended
    }
    run(.backup, pipeline.backup)
    guard let rescue = pipeline.rescue else { return record }
    now += Day.untilRescue
    run(.clone, rescue.clone)
    run(.restore, rescue.restore)
    return record
  }
}
