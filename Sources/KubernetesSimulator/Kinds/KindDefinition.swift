/// One kind of object that a cluster knows.
package struct KindDefinition: Sendable {
  package var group: String
  package var version: String
  package var kind: String
  package var plural: String
  package var singular: String
  package var shortNames: [String] = []
  package var categories: [String] = []
  package var isNamespaced = true
  /// Whether it came as a custom resource definition: then it is answered, patched and validated in another way.
  package var isCustom = true
  /// Whether the status has a path of its own, so that it is dropped everywhere else.
  package var hasStatusSubresource = true
  /// Whether `metadata.generation` counts the changes of what was asked for.
  package var hasGeneration = true
  /// Whether names are labels of DNS (no dots), as those of namespaces and services.
  package var namesAreLabels = false
  /// The fields below the object; nil: anything goes.
  package var schema: Schema?
  /// What the schema cannot say.
  package var rules: [SchemaRule] = []
  /// What `kubectl get` shows beside the name and the age.
  package var columns: [Column] = []
  /// Field selectors beside `metadata.name` and `metadata.namespace`.
  package var selectableFields: [String] = []

  /// One more column of `kubectl get`.
  package struct Column: Sendable {
    package var name: String
    package var path: String
    package var type: String
    package var priority: Int

    /// A column that shows the value at a path such as `status.phase`.
    package init(_ name: String, _ path: String, _ type: String = "string", priority: Int = 0) {
      (self.name, self.path, self.type, self.priority) = (name, path, type, priority)
    }
  }

  /// A kind of that group and version (`velero.io/v1`; `v1` for the core group).
  ///
  /// The plural and the singular follow from the kind unless they are given.
  package init(_ apiVersion: String, _ kind: String, plural: String? = nil, shortNames: [String] = []) {
    let parts = apiVersion.split(separator: "/").map(String.init)
    (group, version) = parts.count == 2 ? (parts[0], parts[1]) : ("", parts[0])
    self.kind = kind
    singular = kind.lowercased()
    self.plural = plural ?? singular + "s"
    self.shortNames = shortNames
  }

  /// `velero.io/v1`, or `v1`.
  package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
  /// `backups.velero.io`, or `pods`: what an `ObjectKey` and an error message call it.
  package var resource: String { Self.resource(plural, group: group) }
  /// `Backup.velero.io`, or `Pod`: what a message about an invalid object calls it.
  var qualifiedKind: String { Self.resource(kind, group: group) }

  static func resource(_ plural: String, group: String) -> String {
    group.isEmpty ? plural : "\(plural).\(group)"
  }
}
