package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Applications: `applications` of the API, together with the restores that have made some of them.
//
// An Application has no state. That of a clone in the making is the state of its restore; one that is restored in place
// shows that restore; any other is ready.
extension TridentProtectBackend {
  package func applications(named name: String) throws(BackendError) -> [Application] {
    var found: [Application] = []
    for context in contextsToSearch() { found += try applications(named: name, in: context) }
    // What is nowhere among those that were named may be where the pipeline's other variables say.
    for other in [settings.sourceContext, settings.cloneContext] {
      guard found.isEmpty, let other, !contextsToSearch().contains(other) else { continue }
      found = try applications(named: name, in: other)
    }
    return found
  }

  package func applications(matching text: String) throws(BackendError) -> [Application] {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    if parts.count == 2 { return try applications(named: parts[1]).filter { $0.id.namespace == parts[0] } }
    guard let place = ApplicationPlace(Application.ID(text)) else { return try applications(named: text) }
    return [try application(place.id)].compactMap { $0 }
  }

  package func applications() throws(BackendError) -> [Application] {
    try overview(of: contextsToSearch()).applications
  }

  package func applicationNames(like name: String, limit: Int) throws(BackendError) -> [String] {
    nearest(to: name, among: try applications().map(\.name), limit: limit)
  }

  package func application(_ id: Application.ID) throws(BackendError) -> Application? {
    guard let place = ApplicationPlace(id), clusterConnections.contexts.contains(place.context) else {
      return nil
    }
    return try applications(named: place.name, in: place.context, namespace: place.namespace)
      .first { $0.id == id }
  }

  package func state(of id: Application.ID) throws(BackendError) -> Application.State? {
    guard let place = ApplicationPlace(id), clusterConnections.contexts.contains(place.context) else {
      return nil
    }
    return try applications(
      named: place.name, in: place.context, namespace: place.namespace, looksInside: false
    ).first { $0.id == id }?.state
  }

  package func applicationIDs(
    named name: String, on cluster: Cluster.ID
  ) throws(BackendError) -> [Application.ID] {
    try applications(named: name, in: cluster.text).map(\.id)
  }

  package func neighbours(of application: Application) throws(BackendError) -> [Application]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var found: [Application] = []
    // An Application lives in a namespace that it includes, so those that share one are in it.
    for namespace in application.namespaces {
      let listed = try client(place.context).lookAtList(
        of: Kinds.application, in: namespace, to: "look who shares namespace \"\(namespace)\"")
      guard case .told(let objects) = listed else { return nil }
      found += objects.map { view($0, in: place.context) }
    }
    return found.filter { other in
      other.name != application.name || ApplicationPlace(other.id)?.namespace != place.namespace
    }
  }

  // MARK: - By name

  /// The applications of a name in one cluster, and the clones of that name in the making.
  private func applications(
    named name: String, in context: String
  ) throws(BackendError) -> [Application] {
    // Whoever says where the application is means that one, and need not be allowed to look elsewhere.
    if settings.applicationNamespace != nil { return try firstApplications(named: name, in: context) }
    let client = try client(context)
    let attempt = "look for application \"\(name)\" in \(context)"
    let query = "metadata.name=\(name)"
    let everywhere = try client.lookAtList(of: Kinds.application, in: nil, fields: query, to: attempt)
    switch everywhere {
    case .notInstalled: throw .notInstalled(in: context, attempt)
    case .forbidden(let message):
      let found = try firstApplications(named: name, in: context)
      // Where one was found the user has said enough; where none was, it may be in a namespace that nobody has named.
      guard found.isEmpty, applicationUIDs.isEmpty else { return found }
      throw BackendError(
        .credentials, "cannot \(attempt): \(message)",
        hint: "say with ASTRA_APP_NAMESPACE in which namespace it is, or give the right to list applications")
    case .told(let objects):
      var restores: [(KubernetesObject, ResourceKind)] = []
      for kind in Kinds.restores {
        if case .told(let listed) = try client.lookAtList(of: kind, in: nil, fields: query, to: attempt) {
          restores += listed.map { ($0, kind) }
        }
      }
      let namespaces = Set((objects + restores.map(\.0)).compactMap(\.namespace)).sorted()
      var found: [Application] = []
      for namespace in namespaces {
        found += try joined(
          objects.filter { $0.namespace == namespace }, restores.filter { $0.0.namespace == namespace },
          in: context)
      }
      return found
    }
  }

  /// The same, in the first of the known namespaces that has any.
  private func firstApplications(named name: String, in context: String) throws(BackendError) -> [Application]
  {
    for namespace in knownNamespaces(in: context) {
      let found = try applications(named: name, in: context, namespace: namespace)
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The same, in one namespace.
  private func applications(
    named name: String, in context: String, namespace: String, looksInside: Bool = true
  ) throws(BackendError) -> [Application] {
    let client = try client(context)
    let attempt = "look for application \"\(name)\" in namespace \"\(namespace)\" of \(context)"
    let object: KubernetesObject?
    if namespace == settings.applicationNamespace {
      object = try client.get(Kinds.application, name, in: namespace, to: attempt)
    } else {
      // Others are guesses: one that may not be seen is passed over.
      switch try client.look(at: Kinds.application, name, in: namespace, to: attempt) {
      case .told(let found): object = found
      case .forbidden: return []
      case .notInstalled: throw .notInstalled(in: context, attempt)
      }
    }
    if let object, originals.contains(object.uid) {
      return try joined([object], [], in: context, looksInside: looksInside)
    }
    var restores: [(KubernetesObject, ResourceKind)] = []
    for kind in Kinds.restores {
      if case .told(let found?) = try client.look(at: kind, name, in: namespace, to: attempt) {
        restores.append((found, kind))
      }
    }
    if let object, restores.isEmpty, isSettled(object) { originals.insert(object.uid) }
    return try joined([object].compactMap { $0 }, restores, in: context, looksInside: looksInside)
  }

  /// Whether what made an object would be seen by now: it was there before the object was.
  private func isSettled(_ object: KubernetesObject) -> Bool {
    guard let serverTime, let made = object.creationTimestamp else { return false }
    return serverTime - made > longestLag
  }

  /// The namespaces to look in where a list of all is not allowed.
  func knownNamespaces(in context: String) -> [String] {
    var seen: Set<String> = []
    let usual = try? connection(context).namespace
    // Where clones are on another cluster than their sources, the names of the one mean nothing on the other.
    let source = settings.sourceContext ?? settings.usualContext
    let isForClones = settings.cloneContext.map { $0 == context } ?? true
    let isForSources = settings.cloneContext.map { $0 == source || $0 != context } ?? true
    return
      ((isForSources ? [settings.applicationNamespace] : []) + [usual]
      + (isForClones ? settings.cloneNamespaces : []) + destinations[context, default: []])
      .compactMap { $0 }.filter { seen.insert($0).inserted }
  }

  // MARK: - As it stands

  /// The application of a name in one namespace, with the restore that makes or has made it.
  func joined(
    _ objects: [KubernetesObject], _ restores: [(object: KubernetesObject, kind: ResourceKind)],
    in context: String, looksInside: Bool = true
  ) throws(BackendError) -> [Application] {
    // Only what the steps have asked for: its object bears the clone's name.
    let made = restores.filter { $0.object.annotations[CloneMark.nameLabel] == $0.object.name }
      .max {
        ($0.object.creationTimestamp ?? Timestamp.unknown)
          < ($1.object.creationTimestamp ?? Timestamp.unknown)
      }
    guard let object = objects.first else {
      guard let made else { return [] }
      return [try inTheMaking(RunReference(made.object, made.kind, in: context), made.object)]
    }
    var application = view(object, in: context)
    if let made, !isOlder(object, than: made.object) {
      // The object of the restore is there before the application is, so its uid is the clone's.
      let reference = RunReference(made.object, made.kind, in: context)
      let id = ApplicationPlace(
        context: context, namespace: reference.namespace, name: object.name, uid: reference.uid
      ).id
      applicationUIDs[id] = object.uid
      application.id = id
      application.createdAt = made.object.creationTimestamp ?? application.createdAt
      application.labels = Marking.labels(of: made.object)
      application.run = made.object.annotations[Marking.run]
      application.sourceID = made.object.annotations[CloneMark.sourceLabel].map { Application.ID($0) }
      let operation = try cloning(reference, made.object, application, looksInside: looksInside)
      switch operation.state {
      case .succeeded: break
      case .running, .blocked: application.state = .provisioning
      case .partial(let reason), .failed(let reason):
        (application.state, application.problems) = (.failed, [reason])
      }
    }
    return [looksInside ? try withMarks(application, object) : application]
  }

  /// Whether an application was there before the restore that bears its name.
  private func isOlder(_ application: KubernetesObject, than restore: KubernetesObject) -> Bool {
    guard let one = application.creationTimestamp, let other = restore.creationTimestamp else { return false }
    return one < other
  }

  /// A clone that is not there yet, as its restore shows it.
  func inTheMaking(
    _ reference: RunReference, _ restore: KubernetesObject
  ) throws(BackendError) -> Application {
    let place = ApplicationPlace(
      context: reference.context, namespace: reference.namespace, name: restore.name, uid: reference.uid)
    var application = Application(
      id: place.id, name: restore.name, state: .provisioning, clusterID: Cluster.ID(reference.context),
      clusterName: reference.context, namespaces: destinationNamespaces(of: restore),
      sourceID: restore.annotations[CloneMark.sourceLabel].map { Application.ID($0) },
      createdAt: restore.creationTimestamp, labels: Marking.labels(of: restore))
    application.run = restore.annotations[Marking.run]
    if restore.deletionTimestamp != nil {
      application.state = .deleting
      return application
    }
    switch RunState(restore).progress {
    case .failed(let reason): (application.state, application.problems) = (.failed, [reason])
    case .removed: application.state = .failed
    case .completed where begunRemovals.contains(application.id): application.state = .removed
    case .completed:
      (application.state, application.problems) =
        (.failed, ["its restore is completed, and there is no application"])
    case .running, .blocked: break
    }
    return application
  }

  /// The namespaces that a restore fills.
  func destinationNamespaces(of restore: KubernetesObject) -> [String] {
    let mapped = (restore["spec", "namespaceMapping"]?.elements ?? []).compactMap {
      $0["destination"]?.string
    }
    return mapped.isEmpty ? [restore.namespace].compactMap { $0 } : mapped
  }

  /// An application by its own object alone.
  func view(_ object: KubernetesObject, in context: String) -> Application {
    let namespace = object.namespace ?? ""
    let place = ApplicationPlace(context: context, namespace: namespace, name: object.name, uid: object.uid)
    let included = (object["spec", "includedNamespaces"]?.elements ?? []).compactMap {
      $0["namespace"]?.string
    }
    applicationUIDs[place.id] = object.uid
    return Application(
      id: place.id, name: object.name, state: object.deletionTimestamp == nil ? .ready : .deleting,
      clusterID: Cluster.ID(context), clusterName: context,
      namespaces: included.isEmpty ? [namespace] : included, createdAt: object.creationTimestamp,
      labels: Marking.labels(of: object))
  }
}

extension BackendError {
  /// The kinds of Trident protect are not there.
  static func notInstalled(in context: String, _ attempt: String) -> BackendError {
    BackendError(
      .misconfigured, "cannot \(attempt): Trident protect is not installed in the cluster of \(context)",
      hint: "name another context, or another service with ASTRA_BACKEND")
  }
}

extension Application.ID {
  /// The namespace that it says.
  fileprivate var namespace: String? { ApplicationPlace(self)?.namespace }
}
