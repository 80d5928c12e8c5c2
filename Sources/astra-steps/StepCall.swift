internal import StepCommon

/// Which step is asked for, and with which arguments.
struct StepCall {
  let step: OfferedStep
  /// What is left for the step itself.
  let arguments: [String]

  /// Reads the arguments of a process, its own name first: `/usr/bin/astra-clone --json`, `astra-steps clone --json`.
  ///
  /// Nil if they name no step.
  init?(_ arguments: [String]) {
    let name = arguments.first.flatMap { $0.split(separator: "/").last }
    if let step = OfferedStep.all.first(where: { $0.program[...] == name }) {
      self.init(step: step, arguments: Array(arguments.dropFirst()))
    } else if let step = OfferedStep.all.first(where: { $0.word == arguments.dropFirst().first }) {
      self.init(step: step, arguments: Array(arguments.dropFirst(2)))
    } else {
      return nil
    }
  }

  private init(step: OfferedStep, arguments: [String]) {
    (self.step, self.arguments) = (step, arguments)
  }
}
