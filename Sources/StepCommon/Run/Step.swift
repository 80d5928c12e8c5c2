package import ArgumentParser
internal import Files
internal import StepReport

/// One executable's purpose: its parameters, and its phases in order.
package protocol Step: AnyObject {
  associatedtype Command: StepCommand
  /// Who it is.
  static var identity: StepIdentity { get }
  /// The names of all values that it may hand on (`ASTRA_OUTPUT_FILE`): upper case and underscores.
  static var outputKeys: [String] { get }
  /// What it does, in order; the same ones in every build, whatever happens.
  static var phases: [Phase<Self>] { get }
  /// Whether it only looks, so that it is a dry run whatever it is told.
  static var changesNothing: Bool { get }
  /// Takes its parameters; throws a sentence about the first that is missing or wrong.
  init(_ command: Command, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  /// Checks what its parameters name on this machine, such as files, before the first request.
  func prepare(_ run: StepRun) throws(StepFailure)
}

extension Step {
  /// Most steps name no files of their own.
  package func prepare(_ run: StepRun) throws(StepFailure) {}
}

extension Step {
  package static var changesNothing: Bool { false }
}

/// A step's flags: its own, and the common ones.
package protocol StepCommand: ParsableCommand {
  /// Two calls that most readers of its help look for.
  static var examples: [HelpExample] { get }
  var common: CommonOptions { get }
}

/// What a step is called in each place.
package struct StepIdentity: Sendable {
  /// The executable: `astra-clone`.
  package let name: String
  /// The last part of the report's class name: `AstraClone`.
  package let shortClassName: String
  /// The report's class name: `astra.clone.AstraClone`.
  package let className: String

  /// Makes the identity of a step.
  package init(_ step: StepName) {
    let word = step.rawValue
    name = step.program
    shortClassName = "Astra" + word.prefix(1).uppercased() + word.dropFirst()
    className = "astra.\(word).\(shortClassName)"
  }

  /// The class name of a report of that suffix: `astra.clone.AstraClone_eu_west`.
  ///
  /// The suffix goes into the last part, since some CI systems show nothing else. That part may hold neither dots nor
  /// dashes; a number makes up for what is lost, so that no two suffixes share a class.
  func className(suffix: String) -> String {
    suffix.isEmpty ? className : "\(className)_\(ReportName.classPart(suffix))"
  }

  /// `astra-steps/<version> (<step>)`.
  package var userAgent: String { "astra-steps/\(Version.current) (\(name))" }
}

/// One named, ordered part of a step; one test case of its report.
package struct Phase<S: Step> {
  package let name: String
  /// The checks that must succeed before it can run; nil for a phase whose failure ends the step.
  let foundations: [String]?
  let body: (S) -> (StepRun) throws(StepFailure) -> PhaseEnd

  /// Names a phase and the method that does it.
  package init(_ name: String, _ body: @escaping (S) -> (StepRun) throws(StepFailure) -> PhaseEnd) {
    self.name = name
    self.body = body
    foundations = nil
  }

  /// Names a phase that only checks something: when it fails, the phases that do not depend on it still run.
  ///
  /// - Parameters:
  ///   - name: what it checks.
  ///   - foundations: the earlier checks that it depends on, by name.
  ///   - body: the method that does it.
  /// - Returns: the phase.
  package static func check(
    _ name: String, after foundations: String...,
    by body: @escaping (S) -> (StepRun) throws(StepFailure) -> PhaseEnd
  ) -> Self {
    Self(name: name, foundations: foundations, body: body)
  }

  /// Names a phase whose failure does not stop the later ones.
  package static func independent(
    _ name: String, by body: @escaping (S) -> (StepRun) throws(StepFailure) -> PhaseEnd
  ) -> Self {
    Self(name: name, foundations: [], body: body)
  }

  private init(
    name: String, foundations: [String],
    body: @escaping (S) -> (StepRun) throws(StepFailure) -> PhaseEnd
  ) {
    self.name = name
    self.foundations = foundations
    self.body = body
  }
}

/// How a phase ended, when it ended well.
package enum PhaseEnd: Hashable, Sendable {
  case done
  /// There was nothing to do in it, and why.
  case notNeeded(String)
  /// The step has reached its end: the phases after it have nothing to do, and why.
  case stepDone(String)
  /// A dry run ends where the change would begin: this phase and those after it are not done; what they would do.
  case dryRunEnds(String)
}

/// The version of the steps.
package enum Version {
  package static let current = "0.1.0"
}
