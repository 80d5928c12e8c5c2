internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// Whether what brings the data back is at work, as far as that may be seen: a location stays `Available` without any server.
extension VeleroBackend {
  /// Why nothing would come of a Restore now.
  ///
  /// Source: velero.io/docs, "Customize Velero Install" (Deployment `velero`) and "CSI Snapshot Data Movement" (DaemonSet
  /// `node-agent`).
  func objections(
    toServerOf place: ApplicationPlace, movesData: Bool
  ) throws(BackendError) -> [RestoreObjection] {
    guard case .velero(let home) = try access(place.context, for: [place.namespace]) else { return [] }
    let client = try client(place.context)
    var found: [RestoreObjection] = []
    let server = try client.look(
      at: .deployment, "velero", in: home, to: "see whether Velero is at work")
    if case .told(let deployment?) = server, deployment["status", "availableReplicas"]?.integer ?? 0 == 0 {
      found.append(
        RestoreObjection(
          "Velero's server is not at work (Deployment \"velero\" in namespace \"\(home)\" has no pod that is available)",
          remedy: "have it start, and run the step again", passes: true))
    }
    guard movesData else { return found }
    let agents = try client.look(
      at: .daemonSet, "node-agent", in: home, to: "see whether Velero's node agents are at work")
    if case .told(let agents?) = agents, agents["status", "numberReady"]?.integer ?? 0 == 0 {
      found.append(
        RestoreObjection(
          "none of Velero's node agents is at work, which would bring the data (DaemonSet \"node-agent\" in namespace \"\(home)\" has no pod that is ready)",
          remedy: "have them start, and run the step again"))
    }
    return found
  }
}
