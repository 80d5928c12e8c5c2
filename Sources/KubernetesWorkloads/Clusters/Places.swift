package import AppProtection
package import KubernetesAPI

/// Where an application is, as its id says: `context/namespace/name/uid`.
///
/// A name may be given again; the uid tells two applications of one name apart. That of a clone is the uid of the restore
/// that makes it, which is there before the application is.
package struct ApplicationPlace: Hashable {
  package var context: String
  package var namespace: String
  package var name: String
  package var uid: String

  /// Names a place.
  package init(context: String, namespace: String, name: String, uid: String) {
    (self.context, self.namespace, self.name, self.uid) = (context, namespace, name, uid)
  }

  /// Reads an id.
  ///
  /// A context may hold slashes; names and uids hold none.
  package init?(_ id: Application.ID) {
    guard let parts = Parts(id.text, 3) else { return nil }
    self.init(context: parts.context, namespace: parts[0], name: parts[1], uid: parts[2])
  }

  package var id: Application.ID { Application.ID("\(context)/\(namespace)/\(name)/\(uid)") }
}

/// Which copy an id names: `backup/name/uid`.
package struct PointPlace {
  package var kind: RecoveryPoint.Kind
  package var name: String
  package var uid: String

  /// Names a copy.
  package init(kind: RecoveryPoint.Kind, name: String, uid: String) {
    (self.kind, self.name, self.uid) = (kind, name, uid)
  }

  /// Reads an id.
  package init?(_ id: RecoveryPoint.ID) {
    let parts = id.text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 3, let kind = RecoveryPoint.Kind(rawValue: parts[0]) else { return nil }
    self.init(kind: kind, name: parts[1], uid: parts[2])
  }

  package var id: RecoveryPoint.ID { RecoveryPoint.ID("\(kind.rawValue)/\(name)/\(uid)") }
}

/// One object that stands for a piece of work: a backup, a snapshot, a restore.
package struct RunReference: Hashable {
  package var context: String
  package var kind: ResourceKind
  package var namespace: String
  package var name: String
  package var uid: String

  /// Names an object.
  package init(context: String, kind: ResourceKind, namespace: String, name: String, uid: String) {
    (self.context, self.kind, self.namespace) = (context, kind, namespace)
    (self.name, self.uid) = (name, uid)
  }

  /// Reads the id of an operation, `context/plural/namespace/name/uid`, of one of some kinds.
  package init?(_ id: Operation.ID, of kinds: [ResourceKind]) {
    guard let parts = Parts(id.text, 4), let kind = kinds.first(where: { $0.plural == parts[0] }) else {
      return nil
    }
    self.init(context: parts.context, kind: kind, namespace: parts[1], name: parts[2], uid: parts[3])
  }

  /// The object of a context.
  package init(_ object: KubernetesObject, _ kind: ResourceKind, in context: String) {
    self.init(
      context: context, kind: kind, namespace: object.namespace ?? "", name: object.name, uid: object.uid)
  }

  package var id: Operation.ID { Operation.ID("\(context)/\(kind.plural)/\(namespace)/\(name)/\(uid)") }
}

/// A context, which may hold slashes, and some parts that do not.
private struct Parts {
  var context: String
  private var rest: [String]

  init?(_ text: String, _ count: Int) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count > count, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    (context, rest) = (parts.dropLast(count).joined(separator: "/"), Array(parts.suffix(count)))
  }

  subscript(_ index: Int) -> String { rest[index] }
}
