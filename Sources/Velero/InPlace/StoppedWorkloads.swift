package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What an in-place restore has stopped and not started again: until then the application only looks as it always does.
extension VeleroBackend {
  package func restoreThatStopped(
    _ application: Application
  ) throws(BackendError) -> RestoreChanges.Holder? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    return try restoreThatStopped(place, to: "see whether \"\(application.name)\" is stopped")
  }

  /// The restore by whose mark a workload without pods was stopped, of another run if there is one; nil where none is, or may
  /// be seen.
  func restoreThatStopped(
    _ place: ApplicationPlace, to attempt: String
  ) throws(BackendError) -> RestoreChanges.Holder? {
    var found: [RestoreChanges.Holder] = []
    for kind in [ResourceKind.deployment, .statefulSet] {
      let sight = try client(place.context).lookAtList(
        of: kind, in: place.namespace, labels: contentSelector, to: attempt)
      guard case .told(let all) = sight else { continue }
      found += all.filter(\.isStoppedForRestore).map { Self.holder(by: $0, place) }
    }
    return found.first { $0.run != settings.signature.run } ?? found.first
  }

  /// The restore that a workload bears the mark of.
  static func holder(by workload: KubernetesObject, _ place: ApplicationPlace) -> RestoreChanges.Holder {
    var holder = RestoreChanges.Holder(
      restore: workload.annotations[InPlaceMark.restore] ?? "", run: workload.annotations[Marking.run])
    holder.release = release(of: place)
    return holder
  }

  /// How a person ends a restore in place that nobody goes on with: nothing of it touches a claim or a volume.
  static func release(of place: ApplicationPlace) -> String {
    let kubectl = "kubectl --context \(place.context)"
    let inside = "\(kubectl) -n \(place.namespace)"
    return
      "see that each volume claim is bound to the volume that it should have (\(kubectl) get pv shows those of before, as "
      + "Released), give each workload the pods that its annotation \(InPlaceMark.replicas) says (\(inside) get "
      + "deployments,statefulsets -o yaml), and take the marks away: \(inside) annotate deployments,statefulsets --all "
      + "\(InPlaceMark.replicas)- \(InPlaceMark.restore)- \(InPlaceMark.workload)-"
  }
}
