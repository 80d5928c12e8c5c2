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
    try applications(named: name, .all)
  }

  /// Which applications of a name are looked for.
  private enum NameSearch {
    case all
    case within(String)
    /// Those that a user means who says the name and no more: where the parameters say that applications are, and clones
    /// everywhere.
    case meant
  }

  private func applications(
    named name: String, _ search: NameSearch
  ) throws(BackendError) -> [Application] {
    var found: [Application] = []
    for context in contextsToSearch() { found += try applications(named: name, in: context, search) }
    // What is nowhere among those that were named may be where the pipeline's other variables say.
    for other in [settings.sourceContext, settings.cloneContext] {
      guard found.isEmpty, let other, !contextsToSearch().contains(other) else { continue }
      found = try applications(named: name, in: other, search)
    }
    return found
  }

  package func applications(matching text: String) throws(BackendError) -> [Application] {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    if parts.count == 2 {
      return try applications(named: parts[1], .within(parts[0]))
    }
    guard let place = ApplicationPlace(Application.ID(text)) else {
      return try applications(named: text, .meant)
    }
    return [try application(place.id)].compactMap { $0 }
  }

  private func isLookedFor(
    _ application: Application, in context: String, by search: NameSearch
  ) -> Bool {
    switch search {
    case .all: true
    case .within(let namespace): application.id.namespace == namespace
    case .meant: application.sourceID != nil || isAtHome(application, in: context)
    }
  }

  /// Whether an application is where the parameters say that applications are.
  private func isAtHome(_ application: Application, in context: String) -> Bool {
    guard contextsToSearch().contains(context) || context == settings.sourceContext else { return false }
    guard let home = settings.applicationNamespace else { return true }
    return application.id.namespace == home
  }

  package func applications() throws(BackendError) -> [Application] {
    try overview(of: contextsToSearch()).applications
  }

  package func applicationNames(like name: String, limit: Int) throws(BackendError) -> [String] {
    let all = try applications().map { application in
      // Whoever means one that is elsewhere has to say so.
      let isKnown = application.sourceID != nil || isAtHome(application, in: application.clusterName ?? "")
      return isKnown ? application.name : "\(application.id.namespace ?? "")/\(application.name)"
    }
    return nearest(to: name, among: all, limit: limit)
  }

  package func application(_ id: Application.ID) throws(BackendError) -> Application? {
    try application(id, looksInside: true)
  }

  package func state(of id: Application.ID) throws(BackendError) -> Application.State? {
    try application(id, looksInside: false)?.state
  }

  /// The application of an id; nil only where it is told that it is not there.
  private func application(
    _ id: Application.ID, looksInside: Bool
  ) throws(BackendError) -> Application? {
    guard let place = ApplicationPlace(id), clusterConnections.contexts.contains(place.context) else {
      return nil
    }
    var hidden: String?
    let found = try applications(
      named: place.name, in: place.context, namespace: place.namespace, looksInside: looksInside,
      hidden: &hidden)
    if let application = found.first(where: { $0.id == id }) { return application }
    guard let hidden else { return nil }
    // With a namespace go the rights in it.
    let attempt =
      "look at application \"\(place.name)\" in namespace \"\(place.namespace)\" of \(place.context)"
    let namespace = try client(place.context).look(at: .namespace, place.namespace, in: nil, to: attempt)
    if case .told(nil) = namespace { return nil }
    throw BackendError(.credentials, "cannot \(attempt): \(hidden)")
  }

  package func applicationIDs(
    named name: String, on cluster: Cluster.ID
  ) throws(BackendError) -> [Application.ID] {
    try applications(named: name, in: cluster.text, .all).map(\.id)
  }

  package func neighbours(of application: Application) throws(BackendError) -> [Application]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var found: [Application] = []
    // One that lies elsewhere may include these namespaces, too.
    if settings.applicationNamespace == nil,
      case .told(let objects) = try client(place.context).lookAtList(
        of: Kinds.application, in: nil, to: "look who shares the namespaces of \"\(application.name)\"")
    {
      let namespaces = Set(application.namespaces)
      return objects.map { view($0, in: place.context) }.filter { other in
        !namespaces.isDisjoint(with: other.namespaces)
          && (other.name != application.name || ApplicationPlace(other.id)?.namespace != place.namespace)
      }
    }
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
    named name: String, in context: String, _ search: NameSearch
  ) throws(BackendError) -> [Application] {
    // Whoever says where the application is need not be allowed to look elsewhere.
    if settings.applicationNamespace != nil {
      return try firstApplications(named: name, in: context, search)
    }
    let client = try client(context)
    let attempt = "look for application \"\(name)\" in \(context)"
    let query = "metadata.name=\(name)"
    let everywhere = try client.lookAtList(of: Kinds.application, in: nil, fields: query, to: attempt)
    switch everywhere {
    case .notInstalled: throw .notInstalled(in: context, attempt)
    case .forbidden(let message):
      let found = try firstApplications(named: name, in: context, search)
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
      return found.filter { isLookedFor($0, in: context, by: search) }
    }
  }

  /// The same, in the first of the known namespaces that has any.
  private func firstApplications(
    named name: String, in context: String, _ search: NameSearch
  ) throws(BackendError) -> [Application] {
    let home = settings.applicationNamespace ?? (try? connection(context).namespace)
    var namespaces = knownNamespaces(in: context)
    if case .within(let namespace) = search { namespaces = [namespace] }
    for namespace in namespaces {
      var hidden: String?
      let all = try applications(named: name, in: context, namespace: namespace, hidden: &hidden)
      let found = all.filter { application in
        // Where clones go, an original is another application of that name.
        if case .meant = search, namespace != home, application.sourceID == nil { return false }
        return isLookedFor(application, in: context, by: search)
      }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// The same, in one namespace; `hidden` says why something of it is not told.
  private func applications(
    named name: String, in context: String, namespace: String, looksInside: Bool = true,
    hidden: inout String?
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
      case .forbidden(let message):
        hidden = message
        return []
      case .notInstalled: throw .notInstalled(in: context, attempt)
      }
    }
    if let object, originals.contains(object.uid) {
      return try joined([object], [], in: context, looksInside: looksInside)
    }
    var restores: [(KubernetesObject, ResourceKind)] = []
    for kind in Kinds.restores {
      switch try client.look(at: kind, name, in: namespace, to: attempt) {
      case .told(let found?): restores.append((found, kind))
      case .told(nil), .notInstalled: break
      case .forbidden(let message): hidden = message
      }
    }
    if let object, restores.isEmpty, hidden == nil, isSettled(object) { originals.insert(object.uid) }
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
    if let made, isMade(object, by: made.object) {
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
      // What is made shows its own state.
      if operation.state != .succeeded { application.show(makingOf: operation.state) }
    }
    return [looksInside ? try withMarks(application, object) : application]
  }

  /// Whether the restore that bears an application's name can have made it: not what was there before, nor what somebody
  /// has made anew since it ended.
  private func isMade(_ application: KubernetesObject, by restore: KubernetesObject) -> Bool {
    guard let made = application.creationTimestamp else { return true }
    if let began = restore.creationTimestamp, made < began { return false }
    guard let end = restore["status", "completionTimestamp"]?.string.flatMap({ Timestamp($0) }) else {
      return true
    }
    return made - end <= Self.longestClockError
  }

  /// How far the clocks of a cluster's machines are taken to differ at most, where a clone depends on it.
  private static var longestClockError: Duration { .seconds(300) }

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
    var application = Application(
      id: place.id, name: object.name, state: object.deletionTimestamp == nil ? .ready : .deleting,
      clusterID: Cluster.ID(context), clusterName: context,
      namespaces: included.isEmpty ? [namespace] : included, createdAt: object.creationTimestamp,
      labels: Marking.labels(of: object))
    for part in object["spec", "includedNamespaces"]?.elements ?? [] {
      guard let name = part["namespace"]?.string else { continue }
      // One that is named twice is looked at as a whole.
      let isTwice = included.count { $0 == name } > 1
      application.selectors[name] = isTwice ? nil : part["labelSelector"].flatMap { labelSelectorText($0) }
    }
    application.isFiltered = !(object["spec", "resourceFilter", "resourceMatchers"]?.elements ?? []).isEmpty
    return application
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
