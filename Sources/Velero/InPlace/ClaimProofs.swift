internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Velero leaves a claim that is there already as it is, writes its labels on it, and calls the restore completed.
extension VeleroBackend {
  /// Whether a Restore has brought the claims, and their data with them.
  func prove(
    _ claims: [String: String], _ restore: String, _ place: ApplicationPlace, _ client: KubernetesClient,
    _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    let object = try object(
      Kinds.restore, restore, in: place.context, of: place.namespace, to: attempt)
    guard let object else {
      return .failed("Restore \"\(restore)\" is gone")
    }
    let view = RestoreView(object, in: place.context)
    lastStates[view.reference] = view.state
    switch view.state.progress {
    case .running("pending"):
      if case .blocked(let reason) = try waiting(view) {
        return .waiting("Restore \"\(restore)\" waits: \(reason)", view.reference.id)
      }
      return .waiting("Restore \"\(restore)\" is pending", view.reference.id)
    case .running(let word):
      return .waiting(
        "Restore \"\(restore)\" is \(word == "running" ? "restoring" : word)", view.reference.id)
    case .blocked(let reason):
      return .waiting("Restore \"\(restore)\" waits: \(reason)", view.reference.id)
    case .partial(let reason), .failed(let reason):
      try readReasons(of: object, .restoreResults, in: place.context)
      return .failed("\(reason)\(reasons(of: object)) (velero restore logs \(view.runName))")
    case .goes: return .failed("Restore \"\(restore)\" is being deleted")
    case .completed: break
    }
    // It may call itself completed while its data is still on the way.
    guard let movements = try movements(outOf: view) else {
      return .waiting("which data was moved may not be seen (datadownloads, podvolumerestores)")
    }
    if let lost = movements.first(where: \.isLost) {
      return .failed("Restore \"\(restore)\" is completed, but data is missing: \(lost.clause)")
    }
    let done = movements.count(where: \.isDone)
    guard done == movements.count else {
      return .waiting("\(done) of \(movements.count) volumes are filled")
    }
    let all = try client.list(.volumeClaim, in: place.namespace, to: attempt).map { ClusterContent.Claim($0) }
    var brought: [ClusterContent.Claim] = []
    for (name, uid) in claims.ordered(by: { $0.key < $1.key }) {
      guard let claim = all.first(where: { $0.name == name }) else {
        return .failed("Restore \"\(restore)\" has not brought volume claim \"\(name)\"")
      }
      guard claim.uid != uid, claim.labels[Names.restore] == view.runName else {
        return .failed(Self.stranger(claim, to: view))
      }
      brought.append(claim)
    }
    let findings = try findings(on: brought, of: view, movements, in: place.namespace)
    if let wrong = findings.wrong.first {
      return findings.mayBeCountedYet ? .waiting(wrong) : .failed(wrong)
    }
    // One that is made from a snapshot may be bound only when a pod wants it.
    if let open = brought.first(where: { !$0.isBound }), !movements.isEmpty {
      return .waiting("volume claim \"\(open.name)\" is \(open.phase)")
    }
    return try unchangedWorkload(after: view, place, client, attempt).map { .failed($0) } ?? .made
  }

  /// Why a workload that the copy has is not as it was there; nil if all are.
  ///
  /// What Velero changes back loses the mark of the stop. What it may not change (a StatefulSet whose claim templates are others
  /// by now) gets its labels and a warning, and would start with what is to be undone, on the data of before.
  private func unchangedWorkload(
    after view: RestoreView, _ place: ApplicationPlace, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> String? {
    guard let inventory = try inventory(of: view) else { return nil }
    for kind in [ResourceKind.deployment, .statefulSet] {
      let all = try client.list(kind, in: place.namespace, labels: contentSelector, to: attempt)
      let stopped = all.first {
        $0.annotations[InPlaceMark.restore] == view.reference.name
          && inventory.workloads["\(kind.kind) \($0.name)"] != nil
      }
      if let stopped {
        return
          "\(kind.kind) \"\(stopped.name)\" is not as the copy has it: Velero could not change it (velero restore logs \(view.runName)), and it was not started"
      }
    }
    return nil
  }
}
