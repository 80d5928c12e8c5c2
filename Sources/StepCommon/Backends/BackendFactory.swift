package import AppProtection
package import HTTPTransport
package import Files
internal import Timing

/// One kind of service that does the work: its parameters, its credentials, and the way to it.
package protocol BackendFactory: SendableMetatype {
  /// What `ASTRA_BACKEND` says for it: `astra-control`.
  static var word: String { get }
  /// The variables that hold credentials themselves: their values appear in no text.
  static var secretVariables: [String] { get }
  /// Whether its clusters are named by the contexts of a kubeconfig.
  static var namesClustersByContext: Bool { get }
  /// Where its credentials come from, as a sentence for `--help`.
  static var credentialsHelp: String { get }

  /// Reads parameters, configuration files and credentials; nothing is sent.
  init(
    _ options: CommonOptions, _ reader: ParameterReader, _ files: any FileWriter
  ) throws(StepFailure)

  /// What must not appear in any text.
  var secrets: [Secret] { get }
  /// What anybody should know of the way to the service, such as that its certificate is not verified.
  var cautions: [BackendCaution] { get }
  /// Connects to the service; nothing is sent yet.
  func connect(_ place: BackendPlace) throws(StepFailure) -> any Backend
}

extension BackendFactory {
  package static var namesClustersByContext: Bool { false }
}

/// Something about the way to a service that everybody should see.
package struct BackendCaution: Sendable {
  /// For the log.
  package var warning: String
  /// For the report: the name of a fact, and the fact.
  package var fact: (name: String, value: String)
}

/// What a backend gets of the step that uses it.
package struct BackendPlace {
  var environment: StepEnvironment
  var identity: StepIdentity
  var deadline: Deadline
  var random: SeededRandom
  var log: Log
  /// The pipeline run, if it has a name.
  var run: String?
  /// Kinds that are left aside where a step looks whether everything is there.
  var ignoredKinds = IgnoredKinds()
  /// Whether the step only looks, so that nothing at all may be made.
  var changesNothing = false
}

/// The services that there are.
package enum BackendRegistry {
  package static let all: [any BackendFactory.Type] = [
    AstraControlFactory.self, TridentProtectFactory.self, VeleroFactory.self,
  ]

  /// The one of a word; nil if there is none.
  package static func named(_ word: String) -> (any BackendFactory.Type)? {
    all.first { $0.word == word }
  }

  /// The one that is meant where none is named.
  package static let usual = AstraControlFactory.word

  /// The one that the parameters name.
  static func factory(
    _ options: CommonOptions, _ reader: ParameterReader
  ) throws(StepFailure) -> any BackendFactory.Type {
    let word = try reader.text(Common.backend, flag: options.backend) ?? usual
    guard let factory = reader.backends.first(where: { $0.word == word }) else {
      throw .badParameter(
        "\(Common.backend.title) is \"\(word)\": give \(reader.backends.map { $0.word }.joined(separator: " or "))"
      )
    }
    return factory
  }
}
