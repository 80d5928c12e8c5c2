package import Timing

/// What a step found where it wants to make something.
package enum Existing<Value> {
  case nothing
  /// Complete, and to be taken as this step's result.
  case complete(Value)
  /// Being made; to be waited for.
  case underWay(Value)
}

/// An object that already has the name that a step wants to use.
package struct ExistingObject {
  /// How far it is.
  package enum Progress: Hashable, Sendable, CaseIterable {
    case complete
    case underWay
    case failed
    /// It ended in another way, and will not become complete by itself.
    case spoilt
  }

  /// What it is called in messages: `backup "nightly" of "magento-prod"`.
  package var title: String
  package var id: String
  package var createdAt: Timestamp?
  /// When it was made, what it is and where, for messages.
  package var whereabouts: String
  /// Its state, in our word.
  package var state: String
  /// Why it is in that state.
  package var problems: [String]
  package var progress: Progress
  /// Whether it is of this run.
  package var isOurs: Bool

  /// Gathers what is known of it.
  package init(
    title: String, id: String, createdAt: Timestamp?, whereabouts: String, state: String, problems: [String],
    progress: Progress, isOurs: Bool
  ) {
    self.title = title
    self.id = id
    self.createdAt = createdAt
    self.whereabouts = whereabouts
    self.state = state
    self.problems = problems
    self.progress = progress
    self.isOurs = isOurs
  }

  /// What a step does about it.
  package enum Decision: Hashable, Sendable {
    /// It is this run's own work: recognised.
    case recognise
    /// It is an earlier run's, and the user takes it.
    case reuse
    case refuseOlder
    /// It is on its way, and to be waited for.
    case waitForOwn
    case waitForOthers
    case refuseUnderWay
    /// It is removed first.
    case replace
    case refuseFailed
    case refuseSpoilt
  }

  /// The table of situations: unless the user says otherwise, a leftover is not a result, and a failed object blocks.
  package static func decision(_ progress: Progress, isOurs: Bool, _ leftovers: Leftovers) -> Decision {
    switch (progress, isOurs) {
    case (.complete, true): .recognise
    case (.complete, false): leftovers.ifExists == .reuse ? .reuse : .refuseOlder
    case (.underWay, true): .waitForOwn
    // Once complete it would be another run's leftover, so it is treated as one while it is made.
    case (.underWay, false): leftovers.ifExists == .reuse ? .waitForOthers : .refuseUnderWay
    case (.failed, _): leftovers.replaceFailed ? .replace : .refuseFailed
    case (.spoilt, _): .refuseSpoilt
    }
  }
}

/// How messages speak of what is made.
package struct ExistingWords: Sendable {
  /// What it is once it is there: `complete`.
  package var goal: String
  /// What one of an earlier run does not hold: `today's data`.
  package var lack: String
  /// What the user may do beside choosing another name where one of an earlier run is there.
  package var choices: String
  /// The command that shows what is there.
  package var shownBy: String

  /// Gathers the words.
  package init(goal: String, lack: String, choices: String, shownBy: String) {
    (self.goal, self.lack, self.choices, self.shownBy) = (goal, lack, choices, shownBy)
  }
}

extension OperationRunner {
  /// Settles what is there already, by the table of situations.
  ///
  /// - Parameters:
  ///   - object: what is there.
  ///   - value: the same, as the step knows it.
  ///   - asked: what this run has asked for under that name.
  ///   - leftovers: what the user says of leftovers.
  ///   - words: how messages speak of it.
  ///   - remove: removes it, where a failed one is to be replaced.
  /// - Returns: what the step goes on with.
  /// - Throws: a refusal, with what would help.
  package func settle<Value>(
    _ object: ExistingObject, _ value: Value, asked: [RunRecord.Operation], _ leftovers: Leftovers,
    _ words: ExistingWords, remove: () throws(StepFailure) -> Void
  ) throws(StepFailure) -> Existing<Value> {
    let title = object.title
    switch ExistingObject.decision(object.progress, isOurs: object.isOurs, leftovers) {
    case .recognise:
      history.adopt(object.id, among: asked, as: .finished)
      let operation = history.operations.last { $0.id == object.id }
      log.info(
        "\(title) of this run exists and is \(words.goal) (\(object.whereabouts)), made \(history.moment(of: operation, createdAt: object.createdAt))"
      )
      history.tellRecognised(
        "\(title) was made in this run already", by: operation, in: facts,
        otherwise: "to make a newer one, start a new run or choose another name")
      return .complete(value)
    case .reuse:
      log.warning(
        "\(title) is of an earlier run (\(history.age(object.createdAt))); taken because of --if-exists reuse"
      )
      return .complete(value)
    case .refuseOlder:
      let whose = history.provenance(
        of: object.id, createdAt: object.createdAt, asked: asked, lacking: words.lack)
      throw .protected(
        "\(title) already exists\(whose.clause)",
        hint: whose.hint(
          else: "choose another name, \(words.choices); \(words.shownBy) shows which are taken"),
        kind: .nameTaken)
    case .waitForOwn:
      history.adopt(object.id, among: asked, as: .accepted)
    case .waitForOthers:
      log.warning(
        "\(title) was begun by an earlier run (\(history.age(object.createdAt))); waited for because of --if-exists reuse"
      )
    case .refuseUnderWay:
      throw .protected(
        "\(title) already exists and is \(object.state), from an earlier run (\(history.age(object.createdAt))): it will not hold \(words.lack)",
        hint:
          "choose another name, or wait for that one and take it with --\(Common.ifExists.flag) reuse; \(words.shownBy) shows when it is \(words.goal)",
        kind: .nameTaken)
    case .replace:
      try remove()
      return .nothing
    case .refuseFailed:
      throw .protected(
        "\(title) already exists and failed\(object.problems.isEmpty ? "" : ": " + object.problems.joined(separator: "; "))",
        hint:
          "choose another name; or, once you have seen that nobody needs the failed one, have it removed first with --\(Common.replaceFailed.flag)",
        kind: .failedLeftover)
    case .refuseSpoilt:
      throw .protected(
        "\(title) already exists and is \(object.state)", hint: "choose another name", kind: .nameTaken)
    }
    log.info("\(title) already exists and is \(object.state) (\(object.whereabouts)): waiting for it")
    return .underWay(value)
  }
}
