import AstraSimulator
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
    guard let bytes = try? Data(contentsOf: file), let scenario = try? Scenario(file: Array(bytes)) else {
      return nil
    }
    return Explorer(scenario)
  }()

  private var explorer: Explorer { get throws { try #require(Self.explorer) } }

  @Test func everyMissionEndsWellWhenNothingGoesWrong() throws {
    for (name, outcome) in try explorer.undisturbed {
      #expect(outcome.isComplete && outcome.violations.isEmpty, "\(name): \(outcome.violations)")
      #expect(outcome.codes.allSatisfy { $0 == 0 } && outcome.events.count > 20, "\(name)")
    }
  }

  @Test func everyCaseHasANameThatIsEnoughToPlayItAgain() throws {
    let cases = try explorer.singleFaults
    #expect(cases.count > 30_000 && Set(cases).count == cases.count)
    for name in cases + [.seed(0), .seed(.max)] {
      #expect(Case(name.description) == name)
    }
    for name in [
      "", "seed/x", "pipeline/17", "pipeline/17/earthquake", "nobody/1/refused", "pipeline/x/refused",
    ] {
      #expect(Case(name) == nil, "\(name)")
    }
  }

  @Test func everyFaultMeetsEveryEventThatItCan() throws {
    let explorer = try explorer
    let cases = Set(explorer.singleFaults)
    for mission in ["backup", "clone", "restore", "pipeline"] {
      let events = try #require(explorer.undisturbed[mission]).events
      for (index, event) in events.enumerated() {
        for fault in ["killBefore", "killAfter", "terminatedWithin", "clock+1d"] {
          #expect(cases.contains(.event(mission: mission, number: index + 1, fault: fault)))
        }
        guard case .request = event else { continue }
        for fault in ["lostAnswer", "401", "409-107", "429-absurd", "503-afterwards", "cutJSON", "lag-20s"] {
          #expect(cases.contains(.event(mission: mission, number: index + 1, fault: fault)))
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
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".patch")
    }
    #expect(names.count >= 20)
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
