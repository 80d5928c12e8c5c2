internal import SimulatorSupport

extension KubernetesCluster {
  /// PATCH of an object, in one of its four forms.
  mutating func answerPatch(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    let kind = target.kind
    guard let name = target.name else { throw .methodNotAllowed }
    let strictness = try call.strictness("PatchOptions")
    let isDryRun = try call.isDryRun("PatchOptions")
    let accepted =
      ["application/json-patch+json", "application/merge-patch+json"]
      + (kind.isCustom ? [] : ["application/strategic-merge-patch+json"]) + ["application/apply-patch+yaml"]
    guard accepted.contains(call.contentType) else { throw .unsupportedMediaType(accepted) }
    if call.contentType == "application/apply-patch+yaml" {
      return try answerApply(call, target, strictness, isDryRun: isDryRun)
    }
    guard let old = store.object(target.key) else { throw .notFound(kind, name) }
    guard let patch = JSON(call.request.body) else {
      throw .badRequest("error decoding patch: unexpected end of JSON input")
    }
    var object: JSON
    switch call.contentType {
    case "application/json-patch+json":
      guard let changed = old.applying(jsonPatch: patch) else {
        throw APIProblem(
          code: 422, reason: "Invalid",
          message: "the server rejected our request due to an error in our request",
          details: [:])
      }
      object = changed
    case "application/merge-patch+json": object = old.merging(patch)
    default: object = old.merging(strategically: patch)
    }
    let findings = tidied(&object, kind) + patch.duplicates().map { "duplicate field \"\($0)\"" }
    if strictness == .strict, !findings.isEmpty {
      throw Self.strictPatchProblem(old.merging(patch), findings)
    }
    let (updated, more) = try update(target, old: old, new: object, call, isDryRun: isDryRun)
    return try answer(200, updated, call, warnings: (strictness == .warn ? findings : []) + more)
  }

  private static func strictPatchProblem(_ object: JSON, _ findings: [String]) -> APIProblem {
    let text = JSON.string(object.text).text
    let cause = APIProblem.Cause.invalid(
      "patch", text, "strict decoding error: \(findings.joined(separator: ", "))")
    return APIProblem(
      code: 422, reason: "Invalid", message: " \"\" is invalid: \(cause.text)",
      details: ["causes": [cause.json]])
  }
}

extension JSON {
  /// The value after a merge patch (RFC 7396).
  func merging(_ patch: JSON) -> JSON {
    guard case .object(let changes) = patch else { return patch }
    var merged = members == nil ? JSON.object([]) : self
    for change in changes {
      if change.value == .null {
        merged[change.name] = nil
      } else {
        merged[change.name] = (merged[change.name] ?? .null).merging(change.value)
      }
    }
    return merged
  }

  /// The value after a JSON patch (RFC 6902); nil: it does not apply.
  func applying(jsonPatch patch: JSON) -> JSON? {
    guard let steps = patch.array else { return nil }
    var value = self
    for step in steps {
      guard let operation = step["op"]?.string, let path = step["path"]?.string.flatMap(Self.pointer) else {
        return nil
      }
      let from = step["from"]?.string.flatMap(Self.pointer)
      switch operation {
      case "test": guard value.at(path[...])?.isSame(as: step["value"] ?? .null) == true else { return nil }
      case "add": guard let new = step["value"], value.put(new, path[...], isNew: true) else { return nil }
      case "replace":
        guard let new = step["value"], value.put(new, path[...], isNew: false) else { return nil }
      case "remove": guard value.put(nil, path[...], isNew: false) else { return nil }
      case "copy", "move":
        guard let from, let moved = value.at(from[...]) else { return nil }
        if operation == "move" { guard value.put(nil, from[...], isNew: false) else { return nil } }
        guard value.put(moved, path[...], isNew: true) else { return nil }
      default: return nil
      }
    }
    return value
  }

  private static func pointer(_ text: String) -> [String]? {
    if text.isEmpty { return [] }
    guard text.hasPrefix("/") else { return nil }
    return text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
  }

  private func at(_ path: ArraySlice<String>) -> JSON? {
    guard let first = path.first else { return self }
    let inner = array != nil ? Int(first).flatMap { self[$0] } : self[first]
    return inner?.at(path.dropFirst())
  }

  /// Puts a value at a place, or takes out what is there; false: there is no such place.
  private mutating func put(_ value: JSON?, _ path: ArraySlice<String>, isNew: Bool) -> Bool {
    guard let first = path.first else {
      guard let value else { return false }
      self = value
      return true
    }
    if path.count > 1 {
      if case .array(var elements) = self {
        guard let index = Int(first), elements.indices.contains(index),
          elements[index].put(value, path.dropFirst(), isNew: isNew)
        else { return false }
        self = .array(elements)
        return true
      }
      guard var inner = self[first], inner.put(value, path.dropFirst(), isNew: isNew) else { return false }
      self[first] = inner
      return true
    }
    if case .array(var elements) = self {
      guard let index = first == "-" ? elements.count : Int(first), index >= 0 else { return false }
      if let value, isNew {
        guard index <= elements.count else { return false }
        elements.insert(value, at: index)
      } else {
        guard index < elements.count else { return false }
        if let value { elements[index] = value } else { elements.remove(at: index) }
      }
      self = .array(elements)
      return true
    }
    guard members != nil, isNew || self[first] != nil else { return false }
    self[first] = value
    return true
  }

  /// The value after a strategic merge patch, as far as kubectl uses it.
  func merging(strategically patch: JSON, _ name: String = "") -> JSON {
    switch (self, patch) {
    case (_, .object(let changes)):
      if patch["$patch"]?.string == "replace" {
        return .object(changes.filter { $0.name != "$patch" })
      }
      var merged = members == nil ? JSON.object([]) : self
      for change in changes {
        if change.name.hasPrefix("$deleteFromPrimitiveList/") {
          let name = String(change.name.dropFirst("$deleteFromPrimitiveList/".count))
          let gone = change.value.array ?? []
          merged[name] = .array((merged[name]?.array ?? []).filter { !gone.contains($0) })
        } else if change.name.hasPrefix("$") {
          continue
        } else if change.value == .null {
          merged[change.name] = nil
        } else {
          merged[change.name] = (merged[change.name] ?? .null).merging(
            strategically: change.value, change.name)
        }
      }
      return merged
    case (.array(let present), .array(let changes)):
      if name == "finalizers" { return .array(present + changes.filter { !present.contains($0) }) }
      guard let key = Self.mergeKeys[name] else { return patch }
      var merged = present
      for change in changes {
        let index = merged.firstIndex { $0[key] == change[key] }
        if change["$patch"]?.string == "delete" {
          if let index { merged.remove(at: index) }
        } else if let index {
          merged[index] = merged[index].merging(strategically: change)
        } else {
          merged.append(change)
        }
      }
      return .array(merged)
    default: return patch
    }
  }

  private static let mergeKeys = [
    "containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "conditions": "type",
    "ownerReferences": "uid", "ports": "containerPort", "volumeMounts": "mountPath",
    "imagePullSecrets": "name",
    "secrets": "name",
  ]
}
