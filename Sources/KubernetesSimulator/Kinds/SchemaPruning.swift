internal import SimulatorSupport

extension KindDefinition {
  private static let metadataFields: Set<String> = [
    "annotations", "creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "finalizers",
    "generateName", "generation", "labels", "managedFields", "name", "namespace", "ownerReferences",
    "resourceVersion", "selfLink", "uid",
  ]

  /// Drops what the kind does not know, and fills in what it presets; gives the paths of what was dropped.
  func prune(_ object: inout JSON) -> [String] {
    var unknown: [String] = []
    if let metadata = object["metadata"]?.members {
      let strange = metadata.map(\.name).filter { !Self.metadataFields.contains($0) }
      unknown += strange.map { "metadata.\($0)" }
      if !strange.isEmpty {
        object["metadata"] = .object(metadata.filter { Self.metadataFields.contains($0.name) })
      }
    }
    guard let schema, case .object(let fields) = schema else { return unknown }
    var pruned: [JSON.Member] = []
    for member in object.members ?? [] {
      guard !["apiVersion", "kind", "metadata"].contains(member.name) else {
        pruned.append(member)
        continue
      }
      guard let field = fields[member.name] else {
        unknown.append(member.name)
        continue
      }
      if member.value == .null { continue }
      pruned.append(JSON.Member(member.name, Self.pruned(member.value, field.schema, member.name, &unknown)))
    }
    object = .object(pruned)
    return unknown
  }

  private static func pruned(_ value: JSON, _ schema: Schema, _ path: String, _ unknown: inout [String])
    -> JSON
  {
    switch (schema, value) {
    case (.object(let fields), .object(let members)):
      var kept: [JSON.Member] = []
      for member in members {
        let place = "\(path).\(member.name)"
        guard let field = fields[member.name] else {
          if fields.keepsUnknown { kept.append(member) } else { unknown.append(place) }
          continue
        }
        if member.value == .null {
          if field.isNullable { kept.append(member) }
          continue
        }
        kept.append(JSON.Member(member.name, pruned(member.value, field.schema, place, &unknown)))
      }
      for field in fields.fields where !kept.contains(where: { $0.name == field.name }) {
        if let preset = field.preset { kept.append(JSON.Member(field.name, preset)) }
      }
      return .object(kept)
    case (.map(let inner), .object(let members)):
      return .object(
        members.map { JSON.Member($0.name, pruned($0.value, inner, "\(path).\($0.name)", &unknown)) })
    case (.array(let inner, _, _), .array(let elements)):
      return .array(elements.enumerated().map { pruned($1, inner, "\(path)[\($0)]", &unknown) })
    default: return value
    }
  }
}
