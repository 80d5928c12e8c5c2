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
  /// What Velero calls it: what it brings bears that name in a label.
  var runName: String { object.runName }
  var createdAt: Timestamp? { object.creationTimestamp }
  /// When the server began with it.
  var startedAt: Timestamp? {
    object["status", "startTimestamp"]?.string.flatMap { Timestamp($0) }
  }
  /// Whether it may have ended between the request for another one and its beginning, by clocks that may be a minute apart.
  func mayHaveRun(before other: RestoreView) -> Bool {
    guard let ended = completedAt, let asked = other.createdAt else { return false }
    return asked - ended < .seconds(60)
  }
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

  /// What moves its data, as its status counts that; nil where it does not.
  var countedMovements: [Movement]? {
    let kinds = ["dataMoverDataDownloads", "fileSystemPodVolumeRestores"].compactMap { object["status", $0] }
    guard !kinds.isEmpty else { return nil }
    return kinds.flatMap { counts in
      func number(_ name: String) -> Int { counts[name]?.integer ?? 0 }
      let ended = ["completed": "Completed", "failed": "Failed", "canceled": "Canceled"]
      let known = ended.ordered { $0.key < $1.key }.flatMap { name, phase in
        Array(repeating: Movement(counted: phase), count: number(name))
      }
      let open = max(0, number("total") - known.count)
      return known + Array(repeating: Movement(counted: "InProgress"), count: open)
    }
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
  /// The restores of a cluster, the oldest first; of some namespaces only where no others can be seen.
  func restores(
    in context: String, of namespaces: [String]? = nil, to attempt: String
  ) throws(BackendError) -> [RestoreView] {
    var views = try objects(Kinds.restore, in: context, of: namespaces, to: attempt).map {
      RestoreView($0, in: context)
    }
    // One that names no namespaces brings all that its backup has.
    let open = views.indices.filter { views[$0].scope.isEmpty }
    if open.contains(where: { scopes["\(context)/\(views[$0].backupName)"] == nil }),
      let backups = try visibleObjects(Kinds.backup, in: context, to: attempt)
    {
      for backup in backups {
        scopes["\(context)/\(backup.name)"] = (backup["spec", "includedNamespaces"]?.texts ?? [])
          .filter { $0 != "*" }
      }
    }
    for index in open { views[index].scope = scopes["\(context)/\(views[index].backupName)"] ?? [] }
    return views.ordered(by: RestoreView.isOlder)
  }
}
