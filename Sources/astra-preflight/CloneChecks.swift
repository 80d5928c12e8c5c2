internal import AppProtection
internal import AstraClone
internal import StepCommon

// Whether a clone fits where it is to be, and what it would claim there that is production's.
extension PreflightStep {
  /// Whether the limits of the clone's namespaces leave room for it.
  func checkRoom(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard parameters.clone != nil else { return notNeeded(.clone) }
    guard let request = cloneRequest else { return .notNeeded("a clone of this run is there") }
    let room = try ask { () throws(BackendError) in try run.backend.room(for: request) }
    guard let room else {
      sayNotTold("whether limits leave room for the clone", run)
      return .notNeeded("the backend does not tell whether limits leave room for the clone")
    }
    for noun in room.notTold { sayNotTold("\(noun), so there may be no room for the clone", run) }
    guard room.lacks.isEmpty else {
      throw .prerequisite(
        "there is no room for clone \"\(request.name)\": \(room.lacks.map(\.title).joined(separator: "; "))",
        hint:
          "have the limit raised, or choose another namespace with \(CloneParameters.namespace.title): the clone "
          + "would come up without what does not fit")
    }
    return .done
  }

  /// Whether a clone would claim a host or an address of production's, which could take its customers away.
  func checkAddresses(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard parameters.clone != nil else { return notNeeded(.clone) }
    let application = try run.known(application)
    guard let cluster = destination?.id ?? application.clusterID else {
      return .notNeeded("the backend does not tell which cluster the application is on")
    }
    let addresses = try ask { () throws(BackendError) in
      try run.backend.fixedAddresses(of: application, forCloneOn: cluster)
    }
    guard let addresses else {
      sayNotTold("by which hosts and addresses \"\(application.name)\" is reached", run)
      return .notNeeded("the backend does not tell by which hosts and addresses the application is reached")
    }
    for noun in addresses.notTold { sayNotTold("\(noun), so a clone may claim what they claim", run) }
    let claims = addresses.claims.joined(separator: ", ")
    guard addresses.areShared else {
      if !claims.isEmpty {
        run.log.info("on its own cluster, the clone claims what \"\(application.name)\" has: \(claims)")
        run.facts.note("cloneClaims", claims)
      }
      return .done
    }
    if !addresses.possibleClaims.isEmpty {
      run.log.warning(
        "the clone may claim what \"\(application.name)\" has in the same cluster: "
          + addresses.possibleClaims.joined(separator: ", "))
    }
    guard !claims.isEmpty else { return .done }
    let message =
      "the clone would claim what \"\(application.name)\" has in the same cluster: \(claims): customers may reach "
      + "the clone in place of the application, above all after an in-place restore"
    guard parameters.acceptsSharedAddresses else {
      throw .prerequisite(
        message,
        hint:
          "clone onto another cluster with \(CloneParameters.destinationCluster.title); or, if nothing there can "
          + "lead customers to the clone, say so with \(PreflightParameters.acceptSharedAddresses.title)")
    }
    run.log.warning("\(message); accepted by --\(PreflightParameters.acceptSharedAddresses.flag)")
    return .done
  }
}
