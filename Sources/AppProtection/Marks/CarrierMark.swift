/// The mark by which a copy that `astra-clone` made of a live application, to make a clone of it, is known again: its
/// application's id, its own name, and the name and the cluster of the clone.
package struct CarrierMark: Sendable {
  /// The label that names the application's id.
  package static let applicationLabel = "astra-steps/carrier-of"
  /// The label that names the copy.
  package static let nameLabel = "astra-steps/carrier-name"
  /// The label that names the clone.
  package static let cloneLabel = "astra-steps/carrier-for"
  /// The label that names the id of the clone's cluster.
  package static let clusterLabel = "astra-steps/carrier-to"

  private let mark: Mark
  package var labels: [Label] { mark.labels }

  /// The mark of a copy of that application under that name, for that clone.
  package init(
    of application: Application.ID, named name: String, for clone: String, on cluster: Cluster.ID
  ) {
    mark = Mark(labels: [
      Label(Self.applicationLabel, application.text), Label(Self.nameLabel, name),
      Label(Self.cloneLabel, clone), Label(Self.clusterLabel, cluster.text),
    ])
  }

  /// Reads the mark from a recovery point.
  package func reading(on point: RecoveryPoint) -> Mark.Reading { mark.reading(among: point.labels) }

  /// The clone that a recovery point says it was made for, and the clone's cluster, which is no proof; nil if it says none.
  package static func clone(of point: RecoveryPoint) -> (name: String, cluster: Cluster.ID)? {
    func value(_ name: String) -> String? { point.labels.first { $0.name == name }?.value }
    guard let name = value(cloneLabel), let cluster = value(clusterLabel) else { return nil }
    return (name, Cluster.ID(cluster))
  }
}
