internal import ArgumentParser
internal import StepCommon

/// What `astra-steps` says when it is asked for no step: what there is, and how each is used.
struct AllSteps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "astra-steps",
    abstract: "Back up, clone and restore stateful applications from a CI pipeline.",
    discussion: """
      astra-steps backup and astra-backup are the same: this program is each step by the name that it is called by.
      """,
    version: "astra-steps \(Version.current)", subcommands: OfferedStep.all.map(\.command))

  /// Answers arguments that name no step, and ends the process.
  static func answer(_ arguments: [String]) -> Never {
    let word = arguments.first
    // As every step's own --help, which the parser's for subcommands is not.
    if word == "help",
      let step = OfferedStep.all.first(where: { $0.word == arguments.dropFirst().first })
    {
      step.run(["--help"])
    }
    if word?.hasPrefix("-") != true, word != "help" {
      let names = OfferedStep.all.map(\.word).joined(separator: ", ")
      let problem = word.map { "there is no step \"\($0)\"" } ?? "no step is named"
      exit(withError: ValidationError("\(problem): give one of \(names)"))
    }
    main(arguments)
    exit()
  }
}

/// A step as a subcommand, for help and completion; `StepCall` has taken away those that are to be run.
struct Subcommand<Command: ParsableCommand>: ParsableCommand {
  static var configuration: CommandConfiguration {
    let step = Command.configuration
    return CommandConfiguration(
      commandName: step.commandName.map { String($0.dropFirst("astra-".count)) }, abstract: step.abstract,
      discussion: step.discussion, version: step.version)
  }

  @OptionGroup
  var options: Command
}
