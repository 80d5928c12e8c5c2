internal import AppProtection
package import StepCommon
internal import Timing

/// Shows an application with all that belongs to it, or all applications, and changes nothing.
package final class StatusStep: Step {
  package static let identity = StepIdentity(.status)
  package static let outputKeys: [String] = []
  package static let changesNothing = true
  package static let shownMember: String? = "status"

  package static var phases: [Phase<StatusStep>] {
    [
      Phase("find applications", StatusStep.findApplications),
      Phase("find clones", StatusStep.findClones),
      Phase("list recovery points", StatusStep.listRecoveryPoints),
      Phase("look for operations", StatusStep.lookForOperations),
      Phase("weigh evidence", StatusStep.weighEvidence),
      Phase("show", StatusStep.show),
    ]
  }

  let parameters: StatusParameters
  /// What is seen so far.
  private var status = Status()

  package init(_ command: StatusCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    parameters = try StatusParameters(command, reader)
  }

  private func findApplications(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    if let name = parameters.application {
      let found = try run.lookup.find(name, on: parameters.cluster)
      run.log.info("application \"\(found.name)\" \(found.stateClause) (\(found.whereabouts))")
      run.facts.note("application", "\(found.name) (\(found.whereabouts))")
      status.add([found], run.history)
    } else {
      status.isOfAll = true
      let (shown, overview) = try OverviewReading(run).applications(on: parameters.cluster)
      run.log.info("\(shown.count) applications are to be seen")
      status.add(shown, run.history)
      status.addClones(among: overview.applications, run.history)
      for index in status.applications.indices {
        status.applications[index].holder = overview.holders[status.applications[index].application.id]
      }
      tell(overview.notTold, run)
    }
    status.observedAt = run.backend.currentTime
    return .done
  }

  private func findClones(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !status.isOfAll else {
      return .notNeeded("they are among all applications")
    }
    for index in status.applications.indices {
      let overview = try ApplicationReading(run).clones(of: status.applications[index].application)
      status.applications[index].clones = overview.clones
      tell(overview.notTold, run)
    }
    return .done
  }

  private func listRecoveryPoints(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let weighing = RestoreWeighing(run, parameters)
    if status.isOfAll {
      guard try OverviewReading(run).addRecoveryPoints(to: &status, weighing) else {
        tell(["the recovery points of each application: name one to see them"], run)
        return .notNeeded("the backend lists the recovery points of one application only")
      }
      return .done
    }
    for index in status.applications.indices {
      let application = status.applications[index].application
      let points = try ask { () throws(BackendError) in
        try run.backend.recoveryPoints(.backup, of: application.id)
          + run.backend.recoveryPoints(.snapshot, of: application.id)
      }
      status.applications[index].points = try weighing.weigh(points, of: application)
    }
    return .done
  }

  private func lookForOperations(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    for index in status.applications.indices {
      let application = status.applications[index].application
      var restores = status.applications[index].shownRestore.map { [$0] } ?? []
      if !status.isOfAll {
        let told = try ask { () throws(BackendError) in try run.backend.operations(on: application) }
        if let told {
          restores = told.filter { $0.kind == .inPlaceRestore }.map { OperationStatus($0, application) }
        } else {
          tell(["in-place restores of \"\(application.name)\" under way"], run)
        }
      }
      if !status.isOfAll {
        status.applications[index].holder = try ask { () throws(BackendError) in
          try run.backend.restoreThatStopped(application)
        }
      }
      if restores.isEmpty, let holder = status.applications[index].holder {
        restores.append(OperationStatus(holder, application))
      }
      status.applications[index].gatherOperations(restores)
    }
    return .done
  }

  private func weighEvidence(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let weighing = try EvidenceWeighing(run, parameters, in: status)
    for index in status.applications.indices {
      status.applications[index].evidence = try weighing.evidence(of: status.applications[index])
    }
    return .done
  }

  private func show(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    run.facts.show(
      StatusDocument(status, backend: run.backend.label).value,
      text: StatusTable(status, backend: run.backend.label, cleaned: run.log.cleaned).text)
    return .done
  }

  /// Keeps what is not told, and says so: that is no failure, and not to be taken for a good answer either.
  private func tell(_ notTold: [String], _ run: StepRun) {
    for what in notTold where !status.notTold.contains(what) {
      status.notTold.append(what)
      run.log.info("the backend does not tell \(what)")
      run.facts.noteAlso("notTold", what)
    }
  }
}
