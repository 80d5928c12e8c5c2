package import AppProtection
internal import Files
internal import StepReport
internal import Text
package import Timing

/// One run of a step: its handles, its time, and what it has learned so far.
package final class StepRun {
  package let identity: StepIdentity
  package let settings: Settings
  package let place: ReportPlace
  package let time: any TimeSource
  package let deadline: Deadline
  package let log: Log
  package let backend: any Backend
  package let history: RunHistory
  /// What it has to tell, beside how its phases end.
  package let facts: RunFacts
  package let poller: Poller
  package let lookup: Lookup
  package let changes: ChangeRunner
  package let operations: OperationRunner
  package let removals: RemovalRunner
  let files: any FileWriter
  let pageDoor: PageDoor
  /// Reads what a person answers; nil where no person is asked.
  private let readAnswer: ((Duration) -> String?)?

  init(
    identity: StepIdentity, settings: Settings, place: ReportPlace, time: any TimeSource, deadline: Deadline,
    log: Log, backend: any Backend, history: RunHistory, files: any FileWriter, pageDoor: PageDoor,
    random: SeededRandom, schedule: PollSchedule, readAnswer: ((Duration) -> String?)? = nil
  ) {
    self.readAnswer = readAnswer
    self.identity = identity
    self.settings = settings
    self.place = place
    self.time = time
    self.deadline = deadline
    self.log = log
    self.backend = backend
    self.history = history
    self.files = files
    self.pageDoor = pageDoor
    facts = RunFacts(log)
    poller = Poller(
      time: time, deadline: deadline, log: log, longestLag: backend.longestLag, schedule: schedule,
      random: random, keepAlive: { history.keepAlive() },
      waitForNews: { awaited, limit throws(Interruption) in
        try backend.waitForNews(of: awaited, atMost: limit)
      })
    lookup = Lookup(backend: backend, history: history, log: log, facts: facts)
    changes = ChangeRunner(history: history, log: log, poller: poller)
    removals = RemovalRunner(backend: backend, history: history, log: log, poller: poller, changes: changes)
    operations = OperationRunner(
      backend: backend, history: history, log: log, settings: settings, poller: poller, changes: changes,
      removals: removals, facts: facts)
  }

  /// What an earlier phase has found; a phase that runs without it is a bug of ours.
  package func known<Value>(_ value: Value?) throws(StepFailure) -> Value {
    guard let value else {
      throw StepFailure(
        .ourBug, .error, type: "bug", kind: .bug,
        "a phase ran before the one that it builds on: this is a bug of \(identity.name)")
    }
    return value
  }

  /// Asks whoever sits at the terminal for a word before something is destroyed; outside of a CI system only.
  ///
  /// - Throws: `.protected` if the answer is another.
  package func confirm(_ question: String, by word: String, skippedBy parameter: Parameter)
    throws(StepFailure)
  {
    guard let readAnswer else { return }
    log.info("\(question): type \(word) to go on")
    let answer = readAnswer(deadline.remaining(on: time))?.trimmed
    if let interruption = time.interruption { throw .interrupted(interruption, "interrupted at a question") }
    guard answer == word else {
      throw .protected(
        "\(question), and this was not confirmed: nothing was changed",
        hint: "run the step again and type \(word), or give --\(parameter.flag)", kind: .notConfirmed)
    }
  }

  /// Opens the step's way to pages.
  package func pages(_ settings: PageSettings) throws(StepFailure) -> Pages {
    try pageDoor.open(settings, log: log)
  }

  /// The text of a file that a parameter names.
  package func readFile(_ path: String, named parameter: Parameter) throws(StepFailure) -> String {
    try files.text(at: path, named: parameter.title)
  }

  /// Writes a text, without secrets, into a file that a parameter names or that lies beside the report.
  package func writeFile(_ text: String, to path: String, named parameter: Parameter) throws(StepFailure) {
    do throws(FileError) {
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
      if !folder.isEmpty { try files.createFolder(folder) }
      try files.write(Array(log.scrubbed(text).utf8), to: path)
    } catch {
      throw StepFailure(
        .cannotWrite, .error, type: "cannotWrite", kind: .cannotWrite, "\(parameter.title): \(error.message)")
    }
  }
}
