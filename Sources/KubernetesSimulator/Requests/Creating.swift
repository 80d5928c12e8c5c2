internal import SimulatorSupport

extension KubernetesCluster {
  /// POST of an object.
  mutating func answerCreate(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    let strictness = try call.strictness("CreateOptions")
    let isDryRun = try call.isDryRun("CreateOptions")
    let object = try call.object(target.kind)
    let (created, warnings) = try create(object, call, target, strictness, isDryRun: isDryRun)
    return try answer(201, created, call, warnings: warnings)
  }

  /// Creates an object after every check, or would.
  mutating func create(
    _ sent: JSON, _ call: Call, _ target: Target, _ strictness: Strictness, isDryRun: Bool
  ) throws(APIProblem) -> (JSON, warnings: [String]) {
    let kind = target.kind
    var object = sent
    try checkHead(object, target)
    if let version = object.resourceVersion, !version.isEmpty {
      throw APIProblem(code: 500, message: "resourceVersion should not be set on objects to be created")
    }
    var warnings = try tidy(&object, kind, strictness)
    object.set("metadata.namespace", target.namespace.map(JSON.string))
    if kind.hasStatusSubresource { object["status"] = nil }
    for name in ["uid", "creationTimestamp", "deletionTimestamp", "generation", "managedFields", "selfLink"] {
      object.set("metadata.\(name)", nil)
    }
    var draft = store
    if object.name?.isEmpty != false, object.value(at: "metadata.generateName")?.string?.isEmpty != false {
      throw .invalid(kind, "", NameRules.mistakes(in: object.setting("metadata.name", nil), kind))
    }
    draft.fill(&object, kind)
    fillIn(&object, kind)
    try checkNamespace(of: object, target)
    let name = object.name ?? ""
    let causes = NameRules.mistakes(in: object, kind) + kind.mistakes(in: object, old: nil)
    guard causes.isEmpty else { throw .invalid(kind, name, causes) }
    if call.request.body.count > 1_572_864 {
      throw APIProblem(code: 500, message: "etcdserver: request is too large")
    }
    warnings += try admit(object, old: nil, .create, call, kind)
    let key = ObjectKey(kind.resource, target.namespace, name)
    if let present = store.object(key) {
      throw .alreadyExists(kind, name, isDeleted: present.isDeleted)
    }
    store.random = draft.random
    FieldOwners.note(&object, old: nil, call, kind, at: store.timestamp)
    if isDryRun { return (object, warnings) }
    guard let created = store.create(kind.resource, object) else {
      throw .alreadyExists(kind, name, isDeleted: false)
    }
    return (created, warnings)
  }

  /// Whether the body is about what the path leads to.
  func checkHead(_ object: JSON, _ target: Target) throws(APIProblem) {
    let kind = target.kind
    let version = object["apiVersion"]?.string ?? ""
    guard version == kind.apiVersion else {
      throw .badRequest(
        "the API version in the data (\(version)) does not match the expected API version (\(kind.apiVersion))"
      )
    }
    if let namespace = object.namespace, !namespace.isEmpty, namespace != target.namespace {
      throw .badRequest(
        "the namespace of the provided object does not match the namespace sent on the request")
    }
    let found = object["kind"]?.string ?? ""
    guard found == kind.kind else {
      throw .invalid(
        KindDefinition.resource(found, group: kind.group), group: kind.group, kind: found,
        name: object.name ?? "",
        [.invalid("kind", JSON.string(found).text, "must be \(kind.kind)")])
    }
  }

  /// Drops what nobody knows, or refuses it; gives the warnings.
  func tidy(_ object: inout JSON, _ kind: KindDefinition, _ strictness: Strictness) throws(APIProblem)
    -> [String]
  {
    let findings = tidied(&object, kind)
    guard strictness != .ignore, !findings.isEmpty else { return [] }
    guard strictness == .strict else { return findings }
    throw .badRequest(
      "\(kind.kind) in version \"\(kind.version)\" cannot be handled as a \(kind.kind): strict decoding error: "
        + findings.joined(separator: ", "))
  }

  func tidied(_ object: inout JSON, _ kind: KindDefinition) -> [String] {
    var findings = object.duplicates().map { "duplicate field \"\($0)\"" }
    if !findings.isEmpty { object = object.withoutDuplicates }
    findings += kind.prune(&object).map { "unknown field \"\($0)\"" }
    return findings
  }

  private func checkNamespace(of object: JSON, _ target: Target) throws(APIProblem) {
    guard let namespace = target.namespace else { return }
    guard let found = store.object(ObjectKey("namespaces", nil, namespace)) else {
      throw APIProblem(
        code: 404, reason: "NotFound", message: "namespaces \"\(namespace)\" not found",
        details: APIProblem.details(name: namespace, group: "", kind: "namespaces"))
    }
    guard found.isDeleted else { return }
    let name = object.name ?? ""
    let cause = APIProblem.Cause(
      field: "metadata.namespace", reason: "NamespaceTerminating",
      message: "namespace \(namespace) is being terminated")
    throw APIProblem(
      code: 403, reason: "Forbidden",
      message: "\(target.kind.resource) \"\(name)\" is forbidden: unable to create new content in namespace "
        + "\(namespace) because it is being terminated",
      details: APIProblem.details(
        name: name, group: target.kind.group, kind: target.kind.plural, causes: [cause]))
  }

  /// What the server adds to objects of its own kinds.
  private func fillIn(_ object: inout JSON, _ kind: KindDefinition) {
    switch kind.resource {
    case "secrets":
      for member in object["stringData"]?.members ?? [] {
        let bytes = Array((member.value.string ?? "").utf8)
        object[path: ["data", member.name]] = .string(Base64.encoded(bytes, isPadded: true))
      }
      object["stringData"] = nil
      if object["type"] == nil { object["type"] = "Opaque" }
    case "persistentvolumeclaims":
      if !object.finalizers.contains("kubernetes.io/pvc-protection") {
        let all = object.finalizers + ["kubernetes.io/pvc-protection"]
        object.set("metadata.finalizers", .array(all.map(JSON.string)))
      }
      if object.value(at: "spec.volumeMode") == nil { object.set("spec.volumeMode", "Filesystem") }
      object.set("status.phase", "Pending")
    case "events":
      if object["eventTime"] == nil { object["eventTime"] = .null }
      for name in ["reportingComponent", "reportingInstance"] where object[name] == nil { object[name] = "" }
    case "pods": object.set("status.phase", "Pending")
    default: if !kind.isCustom, kind.hasStatusSubresource, object["status"] == nil { object["status"] = [:] }
    }
  }

  /// Asks the products' validators; gives their warnings.
  func admit(
    _ object: JSON, old: JSON?, _ operation: AdmissionOperation, _ call: Call, _ kind: KindDefinition
  ) throws(APIProblem) -> [String] {
    var warnings: [String] = []
    for plugin in admissionPlugins {
      let answer = plugin.review(
        object, old: old, operation, kind.resource, user: call.requester.name, in: store)
      switch answer {
      case nil: continue
      case .hasSideEffects:
        guard call.query["dryRun"] != nil else { continue }
        throw .badRequest("admission webhook \"\(plugin.name)\" does not support dry run")
      case .warns(let warning): warnings.append(warning)
      case .denied(let message, let code): throw Self.denied(plugin.name, message, code ?? 400)
      case .unreachable:
        throw Self.failed(plugin.name, "dial tcp 10.0.0.10:443: connect: connection refused")
      case .timesOut: throw Self.failed(plugin.name, "context deadline exceeded")
      }
    }
    return warnings
  }

  private static func denied(_ plugin: String, _ message: String, _ code: Int) -> APIProblem {
    let reasons = [400: "BadRequest", 403: "Forbidden", 404: "NotFound", 409: "Conflict", 422: "Invalid"]
    return APIProblem(
      code: code, reason: reasons[code],
      message: "admission webhook \"\(plugin)\" denied the request: \(message)")
  }

  private static func failed(_ plugin: String, _ why: String) -> APIProblem {
    let message =
      "failed calling webhook \"\(plugin)\": failed to call webhook: Post \"https://webhook.svc:443/x?timeout=10s\": \(why)"
    return APIProblem(
      code: 500, reason: "InternalError", message: "Internal error occurred: \(message)",
      details: ["causes": [["message": .string(message)]]])
  }
}
