package import AppProtection
internal import KubernetesAPI
internal import StructuredValues

// What of an application works by itself, and so in a clone of it, too.
extension ClusterBackend {
  package func cautions(of request: CloneRequest) throws(BackendError) -> [String] {
    try cautions(ofCronJobsOf: request)
  }

  /// The CronJobs of the source that a clone runs as production does.
  package func cautions(ofCronJobsOf request: CloneRequest) throws(BackendError) -> [String] {
    var found: [String] = []
    for mapping in request.namespaces {
      let sight = try client(of: request.sourceCluster).lookAtList(
        of: .cronJob, in: mapping.source, labels: contentSelector,
        to: "see what of \"\(request.application.name)\" works by itself")
      guard case .told(let jobs) = sight else {
        found.append(
          "it cannot be seen whether CronJobs of namespace \"\(mapping.source)\" run in the clone, too: give the right to list them"
        )
        continue
      }
      let names = jobs.filter { $0["spec", "suspend"]?.bool != true }.map { "\"\($0.name)\"" }.sorted()
      guard !names.isEmpty else { continue }
      let rest = names.count > Self.mostNamed ? " and \(names.count - Self.mostNamed) more" : ""
      found.append(
        "CronJobs run in the clone, too: \(names.prefix(Self.mostNamed).joined(separator: ", "))\(rest); where one must not, "
          + "suspend it as soon as the clone is there (kubectl --context \(request.destinationCluster.text) "
          + "-n \(mapping.destination) patch cronjob NAME -p '{\"spec\":{\"suspend\":true}}')")
    }
    return found
  }

  /// How many are named: 5.
  private static var mostNamed: Int { 5 }
}
