internal import Files
internal import Foundation
internal import StepCommon
internal import StepReport
internal import Synchronization
internal import Timing

/// What writing a report costs, in real time.
package struct ReportsBenchmark {
  private let samples: Int
  private let keep: String?

  /// Prepares so many reports; the last one stays in a temporary folder, or is copied to `keep`.
  package init(samples: Int, keep: String?) {
    (self.samples, self.keep) = (samples, keep)
  }

  /// A report of ten phases and 60 lines of log, as a step of some minutes leaves it.
  static let example: Report = {
    let phases = [
      "check parameters", "find application", "choose recovery point", "look for a restore under way",
      "secure evidence", "request in-place restore", "wait for in-place restore", "check execution hooks",
      "check application state", "write output values",
    ]
    let lines = (0..<60).map { number in
      "2026-03-02T09:\(10 + number / 6):\(10 + number % 6 * 7)Z in-place restore of \"shop-00001\" from backup "
        + "\"nightly-001\": restoring, at least \(number) % done"
    }
    let cases = phases.enumerated().map { number, name in
      Report.Case(
        name, duration: .milliseconds(250 * number), outcome: .passed,
        output: lines[number * 6..<number * 6 + 6].joined(separator: "\n") + "\n")
    }
    return Report(
      suite: "astra-restore", className: "astra.restore.AstraRestore",
      startedAt: Timestamp(sinceEpoch: .seconds(1_772_442_600)), duration: .seconds(245), hostname: "ci-1",
      properties: [
        .init("astra.version", "0.1.0"), .init("astra.backend", "Astra Control at astra.example.com:443"),
        .init("astra.run", "jenkins-post-mortem-42"), .init("astra.application", "shop-00001"),
        .init("astra.recoveryPoint", "backup nightly-001 (of 2026-03-01T09:00:00Z, completed)"),
      ],
      cases: cases, log: lines.joined(separator: "\n") + "\n")
  }()

  /// Writes reports and records.
  package func run() throws -> Document {
    let folder = FileManager.default.temporaryDirectory.appending(path: "step-benchmark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let record = try Bench.record(of: .clone, in: Scene(), seed: 1)

    let reports = try timeWrites { files in
      let file = ReportFile(folder: folder.path, step: "astra-restore", files: files)
      return { try file.save(Self.example) }
    }
    let inMemory = try timeInMemory()
    let records = try timeWrites { files in
      // As the history of a run writes it down before and after each change.
      { () throws in
        try files.createFolder(folder.path)
        try files.write(record.bytes, to: "\(folder.path)/astra-clone.json")
      }
    }

    var example = ReportFile(folder: folder.path, step: "astra-restore", files: SystemFiles()).path
    let bytes = try SystemFiles().read(example, limit: 1 << 24)
    if let keep {
      try Data(bytes).write(to: URL(filePath: keep), options: .atomic)
      try FileManager.default.removeItem(at: folder)
      example = keep
    }
    return .members([
      "benchmark": .text("reports"), "samples": .count(samples), "phases": .count(Self.example.cases.count),
      "logLines": .count(60), "bytes": .count(bytes.count), "recordBytes": .count(record.bytes.count),
      "example": .text(example), "unit": .text("microseconds of real time"),
      "report": reports.document,
      "reportWithoutFiles": describe(inMemory), "record": records.document,
    ])
  }

  /// How long writes took, and their shares that waited for the disk.
  private struct Times {
    var whole: [Double] = []
    var syncs: [Double] = []
    var rest: [Double] = []

    var document: Document {
      .members([
        "whole": describe(whole), "waitingForTheDisk": describe(syncs), "withoutTheDisk": describe(rest),
      ])
    }
  }

  /// Times writes to real files: all of it, and what of it passes within fsync of the file and of its folder.
  private func timeWrites(_ prepare: (SystemFiles) -> () throws -> Void) throws -> Times {
    let watch = SyncWatch()
    let write = prepare(SystemFiles { watch.hear($0) })
    var times = Times()
    // The first ones meet cold caches and no file to replace.
    for number in -Self.warmUp..<samples {
      let began = ContinuousClock.now
      try write()
      let ended = ContinuousClock.now
      let syncs = watch.take(until: ended)
      guard number >= 0 else { continue }
      times.whole.append((ended - began) / .microseconds(1))
      times.syncs.append(syncs / .microseconds(1))
      times.rest.append((ended - began - syncs) / .microseconds(1))
    }
    return times
  }

  /// Times the making and the verifying of the document alone.
  private func timeInMemory() throws -> [Double] {
    let file = ReportFile(folder: "reports", step: "astra-restore", files: MemoryFiles())
    var times: [Double] = []
    for number in -Self.warmUp..<samples {
      let began = ContinuousClock.now
      try file.save(Self.example)
      if number >= 0 { times.append((ContinuousClock.now - began) / .microseconds(1)) }
    }
    return times
  }

  private static let warmUp = 3
}

/// Median and spread of times.
private func describe(_ times: [Double]) -> Document {
  let spread = Distribution(times)
  return .members([
    "median": .number(spread.median), "least": .number(spread.least), "p95": .number(spread.percentile95),
    "max": .number(spread.most),
  ])
}

/// Hears of each system call of a write, just before it, and adds up how long the syncs took.
private final class SyncWatch: Sendable {
  private struct State {
    var total = Duration.zero
    var began: ContinuousClock.Instant?
  }

  private let state = Mutex(State())

  /// Hears of a call; none fails.
  func hear(_ call: FileCall) -> FileFault? {
    let now = ContinuousClock.now
    state.withLock { state in
      if let began = state.began { state.total += now - began }
      state.began = [.sync, .syncFolder].contains(call) ? now : nil
    }
    return nil
  }

  /// How long the syncs took until then, since the last time that this was asked.
  func take(until end: ContinuousClock.Instant) -> Duration {
    state.withLock { state in
      if let began = state.began { state.total += end - began }
      defer { state = State() }
      return state.total
    }
  }
}
