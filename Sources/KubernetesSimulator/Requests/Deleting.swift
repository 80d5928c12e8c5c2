internal import SimulatorSupport

extension KubernetesCluster {
  /// How an object is to be deleted.
  private struct DeleteOrder {
    var policy: String?
    var grace: Int?
    var uid: String?
    var resourceVersion: String?
    var isDryRun: Bool

    init(_ call: Call) throws(APIProblem) {
      let body = call.request.body.isEmpty ? JSON.object([]) : JSON(call.request.body)
      guard let body else {
        throw .badRequest("couldn't get version/kind; json parse error: unexpected end of JSON input")
      }
      policy = call.query["propagationPolicy"] ?? body["propagationPolicy"]?.string
      grace = call.query["gracePeriodSeconds"].flatMap { Int($0) } ?? body["gracePeriodSeconds"]?.integer
      uid = body.value(at: "preconditions.uid")?.string
      resourceVersion = body.value(at: "preconditions.resourceVersion")?.string
      isDryRun = try call.isDryRun("DeleteOptions") || body["dryRun"]?.array?.contains("All") == true
      if let policy, !["Foreground", "Background", "Orphan"].contains(policy) {
        throw .invalidOptions(
          "DeleteOptions",
          .unsupported(
            "propagationPolicy", JSON.string(policy).text, ["Foreground", "Background", "Orphan", "nil"]))
      }
    }

    /// Whether the object is the one that was meant.
    func check(_ object: JSON, _ kind: KindDefinition, _ name: String) throws(APIProblem) {
      var why: String?
      if let uid, uid != object.uid {
        why =
          "the UID in the precondition (\(uid)) does not match the UID in record (\(object.uid ?? "")). "
          + "The object might have been deleted and then recreated"
      } else if let resourceVersion, resourceVersion != object.resourceVersion {
        why =
          "the ResourceVersion in the precondition (\(resourceVersion)) does not match the ResourceVersion in "
          + "record (\(object.resourceVersion ?? "")). The object might have been modified"
      }
      guard let why else { return }
      throw APIProblem(
        code: 409, reason: "Conflict",
        message: "Operation cannot be fulfilled on \(kind.qualifiedKind) \"\(name)\": \(why)",
        details: APIProblem.details(name: name, group: kind.group, kind: kind.kind))
    }
  }

  /// DELETE of one object.
  mutating func answerDelete(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    let kind = target.kind
    let name = target.name ?? ""
    let order = try DeleteOrder(call)
    guard let object = store.object(target.key) else { throw .notFound(kind, name) }
    try order.check(object, kind, name)
    let warnings = try admit(object, old: object, .delete, call, kind)
    if order.isDryRun { return try answer(200, Self.success(kind, object), call, warnings: warnings) }
    delete(target.key, object, kind, order)
    // What stays for a while is shown, of what is gone only that.
    var left = store.object(target.key)
    if left == nil, kind.resource == "pods" {
      left = object.setting("metadata.deletionGracePeriodSeconds", 0)
      left?.set("metadata.deletionTimestamp", .string(store.timestamp))
    }
    let shown: JSON = left ?? Self.success(kind, object)
    return try answer(200, shown, call, warnings: warnings)
  }

  /// DELETE of a collection, or what a selector leaves of it.
  mutating func answerDeleteCollection(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse
  {
    let kind = target.kind
    let order = try DeleteOrder(call)
    let selector = try ObjectSelector(call.query, kind)
    guard target.namespace != nil || !kind.isNamespaced, kind.resource != "namespaces" else {
      throw .methodNotAllowed
    }
    var items: [JSON] = []
    for row in Array(store.rows(kind.resource, in: target.namespace)) where selector.selects(row.object) {
      _ = try admit(row.object, old: row.object, .delete, call, kind)
      items.append(row.object)
      if !order.isDryRun {
        delete(ObjectKey(kind.resource, target.namespace, row.name), row.object, kind, order)
      }
    }
    var metadata: JSON = ["resourceVersion": .string(String(store.revision))]
    if kind.isCustom { metadata["continue"] = "" }
    return try answer(200, Self.list(kind, items, metadata), call)
  }

  private mutating func delete(_ key: ObjectKey, _ object: JSON, _ kind: KindDefinition, _ order: DeleteOrder)
  {
    if key.resource == "pods" {
      let preset = object.value(at: "spec.terminationGracePeriodSeconds")?.integer ?? 30
      let grace = object.value(at: "spec.nodeName") == nil ? 0 : order.grace ?? preset
      if grace > 0 {
        store.markDeleted(key, kind, grace: grace)
        return
      }
    }
    switch order.policy {
    case "Foreground": store.markDeleted(key, kind, grace: 0, finalizer: "foregroundDeletion")
    case "Orphan": store.markDeleted(key, kind, grace: 0, finalizer: "orphan")
    default: store.delete(key)
    }
  }

  private static func success(_ kind: KindDefinition, _ object: JSON) -> JSON {
    var details = APIProblem.details(kind, name: object.name)
    details["uid"] = object.value(at: "metadata.uid")
    return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
  }
}
