package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// Applications: namespaces that hold something, together with the restores that have made some of them.
//
// A namespace that a step is filling is the clone of that restore, by the clone's name; any other is called as it is.
extension VeleroBackend {
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
    guard let place = ApplicationPlace(Application.ID(text)) else {
      // On the clones' cluster a namespace of that name is another application.
      return try applications(named: text).filter { application in
        let context = application.clusterName ?? ""
        return application.sourceID != nil || contextsToSearch().contains(context)
          || context == settings.sourceContext
      }
    }
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
    return try applications(named: place.name, in: place.context).first { $0.id == id }
  }

  package func state(of id: Application.ID) throws(BackendError) -> Application.State? {
    guard let place = ApplicationPlace(id), clusterConnections.contexts.contains(place.context) else {
      return nil
    }
    return try applications(named: place.name, in: place.context, looksInside: false)
      .first { $0.id == id }?.state
  }

  package func applicationIDs(
    named name: String, on cluster: Cluster.ID
  ) throws(BackendError) -> [Application.ID] {
    try applications(named: name, in: cluster.text).map(\.id)
  }

  /// No two applications share a namespace.
  package func neighbours(of _: Application) -> [Application]? { [] }

  // MARK: - By name

  /// The applications of a name in one cluster, and the clones of that name in the making.
  private func applications(
    named name: String, in context: String, looksInside: Bool = true
  ) throws(BackendError) -> [Application] {
    let attempt = "look for application \"\(name)\" in \(context)"
    guard try !isOutOfReach(name, in: context) else { return [] }
    let all = try restores(in: context, of: [name], to: attempt)
    var found: [Application] = []
    var seen: [String: KubernetesObject?] = [:]
    func namespace(_ name: String) throws(BackendError) -> KubernetesObject? {
      if let known = seen[name] { return known }
      let object = try self.namespace(name, in: context, to: attempt)
      seen[name] = object
      return object
    }
    for clone in Self.clones(named: name, among: all) {
      guard let destination = clone.destination, let object = try namespace(destination),
        object.uid == clone.namespaceUID
      else { continue }
      found.append(try application(object, all, madeBy: clone, looksInside: looksInside))
    }
    // What the pipeline calls its application or its clone need mean nothing here, and may not be seen then.
    let isGuess =
      !knownNamespaces(in: context).contains(name)
      && (settings.applicationNamespaces + settings.cloneNamespaces).contains(name)
    if isGuess, try client(context).isAllowed("get", .namespace, in: name) == false { return found }
    guard let object = try namespace(name), !all.contains(where: { $0.makes(object) }) else { return found }
    if let other = try application(object, all, in: context, looksInside: looksInside), other.name == name {
      found.append(other)
    }
    return found
  }

  /// Whether a namespace is only what the pipeline would call a clone, and none of those that the user may work in.
  private func isOutOfReach(_ name: String, in context: String) throws(BackendError) -> Bool {
    let access = try access(context, for: [name])
    guard access.isNonAdmin, settings.cloneNamespaces.contains(name),
      !settings.applicationNamespaces.contains(name)
    else { return false }
    return try client(context).isAllowed("list", access.kind(Kinds.restore), in: name) == false
  }

  /// The namespaces to look in where a list of all is not allowed.
  ///
  /// Where clones are on another cluster than their sources, the names of the one mean nothing on the other.
  func knownNamespaces(in context: String) -> [String] {
    let source = settings.sourceContext ?? settings.usualContext
    let isForClones = settings.cloneContext.map { $0 == context } ?? true
    let isForSources = settings.cloneContext.map { $0 == source || $0 != context } ?? true
    var seen: Set<String> = []
    return
      ((isForSources ? settings.applicationNamespaces : []) + (isForClones ? settings.cloneNamespaces : []))
      .filter { seen.insert($0).inserted }
  }

  /// The newest restore into each namespace among those that make a clone of some name, or of any.
  static func clones(named name: String?, among all: [RestoreView]) -> [RestoreView] {
    let made = all.filter { view in
      view.cloneName != nil && (name == nil || view.cloneName == name) && view.object.deletionTimestamp == nil
    }
    return Dictionary(grouping: made) { $0.namespaceUID ?? "" }
      .compactMap { $0.value.max(by: RestoreView.isOlder) }.ordered(by: RestoreView.isOlder)
  }

  /// A namespace; nil if it is not there.
  private func namespace(
    _ name: String, in context: String, to attempt: String
  ) throws(BackendError) -> KubernetesObject? {
    do throws(BackendError) {
      return try client(context).get(.namespace, name, in: nil, to: attempt)
    } catch {
      guard error.kind == .credentials else { throw error }
      throw BackendError(
        .credentials, error.message,
        hint: "give the right to get namespace \"\(name)\" (a Role in it is enough)")
    }
  }

  /// The namespace of an application; nil if it is gone.
  func namespace(of place: ApplicationPlace) throws(BackendError) -> KubernetesObject? {
    let attempt = "look at namespace \"\(place.namespace)\""
    guard let object = try namespace(place.namespace, in: place.context, to: attempt) else { return nil }
    if object.uid == place.uid { return object }
    // The id of a clone names the restore that makes it.
    if namespacesSeen[place.id] == nil { _ = try application(place.id) }
    return namespacesSeen[place.id]?.uid == object.uid ? object : nil
  }

  /// Which namespace an application is: the one that it was found in, also where it has gone since; nil if there is none.
  func namespaceIdentity(of place: ApplicationPlace) throws(BackendError) -> NamespaceIdentity? {
    if let seen = namespacesSeen[place.id] { return seen }
    return try namespace(of: place).map { NamespaceIdentity($0) }
  }

  // MARK: - As it stands

  /// A namespace that no restore of the steps is seen to make; nil if it holds nothing.
  func application(
    _ object: KubernetesObject, _ all: [RestoreView], in context: String, looksInside: Bool = true,
    isOccupied: Bool = false
  ) throws(BackendError) -> Application? {
    // A clone by the marks that were written when the namespace was made for it: what is copied names another uid.
    let clone = object.annotations[Marking.made(object.uid)]
    let name = clone ?? object.name
    let place = ApplicationPlace(context: context, namespace: object.name, name: name, uid: object.uid)
    var application = Application(
      id: place.id, name: name, state: object.isTerminating ? .deleting : .ready,
      clusterID: Cluster.ID(context), clusterName: context, namespaces: [object.name],
      createdAt: object.creationTimestamp)
    namespacesSeen[place.id] = NamespaceIdentity(object)
    application = try marked(application, object, all, looksInside: looksInside)
    if application.marks.lists["claims"]?.isEmpty == false { occupied.insert(object.uid) }
    if !isOccupied, !occupied.contains(object.uid) {
      // Whoever looks for something to appear there looks again and again.
      if let seen = seenEmpty[object.uid], now - seen < .seconds(5) { return nil }
      guard try holdsAnything(object.name, client(context)) != false else {
        seenEmpty[object.uid] = now
        return nil
      }
      occupied.insert(object.uid)
    }
    guard clone != nil else { return application }
    application.labels = Marking.labels(of: object)
    application.run = object.annotations[Marking.run]
    application.sourceID = object.annotations[CloneMark.sourceLabel].map { Application.ID($0) }
    if application.state == .ready {
      // Nothing tells any more how its making ended: it goes with the backup that it was made from.
      (application.state, application.problems) = (.failed, ["the Restore that made it is gone"])
    }
    return application
  }

  /// A clone, as the restore that makes or has made it shows it.
  ///
  /// That restore is there before the application is, so its uid is the clone's.
  func application(
    _ object: KubernetesObject, _ all: [RestoreView], madeBy clone: RestoreView, looksInside: Bool
  ) throws(BackendError) -> Application {
    var application = inTheMaking(clone)
    namespacesSeen[application.id] = NamespaceIdentity(object)
    if object.isTerminating {
      application.state = .deleting
      return application
    }
    let operation = try cloning(clone, application, object, looksInside: looksInside)
    application.show(makingOf: operation.state)
    let later = all.filter { $0.reference != clone.reference }
    guard application.state == .ready || looksInside else { return application }
    return try marked(application, object, later, looksInside: looksInside)
  }

  /// A clone by its restore alone.
  func inTheMaking(_ clone: RestoreView) -> Application {
    let name = clone.cloneName ?? clone.reference.name
    let place = ApplicationPlace(
      context: clone.reference.context, namespace: clone.destination ?? name, name: name,
      uid: clone.reference.uid)
    var application = Application(
      id: place.id, name: name, state: .provisioning, clusterID: Cluster.ID(place.context),
      clusterName: place.context, namespaces: [place.namespace],
      sourceID: clone.object.annotations[CloneMark.sourceLabel].map { Application.ID($0) },
      createdAt: clone.createdAt, labels: Marking.labels(of: clone.object))
    application.run = clone.object.annotations[Marking.run]
    return application
  }

  /// An application with its marks, and in the state that restores into it give it.
  private func marked(
    _ application: Application, _ object: KubernetesObject, _ all: [RestoreView], looksInside: Bool
  ) throws(BackendError) -> Application {
    var marked = application
    let restores = all.filter { $0.fills(object.name) && !$0.isOlder(than: object) }
    marked.show(restores)
    guard looksInside else { return marked }
    marked.marks.texts["uid"] = object.uid
    marked.marks.lists["restores"] = restores.map(\.mark).sorted()
    if let last = restores.last, last.state.progress == .completed {
      marked.marks.texts["restoredFrom"] = last.point?.text
    }
    marked.marks.lists["claims"] = try claimMarks(of: application)
    return marked
  }
}

/// What a namespace is told by from others of its name.
struct NamespaceIdentity {
  var uid: String
  var createdAt: Timestamp?

  init(_ namespace: KubernetesObject) { (uid, createdAt) = (namespace.uid, namespace.creationTimestamp) }
}

extension RestoreView {
  /// Whether it is the making of a clone in a namespace.
  func makes(_ namespace: KubernetesObject) -> Bool {
    cloneName != nil && object.deletionTimestamp == nil && namespaceUID == namespace.uid
  }

  /// Whether it was there before a namespace, and so filled another of that name.
  func isOlder(than namespace: KubernetesObject) -> Bool {
    guard let createdAt, let made = namespace.creationTimestamp else { return false }
    return state.isTerminal && (completedAt ?? createdAt) < made
  }
}

extension KubernetesObject {
  /// Whether a namespace is going.
  var isTerminating: Bool {
    deletionTimestamp != nil || self["status", "phase"]?.string == "Terminating"
  }
}

extension Application {
  /// Puts a ready application into the state that the restores into it give it, the oldest first.
  mutating func show(_ restores: [RestoreView]) {
    guard state == .ready else { return }
    if restores.contains(where: { !$0.state.isTerminal }) {
      state = .restoring
      return
    }
    // What one that a step asked for has left behind is a wreck, until a better one has ended.
    let last = restores.last { $0.object.labels[Marking.purpose] == Marking.restore }
    guard let last else { return }
    switch last.state.progress {
    case .partial(let reason), .failed(let reason):
      state = .failed
      problems = [
        "its in-place restore failed (\(reason)), and counts until another has ended well or the object Restore \"\(last.reference.name)\" is gone"
      ]
    case .running, .blocked, .completed, .goes: break
    }
  }
}
