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
    let movements = try movements(outOf: view)
    if let lost = movements.first(where: \.isLost) {
      return .failed("Restore \"\(restore)\" is completed, but data is missing: \(lost.clause)")
    }
    let done = movements.count(where: \.isDone)
    guard done == movements.count else {
      return .waiting("\(done) of \(movements.count) volumes are filled")
    }
    let all = try client.list(.volumeClaim, in: place.namespace, to: attempt)
    var unnamed: [KubernetesObject] = []
    for (name, uid) in claims.sorted(by: { $0.key < $1.key }) {
      guard let claim = all.first(where: { $0.name == name }) else {
        return .failed("Restore \"\(restore)\" has not brought volume claim \"\(name)\"")
      }
      guard claim.uid != uid, claim.labels[Names.restore] == view.runName, !view.isYounger(than: claim) else {
        return .failed(
          "volume claim \"\(name)\" (uid \(claim.uid)) was not brought by Restore \"\(restore)\"")
      }
      let isMoved = movements.contains { $0.claim == name && $0.namespace == place.namespace }
      if !isMoved, try !isMadeFromSnapshot(claim, by: view, place, client, attempt) { unnamed.append(claim) }
      // One that is made from a snapshot may be bound only when a pod wants it.
      let phase = claim["status", "phase"]?.string ?? "Pending"
      if !movements.isEmpty, phase != "Bound" { return .waiting("volume claim \"\(name)\" is \(phase)") }
    }
    guard let first = unnamed.first else { return .made }
    if try access(place.context, for: [place.namespace]).isNonAdmin {
      let counted = movements.count(where: \.isNameless)
      return counted >= unnamed.count
        ? .made : .waiting("\(counted) of \(unnamed.count) volumes are counted as filled")
    }
    let before = try restoreOfOthers(before: view, in: place)
    return .failed(
      "volume claim \"\(first.name)\" (uid \(first.uid)) does not hold what Restore \"\(restore)\" was to bring: "
        + (before.map { "it holds what Restore \"\($0.reference.name)\" of somebody else has brought just before" }
          ?? "somebody else made it just before, and a restore leaves what is there as it is"))
  }

  /// Whether a claim gets its data from a snapshot that a restore has brought: by a CSI driver, or as a volume.
  private func isMadeFromSnapshot(
    _ claim: KubernetesObject, by view: RestoreView, _ place: ApplicationPlace, _ client: KubernetesClient,
    _ attempt: String
  ) throws(BackendError) -> Bool {
    let sources = ["dataSource", "dataSourceRef"].map { claim["spec", $0, "kind"]?.string }
    guard sources.contains("VolumeSnapshot") else {
      guard let name = claim["spec", "volumeName"]?.string, !name.isEmpty else { return false }
      return try client.get(.volume, name, in: nil, to: attempt)?.labels[Names.restore] == view.runName
    }
    let isOlder = claim.creationTimestamp.map { made in view.startedAt.map { made < $0 } ?? false } ?? false
    guard isOlder else { return true }
    return try restoreOfOthers(before: view, in: place) == nil
  }

  /// Another restore into the namespace, which was asked for a moment earlier: it runs first, and what it brings is left as it is.
  private func restoreOfOthers(
    before view: RestoreView, in place: ApplicationPlace
  ) throws(BackendError) -> RestoreView? {
    let all = try restores(into: place)
    return all.first { $0.reference.uid != view.reference.uid && $0.mayHaveRun(before: view) }
  }
}

extension RestoreView {
  /// Whether it was asked for after an object was made.
  fileprivate func isYounger(than object: KubernetesObject) -> Bool {
    guard let made = object.creationTimestamp, let asked = createdAt else { return false }
    return made < asked
  }
}
