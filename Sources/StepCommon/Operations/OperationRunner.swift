package import AppProtection
internal import Timing

/// Asks for what takes time, and sees it through to its end: every step that makes something does it by this.
package final class OperationRunner {
  let backend: any Backend
  let history: RunHistory
  let log: Log
  let settings: Settings
  let poller: Poller
  let removals: RemovalRunner
  let facts: RunFacts
  /// The ids of what bore a name when it was looked for last, by title: what a request under that name is preceded by.
  private var namesakes: [String: [String]] = [:]

  init(
    backend: any Backend, history: RunHistory, log: Log, settings: Settings, poller: Poller,
    removals: RemovalRunner, facts: RunFacts
  ) {
    self.backend = backend
    self.history = history
    self.log = log
    self.settings = settings
    self.poller = poller
    self.removals = removals
    self.facts = facts
  }

  /// Keeps the ids of what bears a name, for the next request under it.
  package func noteNamesakes(_ ids: [String], of title: String) {
    namesakes[title] = ids
  }

  /// What bore a name when it was looked for last; once, since it is true of that moment only.
  func takeNamesakes(of title: String) -> [String]? {
    namesakes.removeValue(forKey: title)
  }

  /// Asks for something to be made, without ever making it twice.
  ///
  /// A request of unknown fate is not repeated before `look` has searched for what it may have made, for half
  /// a minute, and found nothing. While the application is busy with another operation the request waits.
  ///
  /// - Parameters:
  ///   - what: what is made, for messages.
  ///   - begin: writes down that it is about to be asked for, and what bears its name already; called before each
  ///     request, so that the record's last time is the last request's.
  ///   - application: the application that must be free for it.
  ///   - namesakes: the ids of what bears its name already.
  ///   - check: throws if it is not to be asked for any more; asked before each repetition.
  ///   - look: finds what an earlier request of this run has made, if it has.
  ///   - ask: asks for it, once.
  ///   - id: the id of what was made.
  /// - Returns: what was made, by this request or by an earlier one of this run.
  /// - Throws: what the refusal means for the step; `.deadline` if the application stayed busy.
  package func make<Value>(
    _ what: String, begin: ([String]?) -> RunRecord.Operation, of application: Application.ID,
    namesakes: BackendCall<[String]>, check: () throws(StepFailure) -> Void = {},
    look: BackendCall<Value?>, ask: BackendCall<Value>, id: (Value) -> String
  ) throws(StepFailure) -> Value {
    let began = poller.time.now
    var lostAnswers = 0
    var lastRefusal: BackendError?
    // Whoever looked at the name just before has seen what bears it.
    var present = takeNamesakes(of: what)
    while true {
      if lastRefusal != nil { try check() }
      let known = if let present { present } else { try glimpse(namesakes) }
      // What others make while the application is busy is not ours; what appears after a lost answer is.
      present = nil
      let operation = begin(known)
      let refusal: BackendError
      do throws(BackendError) {
        let made = try ask()
        history.update(operation, .accepted, id: id(made))
        log.info("\(what) was accepted (id \(id(made)))")
        return made
      } catch {
        refusal = error
      }
      defer { lastRefusal = refusal }
      switch refusal.kind {
      case .deadline:
        history.update(operation, .refused)
        guard let lastRefusal else { throw StepFailure(refusal) }
        throw poller.timeIsUp(after: lastRefusal, for: what)
      case .fateUnknown:
        lostAnswers += 1
        log.warning("\(refusal.message); looking whether \(what) was begun all the same")
        if let found = try poller.search(look) {
          history.update(operation, .accepted, id: id(found))
          log.info("\(what) was begun: going on with it (id \(id(found)))")
          return found
        }
        guard lostAnswers < Self.mostLostAnswers else {
          throw StepFailure(
            BackendError(.unreachable, "\(refusal.message), \(lostAnswers) times", hint: refusal.hint))
        }
        log.info("\(what) was not begun: asking again")
        present = known
      case .refused(.nameTaken):
        // By what an earlier request of this run has made, perhaps, whose answer was lost.
        history.update(operation, .refused)
        guard let found = try lostAnswers > 0 ? poller.search(look) : StepCommon.ask(look) else {
          throw StepFailure(refusal)
        }
        let asked = history.operations.filter {
          $0.isAlike(operation) && $0.stage != .refused
        }
        history.adopt(id(found), among: asked, as: .accepted)
        log.info("\(what) was begun by an earlier request: going on with it (id \(id(found)))")
        return found
      case .refused(.busy):
        history.update(operation, .refused)
        try poller.waitOut(refusal, began, for: what)
      case .refused(.notReady):
        history.update(operation, .refused)
        try checkMayBecomeReady(application, refusal)
        try poller.waitOut(refusal, began, for: what)
      default:
        if refusal.provesThatNothingWasBegun { history.update(operation, .refused) }
        throw StepFailure(refusal)
      }
    }
  }

  /// Looks for what an earlier attempt of this run asked for, as long as lag may hide it from every list.
  ///
  /// That attempt may have been killed with its request on the way.
  ///
  /// - Parameters:
  ///   - asked: what this run has asked for of that kind and name.
  ///   - what: what it would be, for messages.
  ///   - look: takes one look.
  ///   - isThere: whether a look shows it.
  /// - Returns: the last look.
  /// - Throws: what the backend's error means for the step.
  package func lookForTraces<Value>(
    of asked: [RunRecord.Operation], _ what: String, look: BackendCall<Value>, isThere: (Value) -> Bool
  ) throws(StepFailure) -> Value {
    let began = poller.time.now
    let hidden = asked.filter { [.asked, .accepted].contains($0.stage) }.compactMap(\.askedTime)
      .map { Self.longestSearch - max(.zero, backend.currentTime - $0) }.max()
    var hasSaid = false
    while true {
      let seen = try ask(look)
      guard let hidden, !isThere(seen), poller.time.now - began < hidden,
        !poller.deadline.hasPassed(on: poller.time)
      else {
        return seen
      }
      if !hasSaid {
        log.info("an earlier attempt asked for \(what), and nothing shows it yet: looking for it")
        hasSaid = true
      }
      try poller.rest(poller.pollInterval(since: began))
    }
  }

  /// How many lost answers in a row end the step: 3.
  private static var mostLostAnswers: Int { 3 }
  /// How long after a request its object is looked for: half a minute.
  private static var longestSearch: Duration { .seconds(30) }

  /// What bears a name already; nil where the answer tells nothing of it, which does not keep a request back.
  private func glimpse(_ namesakes: BackendCall<[String]>) throws(StepFailure) -> [String]? {
    do throws(BackendError) {
      return try namesakes()
    } catch {
      switch error.kind {
      case .brokenContract, .refused: return nil
      default: throw StepFailure(error)
      }
    }
  }

  /// Throws unless the application is in a state that passes by itself; returns that state.
  @discardableResult
  package func checkMayBecomeReady(
    _ id: Application.ID, _ refusal: BackendError
  ) throws(StepFailure) -> Application.State {
    let application: Application?
    do throws(BackendError) {
      application = try backend.application(id)
    } catch {
      throw StepFailure(error)
    }
    guard let application else {
      throw .operationFailed(
        "\(refusal.message), and the application is gone", hint: "look in \(backend.name) who has removed it")
    }
    history.remember(lookAt: application, lag: backend.longestLag)
    if application.state == .restoring { throw .beingRestored(application) }
    if application.state.isDead || application.state == .unavailable {
      throw .operationFailed(
        "\(refusal.message): the application is \(application.state)",
        hint: "have it repaired in \(backend.name) until it is ready, and run the step again")
    }
    return application.state
  }
}

extension StepFailure {
  /// The application is being overwritten: what a copy of it would hold is anybody's guess.
  package static func beingRestored(_ application: Application) -> Self {
    .protected(
      "\"\(application.name)\" is being restored in place, so a copy of it now would hold neither state whole",
      hint: "wait for the in-place restore to end and run the step again")
  }
}
