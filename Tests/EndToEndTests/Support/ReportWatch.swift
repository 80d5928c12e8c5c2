import Foundation
import Synchronization

/// How often a report was looked at, for a test that waits for that.
final class LookCount: Sendable {
  private let count = Atomic(0)

  func add() { count.add(1, ordering: .sequentiallyConsistent) }

  /// Returns when two looks more have been begun, so that one was begun and ended since the call.
  func more() async throws {
    let wanted = count.load(ordering: .sequentiallyConsistent) + 2
    let end = ContinuousClock.now + .hang
    while count.load(ordering: .sequentiallyConsistent) < wanted, .now < end {
      try await Task.sleep(for: .milliseconds(3))
    }
  }
}

/// Every version of a report that could be read while its step ran.
struct ReportWatch: Sendable {
  /// The versions in their order.
  private(set) var versions: [StepReportView] = []
  /// What was wrong with what was read: torn, or gone again.
  private(set) var faults: [String] = []
  private var last: Data?

  /// Reads the file again and again until the step has ended, and once more then.
  static func follow(
    _ running: RunningCommand, _ path: String, counting looks: LookCount = LookCount()
  ) async -> ReportWatch {
    var watch = ReportWatch()
    while running.ended == nil {
      looks.add()
      watch.look(at: path)
      try? await Task.sleep(for: .milliseconds(3))
    }
    watch.look(at: path)
    return watch
  }

  private mutating func look(at path: String) {
    guard let data = try? Data(contentsOf: URL(filePath: path)) else {
      if last != nil { faults.append("it was there and is gone") }
      last = nil
      return
    }
    guard data != last else { return }
    last = data
    do {
      versions.append(try StepReportView(data))
    } catch {
      faults.append("\(error): \(String(decoding: data, as: UTF8.self))")
    }
  }
}
