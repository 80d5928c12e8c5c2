internal import Foundation
internal import ServiceSimulation

/// What astra-status may claim: only what was so at some moment of its attempt, and all of what was so at every moment.
struct StatusClaims {
  /// Something that is so at a moment.
  private enum Fact: Hashable {
    case application(String)
    /// One on production's cluster, which the missions name.
    case neighbour(String)
    case clone(String)
    case point(String)
    /// A recovery point that a restore takes.
    case good(String)
    /// A clone, or evidence, that nothing is under way with.
    case removable(String)
  }

  private var ever: Set<Fact> = []
  private var always: Set<Fact>?
  /// Whether the server tells how hooks went.
  private var showsHooks = true
  /// Whether the server shows whose clone a clone is, and everything that there is.
  private var showsAll = true
  /// What the run is called that makes everything new; nil where that cannot be told.
  private let run: String?
  /// The ids of what was there before it.
  private let found: Set<String>

  /// Begins with a world in which only a run of that name makes anything.
  init(_ world: any SimulatedService, run: String?) {
    self.run = world.capabilities.tellsRuns ? run : nil
    found = Set(world.applications.map(\.id) + world.recoveryPoints.map(\.id))
  }

  /// Another attempt begins.
  mutating func beginAttempt() { (ever, always) = ([], nil) }

  /// Takes one look at the world.
  mutating func look(_ world: any SimulatedService) {
    showsHooks = world.behaviour.showsHookResults
    showsAll = world.behaviour.showsCloneOrigin && !world.behaviour.hidesNewObjects
    var facts: Set<Fact> = []
    let cluster = world.clusterID(named: "ocp-prod")
    for application in world.applications {
      facts.insert(.application(application.id))
      if application.cluster == cluster { facts.insert(.neighbour(application.id)) }
      guard application.sourceID == WorkedExample.production else { continue }
      facts.insert(.clone(application.id))
      if ["ready", "running", "failed", "discovering", "deleting", "unavailable", "removed"].contains(
        application.state)
      {
        facts.insert(.removable(application.id))
      }
    }
    for point in world.recoveryPoints where point.application == WorkedExample.production {
      facts.insert(.point(point.id))
      if point.state == "completed", point.hookState != "failed" || !showsHooks {
        facts.insert(.good(point.id))
      }
      if point.kind == .snapshot, point.name.hasPrefix("evidence-") { facts.insert(.removable(point.id)) }
    }
    ever.formUnion(facts)
    always = always?.intersection(facts) ?? facts
  }

  /// Which claims of a document are not so, and what it leaves out.
  ///
  /// - Parameters:
  ///   - output: what the step wrote on stdout when it ended well.
  ///   - isBent: whether answers were bent on their way, so that states and lists are not the world's.
  /// - Returns: a sentence for each.
  func violations(in output: String, isBent: Bool) -> [String] {
    guard let document = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
      let status = document["status"] as? [String: Any],
      let applications = status["applications"] as? [[String: Any]],
      let notTold = status["notTold"] as? [String]
    else { return ["exit 0, but stdout is no document with a status: \(output.prefix(200))"] }
    var wrong: [String] = []
    func expect(_ fact: Fact, _ isClaimed: Bool = true) {
      if isClaimed, !ever.contains(fact) { wrong.append("exit 0, and it claims \(fact), which never was so") }
    }
    func expectRun(_ object: [String: Any]) {
      let id = Self.id(object)
      guard let run, !isBent, !found.contains(id), object["run"] as? String != run else { return }
      wrong.append("exit 0, but it does not say that run \(run) made \(id)")
    }
    var told: Set<Fact> = []
    for application in applications {
      let id = Self.id(application)
      expect(.application(id))
      told.insert(.neighbour(id))
      guard id == WorkedExample.production else { continue }
      for clone in application["clones"] as? [[String: Any]] ?? [] {
        expect(.clone(Self.id(clone)))
        expectRun(clone)
        told.insert(.clone(Self.id(clone)))
      }
      guard let points = application["recoveryPoints"] as? [[String: Any]] else { continue }
      for point in points {
        expect(.point(Self.id(point)))
        expectRun(point)
        expect(.good(Self.id(point)), point["wouldBeRestored"] as? Bool == true && !isBent)
      }
      for evidence in application["evidence"] as? [[String: Any]] ?? [] {
        expect(.removable(Self.id(evidence)), evidence["couldBeRemoved"] as? Bool == true && !isBent)
      }
      told.formUnion(points.map { .point(Self.id($0)) })
      for case .point(let missing) in (always ?? []).subtracting(told) where !isBent && showsAll {
        wrong.append("exit 0, but the recovery point \(missing) is missing")
      }
      for case .clone(let missing) in (always ?? []).subtracting(told)
      where !isBent && notTold.isEmpty && showsAll {
        wrong.append("exit 0, but the clone \(missing) is missing")
      }
    }
    if status["scope"] as? String == "all", !isBent, showsAll, notTold.isEmpty {
      for case .neighbour(let missing) in (always ?? []).subtracting(told) {
        wrong.append("exit 0, but the application \(missing) is missing")
      }
    }
    return wrong
  }

  /// The id of an object, without what says where it is.
  private static func id(_ object: [String: Any]) -> String {
    let id = object["id"] as? String ?? ""
    return id.split(separator: "/").last.map { String($0) } ?? id
  }
}
