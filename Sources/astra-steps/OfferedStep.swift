internal import ArgumentParser
internal import AstraBackup
internal import AstraCleanup
internal import AstraClone
internal import AstraPreflight
internal import AstraReport
internal import AstraRestore
internal import AstraSnapshot
internal import AstraStatus
internal import AstraVerify
internal import StepCommon

/// A program of this executable: a step, or what tells of the steps.
struct OfferedStep {
  /// The last word of its name: `clone`.
  let word: String
  /// Its command as `astra-steps` shows it, under that word.
  let command: any ParsableCommand.Type
  /// Runs it with these arguments and ends the process.
  let run: ([String]) -> Never

  /// The program: `astra-clone`.
  var program: String { "astra-\(word)" }

  private init<S: Step>(_ name: StepName, _ step: S.Type) {
    self.init(name.rawValue, Subcommand<S.Command>.self) { Runner<S>($0).runAndExit() }
  }

  private init(
    _ word: String, _ command: any ParsableCommand.Type, _ run: @escaping (StepEnvironment) -> Never
  ) {
    self.word = word
    self.command = command
    self.run = { arguments in
      ProcessCall.name("astra-\(word)")
      var environment = StepEnvironment.system()
      environment.arguments = arguments
      run(environment)
    }
  }

  /// Every program, in the order of the help.
  static var all: [OfferedStep] {
    StepName.allCases.map { one($0) } + [report]
  }

  private static var report: OfferedStep {
    Self("report", Subcommand<ReportCommand>.self) { ReportProgram($0).runAndExit() }
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
