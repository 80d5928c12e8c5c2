package import AppProtection
package import StepCommon
internal import Timing

/// What will be asked for, and whether there is room for it.
package struct CloneDestination: StepPart {
  package let run: StepRun

  /// Prepares a clone of a run.
  package init(_ run: StepRun) {
    self.run = run
  }

  /// What will be asked for: clusters, namespaces, source.
  package func request(
    of source: Application, from point: RecoveryPoint?, _ parameters: CloneParameters
  ) throws(StepFailure) -> CloneRequest {
    guard ![source.name, source.id.text].contains(parameters.clone) else {
      throw .protected(
        "the name \"\(parameters.clone)\" is taken: the application to clone has it (\(source.whereabouts)), and nobody "
          + "could tell the clone from it, on any cluster",
        hint: "choose another name with --\(CloneParameters.clone.flag)", kind: .nameTaken)
    }
    guard let sourceCluster = source.clusterID else {
      throw .notFound(
        "the backend does not tell which cluster \"\(source.name)\" is on",
        hint: "name it with \(CloneParameters.sourceCluster.title)")
    }
    let destination = try parameters.destinationCluster.map { name throws(StepFailure) in
      try lookup.cluster(name)
    }
    if point?.kind == .snapshot, let destination, destination.id != sourceCluster {
      throw .badParameter(
        "\(CloneParameters.snapshot.title) is set together with another cluster: a snapshot cannot leave its own; "
          + "give a backup, or no cluster")
    }
    var request = CloneRequest(
      name: parameters.clone, application: source, sourceCluster: sourceCluster,
      destinationCluster: destination?.id ?? sourceCluster,
      source: point.map { .recoveryPoint($0) } ?? .live, namespaces: try namespaces(of: source, parameters),
      storageClass: parameters.storageClass,
      // By which astra-cleanup knows it again, and by which it is told what it was made from.
      labels: CloneMark(of: source.id, named: parameters.clone).labels + [CloneMark.origin(point?.id)],
      destinationName: destination?.name ?? source.clusterName)
    request.runsHooks = parameters.runsHooks
    return request
  }

  /// Refuses a clone whose namespaces exist already, or are others'.
  package func checkNamespacesAreFree(_ request: CloneRequest) throws(StepFailure) {
    let cluster = request.destinationName ?? request.destinationCluster.text
    let another = "choose another with --\(CloneParameters.namespace.flag)"
    let objection =
      backend.clonesIntoEmptyNamespaces
      ? " and is not empty: what is in it would be left as it is" : ", and a clone makes its own"
    for namespace in request.namespaces.map(\.destination) {
      let standing = try ask { () throws(BackendError) in
        try backend.namespace(namespace, on: request.destinationCluster)
      }
      let exists = standing.exists
      guard exists != false else { continue }
      if standing == .terminating, backend.clonesIntoEmptyNamespaces {
        try waitUntilGone(namespace, on: request)
        continue
      }
      guard standing != .terminating else {
        throw .protected(
          "namespace \"\(namespace)\" on cluster \(cluster) is being removed, and would take the clone along",
          hint: "wait until it is gone and run the step again, or \(another)", kind: .namespaceTaken)
      }
      let place =
        "namespace \"\(namespace)\" on cluster \(cluster)" + (exists == true ? " already exists" : "")
      switch try lookup.owner(of: namespace, standing, on: request.destinationCluster) {
      case .system(let owner):
        throw .protected(
          "\(place)\(exists == true ? " and" : "") belongs to the cluster itself (\(owner))", hint: another,
          kind: .namespaceTaken)
      case .application(let owner):
        throw .protected(
          "\(place)\(exists == true ? " and" : "") belongs to application \"\(owner.name)\" (\(owner.whereabouts))",
          hint: another, kind: .namespaceTaken)
      // What the service can fill, made beforehand perhaps by whoever may make namespaces.
      case _ where standing == .empty && backend.clonesIntoEmptyNamespaces: continue
      // Where the backend does not tell, its own refusal has to do.
      case _ where exists == nil: continue
      case .notTold: throw .protected("\(place)\(objection)", hint: another, kind: .namespaceTaken)
      case .nobodyKnown:
        throw .protected(
          "\(place)\(objection)",
          hint:
            "\(another); no application that the token sees has it, so it may be left over from a clone: once you have "
            + "checked that nothing in it is needed, remove it with \(Lookup.deletionCommand(namespace, on: cluster))",
          kind: .namespaceTaken)
      }
    }
  }

  /// Waits for a namespace that is being removed, perhaps by this step, which is to be made again.
  private func waitUntilGone(_ namespace: String, on request: CloneRequest) throws(StepFailure) {
    let began = time.now
    let title =
      "namespace \"\(namespace)\" on cluster \(request.destinationName ?? request.destinationCluster.text)"
    log.info("\(title) is being removed: waiting until it is gone")
    while true {
      let standing = try ask { () throws(BackendError) in
        try backend.namespace(namespace, on: request.destinationCluster)
      }
      if standing != .terminating { return }
      // Before the deadline is looked at: no look could be made after it, to say what was waited for.
      try poller.rest(poller.pollInterval(since: began))
      guard !deadline.hasPassed(on: time) else {
        throw .deadline(
          "\(title) was still being removed when the time was up after \(deadline.allowance.shortText)",
          hint: "find out what holds it (kubectl get namespace \(namespace) -o yaml), and run the step again")
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
          + "with \(CloneParameters.mapping.title), such as "
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
