package import AppProtection
package import StepCommon
internal import Timing

// What will be asked for, and whether there is room for it.
extension StepRun {
  /// What will be asked for: clusters, namespaces, source.
  package func cloneRequest(
    of source: Application, from point: RecoveryPoint?, _ parameters: CloneParameters
  ) throws(StepFailure) -> CloneRequest {
    guard let sourceCluster = source.clusterID else {
      throw .notFound(
        "the backend does not tell on which cluster \"\(source.name)\" is",
        hint: "name it with \(CloneParameters.sourceCluster.title)")
    }
    let destination = try parameters.destinationCluster.map { name throws(StepFailure) in
      try findCluster(name).id
    }
    if point?.kind == .snapshot, let destination, destination != sourceCluster {
      throw .badParameter(
        "\(CloneParameters.snapshot.title) is set together with another cluster: a snapshot does not leave its own; "
          + "give a backup, or no cluster")
    }
    return CloneRequest(
      name: parameters.clone, application: source, sourceCluster: sourceCluster,
      destinationCluster: destination ?? sourceCluster, source: point.map { .recoveryPoint($0) } ?? .live,
      namespaces: try namespaces(of: source, parameters), storageClass: parameters.storageClass,
      // By which astra-cleanup knows it again.
      labels: CloneMark(of: source.id, named: parameters.clone).labels)
  }

  /// Refuses a clone whose namespaces exist already.
  package func checkNamespacesAreFree(_ request: CloneRequest) throws(StepFailure) {
    for namespace in request.namespaces.map(\.destination) {
      let exists = try ask { () throws(BackendError) in
        try backend.namespaceExists(namespace, on: request.destinationCluster)
      }
      // Where the backend does not tell, its own refusal has to do.
      guard exists != true else {
        throw .protected(
          "namespace \"\(namespace)\" exists already on cluster \(request.destinationCluster), and a clone makes its own",
          hint:
            "choose another with --\(CloneParameters.namespace.flag), or remove it: kubectl delete namespace \(namespace)"
        )
      }
    }
  }

  /// Each namespace of the source with the clone's: the mapping that was given, or the one namespace.
  private func namespaces(
    of source: Application, _ parameters: CloneParameters
  ) throws(StepFailure) -> [CloneRequest.NamespaceMapping] {
    if let mapping = parameters.mapping {
      guard source.namespaces.isEmpty || Set(mapping.map(\.source)) == Set(source.namespaces) else {
        throw .badParameter(
          "\(CloneParameters.mapping.title) maps \(mapping.map(\.source).joined(separator: ", ")), but "
            + "\"\(source.name)\" spans \(source.namespaces.joined(separator: ", ")): give each of these once"
        )
      }
      return mapping
    }
    let destination = parameters.namespace ?? parameters.clone
    guard source.namespaces.count <= 1 else {
      throw .badParameter(
        "\"\(source.name)\" spans several namespaces (\(source.namespaces.joined(separator: ", "))): give each its own "
          + "with \(CloneParameters.mapping.title), as in "
          + source.namespaces.map { "\($0)=\($0)-debug" }.joined(separator: ","))
    }
    guard let only = source.namespaces.first else {
      throw .notFound(
        "the backend does not tell the namespace of \"\(source.name)\" (it is \(source.state))",
        hint: "give it with \(CloneParameters.mapping.title)")
    }
    return [.init(source: only, destination: destination)]
  }
}
