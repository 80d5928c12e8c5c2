internal import SimulatorSupport

extension KubernetesCluster {
  /// PUT of an object.
  mutating func answerUpdate(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    let kind = target.kind
    guard let name = target.name else { throw .badRequest("name must be provided") }
    let strictness = try call.strictness("UpdateOptions")
    let isDryRun = try call.isDryRun("UpdateOptions")
    var object = try call.object(kind)
    try checkHead(object, target)
    guard object.name == name else {
      throw .badRequest(
        "the name of the object (\(object.name ?? "")) does not match the name on the URL (\(name))")
    }
    let warnings = try tidy(&object, kind, strictness)
    guard let old = store.object(target.key) else { throw .notFound(kind, name) }
    if kind.isCustom, object.resourceVersion?.isEmpty != false {
      throw .invalid(
        kind.resource, group: kind.group, kind: kind.plural, name: name,
        [.invalid("metadata.resourceVersion", "0", "must be specified for an update")])
    }
    if let uid = object.uid, uid != old.uid {
      throw .conflict(
        kind, name,
        "StorageError: invalid object, Code: 4, Key: /registry/\(kind.group.isEmpty ? kind.plural : "\(kind.group)/\(kind.plural)")"
          + "\(target.namespace.map { "/\($0)" } ?? "")/\(name), ResourceVersion: 0, AdditionalErrorMsg: Precondition "
          + "failed: UID in precondition: \(uid), UID in object meta: \(old.uid ?? "")")
    }
    let (updated, more) = try update(target, old: old, new: object, call, isDryRun: isDryRun)
    return try answer(200, updated, call, warnings: warnings + more)
  }

  /// Puts a changed object in the place of another after every check, or would.
  mutating func update(
    _ target: Target, old: JSON, new: JSON, _ call: Call, isDryRun: Bool
  ) throws(APIProblem) -> (JSON, warnings: [String]) {
    let kind = target.kind
    let name = target.name ?? ""
    if let version = new.resourceVersion, !version.isEmpty, version != old.resourceVersion {
      throw .conflict(kind, name)
    }
    if let uid = new.uid, uid != old.uid {
      let cause = APIProblem.Cause.invalid("metadata.uid", JSON.string(uid).text, "field is immutable")
      throw .invalid(kind, name, [cause, cause])
    }
    var object = settled(target, old: old, new: new)
    if old.isDeleted {
      let added = object.finalizers.filter { !old.finalizers.contains($0) }
      if !added.isEmpty {
        let list = added.map { JSON.string($0).text }.joined(separator: ", ")
        let cause = APIProblem.Cause.forbidden(
          "metadata.finalizers",
          "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}"
        )
        throw .invalid(kind, name, [cause, cause])
      }
    }
    let causes = NameRules.mistakes(in: object, kind) + kind.mistakes(in: object, old: old)
    guard causes.isEmpty else { throw .invalid(kind, name, causes) }
    let warnings = try admit(object, old: old, .update, call, kind)
    if !object.isSame(as: old) { FieldOwners.note(&object, old: old, call, kind, at: store.timestamp) }
    if isDryRun { return (object, warnings) }
    if kind.resource == "namespaces", call.info.subresource == "finalize", object.isDeleted,
      object.value(at: "spec.finalizers")?.array?.isEmpty != false
    {
      store.update(target.key) { $0 = object }
      let updated = store.object(target.key) ?? object
      store.remove(target.key)
      return (updated, warnings)
    }
    let updated = store.replace(target.key, old: old, new: object, kind)
    // The answer to whoever takes away the last finalizer has the version of before.
    if store.object(target.key) == nil {
      object.set("metadata.resourceVersion", old["metadata"]?["resourceVersion"])
    }
    return (store.object(target.key) == nil ? object : updated, warnings)
  }

  /// The new object with everything that the client has no say in as it was.
  private func settled(_ target: Target, old: JSON, new: JSON) -> JSON {
    var object = new
    if target.isStatus {
      object = old
      object["status"] = new["status"]
      return object
    }
    if target.subresource == "finalize" {
      object = old
      object.set("spec", new["spec"])
      if object.value(at: "spec.finalizers") == [] { object.set("spec.finalizers", nil) }
      return object
    }
    if target.kind.hasStatusSubresource { object["status"] = old["status"] }
    object["apiVersion"] = old["apiVersion"]
    object["kind"] = old["kind"]
    for name in [
      "name", "namespace", "uid", "creationTimestamp", "generation", "resourceVersion", "deletionTimestamp",
      "deletionGracePeriodSeconds", "generateName", "managedFields",
    ] {
      object[path: ["metadata", name]] = old[path: ["metadata", name]]
    }
    for name in ["labels", "annotations", "finalizers", "ownerReferences"] {
      let value = object[path: ["metadata", name]]
      if value == [:] || value == [] || value == .null { object[path: ["metadata", name]] = nil }
    }
    if target.kind.resource == "namespaces" {
      object.set("spec", old["spec"])
      object[path: ["metadata", "labels", "kubernetes.io/metadata.name"]] = .string(target.name ?? "")
    }
    return object
  }

  /// GET, PUT and PATCH of `/scale`.
  mutating func answerScale(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    guard let object = store.object(target.key) else { throw .notFound(target.kind, target.name ?? "") }
    func scale(_ object: JSON) -> JSON {
      let labels = object.value(at: "spec.selector.matchLabels")?.members ?? []
      return [
        "kind": "Scale", "apiVersion": "autoscaling/v1",
        "metadata": .object(
          (object["metadata"]?.members ?? []).filter {
            ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"].contains($0.name)
          }),
        "spec": ["replicas": object.value(at: "spec.replicas") ?? 1],
        "status": [
          "replicas": object.value(at: "status.replicas") ?? 0,
          "selector": .string(
            labels.map { "\($0.name)=\($0.value.string ?? "")" }.joined(separator: ",")),
        ],
      ]
    }
    if call.info.verb == "get" { return try answer(200, scale(object), call) }
    let isDryRun = try call.isDryRun("UpdateOptions")
    guard ["update", "patch"].contains(call.info.verb), let sent = JSON(call.request.body) else {
      throw .methodNotAllowed
    }
    if let version = sent.resourceVersion, !version.isEmpty, version != object.resourceVersion {
      throw .conflict(target.kind, target.name ?? "")
    }
    let wanted = object.setting(
      "spec.replicas", sent.value(at: "spec.replicas") ?? object.value(at: "spec.replicas"))
    if isDryRun { return try answer(200, scale(wanted), call) }
    return try answer(200, scale(store.replace(target.key, old: object, new: wanted, target.kind)), call)
  }
}
