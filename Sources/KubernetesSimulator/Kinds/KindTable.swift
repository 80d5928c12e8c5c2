/// The kinds of a cluster, to be found by their resources and paths.
package struct KindTable: Sendable {
  /// In the order in which discovery tells them.
  package let all: [KindDefinition]
  private let places: [String: Int]

  /// A table of these kinds; of two versions of one resource the first is the one that objects are stored in.
  package init(_ kinds: [KindDefinition]) {
    all = kinds
    places = Dictionary(kinds.enumerated().map { ($1.resource, $0) }) { first, _ in first }
  }

  /// The kind of a resource such as `backups.velero.io` or `pods`.
  package subscript(_ resource: String) -> KindDefinition? { places[resource].map { all[$0] } }

  /// The kind of that `apiVersion` and `kind`.
  package func kind(_ apiVersion: String, _ kind: String) -> KindDefinition? {
    all.first { $0.kind == kind && $0.apiVersion == apiVersion }
  }

  /// The kind at a path.
  func kind(group: String, version: String, plural: String) -> KindDefinition? {
    self[KindDefinition.resource(plural, group: group)].flatMap { $0.version == version ? $0 : nil }
  }

  /// The group versions in the order of discovery, without the core one.
  var groups: [(name: String, versions: [String])] {
    var groups: [(name: String, versions: [String])] = []
    for kind in all where !kind.group.isEmpty {
      if let place = groups.firstIndex(where: { $0.name == kind.group }) {
        if !groups[place].versions.contains(kind.version) { groups[place].versions.append(kind.version) }
      } else {
        groups.append((kind.group, [kind.version]))
      }
    }
    return groups
  }

  func kinds(group: String, version: String) -> [KindDefinition] {
    all.filter { $0.group == group && $0.version == version }
  }
}
