package import AppProtection
internal import Timing

/// Asks for what takes time, and sees it through to its end: every step that makes something does it by this.
package final class OperationRunner {
  let backend: any Backend
  let history: RunHistory
  let log: Log
  let settings: Settings
  let poller: Poller
  let changes: ChangeRunner
  let removals: RemovalRunner
  let facts: RunFacts
  /// The ids of what bore a name when it was looked for last, by title: what a request under that name is preceded by.
  private var namesakes: [String: [String]] = [:]

  init(
    backend: any Backend, history: RunHistory, log: Log, settings: Settings, poller: Poller,
    changes: ChangeRunner, removals: RemovalRunner, facts: RunFacts
  ) {
    self.backend = backend
    self.history = history
    self.log = log
    self.settings = settings
    self.poller = poller
    self.changes = changes
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
  /// - Parameters:
  ///   - what: what is made, for messages.
  ///   - intent: what is written down before a request, given what bears its name already.
  ///   - application: the application that must be free for it.
  ///   - namesakes: the ids of what bears its name already.
  ///   - check: throws if it is not to be asked for any more; called before each repetition.
  ///   - look: finds what an earlier request of this run has made, if it has.
  ///   - change: what is asked for, as the backend prepares for it.
  ///   - ask: asks for it, once.
  ///   - id: the id of what was made.
  /// - Returns: what was made, by this request or by an earlier one of this run.
  /// - Throws: what the refusal means for the step; `.deadline` if the application stayed busy.
  package func make<Value>(
    _ what: String, intent: ([String]?) -> RunRecord.Operation, of application: Application.ID,
    namesakes: BackendCall<[String]>, check: () throws(StepFailure) -> Void = {},
    look: BackendCall<Value?>, change: Change, ask: BackendCall<Value>, id: (Value) -> String
  ) throws(StepFailure) -> Value {
    // Whoever looked at the name just before has seen what bears it.
    var known = takeNamesakes(of: what)
    var isFirst = true
    var hasLostAnswers = false
    return try changes.request(
      what,
      decide: { last throws(StepFailure) in
        if last != nil { try check() }
        // What others make while the application is busy is not ours; what appears after a lost answer is.
        if !isFirst, last?.kind != .fateUnknown { known = nil }
        if known == nil { known = try glimpse(namesakes) }
        isFirst = false
        return .ask(intent(known))
      },
      prepare: { () throws(BackendError) in try backend.prepare(change) }, send: ask, id: id,
      look: { _ throws(StepFailure) in
        hasLostAnswers = true
        return try poller.search(look)
      },
      judge: { refusal, operation throws(StepFailure) in
        switch refusal.kind {
        case .refused(.busy): return .wait(atLeast: .zero)
        case .refused(.notReady):
          try checkMayBecomeReady(application, refusal)
          // What another cluster does not show yet may take a minute, and all is looked at again before each request.
          return .wait(
            atLeast: .seconds(4),
            until: { [backend] () throws(BackendError) in
              try backend.seemsReady(for: change)
            })
        case .refused(.nameTaken):
          // By what an earlier request of this run has made, perhaps, whose answer was lost.
          guard let found = try hasLostAnswers ? poller.search(look) : StepCommon.ask(look) else {
            return .final
          }
          let asked = history.operations.filter { $0.isAlike(operation) && $0.stage != .refused }
          history.adopt(id(found), among: asked, as: .accepted)
          log.info("\(what) was begun by an earlier request: going on with it (id \(id(found)))")
          return .done(found)
        default: return .final
        }
      }
    ).value
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
        "\(refusal.message), and the application is gone",
        hint: "find out in \(backend.name) who removed it before anything else is changed", kind: .vanished)
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

      hint:
        "wait for the in-place restore to end and run the step again; \(StatusCommand.of(application)) shows whether it has",
      kind: .restoring)
  }
}
