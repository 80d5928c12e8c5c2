package import SimulatorSupport

/// Every object of a cluster, with the history that watches read: the controllers' side of the API.
///
/// Here no access rules and no validation apply.
package struct ObjectStore: Sendable {
  /// The moment at which the cluster's time begins.
  package let startTime: WallTime
  /// How long the cluster has been running.
  package internal(set) var now: Duration = .zero
  /// The resource version of the last change.
  package private(set) var revision: Int
  /// What the built-in controllers do one way or another.
  package var settings = ServerSettings()
  /// The kinds that objects may be of, by their resources.
  package let kinds: KindTable

  private var tables: [String: ObjectTable] = [:]
  private(set) var history: EventHistory
  private var dependants: [String: [ObjectKey]] = [:]
  var random: SeededRandom
  /// What the built-in controllers will do, and when.
  var pending: [PendingAction] = []

  /// An empty store.
  package init(startTime: WallTime, kinds: [KindDefinition], seed: UInt64) {
    (self.startTime, self.kinds) = (startTime, KindTable(kinds))
    random = SeededRandom(seed: seed)
    revision = 100
    history = EventHistory(from: revision)
  }

  /// The present as timestamps write it.
  package var timestamp: String { (startTime + now).text() }

  /// How many objects there are.
  package var count: Int { tables.values.reduce(0) { $0 + $1.rows.count } }

  /// An object as it is; nil if there is none.
  package func object(_ key: ObjectKey) -> JSON? { tables[key.resource]?[key.namespace, key.name] }

  /// The objects of a resource (`pods`, `backups.velero.io`), by namespace and name; nil: of all namespaces.
  package func objects(_ resource: String, in namespace: String? = nil) -> [JSON] {
    tables[resource]?.rows(in: namespace).map(\.object) ?? []
  }

  /// The keys of every object in a namespace.
  package func keys(in namespace: String) -> [ObjectKey] {
    tables.keys.sorted().flatMap { resource in
      tables[resource]?.rows(in: namespace).map { ObjectKey(resource, namespace, $0.name) } ?? []
    }
  }

  /// The rows of a resource without making a list of them.
  func rows(_ resource: String, in namespace: String?) -> ArraySlice<ObjectTable.Row> {
    tables[resource]?.rows(in: namespace) ?? []
  }

  /// The objects that name this one as an owner.
  package func dependants(of uid: String) -> [ObjectKey] { (dependants[uid] ?? []).sorted() }

  // MARK: Changes

  /// Adds an object, with what the server fills in where it is missing; nil if the name is taken.
  ///
  /// The kind must be one of the cluster's. Without a name it gets one from `generateName`.
  @discardableResult
  package mutating func create(_ resource: String, _ object: JSON) -> JSON? {
    guard let kind = kinds[resource] else { return nil }
    var object = object
    fill(&object, kind)
    let key = key(of: object, resource, kind)
    guard self.object(key) == nil else { return nil }
    commit(key, object, old: nil)
    return self.object(key)
  }

  /// Changes an object; nil if there is none.
  ///
  /// The resource version moves only if something is different then, the generation only if what was asked for is. If the last finalizer of a deleted object goes, the object goes too.
  @discardableResult
  package mutating func update(_ key: ObjectKey, _ change: (inout JSON) -> Void) -> JSON? {
    guard let old = object(key), let kind = kinds[key.resource] else { return nil }
    var new = old
    change(&new)
    return replace(key, old: old, new: new, kind)
  }

  mutating func replace(_ key: ObjectKey, old: JSON, new: JSON, _ kind: KindDefinition) -> JSON {
    var new = new
    guard !new.isSame(as: old) else { return old }
    if kind.hasGeneration, !Self.isSameWish(old, new, kind) {
      new.set("metadata.generation", .integer((old.value(at: "metadata.generation")?.integer ?? 0) + 1))
    }
    if new.isDeleted, new.finalizers.isEmpty, new.graceSeconds == 0, key.resource != "namespaces" {
      remove(key, last: new)
      return new
    }
    commit(key, new, old: old)
    return object(key) ?? new
  }

  /// Deletes an object as the server does in the background: a finalizer keeps it, with a `deletionTimestamp`, a
  /// namespace takes its time, and dependants go along.
  package mutating func delete(_ key: ObjectKey) {
    guard let object = object(key), let kind = kinds[key.resource] else { return }
    if key.resource == "namespaces" {
      endNamespace(key)
    } else if object.finalizers.isEmpty {
      remove(key, last: object)
    } else {
      markDeleted(key, kind, grace: 0)
    }
  }

  /// Takes an object out at once, whatever holds it, and lets its dependants go.
  package mutating func remove(_ key: ObjectKey) {
    guard let object = object(key) else { return }
    remove(key, last: object)
  }

  /// Gives an object its `deletionTimestamp`, unless it has one.
  mutating func markDeleted(_ key: ObjectKey, _ kind: KindDefinition, grace: Int, finalizer: String? = nil) {
    guard let old = object(key) else { return }
    guard !old.isDeleted else { return }
    var new = old
    new.set("metadata.deletionTimestamp", .string((startTime + now + .seconds(grace)).text()))
    new.set("metadata.deletionGracePeriodSeconds", .integer(grace))
    if let finalizer {
      new.set("metadata.finalizers", .array((old.finalizers + [finalizer]).map(JSON.string)))
    }
    if kind.hasGeneration {
      new.set("metadata.generation", .integer((old.value(at: "metadata.generation")?.integer ?? 0) + 1))
    }
    commit(key, new, old: old)
    schedule(afterDeletionOf: key)
  }

  /// Forgets the history up to a revision, so that watches and lists from before it are too old.
  package mutating func compact(upTo revision: Int) { history.forget(upTo: min(revision, self.revision)) }

  // MARK: Inside

  /// Changes an object in place without a new version.
  mutating func quietly(_ key: ObjectKey, _ change: (inout JSON) -> Void) {
    guard var object = object(key) else { return }
    change(&object)
    tables[key.resource]?[key.namespace, key.name] = object
  }

  private func key(of object: JSON, _ resource: String, _ kind: KindDefinition) -> ObjectKey {
    ObjectKey(
      resource, kind.isNamespaced ? object.namespace ?? "default" : nil, object.name ?? "")
  }

  /// What the server fills in.
  mutating func fill(_ object: inout JSON, _ kind: KindDefinition) {
    var metadata = object["metadata"] ?? [:]
    if metadata["name"] == nil, let prefix = metadata["generateName"]?.string {
      metadata["name"] = .string(prefix + suffix())
    }
    if kind.isNamespaced, metadata["namespace"] == nil { metadata["namespace"] = "default" }
    if metadata["uid"] == nil { metadata["uid"] = .string(random.uuid()) }
    if metadata["creationTimestamp"] == nil { metadata["creationTimestamp"] = .string(timestamp) }
    if kind.hasGeneration, metadata["generation"] == nil { metadata["generation"] = 1 }
    var filled: [JSON.Member] = [
      JSON.Member("apiVersion", .string(kind.apiVersion)), JSON.Member("kind", .string(kind.kind)),
      JSON.Member("metadata", metadata),
    ]
    filled += (object.members ?? []).filter { !["apiVersion", "kind", "metadata"].contains($0.name) }
    object = .object(filled)
    if kind.resource == "namespaces" { fillNamespace(&object) }
  }

  private func fillNamespace(_ object: inout JSON) {
    object[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(object.name ?? "")
    if object.value(at: "spec.finalizers") == nil { object.set("spec.finalizers", ["kubernetes"]) }
    if object.value(at: "status.phase") == nil { object.set("status.phase", "Active") }
  }

  /// The five letters and digits behind a `generateName`.
  private mutating func suffix() -> String {
    let letters = Array("bcdfghjklmnpqrstvwxz2456789")
    return String((0..<5).map { _ in letters[Int(random.next() % UInt64(letters.count))] })
  }

  private mutating func commit(_ key: ObjectKey, _ object: JSON, old: JSON?) {
    revision += 1
    var object = object
    object.set("metadata.resourceVersion", .string(String(revision)))
    index(key, old: old, new: object)
    tables[key.resource, default: ObjectTable()][key.namespace, key.name] = object
    history.append(
      ObjectEvent(
        revision: revision, moment: now, change: old == nil ? .added : .modified, key: key, object: object,
        old: old), limit: settings.watchHistory)
  }

  private mutating func remove(_ key: ObjectKey, last: JSON) {
    guard let old = object(key) else { return }
    revision += 1
    index(key, old: old, new: nil)
    tables[key.resource]?[key.namespace, key.name] = nil
    history.append(
      ObjectEvent(
        revision: revision, moment: now, change: .deleted, key: key,
        object: last.setting("metadata.resourceVersion", .string(String(revision))), old: old),
      limit: settings.watchHistory)
    if let uid = old.uid { collect(dependantsOf: uid) }
    schedule(afterRemovalOf: key, old)
  }

  /// Deletes what was owned by an object that is gone, unless another owner is left.
  private mutating func collect(dependantsOf uid: String) {
    for key in dependants(of: uid) {
      let others = object(key)?.owners.filter { $0["uid"]?.string != uid } ?? []
      let isKept = others.contains { isThere($0, key) }
      if isKept {
        update(key) { $0.set("metadata.ownerReferences", .array(others)) }
      } else {
        delete(key)
      }
    }
    dependants[uid] = nil
  }

  /// Whether the owner that a reference names is there.
  private func isThere(_ reference: JSON, _ key: ObjectKey) -> Bool { owner(reference, of: key) != nil }

  /// The key of the owner that a reference of an object names, if it is there.
  func owner(_ reference: JSON, of key: ObjectKey) -> ObjectKey? {
    guard let kind = kinds.kind(reference["apiVersion"]?.string ?? "", reference["kind"]?.string ?? "") else {
      return nil
    }
    let owner = ObjectKey(
      kind.resource, kind.isNamespaced ? key.namespace : nil, reference["name"]?.string ?? "")
    return object(owner)?.uid == reference["uid"]?.string ? owner : nil
  }

  private mutating func index(_ key: ObjectKey, old: JSON?, new: JSON?) {
    let before = old?.owners ?? []
    let after = new?.owners ?? []
    guard !before.isEmpty || !after.isEmpty, before != after else { return }
    for owner in before.compactMap({ $0["uid"]?.string }) {
      dependants[owner]?.removeAll { $0 == key }
      if dependants[owner]?.isEmpty == true { dependants[owner] = nil }
    }
    for owner in after.compactMap({ $0["uid"]?.string }) { dependants[owner, default: []].append(key) }
  }

  /// Whether what was asked for is the same: all but the metadata, and but the status where that has its own path.
  private static func isSameWish(_ old: JSON, _ new: JSON, _ kind: KindDefinition) -> Bool {
    func wish(_ object: JSON) -> JSON {
      .object(
        (object.members ?? []).filter {
          $0.name != "metadata" && !(kind.hasStatusSubresource && $0.name == "status")
        })
    }
    return wish(old).isSame(as: wish(new))
  }
}
