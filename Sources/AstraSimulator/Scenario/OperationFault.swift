package import SimulatorSupport

/// An operation that goes wrong, as data: the nth of its kind since the scenario's start.
package struct OperationFault: Equatable, Sendable {
  /// What goes wrong.
  package enum Effect: String, CaseIterable, ScenarioValue, Sendable {
    /// It ends `failed` after its work was half done.
    case fails
    /// It ends `failed` before it touched anything.
    case failsAtOnce
    /// It never leaves the state of its main part.
    case stalls
    /// Its object disappears at the end of the main part.
    case vanishes
    /// It completes, but its execution hooks failed (backups and snapshots).
    case hooksFail
    /// It passes through a state that no document knows.
    case unknownState
    /// Its states run once forward, back to the first, and then to the end.
    case goesBack
    /// A backup or snapshot ends in state `removed`.
    case removed
  }

  package var kind: Operation.Kind
  /// Which one of its kind, from 1.
  package var nth: Int
  package var effect: Effect
  /// The state shown by `unknownState`.
  package var state: String

  /// Makes the fault.
  package init(_ kind: Operation.Kind, nth: Int = 1, _ effect: Effect, state: String = "quiescing") {
    (self.kind, self.nth, self.effect, self.state) = (kind, nth, effect, state)
  }
}

extension OperationFault: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("kind"), try reader.require("effect"))
    try reader.take("nth", &nth)
    try reader.take("state", &state)
    try reader.finish()
    guard nth >= 1 else { throw ScenarioError("\(path).nth", mustBe: "1 or more", not: .integer(nth)) }
  }
}
