/// A word that a client has written on the backend's entry for an object.
package struct Label: Hashable, Sendable {
  package var name: String
  package var value: String

  /// Makes a label.
  package init(_ name: String, _ value: String) {
    (self.name, self.value) = (name, value)
  }
}

/// The mark by which a clone that this tool made is known again: its source's id and the name it was made under.
///
/// A clone of that clone may inherit the labels, but not the source: so the mark holds only together with what the
/// backend itself says of where the clone came from.
package struct CloneMark: Sendable {
  /// The label that names the source's id.
  package static let sourceLabel = "astra-steps/clone-of"
  /// The label that names the clone.
  package static let nameLabel = "astra-steps/clone-name"

  package let labels: [Label]

  /// The mark of a clone of that application under that name.
  package init(of source: Application.ID, named name: String) {
    labels = [Label(Self.sourceLabel, source.text), Label(Self.nameLabel, name)]
  }

  /// What the labels of an application say of that mark.
  package enum Reading: Hashable, Sendable {
    /// It is there, whole.
    case there
    /// There is none.
    case absent
    /// There is another one: the values of the labels.
    case another(String)
  }

  /// Reads the mark from an application.
  package func reading(on application: Application) -> Reading {
    let names = [Self.sourceLabel, Self.nameLabel]
    let found = application.labels.filter { names.contains($0.name) }
    if found.isEmpty { return .absent }
    // Each once: two values of one label are none to rely on.
    if found.count == labels.count, Set(found) == Set(labels) { return .there }
    return .another(found.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))
  }
}
