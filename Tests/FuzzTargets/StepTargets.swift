internal import AstraBackup
internal import AstraCleanup
internal import AstraClone
internal import AstraPreflight
internal import AstraRestore
internal import AstraSnapshot
internal import AstraStatus
internal import AstraVerify
internal import StepCommon

extension FuzzTarget {
  /// A whole step under any environment, arguments and answers.
  ///
  /// The first line of the input names the step; lines `NAME=value` are its environment, other lines its
  /// arguments (`\n` in them is a line end), up to a line `%%`; what follows are the server's answers.
  static let parameters = FuzzTarget("parameters", longest: 4096) { bytes throws(BrokenProperty) in
    let parts = parts(bytes)
    var lines = text(parts[0]).split(separator: "\n", omittingEmptySubsequences: false)
      .map { String($0).replacing("\\n", with: "\n") }[...]
    let step = lines.popFirst()
    var environment: [String: String] = [:]
    var arguments: [String] = []
    for line in lines {
      let name = line.prefix { $0 != "=" }
      if name.first?.isLetter == true, name.count < line.count {
        environment[String(name)] = String(line.dropFirst(name.count + 1))
      } else if !line.isEmpty {
        arguments.append(line)
      }
    }
    environment["ASTRA_API_TOKEN"] = fuzzToken
    let run = SteppedRun(environment: environment, arguments: arguments, answers: Array(parts.dropFirst()))
    let code =
      switch step {
      case "astra-cleanup": run.exitCode(of: CleanupStep.self)
      case "astra-clone": run.exitCode(of: CloneStep.self)
      case "astra-preflight": run.exitCode(of: PreflightStep.self)
      case "astra-restore": run.exitCode(of: RestoreStep.self)
      case "astra-snapshot": run.exitCode(of: SnapshotStep.self)
      case "astra-status": run.exitCode(of: StatusStep.self)
      case "astra-verify": run.exitCode(of: VerifyStep.self)
      default: run.exitCode(of: BackupStep.self)
      }
    try run.checkEnd(code)
  }
}
