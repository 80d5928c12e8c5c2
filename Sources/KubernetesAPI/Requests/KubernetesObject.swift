package import StructuredValues
package import Timing

/// One object of the API as it was answered, with readers for its metadata.
package struct KubernetesObject: Hashable, Sendable {
  /// All of it.
  package let value: StructuredValue
  /// `metadata.name`, never empty.
  package let name: String
  /// `metadata.uid`, never empty: another object of the same name has another.
  package let uid: String

  /// Who an object belongs to (`metadata.ownerReferences`).
  package struct Owner: Hashable, Sendable {
    package var kind: String
    package var name: String
    package var uid: String

    /// Names an owner.
    package init(kind: String, name: String, uid: String) {
      self.kind = kind
      self.name = name
      self.uid = uid
    }
  }

  /// Reads an object; nil if the value has no name or no uid.
  package init?(_ value: StructuredValue) {
    guard let name = value["metadata"]?["name"]?.string, !name.isEmpty,
      let uid = value["metadata"]?["uid"]?.string, !uid.isEmpty
    else { return nil }
    self.value = value
    self.name = name
    self.uid = uid
  }

  /// The value at a path of member names (`object["status", "phase"]`); nil where there is none, or null.
  package subscript(_ path: String...) -> StructuredValue? {
    var value = value
    for name in path {
      guard let member = value[name] else { return nil }
      value = member
    }
    return value
  }

  /// Its namespace; nil for one of the whole cluster.
  package var namespace: String? { self["metadata", "namespace"]?.string }
  /// The version of its contents, to be compared for equality only; a rehearsed creation has none.
  package var resourceVersion: String? { self["metadata", "resourceVersion"]?.string }
  /// How often its specification was changed; what else counts in it depends on the kind.
  package var generation: Int? { self["metadata", "generation"]?.integer }
  /// When the server made it, in whole seconds of its clock.
  package var creationTimestamp: Timestamp? { moment("creationTimestamp") }
  /// When its deletion was asked for; nil while it was not.
  package var deletionTimestamp: Timestamp? { moment("deletionTimestamp") }
  /// Its labels; what is no text is left out.
  package var labels: [String: String] { texts("labels") }
  /// Its annotations; what is no text is left out.
  package var annotations: [String: String] { texts("annotations") }
  /// Who has to do something before it goes.
  package var finalizers: [String] {
    guard case .array(let names)? = self["metadata", "finalizers"] else { return [] }
    return names.compactMap(\.string)
  }
  /// Who it belongs to, as far as that can be read.
  package var owners: [Owner] {
    guard case .array(let owners)? = self["metadata", "ownerReferences"] else { return [] }
    return owners.compactMap { owner in
      guard let kind = owner["kind"]?.string, let name = owner["name"]?.string, let uid = owner["uid"]?.string
      else { return nil }
      return Owner(kind: kind, name: name, uid: uid)
    }
  }

  private func moment(_ name: String) -> Timestamp? {
    self["metadata", name]?.string.flatMap { Timestamp($0) }
  }

  private func texts(_ name: String) -> [String: String] {
    guard case .object(let members)? = self["metadata", name] else { return [:] }
    return members.reduce(into: [:]) { texts, member in texts[member.name] = member.value.string }
  }
}
