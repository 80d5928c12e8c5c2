internal import AppProtection
internal import KubernetesAPI

/// Where an application is, as its id says: `context/namespace/name/uid`.
///
/// A name may be given again; the uid tells two applications of one name apart. That of a clone is the uid of the restore
/// that makes it, which is there before the application is.
struct ApplicationPlace: Hashable {
  var context: String
  var namespace: String
  var name: String
  var uid: String

  init(context: String, namespace: String, name: String, uid: String) {
    (self.context, self.namespace, self.name, self.uid) = (context, namespace, name, uid)
  }

  /// Reads an id.
  ///
  /// A context may hold slashes; names and uids hold none.
  init?(_ id: Application.ID) {
    let parts = id.text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count >= 4, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    self.init(
      context: parts.dropLast(3).joined(separator: "/"), namespace: parts[parts.count - 3],
      name: parts[parts.count - 2], uid: parts[parts.count - 1])
  }

  var id: Application.ID { Application.ID("\(context)/\(namespace)/\(name)/\(uid)") }
}

/// Which copy an id names: `backup/name/uid`, in the namespace of its application.
struct PointPlace {
  var kind: RecoveryPoint.Kind
  var name: String
  var uid: String

  init(kind: RecoveryPoint.Kind, name: String, uid: String) {
    (self.kind, self.name, self.uid) = (kind, name, uid)
  }

  /// Reads an id.
  init?(_ id: RecoveryPoint.ID) {
    let parts = id.text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 3, let kind = RecoveryPoint.Kind(rawValue: parts[0]) else { return nil }
    self.init(kind: kind, name: parts[1], uid: parts[2])
  }

  var id: RecoveryPoint.ID { RecoveryPoint.ID("\(kind.rawValue)/\(name)/\(uid)") }
}

/// One object that stands for a piece of work: a backup, a snapshot, a restore.
struct RunReference: Hashable {
  var context: String
  var kind: ResourceKind
  var namespace: String
  var name: String
  var uid: String

  init(context: String, kind: ResourceKind, namespace: String, name: String, uid: String) {
    (self.context, self.kind, self.namespace) = (context, kind, namespace)
    (self.name, self.uid) = (name, uid)
  }

  /// Reads the id of an operation: `context/plural/namespace/name/uid`.
  init?(_ id: Operation.ID) {
    let parts = id.text.split(separator: "/", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count >= 5,
      let kind = (Kinds.restores + Kinds.inPlaceRestores).first(where: {
        $0.plural == parts[parts.count - 4]
      })
    else { return nil }
    self.init(
      context: parts.dropLast(4).joined(separator: "/"), kind: kind, namespace: parts[parts.count - 3],
      name: parts[parts.count - 2], uid: parts[parts.count - 1])
  }

  init(_ object: KubernetesObject, _ kind: ResourceKind, in context: String) {
    self.init(
      context: context, kind: kind, namespace: object.namespace ?? "", name: object.name, uid: object.uid)
  }

  var id: Operation.ID { Operation.ID("\(context)/\(kind.plural)/\(namespace)/\(name)/\(uid)") }
}
