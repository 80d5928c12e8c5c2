internal import AppProtection
internal import HTTPTransport
internal import StructuredValues
internal import RESTClient

/// A generation of the API: all that differs between them.
enum Generation: Sendable {
  /// `k8s/v2/apps`: release 22.08 (August 2022) to 24.02.
  case current
  /// `k8s/v1/managedApps`: releases 21.04 to 22.04; every application in one namespace.
  case older

  /// What it is called in messages.
  var description: String {
    switch self {
    case .current: "API generation k8s/v2/apps, release 22.08 or newer"
    case .older: "API generation k8s/v1/managedApps, release 22.04 or older"
    }
  }

  // MARK: Paths

  /// The collection of applications under protection.
  var applications: String {
    switch self {
    case .current: "/k8s/v2/apps"
    case .older: "/k8s/v1/managedApps"
    }
  }

  func path(of application: Application.ID) -> String {
    "\(applications)/\(PercentEncoding.encode(application.text))"
  }

  /// The backups or snapshots of an application.
  func path(of kind: RecoveryPoint.Kind, _ application: Application.ID) -> String {
    "\(parent(of: application))/\(kind == .backup ? "appBackups" : "appSnaps")"
  }

  /// Where the collections of an application lie: its backups, snapshots and resources.
  func parent(of application: Application.ID) -> String {
    switch self {
    case .current: "/k8s/v1/apps/\(PercentEncoding.encode(application.text))"
    case .older: path(of: application)
    }
  }

  /// Where to find the applications on a cluster, those included that do not tell theirs.
  func applications(on cluster: Cluster.ID) -> String {
    switch self {
    case .current: "/topology/v2/managedClusters/\(PercentEncoding.encode(cluster.text))/apps"
    // All that was ever discovered, on every cluster: each tells where it is.
    case .older: "/topology/v1/apps"
    }
  }

  // MARK: Bodies

  /// `type` of an application's body.
  var applicationType: String {
    switch self {
    case .current: "application/astra-app"
    case .older: "application/astra-managedApp"
    }
  }

  /// The newest version of backups and snapshots that every server of the generation takes.
  var copyVersion: String {
    switch self {
    case .current: "1.1"
    case .older: "1.0"
    }
  }

  /// The version of an application's body in an in-place restore.
  var restoreVersion: String {
    switch self {
    case .current: "2.0"
    case .older: "1.2"
    }
  }

  /// Writes what a clone is to be, into a body that names its source and its clusters.
  func complete(_ body: inout CreateCloneBody, _ request: CloneRequest) {
    switch self {
    case .current:
      // `storageClassMapping` came with version 2.2 of the resource; older servers know 2.0 only.
      body.version = request.storageClass == nil ? "2.0" : "2.2"
      body.namespaceMapping = request.namespaces.map {
        .init(source: $0.source, destination: $0.destination)
      }
      body.storageClassMapping = request.storageClass.map { [.init(source: "*", destination: $0)] }
    case .older:
      body.version = "1.0"
      body.namespace = request.namespaces.first?.destination
    }
  }

  // MARK: Limits

  /// Why no server of the generation can make such a clone, and what would be right; nil if one can.
  func objection(to request: CloneRequest) -> String? {
    guard self == .older else { return nil }
    if request.namespaces.count != 1 {
      return
        "an application has one namespace there, and the mapping has \(request.namespaces.count): map one"
    }
    if request.storageClass != nil {
      return "the storage class of a clone cannot be chosen there: leave it out"
    }
    if let pair = request.namespaces.first, pair.source == pair.destination {
      return "a clone cannot have its source's namespace there, not even on another cluster "
        + "(\"\(pair.source)\"): name another one"
    }
    return nil
  }

  // MARK: Answers

  /// Reads `application/astra-app` 2.0-2.2, or `application/astra-managedApp` 1.0-1.2.
  func application(_ resource: StructuredValue) -> Application? {
    guard var application = Application(resource) else { return nil }
    if self == .older {
      if application.state.rawValue == "running" { application.state = .ready }
      application.namespaces = [resource["namespace"]?.text].compactMap { $0 }
    }
    application.marks = RestoreMarks(resource, state: application.state).kept
    return application
  }
}

extension AstraControlBackend {
  /// Lists applications in the generation that the server speaks; the first list finds out which that is.
  ///
  /// It is the current one unless that is not there and the older one is, by an answer of its own. A 404 alone proves
  /// nothing: a gateway gives one while its server restarts, and so does every server to a wrong account.
  func listApplications<Value>(
    query: String? = nil, to attempt: String, _ decode: (Generation, StructuredValue) -> Value?,
    keep: (Value) -> Bool
  ) throws(BackendError) -> Listing<Value, Problem> {
    func list(
      _ generation: Generation, _ query: String?, acceptsGatewayAbsence: Bool = false
    ) throws(BackendError) -> Listing<Value, Problem> {
      try client.collect(
        generation.applications, query: query, acceptsGatewayAbsence: acceptsGatewayAbsence, to: attempt,
        { decode(generation, $0) }, keep: keep)
    }
    if let generation = detected { return try list(generation, query) }
    var patience = client.patience()
    while true {
      var current = try list(.current, query, acceptsGatewayAbsence: true)
      if case .absent(let problem) = current, !problem.isOfTheCatalogue {
        // A gateway's word: it may not have reached the newer service for a moment.
        current = try list(.current, query, acceptsGatewayAbsence: true)
      }
      guard case .absent(let problem) = current else {
        // A refusal may be anybody's.
        if case .items = current { detected = .current }
        return current
      }
      // Without a filter, which it might refuse: only a list is a proof.
      let older = try list(.older, nil, acceptsGatewayAbsence: true)
      switch older {
      case .items:
        detected = .older
        return older
      case .absent(let other) where problem.isOfTheCatalogue && other.isOfTheCatalogue: return current
      case .absent(let other):
        let (stranger, generation) =
          problem.isOfTheCatalogue ? (other, Generation.older) : (problem, Generation.current)
        do throws(BackendError) {
          try client.pause(because: stranger, generation.applications, attempt, &patience)
        } catch  where error.kind == .brokenContract && problem.isFromAPI && other.isFromAPI {
          // As often as it was asked: not in the words of the catalogue, but all the same.
          return current
        }
      // A refused filter leads to a list without one, and that comes here again.
      case .rejected(let other) where other.status == 400: return older
      case .rejected(let other): throw .brokenContract(other, Generation.older.applications, attempt)
      }
    }
  }
}
