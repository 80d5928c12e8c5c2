/// Which object it is.
package struct ObjectKey: Hashable, Comparable, Sendable {
  /// The plural with its group: `backups.velero.io`, `pods`.
  package var resource: String
  /// Nil for what is in no namespace.
  package var namespace: String?
  package var name: String

  /// Names an object.
  package init(_ resource: String, _ namespace: String?, _ name: String) {
    (self.resource, self.namespace, self.name) = (resource, namespace, name)
  }

  package static func < (left: Self, right: Self) -> Bool {
    (left.resource, left.namespace ?? "", left.name) < (right.resource, right.namespace ?? "", right.name)
  }
}
