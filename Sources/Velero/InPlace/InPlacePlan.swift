package import AppProtection
package import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

/// What an in-place restore takes: the present data is put aside with its volumes, and the copy brings its own.
package struct InPlacePlan: Hashable, Sendable {
  /// Something that runs, to be stopped.
  package struct Workload: Hashable, Sendable {
    package var kind: ResourceKind
    package var name: String
    package var uid: String
    /// How many pods it is to have again.
    package var replicas: Int
    /// Whether it is marked though it has no pods now: the copy has it, and it is to be seen whether the restore has changed it;
    /// or it bears a mark of an earlier restore.
    package var isMarkedIdle = false

    /// Names a workload.
    package init(kind: ResourceKind, name: String, uid: String, replicas: Int) {
      (self.kind, self.name, self.uid, self.replicas) = (kind, name, uid, replicas)
    }
  }

  /// The volume behind a claim.
  package struct Volume: Hashable, Sendable {
    package var name: String
    package var uid: String
    /// What becomes of its data when the claim goes: `Delete`, `Retain`, or `not told`.
    package var reclaimPolicy: String
    /// Whether an earlier restore has told it to outlive its claim, so that its age is to be counted anew.
    package var isMarked = false

    /// Names a volume.
    package init(name: String, uid: String, reclaimPolicy: String) {
      (self.name, self.uid, self.reclaimPolicy) = (name, uid, reclaimPolicy)
    }
  }

  /// A claim, to be deleted, so that the restore makes it anew.
  package struct Claim: Hashable, Sendable {
    package var name: String
    package var uid: String
    /// The volume that it is bound to; nil while it is to none, or where the volume is gone.
    package var volume: Volume?
    /// Its `spec`, as JSON: what it takes to make it again by hand.
    package var spec = "{}"
    /// Its labels and annotations, as JSON, but for those of the cluster: by them tools know what is theirs.
    package var metadata = "{}"

    /// Names a claim.
    package init(name: String, uid: String, volume: Volume?) {
      (self.name, self.uid, self.volume) = (name, uid, volume)
    }
  }

  /// The Restore object, which has the same name at every attempt.
  package struct Order: Hashable, Sendable {
    package var name: String
    package var backup: String
    package var point: RecoveryPoint.ID
    package var namespace: String
    package var namespaceUID: String

    /// Names a restore.
    package init(
      name: String, backup: String, point: RecoveryPoint.ID, namespace: String, namespaceUID: String
    ) {
      (self.name, self.backup, self.point) = (name, backup, point)
      (self.namespace, self.namespaceUID) = (namespace, namespaceUID)
    }
  }

  /// One change, in the order in which they are made.
  package enum Change: Hashable, Sendable {
    /// A volume outlives its claim, so that its data stays, and says for which restore it does.
    case retain(Volume, of: String, for: String)
    /// A workload has no pods, until the restore of that name is over.
    case stop(Workload, for: String)
    /// No pod uses any of the claims.
    case awaitIdle([String])
    /// The one claim of that uid goes.
    case deleteClaim(Claim)
    /// The backup's objects and data are brought back.
    case restore(Order)
    /// The claims are other ones than before, which the restore has brought with their data; by name, the uids of before, or
    /// `none`.
    case prove(restore: String, claims: [String: String])
    /// A workload that the restore has left without pods has as many as before.
    case start(Workload, after: String)
  }

  package var namespace: String
  package var order: Order
  package var workloads: [Workload] = []
  package var claims: [Claim] = []
  /// Claims that the copy had and that are not there: the restore has to bring them too.
  package var missing: [String] = []
  /// Claims that the copy did not have: they stay as they are.
  package var kept: [String] = []
  /// What is worth a look before it is begun, a sentence for each.
  package var cautions: [String] = []
  /// Who has stopped workloads for a restore of its own and has not started them again.
  package var holder: RestoreChanges.Holder?

  /// Begins with nothing seen.
  package init(namespace: String, order: Order) { (self.namespace, self.order) = (namespace, order) }

  /// The changes in their order: nothing goes before its data is safe.
  package var changes: [Change] {
    let running = workloads.filter { $0.replicas > 0 }
    let idle = workloads.filter { $0.replicas == 0 && $0.isMarkedIdle }
    var all: [Change] = claims.compactMap { claim in
      claim.volume.flatMap {
        $0.reclaimPolicy == "Retain" ? nil : .retain($0, of: claim.name, for: order.name)
      }
    }
    all += (idle + running).map { .stop($0, for: order.name) }
    all.append(.awaitIdle(claims.map(\.name)))
    all += claims.map { .deleteClaim($0) }
    all.append(.restore(order))
    let uids = Dictionary(
      missing.map { ($0, "none") } + claims.map { ($0.name, $0.uid) }, uniquingKeysWith: { $1 })
    all.append(.prove(restore: order.name, claims: uids))
    return all + (running + idle).map { .start($0, after: order.name) }
  }
}

// As a step and its record have them.
extension InPlacePlan.Change {
  /// What it does and what it destroys, as a clause.
  package var clause: String {
    switch self {
    case .retain(let volume, let claim, _):
      "set the reclaim policy of volume \"\(volume.name)\" (claim \"\(claim)\") from \(volume.reclaimPolicy) to Retain, which keeps its data"
    case .stop(let workload, _):
      workload.replicas > 0
        ? "stop \(workload.kind.kind) \"\(workload.name)\" (\(workload.replicas) pods)"
        : "mark \(workload.kind.kind) \"\(workload.name)\", which has no pods, so that it is seen whether the restore changes it"
    case .awaitIdle(let claims): "wait until no pod uses volume claims \(claims.joined(separator: ", "))"
    case .deleteClaim(let claim):
      "delete volume claim \"\(claim.name)\" (uid \(claim.uid)); "
        + (claim.volume.map { "its data stays as the released volume \"\($0.name)\"" }
          ?? "it has no volume")
    case .restore(let order):
      "restore \"\(order.backup)\" into namespace \"\(order.namespace)\" (Restore \"\(order.name)\"), which overwrites what workloads and settings were, "
        + "and leaves Services, Ingresses, Routes and Secrets alone"
    case .prove(_, let claims):
      "see that each volume claim is a new one with the backup's data (\(claims.keys.sorted().joined(separator: ", ")))"
    case .start(let workload, _):
      workload.replicas > 0
        ? "start \(workload.kind.kind) \"\(workload.name)\" again (\(workload.replicas) pods), if the restore has not"
        : "take the mark from \(workload.kind.kind) \"\(workload.name)\", if the restore has not"
    }
  }

  /// The change for a step.
  package var change: RestoreChange {
    switch self {
    case .retain(let volume, let claim, let restore):
      RestoreChange(
        id: "retain \(volume.name)", clause: clause, isPreparation: true,
        details: [
          "do": "retain", "volume": volume.name, "volumeUID": volume.uid, "policy": volume.reclaimPolicy,
          "claim": claim, "restore": restore,
        ])
    case .stop(let workload, let restore):
      RestoreChange(
        id: "stop \(workload.kind.kind) \(workload.name)", clause: clause,
        // Of one that has no pods nobody notices anything.
        isPreparation: workload.replicas == 0,
        details: Self.details("stop", workload, restore))
    case .awaitIdle(let claims):
      RestoreChange(
        id: "wait for pods", clause: clause,
        details: ["do": "wait", "claims": claims.joined(separator: ",")])
    case .deleteClaim(let claim):
      RestoreChange(
        id: "delete claim \(claim.name)", clause: clause,
        details: [
          "do": "delete", "claim": claim.name, "uid": claim.uid, "spec": claim.spec,
          "metadata": claim.metadata,
          "volume": claim.volume?.name ?? "", "volumeUID": claim.volume?.uid ?? "",
          "marked": claim.volume?.isMarked == true ? "true" : "",
          "policy": claim.volume?.reclaimPolicy ?? "",
        ])
    case .restore(let order):
      RestoreChange(
        id: "restore \(order.name)", clause: clause,
        details: [
          "do": "restore", "restore": order.name, "backup": order.backup, "point": order.point.text,
          "namespace": order.namespace, "namespaceUID": order.namespaceUID,
        ])
    case .prove(let restore, let claims):
      RestoreChange(
        id: "prove claims", clause: clause, isAfterwards: true,
        details: [
          "do": "prove", "restore": restore,
          "claims": claims.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ","),
        ])
    case .start(let workload, let restore):
      RestoreChange(
        id: "start \(workload.kind.kind) \(workload.name)", clause: clause, isAfterwards: true,
        details: Self.details("start", workload, restore))
    }
  }

  private static func details(
    _ verb: String, _ workload: InPlacePlan.Workload, _ restore: String
  ) -> [String: String] {
    [
      "do": verb, "kind": workload.kind.kind, "name": workload.name, "uid": workload.uid,
      "replicas": "\(workload.replicas)", "restore": restore,
    ]
  }

  /// Reads a change of a step; nil for one that is none of these.
  package init?(_ change: RestoreChange) {
    let details = change.details
    func text(_ name: String) -> String? { details[name].flatMap { $0.isEmpty ? nil : $0 } }
    var volume = text("volume").map {
      InPlacePlan.Volume(
        name: $0, uid: details["volumeUID"] ?? "", reclaimPolicy: details["policy"] ?? "not told")
    }
    volume?.isMarked = text("marked") != nil
    let restore = text("restore") ?? ""
    let pairs = (text("claims") ?? "").split(separator: ",").map { String($0) }
    switch details["do"] {
    case "retain":
      guard let volume else { return nil }
      self = .retain(volume, of: details["claim"] ?? "", for: restore)
    case "wait": self = .awaitIdle(pairs)
    case "delete":
      guard let name = text("claim"), let uid = text("uid") else { return nil }
      var claim = InPlacePlan.Claim(name: name, uid: uid, volume: volume)
      claim.spec = text("spec") ?? "{}"
      claim.metadata = text("metadata") ?? "{}"
      self = .deleteClaim(claim)
    case "restore":
      guard let backup = text("backup"), let point = text("point"), let namespace = text("namespace"),
        let uid = text("namespaceUID"), !restore.isEmpty
      else { return nil }
      self = .restore(
        InPlacePlan.Order(
          name: restore, backup: backup, point: RecoveryPoint.ID(point), namespace: namespace,
          namespaceUID: uid))
    case "prove":
      let uids = pairs.compactMap { pair -> (String, String)? in
        let sides = pair.split(separator: "=", maxSplits: 1).map { String($0) }
        return sides.count == 2 ? (sides[0], sides[1]) : nil
      }
      guard uids.count == pairs.count, !restore.isEmpty else { return nil }
      self = .prove(restore: restore, claims: Dictionary(uids, uniquingKeysWith: { $1 }))
    case "stop", "start":
      let kinds = [ResourceKind.deployment, .statefulSet]
      guard let kind = kinds.first(where: { $0.kind == details["kind"] }), let name = text("name"),
        let uid = text("uid"), let replicas = text("replicas").flatMap({ Int($0) })
      else { return nil }
      let workload = InPlacePlan.Workload(kind: kind, name: name, uid: uid, replicas: replicas)
      self = details["do"] == "stop" ? .stop(workload, for: restore) : .start(workload, after: restore)
    default: return nil
    }
  }
}
