internal import Files
internal import SimulatedBackend

/// Every kind of fault that can meet a step, with those that only one service knows.
package struct FaultCatalogue: Sendable {
  /// Those that a pipeline can meet, which looks at no page.
  let drawn: [FaultKind]
  /// Every kind there is.
  let all: [FaultKind]
  private let byName: [String: FaultKind]

  /// Completes the shared kinds by a service's own.
  ///
  /// - Parameters:
  ///   - answers: answers in the service's place.
  ///   - bodies: answers of the service whose bodies are not what they should be.
  ///   - further: the codes that a step may end with here besides, by the names of the shared kinds.
  ///   - opensFirst: whether a file says where the service is, so that a step that cannot open it has no parameters (64).
  package init(
    answers: [FaultKind], bodies: [FaultKind], endingAlso further: [String: Int32] = [:],
    opensFirst: Bool = false
  ) {
    let calls = opensFirst ? FaultKind.calls.map(\.withoutPlace) : FaultKind.calls
    drawn =
      FaultKind.ways.map { $0.ending(alsoWith: further[$0.name]) } + FaultKind.clocks
      + FaultKind.with(.spoilsFiles, FaultKind.disks + calls)
      + FaultKind.signals + answers + FaultKind.with(.hides, bodies)
    all = drawn + FaultKind.probes
    byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
  }

  /// The kind of that name.
  func kind(named name: String) -> FaultKind? { byName[name] }
}

extension FaultKind {
  /// The same, where what cannot be opened may be the file that says where the service is.
  fileprivate var withoutPlace: FaultKind {
    var kind = self
    kind.expectation = { [expectation] event in
      var owed = expectation(event)
      if case .fileCall(.open) = event { owed.codes.insert(64) }
      return owed
    }
    return kind
  }

  /// The same, where a step may end with one code more.
  fileprivate func ending(alsoWith code: Int32?) -> FaultKind {
    guard let code else { return self }
    var kind = self
    kind.expectation = { [expectation] event in
      var owed = expectation(event)
      owed.codes.insert(code)
      return owed
    }
    return kind
  }

  /// Those that depend on the way through a step: not those of how answers are read, files are written, and clocks and
  /// signals are heeded, which is the same on every way.
  static let variantKinds = ways + probes

  static let ways =
    connection + with(.hides, replicas) + with(.hides, with(.lasts, outages)) + with(.changesTheWorld, world)
    + with(.kills, deaths)
}

// The names of the kinds that a mission is played with, where its way depends on those alone.
extension [String] {
  /// Those after which a step has to recognise what it, or another run, has begun.
  static let waysOfRecognising = waysOfLosing + ["stale-3", "lag-20s", "killBefore"]

  /// Those that leave open whether a change was asked for.
  static let waysOfLosing = [
    "lostAnswer", "lostAnswer-lag-20s", "late-10s", "killAfter", "killAfter-lag-20s", "killAfter-late-10s",
  ]

  /// Those that show what was before, or end the step.
  static let waysOfAging = ["stale-3", "killAfter"]

  /// Those that bend what a step sees, or end it.
  static let waysOfSeeing = ["stale-3", "cutJSON", "killAfter"]

  /// Those of looks at pages.
  static let probes = FaultKind.probes.map(\.name)
}
