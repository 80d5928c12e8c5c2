internal import SimulatorSupport

/// Something that one of the built-in controllers will do.
struct PendingAction: Sendable {
  /// What it will do.
  enum Kind: Sendable {
    /// The kubelet ends a pod.
    case endPod
    /// The claims of a namespace that no pod uses lose their protection.
    case releaseClaims
    /// The garbage collector finishes a foreground deletion, or an orphaning.
    case finishCollection
    /// What is in a namespace is deleted.
    case emptyNamespace
    /// An empty namespace goes.
    case endNamespace
  }

  var moment: Duration
  var kind: Kind
  var key: ObjectKey
  var uid: String?
}

extension ObjectStore {
  /// When one of the built-in controllers does something next.
  var nextChange: Duration? { pending.first?.moment }

  /// Lets time pass up to a moment, with everything that happens on the way.
  mutating func advance(to moment: Duration) {
    while let action = pending.first, action.moment <= moment {
      pending.removeFirst()
      now = max(now, action.moment)
      perform(action)
    }
    now = max(now, moment)
  }

  mutating func schedule(_ kind: PendingAction.Kind, _ key: ObjectKey, after delay: Duration) {
    let action = PendingAction(moment: now + delay, kind: kind, key: key, uid: object(key)?.uid)
    let place = pending.firstIndex { $0.moment > action.moment } ?? pending.count
    pending.insert(action, at: place)
  }

  /// What follows from a deletion that something holds up.
  mutating func schedule(afterDeletionOf key: ObjectKey) {
    guard let object = object(key) else { return }
    if object.finalizers.contains("kubernetes.io/pvc-protection") {
      schedule(.releaseClaims, ObjectKey("pods", key.namespace, ""), after: settings.collection)
    }
    if object.finalizers.contains("foregroundDeletion") || object.finalizers.contains("orphan") {
      schedule(.finishCollection, key, after: settings.collection)
    }
    if key.resource == "pods", object.graceSeconds > 0 {
      schedule(.endPod, key, after: min(.seconds(object.graceSeconds), settings.podTermination))
    }
  }

  /// What was only waiting for an object to go.
  mutating func schedule(afterRemovalOf key: ObjectKey, _ object: JSON) {
    if key.resource == "pods",
      objects("persistentvolumeclaims", in: key.namespace).contains(where: \.isDeleted)
    {
      schedule(.releaseClaims, ObjectKey("pods", key.namespace, ""), after: settings.collection)
    }
    for reference in object.owners {
      guard let owner = owner(reference, of: key),
        self.object(owner)?.finalizers.contains("foregroundDeletion") == true
      else { continue }
      schedule(.finishCollection, owner, after: settings.collection)
    }
    guard let namespace = key.namespace.map({ ObjectKey("namespaces", nil, $0) }),
      self.object(namespace)?.isDeleted == true,
      !pending.contains(where: { $0.kind == .endNamespace && $0.key == namespace })
    else { return }
    schedule(.endNamespace, namespace, after: settings.collection)
  }

  /// Makes a namespace Terminating, unless it is.
  mutating func endNamespace(_ key: ObjectKey) {
    guard let namespace = object(key), !namespace.isDeleted else { return }
    let moment = JSON.string(timestamp)
    update(key) {
      $0.set("metadata.deletionTimestamp", moment)
      $0.set("status.phase", "Terminating")
    }
    schedule(.emptyNamespace, key, after: settings.namespaceDeletion / 2)
    schedule(.endNamespace, key, after: settings.namespaceDeletion)
  }

  private mutating func perform(_ action: PendingAction) {
    let object = object(action.key)
    if action.kind != .releaseClaims {
      guard let object, object.uid == action.uid else { return }
    }
    switch action.kind {
    case .endPod:
      update(action.key) { $0.set("metadata.deletionGracePeriodSeconds", 0) }
    case .releaseClaims: releaseClaims(in: action.key.namespace)
    case .finishCollection: finishCollection(action.key)
    case .emptyNamespace:
      for key in keys(in: action.key.name) { delete(key) }
    case .endNamespace: finishNamespace(action.key)
    }
  }

  private mutating func releaseClaims(in namespace: String?) {
    let used = Set(
      objects("pods", in: namespace).flatMap { $0.value(at: "spec.volumes")?.array ?? [] }
        .compactMap { $0.value(at: "persistentVolumeClaim.claimName")?.string })
    for claim in objects("persistentvolumeclaims", in: namespace)
    where claim.isDeleted && claim.name.map(used.contains) == false {
      update(ObjectKey("persistentvolumeclaims", namespace, claim.name ?? "")) {
        $0.removeFinalizer("kubernetes.io/pvc-protection")
      }
    }
  }

  private mutating func finishCollection(_ key: ObjectKey) {
    guard let object = object(key), let uid = object.uid else { return }
    if object.finalizers.contains("orphan") {
      for dependant in dependants(of: uid) {
        update(dependant) { dependant in
          let others = dependant.owners.filter { $0["uid"]?.string != uid }
          dependant.set("metadata.ownerReferences", others.isEmpty ? nil : .array(others))
        }
      }
      update(key) { $0.removeFinalizer("orphan") }
      return
    }
    for dependant in dependants(of: uid) where self.object(dependant)?.isDeleted == false {
      delete(dependant)
    }
    // When the last of them goes, it is looked at again.
    guard dependants(of: uid).isEmpty else { return }
    update(key) { $0.removeFinalizer("foregroundDeletion") }
  }

  private mutating func finishNamespace(_ key: ObjectKey) {
    let isStuck = !settings.stuckNamespaces.isDisjoint(with: ["*", key.name])
    let left = keys(in: key.name)
    if left.isEmpty, !isStuck, object(key)?.finalizers.isEmpty == true {
      remove(key)
      return
    }
    for key in left where object(key)?.isDeleted == false { delete(key) }
  }
}

extension JSON {
  mutating func removeFinalizer(_ name: String) {
    let others = finalizers.filter { $0 != name }
    set("metadata.finalizers", others.isEmpty ? nil : .array(others.map(JSON.string)))
  }
}
