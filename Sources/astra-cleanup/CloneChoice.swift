package import AppProtection
package import StepCommon
internal import Timing

/// A clone that is to go, with what proves that it may.
package struct CloneToRemove {
  var application: Application
  /// Its own backups and snapshots, which go first.
  var points: [RecoveryPoint]
  /// What proves that astra-clone made it, with the verb: `its labels prove`.
  var proof: String
  var withRecoveryPoints: Bool

  var title: String { "clone \"\(application.name)\" (\(application.whereabouts))" }
}

// Which clones are to go: only those of which everything says so.
extension CleanupRun {
  /// What the records at hand say that astra-clone made: those of this workspace, and the one that was handed over.
  func recordedClones(_ parameters: CleanupParameters) throws(StepFailure) -> [RunRecord.Operation] {
    guard parameters.clones != nil else { return [] }
    return try recordedClones(inRecord: parameters.record)
  }

  /// The same, with the record of that path, if there is one.
  package func recordedClones(inRecord path: String?) throws(StepFailure) -> [RunRecord.Operation] {
    let step = StepName.clone.program
    var operations = history.operationsOfAnyRun(ofStep: step)
    if let path {
      operations += try history.operations(
        ofStep: step, inRecord: path, named: CleanupParameters.record.title)
    }
    return operations
  }

  /// Chooses the clones that are to go; throws where the one that was named must not.
  ///
  /// A decision counts when two looks in a row agree on it: one stale list must neither hide a clone nor show one.
  func chooseClones(
    _ wanted: CleanupParameters.Clones, _ known: (source: Application, proof: CloneProof),
    _ parameters: CleanupParameters
  ) throws(StepFailure) -> [CloneToRemove] {
    let cluster = try parameters.destinationCluster.map { name throws(StepFailure) in try lookup.cluster(name)
    }
    let choice = try poller.untilTwoAgree(
      { () throws(StepFailure) in
        switch wanted {
        case .named(let name): try chooseClone(named: name, on: cluster, known, parameters)
        case .olderThan(let age): try chooseClones(olderThan: age, on: cluster, known, parameters)
        }
      }, on: \.summary)
    if let refusal = choice.refusal { throw refusal }
    for line in choice.remarks { log.info(line) }
    for line in choice.warnings {
      log.warning(line)
      run.facts.noteAlso("notTold", line)
    }
    if choice.toRemove.isEmpty, case .named(let name) = wanted {
      if hasRemoved(name, ResourceName.label(for: name)) {
        log.info("this run has removed clone \"\(name)\"")
      } else {
        log.warning(
          "there is no application \"\(name)\"\(cluster.map { " on cluster \"\($0.name)\"" } ?? "")")
      }
    }
    return choice.toRemove
  }

  /// Whether this run has removed a clone of that name or label, or of that id.
  private func hasRemoved(_ name: String, _ label: String?) -> Bool {
    removed(.cloneRemoval).contains { [name, label].contains($0.name) || $0.id == name }
  }

  private struct CloneChoice {
    var toRemove: [CloneToRemove] = []
    /// Why the clone that was named must not go.
    var refusal: StepFailure?
    /// What was passed over.
    var remarks: [String] = []
    /// What was not looked at.
    var warnings: [String] = []

    /// What two looks have to agree on.
    var summary: String {
      (toRemove.map { $0.title + $0.points.map(\.id.text).joined() } + [refusal?.message ?? ""] + remarks
        + warnings)
        .joined(separator: "\n")
    }
  }

  private func chooseClone(
    named name: String, on cluster: Cluster?, _ known: (source: Application, proof: CloneProof),
    _ parameters: CleanupParameters
  ) throws(StepFailure) -> CloneChoice {
    var choice = CloneChoice()
    let overview = try ask { () throws(BackendError) in try backend.overview() }
    let all = overview.applications
    let label = ResourceName.label(for: name)
    var candidates = all.filter { $0.name == name || $0.name == label || $0.id.text == name }
    if let cluster { candidates = try lookup.narrowed(candidates, named: label ?? name, to: cluster) }
    candidates = candidates.preferringExisting
    // Where no parameter says otherwise, the clone of one namespace is in one of the clone's name.
    let isPlain = known.source.namespaces.count == 1 && label.map(overview.namespaces.contains) ?? false
    if candidates.isEmpty, !isPlain, !overview.unseenClones.isEmpty, !hasRemoved(name, label) {
      choice.refusal = .notFound(
        "whether clone \"\(name)\" is there cannot be told: not seen are \(overview.unseenClones.joined(separator: "; "))",
        hint: "say with DEBUG_NAMESPACE in which namespace it is, or give the right to list everywhere")
    } else if candidates.isEmpty {
      let clones = all.filter { $0.sourceID == known.source.id }.map(\.name)
      choice.remarks = [
        clones.isEmpty
          ? "\"\(known.source.name)\" has no clones"
          : "the clones of \"\(known.source.name)\" are \(clones.sorted().joined(separator: ", "))"
      ]
    } else if candidates.count > 1 {
      choice.refusal = .ambiguous(
        "there are \(candidates.count) applications \"\(name)\": \(candidates.map(\.whereabouts).joined(separator: ", "))",
        hint:
          "name the cluster, or give the id instead of the name; \(StatusCommand.all) shows what each of them is"
      )
    } else {
      var clone = candidates[0]
      // A clone that is not running does not tell its cluster; the one it was found on is it.
      if let cluster, clone.clusterID == nil {
        (clone.clusterID, clone.clusterName) = (cluster.id, cluster.name)
      }
      switch try decide(clone, among: all, known, withRecoveryPoints: parameters.withRecoveryPoints) {
      case .toRemove(let toRemove): choice.toRemove = [toRemove]
      case .kept(let reason, let hint):
        choice.refusal = .protected(
          "application \"\(clone.name)\" (\(clone.whereabouts)) \(reason), so it is not removed", hint: hint,
          kind: .notToBeRemoved)
      }
    }
    return choice
  }

  private func chooseClones(
    olderThan age: Duration, on cluster: Cluster?, _ known: (source: Application, proof: CloneProof),
    _ parameters: CleanupParameters
  ) throws(StepFailure) -> CloneChoice {
    var choice = CloneChoice()
    let overview = try ask { () throws(BackendError) in try backend.overview() }
    let all = overview.applications
    choice.warnings = overview.unseenClones.map { "clones may be older and stay: not seen are \($0)" }
    guard let now = backend.serverTime else {
      choice.refusal = .protected(
        "the server does not tell the time, so the age of its clones cannot be known",
        hint: "name the clone instead of --\(CleanupParameters.olderThan.flag)", kind: .notToBeRemoved)
      return choice
    }
    for clone in all where clone.sourceID == known.source.id {
      guard cluster == nil || clone.clusterID == nil || clone.clusterID == cluster?.id else { continue }
      let title = "clone \"\(clone.name)\" (\(clone.whereabouts))"
      guard let made = clone.createdAt else {
        choice.remarks.append("left alone: \(title), of unknown age")
        continue
      }
      guard now - made >= age else {
        choice.remarks.append("left alone: \(title), of \(made.text) and younger than \(age.shortText)")
        continue
      }
      switch try decide(clone, among: all, known, withRecoveryPoints: parameters.withRecoveryPoints) {
      case .toRemove(let toRemove): choice.toRemove.append(toRemove)
      case .kept(let reason, _): choice.remarks.append("left alone: \(title), which \(reason)")
      }
    }
    choice.toRemove = choice.toRemove.ordered {
      ($0.application.createdAt?.text ?? "", $0.application.id.text)
        < ($1.application.createdAt?.text ?? "", $1.application.id.text)
    }
    return choice
  }

  package enum CloneDecision {
    case toRemove(CloneToRemove)
    /// It must stay: why, as a clause, and what would help.
    case kept(String, hint: String?)
  }

  /// Weighs whether a clone may go: the proof, its state, and what hangs on it.
  ///
  /// - Parameters:
  ///   - clone: the clone.
  ///   - all: the applications among which those are that are made from it.
  ///   - known: the application that it is to be a clone of, and what proves that astra-clone made it.
  ///   - withRecoveryPoints: whether its own recovery points may go with it.
  ///   - knownPoints: its own recovery points, if they were read by now.
  /// - Returns: whether it may go.
  /// - Throws: where its recovery points cannot be read.
  package func decide(
    _ clone: Application, among all: [Application], _ known: (source: Application, proof: CloneProof),
    withRecoveryPoints: Bool,
    points knownPoints: [RecoveryPoint]? = nil
  ) throws(StepFailure) -> CloneDecision {
    let proof: String
    switch known.proof.finding(on: clone, of: known.source) {
    case .notProven(let reason): return .kept(reason, hint: Self.proofHint)
    case .proven(let words): proof = words
    }
    // What is going already is waited for.
    if clone.state == .deleting {
      return .toRemove(
        CloneToRemove(
          application: clone, points: [], proof: proof, withRecoveryPoints: withRecoveryPoints))
    }
    guard clone.state.allowsRemoval || clone.state == .discovering else {
      return .kept(
        "is \(clone.state)",
        hint:
          "run the step again when it is ready; if it never becomes ready, see in \(backend.name) what it does and whether anybody needs it"
      )
    }
    if let other = all.first(where: { $0.sourceID == clone.id && $0.state.isBeingMade }) {
      return .kept(
        "is being cloned as \"\(other.name)\" (\(other.whereabouts))", hint: "wait for that clone to be ready"
      )
    }
    let points = if let knownPoints { knownPoints } else { try recoveryPoints(of: clone) }
    // What is going already is waited for.
    if let busy = points.first(where: { !$0.state.isSettled && $0.state != .deleting }) {
      return .kept("has a \(busy.title) that is \(busy.state)", hint: "wait for that to end")
    }
    if let reason = Self.objection(toRemovalOf: points) {
      return .kept(reason, hint: "leave it and the clone as they are, and ask whoever made it")
    }
    guard points.allSatisfy({ $0.state == .deleting }) || withRecoveryPoints else {
      return .kept(
        "has recovery points of its own (\(points.map(\.title).joined(separator: ", ")))",
        hint:
          "servers of release 24.02 remove them with the clone, and older ones leave them behind: remove them first "
          + "with --\(CleanupParameters.withRecoveryPoints.flag)")
    }
    return .toRemove(
      CloneToRemove(
        application: clone, points: points, proof: proof, withRecoveryPoints: withRecoveryPoints))
  }

  /// Why recovery points of a clone are not its own alone, as a clause; nil if nothing speaks against their removal.
  static func objection(toRemovalOf points: [RecoveryPoint]) -> String? {
    if let shared = points.first(where: { !$0.otherNamespaces.isEmpty }) {
      return
        "has a \(shared.title) that is a copy of others, too (\(shared.otherNamespaces.joined(separator: ", ")))"
    }
    return points.first(where: \.isScheduled).map { "has a \($0.title) that a schedule made" }
  }

  private static var proofHint: String {
    "as proof, give the file astra-clone.json of the run that made it with --\(CleanupParameters.record.flag); the "
      + "labels that astra-clone writes would prove it too, where the server keeps them"
  }

  /// The backups and snapshots of a clone; none of one that has gone meanwhile, whose lists are gone with it.
  func recoveryPoints(of clone: Application) throws(StepFailure) -> [RecoveryPoint] {
    do throws(StepFailure) {
      return try ask { () throws(BackendError) in
        try backend.recoveryPoints(.backup, of: clone.id) + backend.recoveryPoints(.snapshot, of: clone.id)
      }
    } catch  where !error.endsEveryStep {
      guard try ask({ () throws(BackendError) in try backend.application(clone.id) }) == nil else {
        throw error
      }
      return []
    }
  }
}

extension Application.State {
  /// Whether nothing is under way with an application in this state.
  var allowsRemoval: Bool { [.ready, .failed, .unavailable, .removed].contains(self) }
}

extension RecoveryPoint {
  /// What it is, for messages: `backup "nightly"`.
  var title: String { "\(kind.rawValue) \"\(name)\"" }
}

extension RecoveryPoint.State {
  /// Whether nothing is under way with a recovery point in this state.
  var isSettled: Bool { [.completed, .failed, .removed].contains(self) }
}
