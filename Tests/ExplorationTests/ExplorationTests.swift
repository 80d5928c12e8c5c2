import AstraControlExploration
import Exploration
import Foundation
import SimulatedBackend
import Testing

/// The exploration itself: that it is reproducible, that it misses no fault, and that it stays honest.
struct ExplorationTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private static let explorer: Explorer? = {
    let file = root.appending(path: "Fixtures/scenarios/magento.json")
    guard let bytes = try? Data(contentsOf: file) else { return nil }
    return try? Explorer.astraControl(scenario: Array(bytes))
  }()

  private var explorer: Explorer { get throws { try #require(Self.explorer) } }

  @Test func everyMissionEndsWellWhenNothingGoesWrong() throws {
    let refused = try explorer.refused
    for (name, outcome) in try explorer.undisturbed {
      #expect(outcome.isComplete && outcome.violations.isEmpty, "\(name): \(outcome.violations)")
      #expect(outcome.events.count > 10, "\(name)")
      // Of a run that comes back under a shared name the second half: it is refused what the first has left.
      let isTwice = name.hasPrefix("shared-")
      let codes = isTwice ? outcome.codes.prefix(outcome.codes.count / 2) : outcome.codes[...]
      let isWell = codes.allSatisfy { $0 == 0 }
      let isOpen = ["origin-", "leftover-", "restore-refused-again"].contains { name.hasPrefix($0) }
      #expect(isWell != refused.contains(name) || isOpen, "\(name)")
    }
  }

  @Test func everyCaseHasANameThatIsEnoughToPlayItAgain() throws {
    let cases = try explorer.singleFaults
    #expect(cases.count > 30_000 && Set(cases).count == cases.count)
    for name in cases + [.seed(0), .seed(.max)] {
      #expect(Case(name.description, in: .astraControl) == name)
    }
    for name in [
      "", "seed/x", "pipeline/17", "pipeline/17/earthquake", "nobody/1/refused", "pipeline/x/refused",
    ] {
      #expect(Case(name, in: .astraControl) == nil, "\(name)")
    }
  }

  /// Each step's own mission, and the restore of the pipeline, which has other evidence, meet every fault.
  @Test func everyFaultMeetsEveryEventThatItCan() throws {
    let explorer = try explorer
    let cases = Set(explorer.singleFaults)
    let missions = [
      ("backup", 0), ("snapshot", 0), ("clone", 0), ("restore", 0), ("preflight", 0), ("verify-broken", 0),
      ("cleanup", 1), ("cleanup-backups", 0), ("pipeline", 2),
    ]
    for (mission, stage) in missions {
      let outcome = try #require(explorer.undisturbed[mission])
      for (index, event) in outcome.events.enumerated().dropFirst(outcome.attemptsBegan[stage]) {
        for fault in ["killBefore", "killAfter", "terminatedWithin", "clock+1d"] {
          #expect(cases.contains(.event(mission: mission, number: index + 1, fault: fault)), "\(mission)")
        }
        guard case .request = event else { continue }
        for fault in ["lostAnswer", "401", "409-107", "429-absurd", "503-afterwards", "cutJSON", "lag-20s"] {
          #expect(cases.contains(.event(mission: mission, number: index + 1, fault: fault)), "\(mission)")
        }
      }
    }
  }

  /// What the first stages of the pipeline are spared, the missions of those steps have met at the same events.
  @Test func theFirstStagesOfThePipelineAreThoseOfTheMissionsOfTheirSteps() throws {
    let explorer = try explorer
    let cases = Set(explorer.singleFaults)
    let pipeline = try #require(explorer.undisturbed["pipeline"])
    func kinds(_ events: ArraySlice<SiteEvent>) -> [String] {
      events.map { event in
        switch event {
        case .request(let method, _, _): method
        case .write(let path): path
        case .probe, .fileCall, .sleep: String("\(event)".prefix(5))
        }
      }
    }
    for (stage, mission) in ["backup", "clone"].enumerated() {
      let (first, end) = (pipeline.attemptsBegan[stage], pipeline.attemptsBegan[stage + 1])
      let alone = try #require(explorer.undisturbed[mission]).events
      #expect(kinds(pipeline.events[first..<end]) == kinds(alone[...]), "\(mission)")
      for number in (first + 1)...end {
        for fault in ["killBefore", "killAfter"] {
          #expect(cases.contains(.event(mission: "pipeline", number: number, fault: fault)))
        }
      }
    }
  }

  @Test func aSampleOfSingleFaultsBreaksNoPromise() throws {
    let cases = try explorer.singleFaults
    for index in stride(from: 7, to: cases.count, by: 499) {
      let outcome = try #require(try explorer.play(cases[index]))
      #expect(outcome.violations.isEmpty, "\(cases[index]): \(outcome.violations)")
    }
  }

  @Test(arguments: 1...40) func aSeedBreaksNoPromise(seed: Int) throws {
    let outcome = try #require(try explorer.play(.seed(UInt64(seed))))
    #expect(outcome.violations.isEmpty, "./explore replay seed/\(seed): \(outcome.violations)")
  }

  @Test(arguments: [3, 17, 1035]) func aSeedTellsTheSameStoryTwice(seed: UInt64) throws {
    let stories = try (1...2).map { _ in
      var story: [String] = []
      _ = try explorer.play(.seed(seed)) { story.append($0) }
      return story
    }
    #expect(stories[0] == stories[1] && stories[0].count > 20)
  }

  @Test func aCaseThatIsNotThereIsSaid() throws {
    #expect(try explorer.play(.event(mission: "backup", number: 9_999, fault: "refused")) == nil)
    let tally = try explorer.explore(1) { _ in .event(mission: "backup", number: 9_999, fault: "refused") }
    #expect(tally.broken.count == 1)
  }

  // MARK: - The deliberate bugs

  /// A patch that no longer applies would show nothing: each still takes away lines that are there, once.
  @Test func everyDeliberateBugStillAppliesToTheSources() throws {
    let folder = Self.root.appending(path: "Tests/Exploration/Mutants")
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".patch")
    }
    #expect(names.count >= 60)
    for name in names {
      let patch = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let lines = patch.split(separator: "\n", omittingEmptySubsequences: false)
      let path = try #require(lines.first { $0.hasPrefix("+++ b/") }).dropFirst("+++ b/".count)
      let source = try String(contentsOf: Self.root.appending(path: String(path)), encoding: .utf8)
      let before = lines.drop { !$0.hasPrefix("@@") }.dropFirst()
        .filter { $0.hasPrefix(" ") || $0.hasPrefix("-") }.map { String($0.dropFirst()) }
      #expect(source.contains(before.joined(separator: "\n")), "\(name) does not apply")
      let changed = lines.count {
        ($0.hasPrefix("-") && !$0.hasPrefix("---")) || ($0.hasPrefix("+") && !$0.hasPrefix("+++"))
      }
      #expect((1...2).contains(changed), "\(name) is no bug of one line")
    }
  }
}
