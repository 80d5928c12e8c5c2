package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

/// What an in-place restore writes on what it changes, so that nobody takes a stopped application for one that is to stay so.
enum InPlaceMark {
  /// How many pods a workload had before it was stopped.
  static let replicas = "astra-steps/replicas"
  /// The Restore that it was stopped for.
  static let restore = "astra-steps/restore"
  /// The workload's own uid: a copy of it in another namespace is not stopped for that.
  static let workload = "astra-steps/workload-uid"
  /// What the reclaim policy of a volume was.
  static let policy = "astra-steps/reclaim-policy"
  /// When a volume was told to outlive its claim, by the clock of the cluster.
  static let keptAt = "astra-steps/kept-at"
  /// The volume's own uid: a backup copies annotations, and with another uid they say nothing.
  static let volume = "astra-steps/volume-uid"

  /// What a restore in place leaves alone: the address of an application, what it is opened with, and what was paused for
  /// the restore, which the copy would wake.
  ///
  /// Nor does it bring pods: those of workloads are made anew by these, which would end one that comes while they are stopped.
  static let untouched = [
    "pods", "services", "endpoints", "endpointslices.discovery.k8s.io", "ingresses.networking.k8s.io",
    "routes.route.openshift.io", "secrets", "applications.argoproj.io",
    "kustomizations.kustomize.toolkit.fluxcd.io", "helmreleases.helm.toolkit.fluxcd.io",
    "horizontalpodautoscalers.autoscaling", "scaledobjects.keda.sh",
  ]
}

// One change at a time: each looks first, and an object of another uid than the one that was planned is left alone.
extension VeleroBackend {
  package func perform(
    _ change: RestoreChange, of application: Application.ID
  ) throws(BackendError) -> RestoreChangeState {
    guard let place = ApplicationPlace(application), let known = InPlacePlan.Change(change) else {
      throw BackendError(
        .misconfigured, "cannot \(change.clause): the record of it cannot be read",
        hint: "use the release that has begun it")
    }
    let client = try client(place.context)
    switch known {
    case .retain(let volume, _, let restore): return try retain(volume, restore, client, change.clause)
    case .stop(let workload, let restore):
      return try stop(workload, restore, place, client, change.clause)
    case .awaitIdle(let claims): return try idle(claims, place, client, change.clause)
    case .deleteClaim(let claim): return try delete(claim, place, client, change.clause)
    case .restore(let order): return try restore(order, place, client, change.clause)
    case .prove(let restore, let claims):
      return try prove(claims, restore, place, client, change.clause)
    case .start(let workload, _): return try start(workload, place, client, change.clause)
    }
  }

  private func retain(
    _ volume: InPlacePlan.Volume, _ restore: String, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    guard let object = try client.get(.volume, volume.name, in: nil, to: attempt) else {
      return .failed("volume \"\(volume.name)\" is gone")
    }
    guard object.uid == volume.uid else {
      return .failed("volume \"\(volume.name)\" is another one by now (uid \(object.uid))")
    }
    guard object["spec", "persistentVolumeReclaimPolicy"]?.string != "Retain" else { return .made }
    var annotations = [
      InPlaceMark.policy: volume.reclaimPolicy, InPlaceMark.restore: restore,
      InPlaceMark.volume: volume.uid, InPlaceMark.keptAt: currentTime.text,
    ]
    annotations[Marking.run] = settings.signature.run
    let patch = StructuredValue.members([
      "metadata": .members([
        "resourceVersion": object.resourceVersion.map { .string($0) },
        "labels": .texts([Marking.managedBy: Marking.tool]), "annotations": .texts(annotations),
      ]),
      "spec": .texts(["persistentVolumeReclaimPolicy": "Retain"]),
    ])
    return try changed(volume.name) { () throws(BackendError) in
      _ = try client.mergePatch(.volume, volume.name, in: nil, patch, to: attempt)
    }
  }

  private func stop(
    _ workload: InPlacePlan.Workload, _ restore: String, _ place: ApplicationPlace,
    _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    guard let object = try client.get(workload.kind, workload.name, in: place.namespace, to: attempt) else {
      return .made
    }
    guard object.uid == workload.uid else {
      return .failed("\(workload.title) is another one by now (uid \(object.uid))")
    }
    if object["spec", "replicas"]?.integer == 0, object.annotations[InPlaceMark.restore] == restore {
      return .made
    }
    var annotations = [
      InPlaceMark.replicas: "\(workload.replicas)", InPlaceMark.restore: restore,
      InPlaceMark.workload: workload.uid,
    ]
    annotations[Marking.run] = settings.signature.run
    let patch = StructuredValue.members([
      "metadata": .members([
        "resourceVersion": object.resourceVersion.map { .string($0) }, "annotations": .texts(annotations),
      ]),
      "spec": .members(["replicas": .number(0)]),
    ])
    return try changed(workload.title) { () throws(BackendError) in
      _ = try client.mergePatch(workload.kind, workload.name, in: place.namespace, patch, to: attempt)
    }
  }

  private func idle(
    _ claims: [String], _ place: ApplicationPlace, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    let pods = try client.list(.pod, in: place.namespace, to: attempt).filter { $0.holds(claims) }
    guard let first = pods.first else { return .made }
    return .waiting(
      "pod \"\(first.name)\"\(first.hasEnded ? ", which has ended," : "") uses volume claim \(first.claimNames.intersection(claims).sorted().joined(separator: ", "))"
        + (pods.count > 1 ? ", and \(pods.count - 1) more" : ""))
  }

  private func delete(
    _ claim: InPlacePlan.Claim, _ place: ApplicationPlace, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    guard let object = try client.get(.volumeClaim, claim.name, in: place.namespace, to: attempt) else {
      return .made
    }
    guard object.uid == claim.uid else { return Self.isAnother(object, than: claim) }
    guard object.deletionTimestamp == nil else { return .waiting("it is going") }
    let bound = object["spec", "volumeName"]?.string ?? ""
    let planned = StructuredValue(parsing: Array(claim.spec.utf8))?["volumeName"]?.string ?? ""
    guard bound == claim.volume?.name ?? planned else {
      return .failed("volume claim \"\(claim.name)\" is bound to volume \"\(bound)\" by now")
    }
    // One whose volume was gone holds nothing, unless that has come back.
    if claim.volume == nil, !bound.isEmpty, try client.get(.volume, bound, in: nil, to: attempt) != nil {
      return .failed("volume \"\(bound)\" of volume claim \"\(claim.name)\" is there again")
    }
    if let volume = claim.volume {
      // Its data goes with it unless the volume is kept, whatever an earlier look has shown.
      let held = try client.get(.volume, volume.name, in: nil, to: attempt)
      guard held?.uid == volume.uid, held?["spec", "persistentVolumeReclaimPolicy"]?.string == "Retain" else {
        return .failed("volume \"\(volume.name)\" would not outlive volume claim \"\(claim.name)\"")
      }
      if let held, isMarkedLongAgo(held) { return try markAnew(held, client, attempt) }
    }
    // A further one of the same uid does no harm: whether it goes is seen at the next look.
    do throws(BackendError) {
      return try changed("volume claim \"\(claim.name)\"") { () throws(BackendError) in
        try client.delete(.volumeClaim, claim.name, in: place.namespace, uid: claim.uid, to: attempt)
      }
    } catch {
      // Somebody may have put another in its place between the look and the request.
      guard case .refused = error.kind,
        let now = try client.get(.volumeClaim, claim.name, in: place.namespace, to: attempt),
        now.uid != claim.uid
      else { throw error }
      return Self.isAnother(now, than: claim)
    }
  }

  /// Whether a volume was to outlive its claim for an earlier restore, which has come to nothing.
  private func isMarkedLongAgo(_ volume: KubernetesObject) -> Bool {
    guard volume.annotations[InPlaceMark.volume] == volume.uid else { return false }
    let keptAt = volume.annotations[InPlaceMark.keptAt].flatMap { Timestamp($0) }
    return keptAt.map { currentTime - $0 > .seconds(3600) } ?? true
  }

  /// Says that a volume is put aside now: by that it is told when it may go.
  private func markAnew(
    _ volume: KubernetesObject, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    let patch = StructuredValue.members([
      "metadata": .members([
        "resourceVersion": volume.resourceVersion.map { .string($0) },
        "annotations": .members([
          InPlaceMark.keptAt: .string(currentTime.text),
          Marking.run: settings.signature.run.map { .string($0) } ?? .null,
        ]),
      ])
    ])
    return try changed(volume.name) { () throws(BackendError) in
      _ = try client.mergePatch(.volume, volume.name, in: nil, patch, to: attempt)
    }
  }

  private static func isAnother(
    _ object: KubernetesObject, than claim: InPlacePlan.Claim
  ) -> RestoreChangeState {
    .failed(
      "volume claim \"\(claim.name)\" is another one by now (uid \(object.uid), not \(claim.uid)), and was left alone"
    )
  }

  private func restore(
    _ order: InPlacePlan.Order, _ place: ApplicationPlace, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    let there = try object(
      Kinds.restore, order.name, in: place.context, of: place.namespace, to: attempt)
    if let there {
      return RestoreView(there, in: place.context).point == order.point
        ? .made : .failed("Restore \"\(order.name)\" is of another recovery point")
    }
    let namespace = try client.get(.namespace, order.namespace, in: nil, to: attempt)
    guard namespace?.uid == order.namespaceUID else {
      return .failed("namespace \"\(order.namespace)\" is another one by now")
    }
    if let claim = try claimInTheWay(of: order, place, client, attempt) {
      return .failed(
        "volume claim \"\(claim.name)\" is there again (uid \(claim.uid)), made by somebody else: a restore would leave its data as it is"
      )
    }
    let home = try home(place.context, of: place.namespace)
    let body = restoreBody(order, place, in: home)
    return try changed("Restore \"\(order.name)\"", isNew: true) { () throws(BackendError) in
      _ = try create(Kinds.restore, body, in: place.context, of: place.namespace, to: attempt)
    }
  }

  /// The Restore of an in-place restore.
  func restoreBody(
    _ order: InPlacePlan.Order, _ place: ApplicationPlace, in home: String
  ) -> StructuredValue {
    .members([
      "metadata": Marking.metadata(
        name: order.name, namespace: home, purpose: Marking.restore,
        annotations: [
          Marking.application: place.id.text, Marking.point: order.point.text,
          Names.namespaceUID: order.namespaceUID,
        ], settings.signature),
      "spec": .members([
        "backupName": .string(order.backup), "includedNamespaces": .array([.string(order.namespace)]),
        "excludedResources": .array(InPlaceMark.untouched.map { .string($0) }),
        "existingResourcePolicy": .string("update"), "restorePVs": .bool(true),
      ]),
    ])
  }

  /// A claim that the backup has, too: what made it anew after it was deleted may do so again, such as a GitOps tool or an
  /// operator; nil if there is none.
  private func claimInTheWay(
    of order: InPlacePlan.Order, _ place: ApplicationPlace, _ client: KubernetesClient, _ attempt: String
  ) throws(BackendError) -> KubernetesObject? {
    let backup = try object(
      Kinds.backup, order.backup, in: place.context, of: place.namespace, to: attempt)
    guard let held = backup?.annotations[Marking.inventory].map({ Inventory($0).claims }) else { return nil }
    return try client.list(.volumeClaim, in: place.namespace, to: attempt).first { held.contains($0.name) }
  }

  private func start(
    _ workload: InPlacePlan.Workload, _ place: ApplicationPlace, _ client: KubernetesClient,
    _ attempt: String
  ) throws(BackendError) -> RestoreChangeState {
    guard let object = try client.get(workload.kind, workload.name, in: place.namespace, to: attempt)
    else { return .made }
    // A copy that was made while it was stopped has brought it back without pods, with the marks of that time.
    let isIdle = object["spec", "replicas"]?.integer == 0 && workload.replicas > 0
    guard isIdle || object.annotations[InPlaceMark.restore] != nil else { return .made }
    var patch = StructuredValue.members([
      "metadata": .members([
        "resourceVersion": object.resourceVersion.map { .string($0) },
        "annotations": .members([
          InPlaceMark.replicas: .null, InPlaceMark.restore: .null, InPlaceMark.workload: .null,
        ]),
      ])
    ])
    if isIdle, case .object(let members) = patch {
      patch = .object(
        members + [.init("spec", .members(["replicas": .number(Double(workload.replicas))]))])
    }
    return try changed(workload.title) { () throws(BackendError) in
      _ = try client.mergePatch(workload.kind, workload.name, in: place.namespace, patch, to: attempt)
    }
  }

  /// Asks for a change; whether it was made is seen at the next look, also where its answer was lost, or where the object has
  /// gone since it was looked at.
  private func changed(
    _ title: String, isNew: Bool = false, _ request: () throws(BackendError) -> Void
  ) throws(BackendError) -> RestoreChangeState {
    do throws(BackendError) {
      try request()
      return .waiting("\(title) was changed")
    } catch {
      switch error.kind {
      case .refused(.busy), .refused(.nameTaken), .fateUnknown: return .waiting(error.message)
      case .refused(.notFound) where !isNew: return .waiting(error.message)
      default: throw error
      }
    }
  }
}

extension InPlacePlan.Workload {
  var title: String { "\(kind.kind) \"\(name)\"" }
}

extension KubernetesObject {
  /// The restore that marks of a workload's own name; nil where it has none, or only those of what it is a copy of.
  var restoreOfItsMark: String? {
    guard annotations[InPlaceMark.workload].map({ $0 == uid }) ?? true else { return nil }
    return annotations[InPlaceMark.restore]
  }

  /// Whether a restore has stopped a workload that ran, and not taken that mark away.
  var hasMarkOfAStop: Bool {
    restoreOfItsMark != nil && annotations[InPlaceMark.replicas].flatMap { Int($0) } != 0
  }

  /// Whether a restore has stopped a workload that ran, and not started it again.
  var isStoppedForRestore: Bool { hasMarkOfAStop && self["spec", "replicas"]?.integer == 0 }

  /// Whether a pod has run to its end.
  var hasEnded: Bool { ["Succeeded", "Failed"].contains(self["status", "phase"]?.string) }
}
