internal import SimulatorSupport

/// Work of the server that takes time: a list of stages that one object goes through.
package struct Operation: Equatable, Sendable {
  /// What kind of work it is.
  package enum Kind: String, CaseIterable, ScenarioValue, Sendable {
    case backup, snapshot, clone, restore, definition, deletion, rediscovery
  }

  /// One stretch of an operation.
  package struct Stage: Equatable, Sendable {
    /// What the stage is for.
    package enum Role: Sendable {
      /// The request is accepted and nothing has happened.
      case lag
      /// Preparations that touch nothing.
      case prepare
      /// The main part: the data moves.
      case copy
      /// A state in between, without effect.
      case detour
      /// The application's resources are taken stock of.
      case discover
    }

    /// The state its object shows; nil leaves the one before.
    package var state: String?
    package var length: Duration
    package var role: Role
  }

  /// Its place among all operations, from 1.
  package let number: Int
  package let kind: Kind
  /// The object whose state it drives.
  package let subject: String
  /// The application concerned; of a clone, its source.
  package let application: String
  package internal(set) var stages: [Stage]
  package internal(set) var stage = 0
  /// When the present stage began; of the first stage, when the operation did.
  package internal(set) var stageBegan: Duration
  package let began: Duration
  package internal(set) var isStalled = false
  /// What goes wrong with it, if anything.
  package internal(set) var effect: OperationFault.Effect?
  /// The recovery point it reads.
  var source: String?
  /// What a clone or a restore will bring, once it is known.
  var payload: Content?
  /// Namespaces that it made and takes away again when a clone fails.
  var ownNamespaces: [String] = []
  /// Whether a clone ends failed because its namespace belongs to something else.
  var meetsTakenNamespace = false
  /// A backup or snapshot made on the way, by its id.
  var vehicle: String?

  /// When the present stage ends; nil if it never does.
  var due: Duration? {
    isStalled ? nil : stageBegan + stages[stage].length
  }

  /// When the last stage ends if nothing stalls it.
  private var end: Duration { stageBegan + stages[stage...].map(\.length).reduce(.zero, +) }

  var json: JSON {
    [
      "number": .integer(number), "kind": .string(kind.rawValue), "subject": .string(subject),
      "application": .string(application), "began": .number(began.inSeconds),
      "state": stages[stage].state.map(JSON.string) ?? .null, "stalled": .bool(isStalled),
      "ends": isStalled ? .null : .number(end.inSeconds),
    ]
  }
}
