package import AppProtection
internal import Timing

/// What is decided just before a change is asked for.
package enum ChangeDecision<Value> {
  /// It is asked for now; this is written down first.
  case ask(RunRecord.Operation)
  /// There is nothing to ask for any more.
  case done(Value)
  /// Something else has to end first, told as the refusal that the backend would give.
  case wait(BackendError)
}

/// What a refusal of a change means.
package enum RefusalMeaning<Value> {
  /// It passes: the change is asked for again, after at least that pause, and not before a look says that it is worth it.
  case wait(atLeast: Duration, until: BackendCall<Bool>? = nil)
  /// There is nothing to ask for any more.
  case done(Value)
  /// It ends the step.
  case final
}

/// Asks for changes of every kind: each request is written down first, sent once, and looked for before it is sent again.
package struct ChangeRunner {
  let history: RunHistory
  let log: Log
  let poller: Poller

  /// Asks for a change until it is accepted.
  ///
  /// A request of unknown fate is not repeated before `look` has searched for what it may have begun.
  ///
  /// - Parameters:
  ///   - what: the change, for messages: `the backup "nightly" of "magento-prod"`.
  ///   - decide: decides just before each request, knowing how the last one was refused; throws if the change must not be
  ///     made after all.
  ///   - prepare: reads what the request needs, before it is written down: nothing lies between its record and itself.
  ///   - send: asks for it, once.
  ///   - id: the id of what is made, if that is known.
  ///   - isUnknown: whether an error leaves open what became of the request.
  ///   - look: searches for what a request has begun; nil if nothing shows it.
  ///   - judge: what any other refusal means.
  /// - Returns: what the change made, and its record; no record if there was nothing to ask for.
  /// - Throws: what the refusal means for the step; `.deadline` if the application stayed busy.
  package func request<Value>(
    _ what: String,
    decide: (_ last: BackendError?) throws(StepFailure) -> ChangeDecision<Value>,
    prepare: BackendCall<Void> = {}, send: BackendCall<Value>, id: (Value) -> String? = { _ in nil },
    isUnknown: (BackendError) -> Bool = { $0.kind == .fateUnknown },
    look: (RunRecord.Operation) throws(StepFailure) -> Value?,
    judge: (BackendError, RunRecord.Operation) throws(StepFailure) -> RefusalMeaning<Value>
  ) throws(StepFailure) -> (value: Value, operation: RunRecord.Operation?) {
    let began = poller.time.now
    var lostAnswers = 0
    var last: BackendError?
    while true {
      var operation: RunRecord.Operation
      var isWritten = false
      switch try decide(last) {
      case .ask(let intent): operation = intent
      case .done(let value): return (value, nil)
      case .wait(let reason):
        try poller.waitOut(reason, began, for: what)
        continue
      }
      let refusal: BackendError
      do throws(BackendError) {
        try prepare()
        operation = history.begin(operation)
        isWritten = true
        let value = try send()
        history.update(operation, .accepted, id: id(value))
        log.info("\(what) was accepted\(id(value).map { " (id \($0))" } ?? "")")
        return (value, operation)
      } catch {
        refusal = error
      }
      defer { last = refusal }
      if isWritten, isUnknown(refusal) {
        lostAnswers += 1
        log.warning("\(refusal.message); looking whether \(what) was begun all the same")
        if let value = try look(operation) {
          history.update(operation, .accepted, id: id(value))
          log.info("\(what) was begun: going on with it\(id(value).map { " (id \($0))" } ?? "")")
          return (value, operation)
        }
        guard lostAnswers < Self.mostLostAnswers else {
          throw StepFailure(
            BackendError(.fateUnknown, "\(refusal.message), \(lostAnswers) times", hint: refusal.hint))
        }
        log.info("\(what) was not begun: asking again")
        continue
      }
      if isWritten, refusal.provesThatNothingWasBegun { history.update(operation, .refused) }
      if refusal.kind == .deadline, let last { throw poller.timeIsUp(after: last, for: what) }
      switch try judge(refusal, operation) {
      case .wait(let pause, let isReady):
        repeat {
          try poller.waitOut(refusal, began, atLeast: pause, for: what)
        } while try isReady.map { call throws(StepFailure) in try !seemsReady(call, refusal, what) } ?? false
      case .done(let value): return (value, nil)
      case .final: throw StepFailure(refusal)
      }
    }
  }

  /// Whether a look says that a change is worth asking for again; where the look is refused, only the request tells.
  private func seemsReady(
    _ call: BackendCall<Bool>, _ refusal: BackendError, _ what: String
  ) throws(StepFailure) -> Bool {
    do throws(BackendError) {
      return try call()
    } catch {
      switch error.kind {
      case .refused: return true
      case .deadline: throw poller.timeIsUp(after: refusal, for: what)
      default: throw StepFailure(error)
      }
    }
  }

  /// How many lost answers end the step: 3.
  private static var mostLostAnswers: Int { 3 }
}
