package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Many applications at once, and the clones of one: lists of whole kinds, never a request per application.
extension TridentProtectBackend {
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
    for context in contexts {
      if settings.applicationNamespace == nil, try addApplications(in: nil, of: context, to: &overview) {
        continue
      }
      var seen: [String] = []
      for namespace in knownNamespaces(in: context) {
        var isSeen = try addApplications(in: namespace, of: context, to: &overview)
        if !isSeen { isSeen = try isAbsent(namespace, in: context) }
        if isSeen {
          seen.append(namespace)
        } else if settings.cloneNamespaces.contains(namespace) {
          overview.unseenClones.append("the applications in namespace \(namespace) of \(context)")
        }
      }
      overview.addOthers(than: seen, of: context, mayBeClones: !settings.saysWhereClonesAre)
    }
    return overview
  }

  /// Adds the applications in a namespace, or in all, with the restores that make or have made some of them; false where
  /// they may not be listed.
  ///
  /// In a number of requests that does not grow with theirs: what is inside of a clone is not looked at.
  private func addApplications(
    in namespace: String?, of context: String, to overview: inout ApplicationOverview
  ) throws(BackendError) -> Bool {
    let place = namespace.map { "in namespace \($0) of \(context)" } ?? "of \(context)"
    let attempt = "list the applications in \(context)"
    func list(_ kind: ResourceKind) throws(BackendError) -> [KubernetesObject]? {
      switch try client(context).lookAtList(of: kind, in: namespace, to: attempt) {
      case .told(let objects): return objects
      case .notInstalled where kind == Kinds.application: throw .notInstalled(in: context, attempt)
      case .forbidden, .notInstalled: return nil
      }
    }
    guard let objects = try list(Kinds.application) else { return false }
    var restores: [ObjectPlace: [(object: KubernetesObject, kind: ResourceKind)]] = [:]
    var inPlace: [String: [InPlaceRestoreView]] = [:]
    for kind in Kinds.restores + Kinds.inPlaceRestores {
      guard let listed = try list(kind) else {
        overview.notTold.append("the \(kind.plural) \(place)")
        continue
      }
      for object in listed {
        if Kinds.restores.contains(kind) {
          restores[ObjectPlace(object), default: []].append((object, kind))
        } else {
          inPlace[object.namespace ?? "", default: []].append(InPlaceRestoreView(object, kind, in: context))
        }
      }
    }
    let own = Dictionary(objects.map { (ObjectPlace($0), $0) }, uniquingKeysWith: { first, _ in first })
    for place in Set(own.keys).union(restores.keys).sorted() {
      var joined = try joined(
        [own[place]].compactMap { $0 }, restores[place, default: []], in: context, looksInside: false)
      let shown = inPlace[place.namespace, default: []].filter { $0.isOf(place.name) }
      for index in joined.indices { joined[index].show(shown) }
      overview.applications += joined
    }
    return true
  }

  package func clones(of application: Application) throws(BackendError) -> ApplicationOverview {
    var overview = ApplicationOverview([])
    for context in contextsWithClones() {
      if settings.applicationNamespace == nil,
        try addClones(of: application, in: nil, of: context, to: &overview)
      {
        continue
      }
      var seen: [String] = []
      for namespace in knownNamespaces(in: context)
      where try addClones(of: application, in: namespace, of: context, to: &overview) {
        seen.append(namespace)
      }
      overview.notTold.append(
        "the clones in \(seen.isEmpty ? "any namespace" : "other namespaces than \(seen.joined(separator: ", "))") of \(context)"
      )
    }
    return overview
  }

  /// Adds the clones in a namespace, or in all; false where the restores that make them may not be listed.
  private func addClones(
    of application: Application, in namespace: String?, of context: String,
    to overview: inout ApplicationOverview
  ) throws(BackendError) -> Bool {
    let attempt = "list the clones of \"\(application.name)\" in \(context)"
    let client = try client(context)
    var restores: [(object: KubernetesObject, kind: ResourceKind)] = []
    for kind in Kinds.restores {
      let sight = try client.lookAtList(
        of: kind, in: namespace, labels: "\(Marking.purpose)=\(Marking.clone)", to: attempt)
      guard case .told(let listed) = sight else { return false }
      restores += listed.filter { $0.annotations[CloneMark.sourceLabel] == application.id.text }
        .map { ($0, kind) }
    }
    for (place, made) in Dictionary(grouping: restores, by: { ObjectPlace($0.object) }).ordered(by: {
      $0.key < $1.key
    }) {
      // A restore outlives the application that it has made.
      let sight = try client.look(at: Kinds.application, place.name, in: place.namespace, to: attempt)
      guard case .told(let object) = sight else {
        overview.notTold.append("clone \"\(place.name)\" in namespace \(place.namespace) of \(context)")
        continue
      }
      let joined = try joined([object].compactMap { $0 }, made, in: context, looksInside: false)
      for var clone in joined where clone.sourceID == application.id {
        if clone.state == .ready, let place = ApplicationPlace(clone.id) {
          clone.show(try inPlaceRestores(of: clone.name, in: place))
        }
        overview.applications.append(clone)
      }
    }
    return true
  }

  package func recoveryPoints(
    _ kind: RecoveryPoint.Kind, ofAll applications: [Application]
  ) throws(BackendError) -> [Application.ID: [RecoveryPoint]]? {
    var found: [Application.ID: [RecoveryPoint]] = [:]
    let places = applications.compactMap { ApplicationPlace($0.id) }
    for (context, places) in Dictionary(grouping: places, by: \.context).ordered(by: { $0.key < $1.key }) {
      let namespaces = Set(places.map(\.namespace))
      guard let objects = try copies(kind, in: context, namespaces) else { return nil }
      let copies = Dictionary(grouping: objects) { object in
        ObjectPlace(namespace: object.namespace ?? "", name: object["spec", "applicationRef"]?.string ?? "")
      }
      for place in places {
        found[place.id] = copies[ObjectPlace(namespace: place.namespace, name: place.name), default: []]
          .filter { isOf($0, place.name, applicationUIDs[place.id]) }
          .map { point($0, kind, of: place.id) }
      }
    }
    return found
  }

  /// The copies of a kind in some namespaces; nil where they may not be listed at once, or in those few that are known.
  private func copies(
    _ kind: RecoveryPoint.Kind, in context: String, _ namespaces: Set<String>
  ) throws(BackendError) -> [KubernetesObject]? {
    let attempt = "list the \(kind.rawValue)s in \(context)"
    func list(_ namespace: String?) throws(BackendError) -> [KubernetesObject]? {
      let sight = try client(context).lookAtList(of: Kinds.copy(kind), in: namespace, to: attempt)
      guard case .told(let objects) = sight else { return nil }
      return objects
    }
    if settings.applicationNamespace == nil, let all = try list(nil) { return all }
    guard namespaces.isSubset(of: knownNamespaces(in: context)) else { return nil }
    var found: [KubernetesObject] = []
    for namespace in namespaces.sorted() {
      guard let listed = try list(namespace) else { return nil }
      found += listed
    }
    return found
  }
}

/// Where an object of a kind is in its cluster.
private struct ObjectPlace: Hashable, Comparable {
  var namespace: String
  var name: String

  init(namespace: String, name: String) { (self.namespace, self.name) = (namespace, name) }
  init(_ object: KubernetesObject) { self.init(namespace: object.namespace ?? "", name: object.name) }

  static func < (one: Self, other: Self) -> Bool {
    (one.namespace, one.name) < (other.namespace, other.name)
  }
}
