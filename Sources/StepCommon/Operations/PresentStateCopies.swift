package import AppProtection
internal import Timing

/// A copy of an application's present state that a step needs on its way, under a name of its own making.
package struct PresentStateCopy {
  let kind: RecoveryPoint.Kind
  let operation: RunRecord.Operation.Kind
  /// Its name, by its number in the run; the first is 1.
  let name: (Int) -> String
  /// The recovery point that it is evidence for.
  let point: RecoveryPoint.ID?
  /// The labels of one of that name.
  let labels: (String) -> [Label]

  /// Says what is to be made.
  package init(
    _ kind: RecoveryPoint.Kind, as operation: RunRecord.Operation.Kind, for point: RecoveryPoint.ID? = nil,
    name: @escaping (Int) -> String, labels: @escaping (String) -> [Label] = { _ in [] }
  ) {
    (self.kind, self.operation, self.point) = (kind, operation, point)
    (self.name, self.labels) = (name, labels)
  }

  /// How old a copy may be and still be taken for one of the present state: 10 minutes, since customers go on writing.
  package static var longestAge: Duration { .seconds(600) }
}

extension OperationRunner {
  /// The copy that this run made for the purpose, or a new one; complete.
  ///
  /// An earlier attempt's is taken only if it is still being made or minutes old, and if nothing has happened to the
  /// application since it was asked for: that attempt may have restored it, and its record may be lost. One that came to
  /// nothing is passed over. With `isAnew` none of before is taken.
  package func presentState(
    of application: Application, by copy: PresentStateCopy, isAnew: Bool = false
  ) throws(StepFailure) -> RecoveryPoint {
    let earlier = history.operations.filter {
      $0.kind == copy.operation && $0.application == application.id.text
    }
    var lost: String?
    if !isAnew, let last = earlier.last, isReusable(last, application) {
      if isFresh(last) {
        do throws(StepFailure) {
          switch try existing(copy.kind, named: last.name, of: application, leftovers: .untouched) {
          case .complete(let found) where !found.hooks.didFail: return found
          case .complete: break
          case .underWay(let found): return try waitForCompletion(of: found, application, isKnown: true)
          // Whatever became of that request, its name may be asked for again: the two cannot both be made.
          case .nothing: lost = last.name
          }
        } catch  where [.protected, .notFound, .operationFailed].contains(error.code) {
          log.info("\(error.message): making another one")
        }
      } else if let found = try beingMade(last, copy.kind, application) {
        return try waitForCompletion(of: found, application, isKnown: true)
      }
    }
    let known = Set(earlier.filter { $0.stage != .refused }.map(\.name)).subtracting([lost].compactMap { $0 })
    do throws(StepFailure) {
      return try waitForCompletion(
        of: try request(copy, of: application, knownNames: known), application)
    } catch {
      guard error.code == .deadlinePassed, let doubt = history.doubt else { throw error }
      // No later attempt will take it for one of the present state.
      var failure = error
      failure.hint =
        "put that file back as it was, and run the step again, which goes on waiting then (\(doubt)); as it is, each attempt asks for another copy"
      throw failure
    }
  }

  /// Whether a copy that an earlier attempt asked for may be one of the present state.
  private func isReusable(_ earlier: RunRecord.Operation, _ application: Application) -> Bool {
    // Another step, or another run, may have restored it since; and so may what cannot be read.
    let isOvertaken = history.restoresOfAnyRun(of: application.id).contains { restore in
      guard let secured = earlier.askedTime, let asked = restore.askedTime else { return true }
      return asked >= secured
    }
    let isUntouched = isUnchanged(application, since: earlier.before)
    return isUntouched && !isOvertaken && history.doubt == nil
      && ![.failed, .refused].contains(earlier.stage)
  }

  /// Whether a complete copy is young enough.
  ///
  /// What carries a clone may take hours: one that the last attempt did not see complete is as old as one that a single
  /// attempt waits for.
  private func isFresh(_ copy: RunRecord.Operation) -> Bool {
    let isContinued = copy.kind == .cloneSource && copy.stage != .finished
    let longest =
      isContinued
      ? max(PresentStateCopy.longestAge, poller.deadline.allowance) : PresentStateCopy.longestAge
    return copy.askedTime.map { backend.currentTime - $0 <= longest } ?? false
  }

  /// A copy that was asked for long ago, and is still being made: another one would have to wait for its end.
  private func beingMade(
    _ earlier: RunRecord.Operation, _ kind: RecoveryPoint.Kind, _ application: Application
  ) throws(StepFailure) -> RecoveryPoint? {
    guard let id = earlier.id else { return nil }
    let point = try ask { () throws(BackendError) in
      try backend.recoveryPoint(RecoveryPoint.ID(id), kind, of: application.id)
    }
    // Whatever its state is called, it has not ended.
    guard let point, point.state != .completed, !point.state.isDead else { return nil }
    log.info(
      "\(kind.rawValue) \"\(point.name)\" of \"\(application.name)\" is still being made: going on with it")
    return point
  }

  /// Whether the marks of an application show that nothing has changed it since they were taken.
  package func isUnchanged(_ application: Application, since marks: ApplicationMarks?) -> Bool {
    guard let marks else { return false }
    return backend.overwriteSigns(on: application, since: marks, or: nil) == .unchanged
  }

  /// Asks for a copy under the first name that is free.
  ///
  /// A name may be taken by one that a lost record, another workspace or a list that lags does not show.
  private func request(
    _ copy: PresentStateCopy, of application: Application, knownNames: Set<String>
  ) throws(StepFailure) -> RecoveryPoint {
    let there = try ask { () throws(BackendError) in
      try backend.recoveryPoints(copy.kind, of: application.id)
    }
    var taken = knownNames.union(there.map(\.name))
    var refusals = 0
    while true {
      let name = copy.name((1...).first { !taken.contains(copy.name($0)) } ?? 1)
      noteNamesakes([], of: "the \(copy.kind.rawValue) \"\(name)\" of \"\(application.name)\"")
      do throws(StepFailure) {
        return try request(
          copy.kind, named: name, of: application, as: copy.operation, for: copy.point,
          labels: copy.labels(name))
      } catch  where error.refusal == .nameTaken && refusals < Self.mostNamesTaken {
        log.info("\(error.message): trying another name")
        taken.insert(name)
        refusals += 1
      }
    }
  }

  /// How many names are tried after the list has shown them to be free: 10.
  private static var mostNamesTaken: Int { 10 }
}
