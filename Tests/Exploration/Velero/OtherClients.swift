internal import ClusterSimulation
internal import Exploration
internal import KubernetesSimulator
internal import SimulatedBackend
internal import SimulatorSupport
internal import VeleroSimulation

// What others do meanwhile to what a step works with: people with kubectl, pipelines, operators, Velero's own synchronisation.
extension FaultKind {
  static let otherClients = with(.changesTheWorld, changes)

  private static let changes: [FaultKind] = [
    // The bucket's backups become objects again, which have other uids.
    .velero("goodBackupResynced", .breaks(0, 1, 65, 78)) { $0.removeBackupObject(named: goodBackup) },
    .velero("restoresRemoved", .breaks(0, 1, 65, 75, 78)) { $0.removeAll("restores.velero.io") },
    .velero("claimMadeByOthers", .breaks(0, 1, 75, 78)) { $0.makeClaim() },
    .velero("claimReplacedByOthers", .breaks(0, 1, 75, 78)) {
      $0.removeAll("persistentvolumeclaims", in: "magento-prod")
      $0.makeClaim()
    },
    .velero("policySetBack", .breaks(0, 1, 78)) { $0.setPolicies("Delete") },
    .velero("scaledUpByOthers", .breaks(0, 1, 75, 78)) { $0.scaleProduction(to: 3) },
    .velero("endedPodLeft", .breaks(0, 1, 75, 78)) { $0.leaveEndedPod() },
    .velero("policyRefusesRestores", .breaks(0, 1, 78)) { world in
      for index in world.clusters.indices {
        world.clusters[index].admissionPlugins.append(
          SitePolicy("restores.velero.io", .denied(message: "no restores on a Friday", code: 403)))
      }
    },
    .velero("deploymentRemoved", .breaks(0, 1, 75, 78)) {
      $0.removeProductionsWorkload()
    },
  ]

  private static let goodBackup = "magento-prod-before-2-4-2-debian-10-r14"
}

extension KubernetesWorld {
  fileprivate mutating func removeBackupObject(named name: String) {
    for index in clusters.indices {
      for object in clusters[index].store.objects("backups.velero.io") where object.name == name {
        clusters[index].store.remove(ObjectKey("backups.velero.io", object.namespace, name))
      }
    }
  }

  fileprivate mutating func removeAll(_ resource: String, in namespace: String? = nil) {
    for object in clusters[0].store.objects(resource, in: namespace) {
      clusters[0].store.remove(ObjectKey(resource, object.namespace, object.name ?? ""))
    }
  }

  /// Somebody makes production's claim, if it is not there, and writes to its volume.
  fileprivate mutating func makeClaim() {
    let key = ObjectKey("persistentvolumeclaims", "magento-prod", "magento-prod-db")
    guard clusters[0].store.object(key) == nil else { return }
    clusters[0].store.create(
      key.resource,
      [
        "metadata": ["name": .string(key.name), "namespace": "magento-prod"],
        "spec": [
          "accessModes": ["ReadWriteOnce"], "storageClassName": "ontap-san",
          "resources": ["requests": ["storage": "8Gi"]],
        ],
      ])
    let production = applications.first { $0.namespace == "magento-prod" && $0.cluster == clusters[0].name }
    _ = production.map { change($0.uid, as: .manipulated) { $0.rows = ["order-9001-in-a-new-volume"] } }
  }

  fileprivate mutating func setPolicies(_ policy: String) {
    for volume in clusters[0].store.objects("persistentvolumes")
    where volume.value(at: "status.phase")?.string == "Bound" {
      clusters[0].store.update(ObjectKey("persistentvolumes", nil, volume.name ?? "")) {
        $0[path: ["spec", "persistentVolumeReclaimPolicy"]] = .string(policy)
      }
    }
  }

  /// A pod of production's that has run to its end uses its claim.
  fileprivate mutating func leaveEndedPod() {
    let key = ObjectKey("pods", "magento-prod", "dump-1")
    clusters[0].store.create(
      key.resource,
      [
        "metadata": ["name": .string(key.name), "namespace": "magento-prod"],
        "spec": [
          "nodeName": "worker-1", "containers": [["name": "dump", "image": "dump"]],
          "volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "magento-prod-db"]]],
        ],
      ])
    clusters[0].store.update(key) { $0[path: ["status", "phase"]] = "Succeeded" }
  }

  fileprivate mutating func removeProductionsWorkload() {
    let production = applications.first { $0.namespace == "magento-prod" && $0.cluster == clusters[0].name }
    if let production { removeWorkloads(of: production.uid) }
  }

  fileprivate mutating func scaleProduction(to count: Int) {
    for workload in clusters[0].store.objects("deployments.apps", in: "magento-prod") {
      clusters[0].store.update(ObjectKey("deployments.apps", "magento-prod", workload.name ?? "")) {
        $0[path: ["spec", "replicas"]] = .integer(count)
      }
    }
  }
}
