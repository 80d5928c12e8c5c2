package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads

// What of an application works by itself, and so in a clone of it, too.
extension VeleroBackend {
  package func cautions(of request: CloneRequest) throws(BackendError) -> [String] {
    var found = try cautions(ofCronJobsOf: request)
    guard !request.runsHooks else { return found }
    for mapping in request.namespaces {
      for kind in [ResourceKind.deployment, .statefulSet, .daemonSet] {
        let sight = try client(of: request.sourceCluster).lookAtList(
          of: kind, in: mapping.source, labels: contentSelector,
          to: "look for restore hooks of \"\(request.application.name)\"")
        guard case .told(let objects) = sight else { continue }
        for object in objects where object.hasRestoreHooks {
          found.append(
            "the restore hooks of \(kind.kind) \"\(object.name)\" run in the clone: its pods bear them as annotations, and "
              + "Velero has no switch for those")
        }
      }
    }
    return found
  }
}
