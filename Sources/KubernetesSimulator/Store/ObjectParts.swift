package import SimulatorSupport

/// What every object has.
extension JSON {
  /// `metadata.name`.
  package var name: String? { value(at: "metadata.name")?.string }
  /// `metadata.namespace`.
  package var namespace: String? { value(at: "metadata.namespace")?.string }
  /// `metadata.uid`.
  package var uid: String? { value(at: "metadata.uid")?.string }
  /// `metadata.resourceVersion`.
  package var resourceVersion: String? { value(at: "metadata.resourceVersion")?.string }
  /// Whether it has been deleted and something still holds it.
  package var isDeleted: Bool { value(at: "metadata.deletionTimestamp") != nil }
  /// `metadata.finalizers`.
  package var finalizers: [String] {
    value(at: "metadata.finalizers")?.array?.compactMap(\.string) ?? []
  }
  /// `metadata.ownerReferences`.
  package var owners: [JSON] { value(at: "metadata.ownerReferences")?.array ?? [] }
  /// `metadata.labels`.
  package var labels: [Member] { value(at: "metadata.labels")?.members ?? [] }
  /// A label's value.
  package func label(_ name: String) -> String? { self[path: ["metadata", "labels", name]]?.string }
  /// An annotation's value.
  package func annotation(_ name: String) -> String? {
    self[path: ["metadata", "annotations", name]]?.string
  }

  var graceSeconds: Int { value(at: "metadata.deletionGracePeriodSeconds")?.integer ?? 0 }
}
