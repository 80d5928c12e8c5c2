internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What has to be so for claims to go, and to come back with their data.
extension VeleroBackend {
  /// Whether claims can go and come back: their storage classes are there, and nothing uses them that cannot be stopped.
  func objections(
    toClaimsOf planned: [InPlacePlan.Change], _ application: Application, _ place: ApplicationPlace
  ) throws(BackendError) -> [RestoreObjection] {
    let attempt = "see what uses the volume claims of \"\(application.name)\""
    let client = try client(place.context)
    var (claims, found): (Set<String>, [RestoreObjection]) = ([], [])
    for case .deleteClaim(let claim) in planned {
      claims.insert(claim.name)
      let spec = StructuredValue(parsing: Array(claim.spec.utf8))
      if let name = spec?["storageClassName"]?.string, !name.isEmpty,
        case .told(nil) = try client.look(at: .storageClass, name, in: nil, to: attempt)
      {
        found.append(
          RestoreObjection(
            "storage class \"\(name)\" of volume claim \"\(claim.name)\" is not there",
            remedy: "make it again, and run the step again"))
      }
    }
    for claim in try client.list(.volumeClaim, in: place.namespace, to: attempt)
    where claims.contains(claim.name) {
      // Kubernetes' own owners make no claim anew before they have pods again.
      guard let owner = claim.owners.first(where: { !["StatefulSet", "Pod"].contains($0.kind) }) else {
        continue
      }
      found.append(.kept(.volumeClaim, claim, by: owner))
    }
    found += try objections(toClaimsToCome: planned, place, client, attempt)
    var stoppable: Set<String> = []
    let stopped = planned.compactMap { change -> String? in
      guard case .stop(let workload, _) = change, workload.replicas > 0 else { return nil }
      return workload.uid
    }
    for kind in [ResourceKind.deployment, .statefulSet] {
      for object in try client.list(kind, in: place.namespace, labels: contentSelector, to: attempt) {
        stoppable.insert(object.uid)
        if let owner = object.owners.first {
          found.append(.kept(kind, object, by: owner))
        }
        if stopped.contains(object.uid), object.deletesClaimsWhenScaled {
          found.append(
            RestoreObjection(
              "StatefulSet \"\(object.name)\" deletes its volume claims when it is stopped (persistentVolumeClaimRetentionPolicy.whenScaled)",
              remedy:
                "kubectl --context \(place.context) -n \(place.namespace) patch statefulset \(object.name) -p '{\"spec\":{\"persistentVolumeClaimRetentionPolicy\":{\"whenScaled\":\"Retain\"}}}'"
            ))
        }
      }
    }
    for set in try client.list(.replicaSet, in: place.namespace, to: attempt)
    where set.owners.contains(where: { stoppable.contains($0.uid) }) {
      stoppable.insert(set.uid)
    }
    let all = try client.list(.pod, in: place.namespace, to: attempt)
    let kubectl = "kubectl --context \(place.context) -n \(place.namespace)"
    for pod in all where pod.hasEnded && pod.holds(claims) {
      found.append(
        RestoreObjection(
          "pod \"\(pod.name)\" has ended, and holds volume claim \(pod.claimNames.intersection(claims).sorted().joined(separator: ", ")) as long as it is there",
          remedy:
            "\(pod.adviceOnItsDisks)save its log, which goes with it, and delete it only when that is saved; a pod of that name that runs is spared: \(kubectl) logs \(pod.name) --all-containers >> \(pod.name).log && \(kubectl) delete pod --field-selector metadata.name=\(pod.name),status.phase=\(pod["status", "phase"]?.string ?? "")"
        ))
    }
    let pods = all.filter { !$0.hasEnded }
    found += try objections(
      toClaimsThatStay: pods.filter { $0.owners.contains { stoppable.contains($0.uid) } }, place, client,
      attempt)
    for pod in pods
    where !pod.claimNames.isDisjoint(with: claims)
      && !pod.owners.contains(where: { stoppable.contains($0.uid) })
    {
      let owner = pod.owners.first.map { "\($0.kind) \"\($0.name)\"" }
      found.append(
        RestoreObjection(
          "pod \"\(pod.name)\" of \(owner ?? "nobody") uses a volume claim that has to go, and cannot be stopped by the step",
          remedy: owner == nil
            ? "clone the copy with astra-clone: a restore in place brings no pods, so this one would not come back"
            : "end it, and run the step again"))
    }
    if case .told(let jobs) = try client.lookAtList(of: .cronJob, in: place.namespace, to: attempt) {
      for job in jobs where job["spec", "suspend"]?.bool != true {
        let volumes = job["spec", "jobTemplate", "spec", "template", "spec", "volumes"]
        guard !KubernetesObject.claimNames(in: volumes).isDisjoint(with: claims) else { continue }
        found.append(
          RestoreObjection(
            "CronJob \"\(job.name)\" uses a volume claim that has to go, and is not suspended",
            remedy:
              "kubectl --context \(place.context) -n \(place.namespace) patch cronjob \(job.name) -p '{\"spec\":{\"suspend\":true}}' (and false afterwards)"
          ))
      }
    }
    return found
  }

  /// Where a selector tells what belongs to an application, whether its pods use claims that it does not select: those would
  /// stay as they are, and half of the data would be that of now.
  private func objections(
    toClaimsThatStay pods: [KubernetesObject], _ place: ApplicationPlace, _ client: KubernetesClient,
    _ attempt: String
  ) throws(BackendError) -> [RestoreObjection] {
    guard let contentSelector else { return [] }
    let selected = try client.list(.volumeClaim, in: place.namespace, labels: contentSelector, to: attempt)
    let others = Set(pods.flatMap(\.claimNames)).subtracting(selected.map(\.name)).sorted()
    return others.map {
      RestoreObjection(
        "volume claim \"\($0)\" is used by \"\(place.name)\", but does not bear the labels \(contentSelector), and would stay as it is",
        remedy:
          "give it those labels, make a backup, and restore from that; or clone the copy with astra-clone")
    }
  }

  /// Whether a claim that the restore is to bring is there, without the labels of the application: the restore would leave it as
  /// it is.
  private func objections(
    toClaimsToCome planned: [InPlacePlan.Change], _ place: ApplicationPlace, _ client: KubernetesClient,
    _ attempt: String
  ) throws(BackendError) -> [RestoreObjection] {
    guard let contentSelector else { return [] }
    let coming = planned.flatMap { change -> [String] in
      guard case .prove(_, let claims) = change else { return [] }
      return claims.filter { $0.value == "none" }.map(\.key)
    }
    guard !coming.isEmpty else { return [] }
    let there = try client.list(.volumeClaim, in: place.namespace, to: attempt).map(\.name)
    return coming.filter { there.contains($0) }.sorted().map {
      RestoreObjection(
        "volume claim \"\($0)\", which the copy holds, is there and does not bear the labels \(contentSelector): a restore would leave it as it is",
        remedy: "give it those labels; or clone the copy with astra-clone")
    }
  }
}

extension RestoreObjection {
  /// That an operator keeps an object, of which nobody sees whether it is stopped.
  fileprivate static func kept(
    _ kind: ResourceKind, _ object: KubernetesObject, by owner: KubernetesObject.Owner
  ) -> Self {
    let title = "\(owner.kind) \"\(owner.name)\""
    var objection = RestoreObjection(
      "\(kind.kind) \"\(object.name)\" is kept by \(title), which would put it back in between",
      remedy:
        "stop the operator of \(title) (a pause that is written on \(title) itself may go with the restore), or clone the copy with astra-clone"
    )
    objection.unseenOwner = "\(owner.kind)/\(owner.name)"
    return objection
  }
}

extension KubernetesObject {
  /// What of an ended pod no command brings back, as the beginning of advice; empty if there is nothing.
  fileprivate var adviceOnItsDisks: String {
    let volumes = (self["spec", "volumes"]?.elements ?? []).filter { $0["emptyDir"] != nil }
    let names = volumes.compactMap { $0["name"]?.string }.joined(separator: ", ")
    guard !names.isEmpty else { return "" }
    let node = self["spec", "nodeName"]?.string.map { " \"\($0)\"" } ?? ""
    return
      "what it wrote into its emptyDir volumes (\(names)) goes with it, too: have what you need of that saved on its node\(node) before anything else; "
  }

  /// Whether a StatefulSet deletes the claims of the pods that it stops.
  fileprivate var deletesClaimsWhenScaled: Bool {
    self["spec", "persistentVolumeClaimRetentionPolicy", "whenScaled"]?.string == "Delete"
  }

  /// Whether pods of a workload bear hooks that Velero runs in the pods that it restores.
  var hasRestoreHooks: Bool {
    guard case .object(let members)? = self["spec", "template", "metadata", "annotations"] else {
      return false
    }
    return members.contains { $0.name.contains(".hook.restore.velero.io/") }
  }

  /// The claims that so many pods of a workload use.
  func claimNamesOfPods(_ count: Int) -> Set<String> {
    guard count > 0 else { return [] }
    let first = self["spec", "ordinals", "start"]?.integer ?? 0
    let templates = (self["spec", "volumeClaimTemplates"]?.elements ?? []).compactMap {
      $0["metadata"]?["name"]?.string
    }
    return Self.claimNames(in: self["spec", "template", "spec", "volumes"]).union(
      templates.flatMap { template in (first..<first + count).map { "\(template)-\(name)-\($0)" } })
  }

  /// Whether a pod keeps claims from going: the cluster asks whether it has a node, and not whether it still runs.
  func holds(_ claims: some Collection<String>) -> Bool {
    let node = self["spec", "nodeName"]?.string ?? ""
    return !(hasEnded && node.isEmpty) && !claimNames.isDisjoint(with: claims)
  }
}
