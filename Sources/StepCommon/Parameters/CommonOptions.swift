package import ArgumentParser

/// The flags that every step takes, with those that reach each service.
@dynamicMemberLookup
package struct CommonOptions: ParsableArguments {
  @OptionGroup(title: AstraControlOptions.title)
  package var astraControl: AstraControlOptions

  @OptionGroup(title: KubernetesOptions.title)
  package var kubernetes: KubernetesOptions

  @OptionGroup(title: "Every step")
  package var everyStep: EveryStepOptions

  /// Makes the options, for the parser.
  package init() {}

  package subscript<Value>(dynamicMember option: KeyPath<EveryStepOptions, Value>) -> Value {
    everyStep[keyPath: option]
  }
}

/// The flags that every step takes, whatever the service.
package struct EveryStepOptions: ParsableArguments {
  @Option(
    help: .init(Common.backend.help, valueName: "name"),
    completion: .list(BackendRegistry.all.map { $0.word }))
  package var backend: String?

  @Option(help: .init(Common.timeout.help, valueName: "duration"))
  package var timeout: String?

  @Option(help: .init(Common.run.help, valueName: "text"))
  package var runId: String?

  @Option(help: .init(Common.runMaxAge.help, valueName: "duration"))
  package var runMaxAge: String?

  @Option(help: .init(Common.reportFolder.help, valueName: "folder"), completion: .directory)
  package var reportDir: String?

  @Option(help: .init(Common.reportSuffix.help, valueName: "text"))
  package var reportSuffix: String?

  @Option(help: .init(Common.ignoredKinds.help, valueName: "kind,…"))
  package var ignoreKind: [String] = []

  @Option(help: .init(Common.outputFile.help, valueName: "file"), completion: .file())
  package var outputFile: String?

  @Option(help: .init(Common.resultsFolder.help, valueName: "folder"), completion: .directory)
  package var resultsFolder: String?

  @Option(help: .init(Common.summaryFile.help, valueName: "file"), completion: .file())
  package var summaryFile: String?

  @Option(help: .init(Common.logLevel.help, valueName: "info|debug"), completion: .words(of: Log.Level.self))
  package var logLevel: String?

  @Flag(help: .init(Common.dryRun.help))
  package var dryRun = false

  @Flag(help: "Write one JSON document about the step on stdout at its end.")
  package var json = false

  @Option(
    help: .init("Say what an end of that kind means and what to do then, and do nothing.", valueName: "kind"),
    completion: .list(FailureKind.allCases.map(\.rawValue)))
  package var explain: String?

  /// Makes the options, for the parser.
  package init() {}
}

/// The flags of steps that make something under a name: what to do with one that is there already.
package struct LeftoverOptions: ParsableArguments {
  @Option(help: .init(Common.ifExists.help, valueName: "refuse|reuse"), completion: .words(of: IfExists.self))
  package var ifExists: String?

  @Flag(help: .init(Common.replaceFailed.help))
  package var replaceFailed = false

  /// Makes the options, for the parser.
  package init() {}
}

/// What a step that makes something does with one of that name that is there already.
package struct Leftovers: Sendable {
  package var ifExists: IfExists
  package var replaceFailed: Bool

  /// Reads the two parameters.
  package init(_ options: LeftoverOptions, _ reader: ParameterReader) throws(StepFailure) {
    ifExists = try reader.choice(Common.ifExists, flag: options.ifExists, default: .refuse)
    replaceFailed = try reader.truth(Common.replaceFailed, flag: options.replaceFailed)
  }

  /// Says what is done with leftovers.
  package init(ifExists: IfExists, replaceFailed: Bool) {
    (self.ifExists, self.replaceFailed) = (ifExists, replaceFailed)
  }

  /// Takes nothing of an earlier run, and removes nothing.
  package static let untouched = Leftovers(ifExists: .refuse, replaceFailed: false)
}

/// The parameters that every step takes.
package enum Common {
  package static let backend = Parameter(
    "backend", "ASTRA_BACKEND", meaning: "the service that does the work", fallback: BackendRegistry.usual)
  package static let timeout = Parameter(
    "timeout", "ASTRA_TIMEOUT", meaning: "how long the step may take (90s, 30m, 1h30m, 1d, or seconds)",
    detail: "At most seven days", fallback: "1h")
  package static let run = Parameter(
    "run-id", "ASTRA_RUN_ID", meaning: "the name of the pipeline run",
    fallback: "BUILD_TAG, or what the CI system calls it")
  package static let runMaxAge = Parameter(
    "run-max-age", "ASTRA_RUN_MAX_AGE",
    meaning: "how long after its last update a record of the run still counts (36h, 7d)",
    detail: "At most ten years",
    fallback: "1d")
  package static let reportFolder = Parameter(
    "report-dir", "ASTRA_REPORT_DIR", meaning: "the folder of the report and the run record",
    fallback: "reports")
  package static let reportSuffix = Parameter(
    "report-suffix", "ASTRA_REPORT_SUFFIX",
    meaning: "a suffix for the names of both files, to use one step several times in one workspace",
    detail: "At most 100 letters, digits, dots, dashes or underscores")
  package static let ignoredKinds = Parameter(
    "ignore-kind", "ASTRA_IGNORE_KINDS",
    meaning:
      "kinds of resources that come and go at this site, and prove nothing where they are missing (CronJob, CronJob.batch)",
    detail: "With commas between, or given several times. Never PersistentVolumeClaim, which holds the data")
  package static let outputFile = Parameter(
    "output-file", "ASTRA_OUTPUT_FILE", meaning: "a file that gets KEY=VALUE lines (ids, names, times)")
  package static let resultsFolder = Parameter(
    "results-folder", "ASTRA_RESULTS_FOLDER",
    meaning: "a folder that gets each of these values in a file of its own, as Tekton and Argo read them")
  package static let summaryFile = Parameter(
    "summary-file", "ASTRA_SUMMARY_FILE",
    meaning: "a file that gets a summary of the run in Markdown",
    detail: "Several steps may share it")
  package static let logLevel = Parameter(
    "log-level", "ASTRA_LOG_LEVEL",
    meaning: "how much the log says: info, or debug, which adds a line per request",
    fallback: "info")
  package static let dryRun = Parameter(
    "dry-run", "ASTRA_DRY_RUN", meaning: "do everything but the change, and say what would change")

  // Shared by several steps, though not by all.
  package static let ifExists = Parameter(
    "if-exists", "ASTRA_IF_EXISTS",
    meaning: "what to do with one of that name from an earlier run, complete or under way: refuse or reuse",
    fallback: "refuse")
  package static let replaceFailed = Parameter(
    "replace-failed", "ASTRA_REPLACE_FAILED", meaning: "remove a failed one of that name first")
  package static let acceptFailedHooks = Parameter(
    "accept-failed-hooks", "ASTRA_ACCEPT_FAILED_HOOKS",
    meaning: "accept a backup or snapshot even if execution hooks around it failed")
}

/// What to do with a finished object of an earlier run.
package enum IfExists: String, CaseIterable, Sendable {
  case refuse
  case reuse
}
