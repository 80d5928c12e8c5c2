package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// The volumes that in-place restores have put aside, and how they go in the end.
extension VeleroBackend {
  package func keptVolumes(of application: Application.ID) throws(BackendError) -> [KeptVolume] {
    guard let place = ApplicationPlace(application) else { throw .noApplication(application) }
    let attempt = "list the volumes that were put aside of \"\(place.name)\""
    let client = try client(place.context)
    let volumes = try client.list(
      .volume, in: nil, labels: "\(Marking.managedBy)=\(Marking.tool)", to: attempt
    ).filter { isPutAside($0, of: place) }
    guard !volumes.isEmpty else { return [] }
    let claims = try client.list(.volumeClaim, in: place.namespace, to: attempt)
    let namespace = try client.get(.namespace, place.namespace, in: nil, to: attempt)
    // One that failed may have been made again, and have ended well.
    let last = try restores(into: place).last { $0.object.labels[Marking.purpose] == Marking.restore }
    let doubt = try doubt(about: last, place, namespace)
    return volumes.map { volume in
      var kept = KeptVolume(
        name: volume.name, uid: volume.uid, claim: volume["spec", "claimRef", "name"]?.string ?? "",
        state: state(of: volume),
        keptAt: volume.annotations[InPlaceMark.keptAt].flatMap { Timestamp($0) })
      kept.run = volume.annotations[Marking.run]
      kept.objection =
        objection(to: volume, bound: claims) ?? objection(to: last, since: kept.keptAt) ?? doubt
      return kept
    }
  }

  package func delete(_ kept: KeptVolume, of application: Application.ID) throws(BackendError) {
    guard let place = ApplicationPlace(application) else { throw .noApplication(application) }
    let attempt = "remove volume \"\(kept.name)\""
    let client = try client(place.context)
    guard let volume = try client.get(.volume, kept.name, in: nil, to: attempt) else {
      throw BackendError(.refused(.notFound), "cannot \(attempt): it is gone")
    }
    guard volume.uid == kept.uid, isPutAside(volume, of: place), state(of: volume) == .completed,
      let policy = volume.annotations[InPlaceMark.policy], policy == Self.removingPolicy
    else {
      throw BackendError(.refused(.busy), "cannot \(attempt): it is not as it was")
    }
    // The cluster removes the data with the volume; a deletion would leave the data in the storage for ever.
    let patch = StructuredValue.members([
      "metadata": .members(["resourceVersion": volume.resourceVersion.map { .string($0) }]),
      "spec": .texts(["persistentVolumeReclaimPolicy": policy]),
    ])
    _ = try client.mergePatch(.volume, kept.name, in: nil, patch, to: attempt)
  }

  /// Whether a step has put a volume aside, and nobody has taken it into use since.
  private func isPutAside(_ volume: KubernetesObject, of place: ApplicationPlace) -> Bool {
    volume.annotations[InPlaceMark.volume] == volume.uid
      && volume["spec", "claimRef", "namespace"]?.string == place.namespace
      && ["Released", "Failed"].contains(volume["status", "phase"]?.string)
  }

  private func state(of volume: KubernetesObject) -> RecoveryPoint.State {
    if volume["status", "phase"]?.string == "Failed" { return .failed }
    let isKept = volume["spec", "persistentVolumeReclaimPolicy"]?.string == "Retain"
    return isKept && volume.deletionTimestamp == nil ? .completed : .deleting
  }

  /// Why a volume must stay, by itself and by the claim that has taken its place; nil if nothing is known against it.
  private func objection(to volume: KubernetesObject, bound claims: [KubernetesObject]) -> String? {
    guard volume.annotations[InPlaceMark.policy] == Self.removingPolicy else {
      return "its reclaim policy was Retain before, too: whoever keeps the storage removes it"
    }
    if state(of: volume) == .failed {
      let message = volume["status", "message"]?.string.map { ": \($0)" } ?? ""
      return "the storage could not remove it\(message)"
    }
    let name = volume["spec", "claimRef", "name"]?.string
    guard let claim = claims.first(where: { $0.name == name }) else {
      return "nothing has taken its place: there is no volume claim \"\(name ?? "")\""
    }
    let isBound = claim["status", "phase"]?.string == "Bound"
    guard isBound, claim.uid != volume["spec", "claimRef", "uid"]?.string,
      claim["spec", "volumeName"]?.string != volume.name
    else { return "nothing has taken its place: volume claim \"\(claim.name)\" has no volume of its own" }
    return nil
  }

  /// Why the last restore in place says nothing of a volume; nil if it was put aside for it, or before.
  private func objection(to last: RestoreView?, since keptAt: Timestamp?) -> String? {
    if let began = last?.createdAt, let keptAt, began >= keptAt { return nil }
    return "no restore in place is there any more that would prove that its data is needed no more"
  }

  /// Why the last restore in place does not prove that what was put aside is needed no more; nil if it does.
  ///
  /// That it calls itself completed is no proof: the data is looked at, and whether all runs again.
  private func doubt(
    about last: RestoreView?, _ place: ApplicationPlace, _ namespace: KubernetesObject?
  ) throws(BackendError) -> String? {
    guard let last else { return nil }
    let title = "Restore \"\(last.reference.name)\""
    guard last.state.progress == .completed, last.state.hookFailure == nil else {
      return "\(title) has not ended well"
    }
    guard last.namespaceUID == namespace?.uid else { return "its namespace is another one by now" }
    let client = try client(place.context)
    for kind in [ResourceKind.deployment, .statefulSet] {
      let all = try client.list(
        kind, in: place.namespace, to: "see whether the restores of \"\(place.name)\" are over")
      if let stopped = all.first(where: \.hasMarkOfAStop) {
        return
          "\(kind.kind) \"\(stopped.name)\" bears the mark of a restore in place that is not over; if somebody has "
          + "ended that by hand: \(Self.release(of: place))"
      }
    }
    switch try proof(of: last, [place.namespace]) {
    case .succeeded: return nil
    case .partial(let reason), .failed(let reason): return "\(title) \(reason)"
    case .running(let word), .blocked(let word): return "not all of \(title) works: \(word)"
    }
  }

  /// The reclaim policy with which the data goes with its volume.
  private static var removingPolicy: String { "Delete" }
}
