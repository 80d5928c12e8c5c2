/// Finds everything that is wrong with the parameters, where reading them ends at the first fault.
///
/// They are read again and again, each time with a stand-in for what was found to be wrong; a fault counts if its sentence is
/// about a parameter that has none.
final class ParameterSurvey {
  private enum StandIn { case word, nothing }

  /// The parameters that were read, in the pass in hand.
  private var known: [Parameter] = []
  private var standIns: [String: StandIn] = [:]
  /// The variables that are no parameters, and may be missing all the same: those of secrets.
  private let secretVariables: [String]

  init(secretVariables: [String]) {
    self.secretVariables = secretVariables
  }

  /// Takes note that a parameter is read; returns what is read in its place.
  func read(_ parameter: Parameter) -> (value: String?, isStandIn: Bool) {
    known.append(parameter)
    return switch standIns[parameter.flag] {
    case .word: ("stand-in", true)
    case .nothing: (nil, true)
    case nil: (nil, false)
    }
  }

  /// All faults, given the first, in the order in which they are met.
  func faults(after first: StepFailure, reading: () throws(StepFailure) -> Void) -> [StepFailure] {
    defer { standIns = [:] }
    var faults = [first]
    var last = first
    while last.code == .badParameter, let parameter = known.last(where: { last.isAbout($0) }) {
      switch standIns[parameter.flag] {
      case nil: standIns[parameter.flag] = .word
      case .word: standIns[parameter.flag] = .nothing
      case .nothing: return faults
      }
      known = []
      do throws(StepFailure) {
        try reading()
        return faults
      } catch {
        last = error
        let isNew = known.last { error.isAbout($0) }.map { standIns[$0.flag] == nil }
        // What is said of a stand-in is not so.
        if isNew ?? secretVariables.contains(where: error.message.hasPrefix) { faults.append(error) }
      }
    }
    return faults
  }
}

extension StepFailure {
  /// Whether the sentence begins with a parameter's name, or one of its names.
  fileprivate func isAbout(_ parameter: Parameter) -> Bool {
    ([parameter.title, "--\(parameter.flag)"] + parameter.variables).contains { message.hasPrefix($0) }
  }

  /// Several faults of parameters as one.
  static func all(_ faults: [StepFailure]) -> StepFailure {
    guard var all = faults.first, faults.count > 1 else { return faults[0] }
    all.message =
      "\(faults.count) parameters are missing or wrong: \(faults.map(\.message).joined(separator: "; "))"
    let hints = faults.compactMap(\.hint)
    all.hint = hints.isEmpty ? nil : hints.joined(separator: "; ")
    return all
  }
}
