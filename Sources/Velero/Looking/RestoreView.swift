internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

/// A Restore object, as it stands: what makes a clone, or what was restored into a namespace that was there.
struct RestoreView {
  let object: KubernetesObject
  let reference: RunReference
  let state: RunState
  /// The namespaces of the backup that it takes something from; empty: all, or not told.
  var scope: [String]

  init(_ object: KubernetesObject, in context: String) {
    self.object = object
    reference = RunReference(object, Kinds.restore, in: context)
    state = RunState(object)
    scope = (object["spec", "includedNamespaces"]?.texts ?? []).filter { $0 != "*" }
  }

  var backupName: String { object["spec", "backupName"]?.string ?? "" }
  var createdAt: Timestamp? { object.creationTimestamp }
  var completedAt: Timestamp? {
    object["status", "completionTimestamp"]?.string.flatMap { Timestamp($0) }
  }
  /// The name of the clone that a step makes by it; nil for any other restore.
  var cloneName: String? {
    object.labels[Marking.purpose] == Marking.clone ? object.annotations[CloneMark.nameLabel] : nil
  }
  /// The namespace that a clone goes into, and its uid when it was asked for.
  var destination: String? { mapping.first?.value }
  var namespaceUID: String? { object.annotations[Names.namespaceUID] }
  /// The recovery point, if a step asked for it.
  var point: RecoveryPoint.ID? { object.annotations[Marking.point].map { RecoveryPoint.ID($0) } }

  private var mapping: [String: String] {
    guard case .object(let members)? = object["spec", "namespaceMapping"] else { return [:] }
    return members.reduce(into: [:]) { $0[$1.name] = $1.value.string }
  }

  /// Whether it brings something into a namespace, or may.
  func fills(_ namespace: String) -> Bool {
    let mapping = mapping
    if scope.isEmpty { return mapping.values.contains(namespace) || mapping[namespace] == nil }
    return scope.contains { (mapping[$0] ?? $0) == namespace }
  }

  /// How it is told later whether it has gone on since.
  var mark: String {
    RestoreMark.text(reference, hasEnded: state.isTerminal, at: completedAt ?? createdAt)
  }

  /// Whether one is older than another; of two of one moment, by their names.
  static func isOlder(_ one: Self, _ other: Self) -> Bool {
    (one.createdAt ?? Timestamp.unknown, one.reference.name) < (
      other.createdAt ?? Timestamp.unknown, other.reference.name
    )
  }
}

extension VeleroBackend {
  /// The restores of a cluster, the oldest first.
  func restores(in context: String, to attempt: String) throws(BackendError) -> [RestoreView] {
    var views = try objects(Kinds.restore, in: context, to: attempt).map { RestoreView($0, in: context) }
    // One that names no namespaces brings all that its backup has.
    let open = views.indices.filter { views[$0].scope.isEmpty }
    if open.contains(where: { scopes["\(context)/\(views[$0].backupName)"] == nil }),
      case .told(let backups) = try client(context).lookAtList(
        of: Kinds.backup, in: home(context), to: attempt)
    {
      for backup in backups {
        scopes["\(context)/\(backup.name)"] = (backup["spec", "includedNamespaces"]?.texts ?? [])
          .filter { $0 != "*" }
      }
    }
    for index in open { views[index].scope = scopes["\(context)/\(views[index].backupName)"] ?? [] }
    return views.sorted(by: RestoreView.isOlder)
  }
}
