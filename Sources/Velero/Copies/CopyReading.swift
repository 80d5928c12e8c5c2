internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// What a Backup object says of the copy.
extension VeleroBackend {
  /// Which of the two a Backup object is.
  static func kind(of backup: KubernetesObject) -> RecoveryPoint.Kind {
    let moves = backup["spec", "snapshotMoveData"]?.bool == true
    return moves || backup["spec", "defaultVolumesToFsBackup"]?.bool == true ? .backup : .snapshot
  }

  /// Whether a Backup object is a whole copy of an application, and of the one that bears that name now.
  ///
  /// Backups of other clusters that share the bucket become objects here, too. One that the steps made names the namespace by
  /// its uid; another counts only if it began where its object is, after the namespace was made.
  func isOf(
    _ backup: KubernetesObject, _ place: ApplicationPlace, _ namespace: NamespaceIdentity?
  ) -> Bool {
    let spec = backup["spec"]
    guard let namespace, (spec?["includedNamespaces"]?.texts ?? []).contains(place.namespace),
      Self.isWhole(spec), spec?["labelSelector"] == settings.selector?.value || spec?["labelSelector"] == nil
    else { return false }
    if let uid = backup.annotations[Names.namespaceUID] { return uid == namespace.uid }
    guard let object = backup.creationTimestamp else { return false }
    let began = backup["status", "startTimestamp"]?.string.flatMap { Timestamp($0) } ?? object
    guard object - began <= .seconds(1), let made = namespace.createdAt else { return false }
    return began >= made
  }

  /// Whether a backup leaves out no kind of objects.
  private static func isWhole(_ spec: StructuredValue?) -> Bool {
    func isAll(_ name: String) -> Bool {
      let texts = spec?[name]?.texts ?? []
      return texts.isEmpty || texts == ["*"]
    }
    let leavesOut = ["excludedResources", "excludedNamespaceScopedResources", "orLabelSelectors"]
    return isAll("includedResources") && isAll("includedNamespaceScopedResources")
      && leavesOut.allSatisfy { spec?[$0]?.elements.isEmpty ?? true }
  }

  /// A copy as it stands.
  ///
  /// - Parameters:
  ///   - object: its object.
  ///   - application: whose copy it is.
  ///   - movements: what has moved its data; nil where that may not be seen.
  /// - Returns: the copy; one that does not hold the data of every claim is `failed`, whatever its phase says.
  func point(
    _ object: KubernetesObject, of application: Application.ID, _ movements: [Movement]?
  ) -> RecoveryPoint {
    let run = RunState(object)
    let kind = Self.kind(of: object)
    let state: RecoveryPoint.State
    var problems: [String] = []
    switch run.progress {
    case .running(let word): state = RecoveryPoint.State(rawValue: word)
    case .blocked(let reason): (state, problems) = (RecoveryPoint.State(rawValue: "blocked"), [reason])
    case .completed: state = .completed
    case .partial(let reason):
      (state, problems) = (
        .failed, ["it is partial: \(reason)\(reasons(of: object)) (velero backup logs \(object.runName))"]
      )
    case .failed(let reason): (state, problems) = (.failed, [reason])
    case .goes: state = .deleting
    }
    let isSteps = object.labels[Marking.managedBy] == Marking.tool
    var point = RecoveryPoint(
      id: PointPlace(kind: kind, name: object.name, uid: object.uid).id, kind: kind,
      name: isSteps ? object.annotations[Names.name] ?? object.name : object.name,
      applicationID: application, state: object.deletionTimestamp == nil ? state : .deleting,
      hooks: run.hookFailure.map { .failed([$0 + reasons(of: object)]) }
        ?? (run.hooksRan ? .succeeded : .notReported),
      problems: problems,
      // The object is made anew when it is read from the bucket.
      createdAt: object["status", "startTimestamp"]?.string.flatMap { Timestamp($0) }
        ?? object.creationTimestamp,
      isScheduled: object.labels[Names.schedule] != nil, labels: Marking.labels(of: object))
    point.run = object.annotations[Marking.run]
    let own = ApplicationPlace(application)?.namespace
    point.otherNamespaces = (object["spec", "includedNamespaces"]?.texts ?? []).filter { $0 != own }
    point.progress = object.itemProgress
    point.expiresAt = object["status", "expiration"]?.string.flatMap { Timestamp($0) }
    guard point.state == .completed else {
      // What was seen of one that seemed complete may have been of before it was.
      (coverages[object.uid], doubts[object.uid]) = (nil, nil)
      return point
    }
    if run.warnings > 0 {
      let texts = run.hookFailure == nil ? reasons(of: object) : ""
      point.cautions.append("Velero counts \(run.warnings) warning\(run.warnings == 1 ? "" : "s")\(texts)")
    }
    // That it is completed does not mean that its data is there.
    if let open = movements?.first(where: { !$0.isDone && !$0.isLost }) {
      (point.state, point.problems) = (RecoveryPoint.State(rawValue: "moving data"), [open.clause])
      return point
    }
    let coverage = coverages[object.uid] ?? self.coverage(of: object, movements)
    if movements != nil { remember(coverage, of: object.uid) }
    point.coverage = coverage
    switch coverage {
    case .whole: break
    case .notTold: point.cautions.append("whether it holds the data of every volume is not told")
    case .partial(let lacking):
      (point.state, point.problems) = (
        .failed,
        ["Velero calls it completed, but it lacks the data of \(lacking.joined(separator: ", "))"]
      )
    }
    if let expiry = point.expiresAt, expiry <= currentTime {
      (point.state, point.problems) = (.removed, ["it expired at \(expiry.text)"])
    }
    return point
  }

  /// Remembers what a look at all movements has shown; that data is missing only once two looks agree on it.
  private func remember(_ coverage: Coverage, of uid: String) {
    if case .partial = coverage, doubts[uid] != coverage {
      doubts[uid] = coverage
    } else {
      coverages[uid] = coverage
    }
  }

  func coverage(of object: KubernetesObject, _ movements: [Movement]?) -> Coverage {
    .of(
      claims: object.annotations[Marking.inventory].map { Inventory($0).claims },
      movements: movements, counts: VolumeCounts(object),
      isMoved: object["spec", "snapshotMoveData"]?.bool == true, leaves: Self.kind(of: object) == .backup)
  }

  /// The movements of data of a cluster, by what a label of theirs says; nil where they may not be seen.
  func movements(
    _ kinds: [ResourceKind], in context: String, labels: String?, by label: String
  ) throws(BackendError) -> [String: [Movement]]? {
    guard case .velero(let home) = try access(context) else { return nil }
    var found: [String: [Movement]] = [:]
    for kind in kinds {
      let sight = try client(context).lookAtList(
        of: kind, in: home, labels: labels, to: "see which data was moved (\(kind.plural))")
      switch sight {
      case .told(let objects):
        for object in objects { found[object.labels[label] ?? "", default: []].append(Movement(object)) }
      // A release before it moved data.
      case .notInstalled: continue
      case .forbidden: return nil
      }
    }
    return found
  }
}

extension KubernetesObject {
  /// How many of its objects are written or restored; nil while that is not told.
  var itemProgress: Progress? {
    guard let progress = self["status", "progress"], let total = progress["totalItems"]?.integer, total > 0
    else { return nil }
    let done = (progress["itemsBackedUp"] ?? progress["itemsRestored"])?.integer
    return Progress(
      percent: done.map { min(100, 100 * Double($0) / Double(total)) }, itemsDone: done, itemsTotal: total)
  }
}
