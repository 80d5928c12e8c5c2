internal import SimulatorSupport

extension KubernetesCluster {
  /// PATCH with the whole wish of one manager (server-side apply).
  mutating func answerApply(
    _ call: Call, _ target: Target, _ strictness: Strictness, isDryRun: Bool
  ) throws(APIProblem) -> SimulatedResponse {
    let kind = target.kind
    let name = target.name ?? ""
    guard let manager = call.query["fieldManager"] else {
      throw .invalidOptions("PatchOptions", .required("fieldManager", ": is required for apply patch"))
    }
    guard var wish = JSON(call.request.body), wish.members != nil else {
      throw .badRequest("error decoding YAML: this server reads JSON alone")
    }
    try checkHead(wish, target)
    guard wish.value(at: "metadata.managedFields") == nil else {
      throw .badRequest("metadata.managedFields must be nil")
    }
    var pruned = wish
    let findings = tidied(&pruned, kind)
    if strictness == .strict, !findings.isEmpty {
      throw .badRequest("failed to create typed patch object: \(findings.joined(separator: ", "))")
    }
    let warnings = strictness == .warn ? findings : []
    // What the server presets is nobody's wish.
    wish = wish.keeping(pruned)
    if kind.hasStatusSubresource, !target.isStatus { wish["status"] = nil }
    guard let old = store.object(target.key) else {
      if let uid = wish.uid {
        throw .conflict(
          kind, name,
          "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
      }
      var (created, more) = try create(
        wish.setting("metadata.name", .string(name)), call, target, .ignore, isDryRun: isDryRun)
      FieldOwners.set(&created, manager, wish, kind, at: store.timestamp)
      if !isDryRun { store.annotate(target.key, created) }
      return try answer(201, created, call, warnings: warnings + more)
    }
    if let version = wish.resourceVersion, version != old.resourceVersion { throw .conflict(kind, name) }
    let (merged, conflicts) = FieldOwners.apply(wish, to: old, by: manager)
    if !conflicts.isEmpty, !call.query.isSet("force") { throw Self.applyConflict(conflicts) }
    var object = merged
    FieldOwners.set(&object, manager, wish, kind, at: store.timestamp)
    _ = tidied(&object, kind)
    let owners = object.value(at: "metadata.managedFields")
    let (updated, more) = try update(target, old: old, new: object, call, isDryRun: isDryRun)
    let answered = updated.setting("metadata.managedFields", owners)
    if !isDryRun { store.annotate(target.key, answered) }
    return try answer(200, answered, call, warnings: warnings + more)
  }

  private static func applyConflict(_ conflicts: [(manager: String, field: String)]) -> APIProblem {
    let causes = conflicts.map {
      APIProblem.Cause(
        field: $0.field, reason: "FieldManagerConflict", message: "conflict with \"\($0.manager)\"")
    }
    let texts = causes.map { "\($0.message): \($0.field)" }
    let list = texts.count == 1 ? texts[0] : texts.joined(separator: "\n")
    return APIProblem(
      code: 409, reason: "Conflict",
      message: "Apply failed with \(causes.count) conflict\(causes.count == 1 ? "" : "s"): \(list)",
      details: ["causes": .array(causes.map(\.json))])
  }
}

extension ObjectStore {
  /// Keeps who owns which field, which is no change of the object.
  mutating func annotate(_ key: ObjectKey, _ object: JSON) {
    quietly(key) { $0.set("metadata.managedFields", object.value(at: "metadata.managedFields")) }
  }
}

/// Who has set which fields: `metadata.managedFields`.
enum FieldOwners {
  /// The paths of the values of an object that a manager has set, down to lists and plain values.
  private static func paths(_ value: JSON, _ path: [String] = []) -> [[String]] {
    guard case .object(let members) = value, !members.isEmpty else { return path.isEmpty ? [] : [path] }
    return members.flatMap { member -> [[String]] in
      if path.isEmpty, ["apiVersion", "kind"].contains(member.name) { return [] }
      if path == ["metadata"],
        !["labels", "annotations", "finalizers", "ownerReferences"].contains(member.name)
      {
        return []
      }
      return paths(member.value, path + [member.name])
    }
  }

  private static func owned(_ entry: JSON) -> [[String]] {
    func read(_ value: JSON, _ path: [String]) -> [[String]] {
      let inner = (value.members ?? []).filter { $0.name.hasPrefix("f:") }
      return inner.isEmpty ? [path] : inner.flatMap { read($0.value, path + [String($0.name.dropFirst(2))]) }
    }
    return read(entry["fieldsV1"] ?? [:], []).filter { !$0.isEmpty }
  }

  private static func entry(
    _ manager: String, _ operation: String, _ paths: [[String]], _ kind: KindDefinition, _ moment: String
  ) -> JSON {
    var fields: JSON = [:]
    for path in paths { fields[path: path.map { "f:\($0)" }] = [:] }
    return [
      "apiVersion": .string(kind.apiVersion), "fieldsType": "FieldsV1", "fieldsV1": fields,
      "manager": .string(manager), "operation": .string(operation), "time": .string(moment),
    ]
  }

  /// Makes a wish the only one of its manager.
  static func set(
    _ object: inout JSON, _ manager: String, _ wish: JSON, _ kind: KindDefinition, at moment: String
  ) {
    let mine = paths(wish)
    var entries: [JSON] = []
    for old in object.value(at: "metadata.managedFields")?.array ?? [] {
      if old["manager"]?.string == manager, old["operation"] == "Apply" {
        if owned(old).sorted(by: isBefore) == mine.sorted(by: isBefore) { return }
        continue
      }
      let isUpdate = old["manager"]?.string == manager
      let left = owned(old).filter { !isUpdate || !mine.contains($0) }
      if !left.isEmpty {
        entries.append(
          entry(
            old["manager"]?.string ?? "", old["operation"]?.string ?? "", left, kind,
            old["time"]?.string ?? moment))
      }
    }
    entries.append(entry(manager, "Apply", mine, kind, moment))
    object.set("metadata.managedFields", .array(entries))
  }

  private static func isBefore(_ left: [String], _ right: [String]) -> Bool {
    left.lexicographicallyPrecedes(right)
  }

  /// The object with a manager's wish in it, without what that manager no longer wishes; and who else has set what it
  /// would change.
  static func apply(_ wish: JSON, to old: JSON, by manager: String) -> (
    JSON, [(manager: String, field: String)]
  ) {
    var merged = old
    var conflicts: [(manager: String, field: String)] = []
    let entries = old.value(at: "metadata.managedFields")?.array ?? []
    let wanted = paths(wish)
    for path in wanted {
      let value = wish[path: path] ?? .null
      if let present = old[path: path], !present.isSame(as: value) {
        for entry in entries where entry["manager"]?.string != manager && owned(entry).contains(path) {
          conflicts.append((entry["manager"]?.string ?? "", "." + path.joined(separator: ".")))
        }
      }
      merged[path: path] = value
    }
    for entry in entries where entry["manager"]?.string == manager && entry["operation"] == "Apply" {
      for path in owned(entry) where !wanted.contains(path) {
        let isOthers = entries.contains { $0["manager"]?.string != manager && owned($0).contains(path) }
        if !isOthers { merged[path: path] = nil }
      }
    }
    // Whoever is overruled loses the field.
    let overruled = Set(conflicts.map { $0.field })
    if !overruled.isEmpty {
      let left = entries.map { entry -> JSON in
        guard entry["manager"]?.string != manager else { return entry }
        var changed = entry
        var fields: JSON = [:]
        for path in owned(entry) where !overruled.contains("." + path.joined(separator: ".")) {
          fields[path: path.map { "f:\($0)" }] = [:]
        }
        changed["fieldsV1"] = fields
        return changed
      }
      merged.set("metadata.managedFields", .array(left.filter { $0["fieldsV1"] != [:] }))
    }
    return (merged, conflicts)
  }

  /// Notes what a create, a PUT or a patch has changed, of requests that name their manager.
  static func note(_ object: inout JSON, old: JSON?, _ call: Call, _ kind: KindDefinition, at moment: String)
  {
    guard call.query["fieldManager"] != nil, call.contentType != "application/apply-patch+yaml" else {
      return
    }
    let changed = paths(object).filter { path in
      old.map { $0[path: path].map { $0.isSame(as: object[path: path] ?? .null) } != true } ?? true
    }
    var mine = changed
    var entries: [JSON] = []
    for entry in old?.value(at: "metadata.managedFields")?.array ?? [] {
      if entry["manager"]?.string == call.manager, entry["operation"] == "Update" {
        mine += owned(entry).filter { !changed.contains($0) && object[path: $0] != nil }
        continue
      }
      let left = owned(entry).filter { !changed.contains($0) }
      if !left.isEmpty {
        entries.append(
          Self.entry(
            entry["manager"]?.string ?? "", entry["operation"]?.string ?? "", left, kind,
            entry["time"]?.string ?? moment))
      }
    }
    if !mine.isEmpty { entries.append(entry(call.manager, "Update", mine, kind, moment)) }
    object.set("metadata.managedFields", entries.isEmpty ? nil : .array(entries))
  }
}

extension JSON {
  /// Only what is in the other value too.
  fileprivate func keeping(_ other: JSON) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(
      members.compactMap { member in
        other[member.name].map { Member(member.name, member.value.keeping($0)) }
      })
  }
}
