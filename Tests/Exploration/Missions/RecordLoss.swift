internal import Files
internal import SimulatedBackend

/// What becomes of the records that a run has written, by no doing of its steps.
struct RecordLoss: Sendable {
  /// The beginning of the names of the records that it happens to.
  var prefix: String
  /// What is there then; nil for nothing.
  var change: @Sendable ([UInt8]) -> [UInt8]?
  /// Whether something is left that cannot be read: a reason for doubt.
  var leavesDoubt = false

  /// Half of each is there.
  static func cut(_ prefix: String) -> Self {
    Self(prefix: prefix, change: { Array($0.prefix($0.count / 2)) }, leavesDoubt: true)
  }

  /// They are gone, as on a runner that begins with an empty folder.
  static func gone(_ prefix: String) -> Self { Self(prefix: prefix, change: { _ in nil }) }

  /// Carries it out on what steps have written in memory.
  func happen(to files: StepHarness) {
    for (path, bytes) in files.files.contents where path.hasSuffix(".json") && isMeant(path) {
      files.files.contents[path] = change(bytes)
    }
  }

  private func isMeant(_ path: String) -> Bool {
    path.split(separator: "/").last.map { $0.hasPrefix(prefix) } ?? false
  }
}
