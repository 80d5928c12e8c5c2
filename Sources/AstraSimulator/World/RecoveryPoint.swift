/// A backup or a snapshot.
package struct RecoveryPoint: Sendable {
  /// Which of the two.
  package enum Kind: String, Sendable { case backup, snapshot }

  package let kind: Kind
  package let id: String
  package let name: String
  /// The application it belongs to.
  package let application: String
  package internal(set) var state: String
  package internal(set) var hookState: String?
  /// What it holds; nil before it has captured anything.
  package internal(set) var content: Content?
  /// Virtual time of its creation; negative before the scenario's start.
  package let created: Duration
  var bucket: String?
  var snapshot: String?
  var modified: Duration
  var reasons: [String] = []
  var labels: [Mapping] = []
  var schedule: String?
  /// The asset that a completed snapshot names.
  var asset: String

  /// Whether it is being made.
  var isUnderWay: Bool { ["pending", "discovering", "running"].contains(state) }
}
