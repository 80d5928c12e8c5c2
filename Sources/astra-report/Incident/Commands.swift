internal import AppProtection
package import StepCommon

/// Commands to copy, each on one line, as a shell takes them.
package struct Commands {
  private let incident: Incident

  package init(_ incident: Incident) {
    self.incident = incident
  }

  /// What runs a step again in the same run; nil if the reports do not tell with which parameters.
  package func again(_ step: StepName) -> String? {
    guard let production = incident.production else { return nil }
    var words = ["astra-\(step.rawValue)"]
    switch step {
    case .restore:
      let restore = incident.restore
      let unknown = restore.kind == "snapshot" ? "<name of the snapshot>" : "<name of the backup>"
      words += ["--application-name", production.name] + option("--cluster", production.cluster)
      words += [restore.kind == "snapshot" ? "--use-snapshot" : "--use-backup", restore.name ?? unknown]
      if let clone = incident.clone, clone.progress == .done, let name = clone.name {
        words += ["--evidence-clone", name]
      }
      if restore.takesChanges { words.append("--replace-volumes") }
    case .clone:
      guard let clone = incident.clone, let name = clone.name, let namespace = clone.namespaces.first else {
        return nil
      }
      words += ["--source-application", production.name] + option("--source-cluster", production.cluster)
      words += ["--clone-name", name, "--clone-namespace", namespace]
      words += option("--destination-cluster", clone.cluster)
      if clone.progress == .failed { words.append("--replace-failed") }
    case .backup, .snapshot:
      guard let name = incident.result(of: step)?["ASTRA_\(step.rawValue.uppercased())_NAME"] else {
        return nil
      }
      words += ["--application", production.name] + option("--cluster", production.cluster)
      words += ["--\(step.rawValue)-name", name]
    case .preflight, .verify, .cleanup, .status: return nil
    }
    return line(words + option("--run-id", incident.run) + service)
  }

  /// What makes a clone of the snapshot that keeps the broken state.
  package var cloneOfSnapshot: String? {
    let restore = incident.restore
    guard restore.evidence == "snapshot", let name = restore.evidenceName,
      let production = incident.production
    else { return nil }
    let clone = ResourceName.label(for: "\(production.name)-post-mortem") ?? "post-mortem"
    return line(
      ["astra-clone", "--source-application", production.name]
        + option("--source-cluster", production.cluster)
        + ["--clone-name", clone, "--clone-namespace", clone, "--use-existing-snapshot", name] + service)
  }

  /// What shows what runs in the clone.
  package var lookIntoClone: String? {
    guard let clone = incident.clone, let namespace = clone.namespaces.first else { return nil }
    return line(
      ["kubectl"] + context(clone.cluster)
        + ["--namespace", namespace, "get", "pods,services,ingresses,persistentvolumeclaims"])
  }

  /// What removes the clone, once nobody needs it.
  package var removeClone: String? {
    guard let production = incident.production, let clone = incident.clone, let name = clone.name else {
      return nil
    }
    return line(
      ["astra-cleanup", "--source-application", production.name]
        + option("--source-cluster", production.cluster) + ["--remove-clone", "--clone-name", name]
        + option("--destination-cluster", clone.cluster) + service)
  }

  /// What removes the evidence snapshots, once nobody needs them.
  package var removeEvidence: String? {
    guard let production = incident.production, incident.hasEvidenceSnapshot else { return nil }
    return line(
      ["astra-cleanup", "--source-application", production.name]
        + option("--source-cluster", production.cluster) + ["--evidence-older-than", "7d"] + service)
  }

  /// What removes the volumes that a restore has put aside, once nobody needs what they hold.
  package var removeKeptVolumes: String? {
    guard let production = incident.production, !incident.restore.keptVolumes.isEmpty else { return nil }
    return line(
      ["astra-cleanup", "--source-application", production.name]
        + option("--source-cluster", production.cluster) + ["--kept-volumes-older-than", "7d"] + service)
  }

  /// The parameters that say which service does the work, where it is not the usual one.
  private var service: [String] {
    guard let service = incident.service, service != BackendRegistry.usual else { return [] }
    return ["--backend", service]
  }

  /// The kubeconfig's context of a cluster: its name, where clusters are named by contexts.
  private func context(_ cluster: String?) -> [String] {
    guard let cluster else { return [] }
    let isContext = incident.service.flatMap { BackendRegistry.named($0) }?.namesClustersByContext == true
    return ["--context", isContext ? cluster : "<context of cluster \(cluster)>"]
  }

  private func option(_ flag: String, _ value: String?) -> [String] { value.map { [flag, $0] } ?? [] }

  private func line(_ words: [String]) -> String { words.map(StatusCommand.shellWord).joined(separator: " ") }
}

extension Incident {
  /// Whether the run has made a snapshot as evidence.
  var hasEvidenceSnapshot: Bool {
    restore.evidence == "snapshot"
      || operations.contains { $0.kind == .evidence && [.accepted, .finished].contains($0.stage) }
  }
}
