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

  /// The restore by whose mark a workload without pods was stopped; nil where none is, or may be seen.
  func restoreThatStopped(
    _ place: ApplicationPlace, to attempt: String
  ) throws(BackendError) -> RestoreChanges.Holder? {
    for kind in [ResourceKind.deployment, .statefulSet] {
      let sight = try client(place.context).lookAtList(
        of: kind, in: place.namespace, labels: contentSelector, to: attempt)
      guard case .told(let all) = sight else { continue }
      for workload in all where workload.isStoppedForRestore && workload["spec", "replicas"]?.integer == 0 {
        return RestoreChanges.Holder(
          restore: workload.annotations[InPlaceMark.restore] ?? "",
          run: workload.annotations[Marking.run])
      }
    }
    return nil
  }
}
