internal import ArgumentParser
internal import AstraBackup
internal import AstraCleanup
internal import AstraClone
internal import AstraPreflight
internal import AstraRestore
internal import AstraSnapshot
internal import AstraStatus
internal import AstraVerify
internal import StepCommon

/// A step of this executable.
struct OfferedStep {
  let name: StepName
  /// Its command as `astra-steps` shows it, under the step's short name.
  let command: any ParsableCommand.Type
  /// Runs it with these arguments and ends the process.
  let run: ([String]) -> Never

  private init<S: Step>(_ name: StepName, _ step: S.Type) {
    self.name = name
    command = Subcommand<S>.self
    run = { arguments in
      ProcessCall.name(name.program)
      var environment = StepEnvironment.system()
      environment.arguments = arguments
      Runner<S>(environment).runAndExit()
    }
  }

  /// Every step, in the order of the help.
  static var all: [OfferedStep] {
    StepName.allCases.map { one($0) }
  }

  private static func one(_ name: StepName) -> OfferedStep {
    switch name {
    case .preflight: Self(name, PreflightStep.self)
    case .backup: Self(name, BackupStep.self)
    case .snapshot: Self(name, SnapshotStep.self)
    case .clone: Self(name, CloneStep.self)
    case .verify: Self(name, VerifyStep.self)
    case .restore: Self(name, RestoreStep.self)
    case .cleanup: Self(name, CleanupStep.self)
    case .status: Self(name, StatusStep.self)
    }
  }
}
