package import AppProtection
internal import HTTPTransport
internal import StepReport
package import Timing

/// A call of the backend.
package typealias BackendCall<Value> = () throws(BackendError) -> Value

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
  let files: any FileWriter
  let pageDoor: PageDoor
  /// Where chance comes from: poll intervals and pauses.
  package var random: SeededRandom
  let schedule: PollSchedule
  /// What later steps of the pipeline may want to know, in order: `ASTRA_CLONE_ID` and the like.
  private(set) var values = OutputValues()
  /// The ids of what bore a name when it was looked for last, by title: what a request under that name is preceded by.
  private var namesakes: [String: [String]] = [:]
  /// What a reader of the report may want to know, in order.
  private(set) var facts: [Report.Property] = []

  init(
    identity: StepIdentity, settings: Settings, place: ReportPlace, time: any TimeSource, deadline: Deadline,
    log: Log, backend: any Backend, history: RunHistory, files: any FileWriter, pageDoor: PageDoor,
    random: SeededRandom, schedule: PollSchedule
  ) {
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
    self.random = random
    self.schedule = schedule
  }

  /// What an earlier phase has found; a phase that runs without it is a bug of ours.
  package func known<Value>(_ value: Value?) throws(StepFailure) -> Value {
    guard let value else {
      throw StepFailure(
        .ourBug, .error, type: "bug",
        "a phase ran before the one that it builds on: this is a bug of \(identity.name)")
    }
    return value
  }

  /// Keeps a value for later steps of the pipeline; a later one of the same key replaces it.
  package func publish(_ key: String, _ value: String) {
    values.set(OutputValues.Key(key), to: withoutUserInformation(log.scrubbed(value)))
  }

  /// Keeps names for later steps: how many there are (`ASTRA_REMOVED_CLONES_COUNT`), and as many of them as fit.
  package func publish(_ key: String, names: [String], isCounted: Bool = true) {
    publish(key, OutputValues.joined(names))
    if isCounted { publish("\(key)_COUNT", String(names.count)) }
  }

  /// Keeps a fact for the report's readers; a later one of the same name replaces it, since some readers refuse a
  /// report with two.
  package func note(_ name: String, _ value: String) {
    let fact = Report.Property("astra.\(name)", log.cleaned(value))
    if let index = facts.firstIndex(where: { $0.name == fact.name }) {
      facts[index] = fact
    } else {
      facts.append(fact)
    }
  }

  /// Keeps one more fact of a kind: the second of `left` is `left2`.
  package func noteAlso(_ name: String, _ value: String) {
    let names = Set(facts.map(\.name))
    var number = 1
    while names.contains("astra.\(name)\(number == 1 ? "" : "\(number)")") { number += 1 }
    note(number == 1 ? name : "\(name)\(number)", value)
  }

  /// Keeps the ids of what bears a name, for the next request under it.
  package func noteNamesakes(_ ids: [String], of title: String) {
    namesakes[title] = ids
  }

  /// What bore a name when it was looked for last; once, since it is true of that moment only.
  func takeNamesakes(of title: String) -> [String]? {
    namesakes.removeValue(forKey: title)
  }

  /// Whether something was made in this pipeline run, by the run's own records.
  ///
  /// Of this run is what a record names, and, since an intent whose answer is not recorded, what bears that name now and
  /// did not then; only where that is not known, what was made no earlier. Age alone proves nothing, but what was made
  /// days before the request, by any clock, was brought back by somebody else.
  package func isOfThisRun(
    id: String, createdAt: Timestamp?, asked operations: [RunRecord.Operation]
  ) -> Bool {
    operations.contains { operation in
      if let known = operation.id { return known == id }
      let lead = createdAt.flatMap { made in operation.askedTime.map { $0 - made } }
      if let namesakes = operation.namesakes {
        return !namesakes.contains(id) && (lead ?? .zero) <= Self.furthestClocks
      }
      guard let lead else { return false }
      return lead <= .zero
    }
  }

  /// Remembers what a look shows of somebody else's doing: that they restore the application in place.
  ///
  /// Every look of a step at its application comes by here, since the next one may show nothing of it any more.
  package func remember(lookAt application: Application) {
    guard application.state == .restoring else { return }
    history.noteRestoreOfOthers(of: application.id, lag: Self.longestLag)
  }

  /// How far two clocks may be apart, wrong zones included: a day.
  private static var furthestClocks: Duration { .seconds(86_400) }

  /// How old something is, for messages: `2h5m old`.
  package func age(_ createdAt: Timestamp?) -> String {
    guard let createdAt else { return "of unknown age" }
    return "\(max(.zero, backend.currentTime - createdAt).shortText) old"
  }
}
