internal import SimulatorSupport

// What shows that Velero is installed, and which version of it; its location, and the classes that it uses.
extension KubernetesWorld {
  static let locationName = "default"

  mutating func installVelero(in cluster: Int) {
    guard let settings = velero?.settings else { return }
    clusters[cluster].store.create("namespaces", ["metadata": ["name": .string(settings.namespace)]])
    installStorage(in: cluster)
    if settings.hasSnapshotClass {
      clusters[cluster].store.create(
        "volumesnapshotclasses.snapshot.storage.k8s.io",
        [
          "metadata": [
            "name": "ontap-snapshots", "labels": ["velero.io/csi-volumesnapshot-class": "true"],
          ], "driver": .string(Self.driver), "deletionPolicy": "Retain",
        ])
    }
    installLocation(settings, in: cluster)
    installServer(settings, in: cluster)
    if settings.isOADP { installOADP(settings, in: cluster) }
  }

  private mutating func installLocation(_ settings: VeleroSettings, in cluster: Int) {
    let isReadOnly = settings.locationIsReadOnly || cluster > 0 && settings.secondLocationIsReadOnly
    clusters[cluster].store.create(
      Self.veleroResource("backupstoragelocations"),
      [
        "metadata": [
          "name": .string(Self.locationName), "namespace": .string(settings.namespace),
        ],
        "spec": [
          "provider": "aws", "default": true, "accessMode": isReadOnly ? "ReadOnly" : "ReadWrite",
          "objectStorage": ["bucket": "magento-archives", "prefix": "velero"],
          "config": ["region": "minio", "s3Url": "https://s3.example.com"],
        ],
        "status": settings.locationsAreNotChecked
          ? [:]
          : [
            "phase": settings.locationsAreUnavailable ? "Unavailable" : "Available",
            "lastValidationTime": moment(in: cluster), "lastSyncedTime": moment(in: cluster),
          ],
      ])
  }

  private mutating func installServer(_ settings: VeleroSettings, in cluster: Int) {
    let tag = settings.version.isEmpty ? "latest" : "v\(settings.version)"
    var container: JSON = [
      "name": "velero", "image": .string("docker.io/velero/velero:\(tag)"),
      "args": [
        "server", .string(settings.usesCSI ? "--features=EnableCSI" : "--features="),
        .string("--uploader-type=kopia"),
      ],
    ]
    if settings.isOADP { container["image"] = .string("quay.io/konveyor/velero:\(tag)") }
    let labels: JSON = ["component": "velero"]
    clusters[cluster].store.create(
      "deployments.apps",
      [
        "metadata": [
          "name": "velero", "namespace": .string(settings.namespace), "labels": labels,
        ],
        "spec": [
          "replicas": 1, "selector": ["matchLabels": ["deploy": "velero"]],
          "template": [
            "metadata": ["labels": ["component": "velero", "deploy": "velero"]],
            "spec": ["containers": [container]],
          ],
        ],
      ])
    if settings.hasNodeAgent {
      clusters[cluster].store.create(
        "daemonsets.apps",
        [
          "metadata": ["name": "node-agent", "namespace": .string(settings.namespace), "labels": labels],
          "spec": [
            "selector": ["matchLabels": ["name": "node-agent"]],
            "template": [
              "metadata": ["labels": ["name": "node-agent"]], "spec": ["containers": [container]],
            ],
          ],
          "status": ["desiredNumberScheduled": 1, "numberReady": 1, "currentNumberScheduled": 1],
        ])
    }
    settlePlatform([settings.namespace], in: cluster)
    showServer()
  }

  /// Shows in the server's Deployment whether it is away.
  mutating func showServer() {
    guard let settings = velero?.settings else { return }
    let key = ObjectKey("deployments.apps", settings.namespace, "velero")
    platform?.down = settings.serverIsAway ? [key] : []
    for cluster in clusters.indices { reconcileDeployment(key, in: cluster) }
  }
}
