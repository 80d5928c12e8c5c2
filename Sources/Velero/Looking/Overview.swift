package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads

// Many applications at once, and the clones of one: lists of whole kinds, never a request per application.
extension VeleroBackend {
  package func overview() throws(BackendError) -> ApplicationOverview {
    try overview(of: contextsWithClones())
  }

  /// The contexts to search, and the one that clones may be in besides.
  private func contextsWithClones() -> [String] {
    let contexts = contextsToSearch()
    guard let other = settings.cloneContext, !contexts.contains(other) else { return contexts }
    return contexts + [other]
  }

  /// The applications of some contexts.
  func overview(of contexts: [String]) throws(BackendError) -> ApplicationOverview {
    var overview = ApplicationOverview([])
    for context in contexts { try addApplications(of: context, to: &overview) }
    return overview
  }

  /// Adds the namespaces that hold claims or something that runs, and the clones in the making.
  private func addApplications(
    of context: String, to overview: inout ApplicationOverview
  ) throws(BackendError) {
    let attempt = "list the applications in \(context)"
    let all = try restores(in: context, to: attempt)
    let namespaces = try namespaces(of: context, to: attempt, &overview)
    var holding: Set<String> = []
    var stopped: [String: KubernetesObject] = [:]
    func note(_ objects: [KubernetesObject]) {
      holding.formUnion(objects.compactMap(\.namespace))
      for object in objects where object.isStoppedForRestore { stopped[object.namespace ?? ""] = object }
    }
    for kind in [ResourceKind.volumeClaim, .deployment, .statefulSet] {
      if let objects = try everywhere(kind, in: context, to: attempt) {
        note(objects)
      } else {
        for namespace in namespaces where kind != .volumeClaim || !holding.contains(namespace.name) {
          if case .told(let objects) = try client(context).lookAtList(
            of: kind, in: namespace.name, to: attempt)
          {
            note(objects)
          }
        }
      }
    }
    let clones = Self.clones(named: nil, among: all)
    for namespace in namespaces {
      if let clone = clones.first(where: { $0.makes(namespace) }) {
        overview.applications.append(
          try application(namespace, all, madeBy: clone, looksInside: false))
      } else if holding.contains(namespace.name), try !isSystem(namespace.name, in: context),
        let found = try application(namespace, all, in: context, looksInside: false, isOccupied: true)
      {
        overview.applications.append(found)
        if let workload = stopped[namespace.name], let place = ApplicationPlace(found.id) {
          overview.holders[found.id] = Self.holder(by: workload, place)
        }
      }
    }
  }

  /// The objects of a kind in the whole cluster; nil where they may not be listed, which is asked and not tried.
  private func everywhere(
    _ kind: ResourceKind, in context: String, to attempt: String
  ) throws(BackendError) -> [KubernetesObject]? {
    guard try mayDo("list", kind, in: context),
      case .told(let objects) = try client(context).lookAtList(of: kind, in: nil, to: attempt)
    else { return nil }
    return objects
  }

  /// Whether something may be done in a whole cluster, which is asked once; no only where the API says so.
  func mayDo(_ verb: String, _ kind: ResourceKind, in context: String) throws(BackendError) -> Bool {
    let key = "\(context) \(verb) \(kind.plural)"
    if let known = clusterRights[key] { return known }
    let isAllowed = try client(context).isAllowed(verb, kind, in: nil) != false
    clusterRights[key] = isAllowed
    return isAllowed
  }

  /// The namespaces of a cluster, or those that are known where they may not be listed.
  private func namespaces(
    of context: String, to attempt: String, _ overview: inout ApplicationOverview
  ) throws(BackendError) -> [KubernetesObject] {
    if let objects = try everywhere(.namespace, in: context, to: attempt) { return objects }
    var found: [KubernetesObject] = []
    var seen: [String] = []
    for name in knownNamespaces(in: context) {
      if case .told(let object) = try client(context).look(at: .namespace, name, in: nil, to: attempt) {
        found += [object].compactMap { $0 }
        seen.append(name)
      } else if settings.cloneNamespaces.contains(name) {
        overview.unseenClones.append("the applications in namespace \(name) of \(context)")
      }
    }
    overview.addOthers(than: seen, of: context, mayBeClones: !settings.saysWhereClonesAre)
    return found
  }

  /// Whether a namespace is the cluster's own, or Velero's.
  private func isSystem(_ name: String, in context: String) throws(BackendError) -> Bool {
    if name.hasPrefix("kube-") || name == "openshift" || name.hasPrefix("openshift-") { return true }
    return try access(context) == .velero(namespace: name)
  }

  package func clones(of application: Application) throws(BackendError) -> ApplicationOverview {
    var overview = ApplicationOverview([])
    for context in contextsWithClones() {
      let attempt = "list the clones of \"\(application.name)\" in \(context)"
      let all = try restores(in: context, to: attempt)
      for clone in Self.clones(named: nil, among: all)
      where clone.object.annotations[CloneMark.sourceLabel] == application.id.text {
        let name = clone.destination ?? ""
        switch try client(context).look(at: .namespace, name, in: nil, to: attempt) {
        case .told(let namespace?) where clone.makes(namespace):
          overview.applications.append(
            try self.application(namespace, all, madeBy: clone, looksInside: false))
        case .told, .notInstalled: continue
        case .forbidden:
          overview.notTold.append("clone \"\(clone.cloneName ?? "")\" in namespace \(name) of \(context)")
        }
      }
    }
    return overview
  }
}
