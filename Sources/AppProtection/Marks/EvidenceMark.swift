/// The mark by which a snapshot that `astra-restore` made as evidence is known again: its application's id and its name.
package struct EvidenceMark: Sendable {
  /// The label that names the application's id.
  package static let applicationLabel = "astra-steps/evidence-of"
  /// The label that names the snapshot.
  package static let nameLabel = "astra-steps/evidence-name"
  /// The beginning of the names of all evidence; `latest` never means one of them.
  package static let prefix = "evidence-"

  private let mark: Mark
  package var labels: [Label] { mark.labels }

  /// The mark of a snapshot of that application under that name.
  package init(of application: Application.ID, named name: String) {
    mark = Mark(labels: [Label(Self.applicationLabel, application.text), Label(Self.nameLabel, name)])
  }

  /// Reads the mark from a recovery point.
  package func reading(on point: RecoveryPoint) -> Mark.Reading { mark.reading(among: point.labels) }

  /// Whether a recovery point has the name of evidence, which is no proof.
  package static func isNamed(_ point: RecoveryPoint) -> Bool {
    point.kind == .snapshot && point.name.hasPrefix(prefix)
  }
}
