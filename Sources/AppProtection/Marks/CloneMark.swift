/// A word that a client has written on the backend's entry for an object.
package struct Label: Hashable, Sendable {
  package var name: String
  package var value: String

  /// Makes a label.
  package init(_ name: String, _ value: String) {
    (self.name, self.value) = (name, value)
  }
}

/// Labels by which something that this tool made is known again: all of them, each once.
package struct Mark: Sendable {
  package let labels: [Label]

  /// What the labels of an object say of a mark.
  package enum Reading: Hashable, Sendable {
    /// It is there, whole.
    case there
    /// There is none.
    case absent
    /// There is another one: the values of the labels.
    case another(String)
  }

  /// Reads the mark from an object's labels.
  func reading(among all: [Label]) -> Reading {
    let names = labels.map(\.name)
    let found = all.filter { names.contains($0.name) }
    if found.isEmpty { return .absent }
    // Each once: two values of one label are none to rely on.
    if found.count == labels.count, Set(found) == Set(labels) { return .there }
    return .another(found.map { "\($0.name)=\($0.value)" }.joined(separator: ", "))
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

  /// The label that says what the clone was made from: the id of a recovery point, or `live`.
  ///
  /// It is none of the two by which a clone is known: older clones have none.
  package static let originLabel = "astra-steps/clone-from"

  private let mark: Mark
  package var labels: [Label] { mark.labels }

  /// The mark of a clone of that application under that name.
  package init(of source: Application.ID, named name: String) {
    mark = Mark(labels: [Label(Self.sourceLabel, source.text), Label(Self.nameLabel, name)])
  }

  /// The label for where a clone comes from; nil is the live application.
  package static func origin(_ point: RecoveryPoint.ID?) -> Label {
    Label(originLabel, CloneOrigin(point?.text).text)
  }

  /// Where an application that has this mark comes from, as its labels say; nil if they do not.
  package func origin(of application: Application) -> CloneOrigin? {
    let found = application.labels.filter { $0.name == Self.originLabel }
    guard reading(on: application) == .there, found.count == 1 else { return nil }
    return CloneOrigin(text: found[0].value)
  }

  /// Reads the mark from an application.
  package func reading(on application: Application) -> Mark.Reading {
    mark.reading(among: application.labels)
  }
}

/// What a clone was made from.
package enum CloneOrigin: Hashable, Sendable {
  case live
  case point(RecoveryPoint.ID)

  /// From the id of a recovery point; nil is the live application.
  package init(_ point: String?) {
    self = point.map { .point(RecoveryPoint.ID($0)) } ?? .live
  }

  /// From the word of a label.
  init(text: String) {
    self.init(text == Self.liveWord ? nil : text)
  }

  /// The word for a label.
  var text: String {
    switch self {
    case .live: Self.liveWord
    case .point(let id): id.text
    }
  }

  private static let liveWord = "live"
}
