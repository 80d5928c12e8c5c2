internal import ArgumentParser
internal import Exploration
internal import Foundation

/// What an exploration prints.
enum Summary {
  /// Plays, prints the counts and every broken promise, and throws if there was one.
  static func show(
    _ explorer: Explorer, _ count: Int, _ stopAfter: Int, name: @Sendable (Int) -> Case
  ) throws {
    let began = ContinuousClock.now
    let tally = explorer.explore(
      count, stopAfter: stopAfter,
      progress: { done in
        FileHandle.standardError.write(Data("\r\(done) of \(count)".utf8))
      }, name: name)
    FileHandle.standardError.write(Data("\r".utf8))
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    let broken = tally.broken.sorted { $0.name.description < $1.name.description }
    if let first = broken.first {
      print("the story of \(first.name):")
      _ = explorer.play(first.name) { print($0) }
    }
    for (name, violations) in broken {
      print("BROKEN \(name)")
      for violation in violations { print("    \(violation)") }
      print("    ./explore replay \(name)")
    }
    let codes = tally.codes.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    print(
      """
      \(tally.cases) cases, \(tally.attempts) runs of a step, \(tally.requests) requests, \
      \(Int(tally.virtualTime / .seconds(86_400))) days of virtual time in \(Int(seconds)) s \
      (\(Int(Double(tally.cases) / max(seconds, 0.001))) cases a second)
      exit codes (-9: killed): \(codes.joined(separator: ", "))
      \(tally.isComplete) cases came to their end; \(tally.broken.count) broke a promise
      """)
    if !tally.broken.isEmpty { throw ExitCode.failure }
  }

  /// How many cases each mission has, by faults of events and of operations.
  static func table(of cases: [Case]) -> String {
    var rows: [String: (events: Set<Int>, faults: Set<String>, cases: Int)] = [:]
    for name in cases {
      let parts = name.description.split(separator: "/").map(String.init)
      var row = rows[parts[0]] ?? ([], [], 0)
      if let number = Int(parts[1]) { row.events.insert(number) }
      row.faults.insert(parts[2])
      row.cases += 1
      rows[parts[0]] = row
    }
    return rows.sorted { $0.key < $1.key }.map { name, row in
      "\(name): \(row.cases) cases, \(row.events.count) events, \(row.faults.count) faults"
    }.joined(separator: "\n")
  }
}
