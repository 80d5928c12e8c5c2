internal import SimulatorSupport

// What shows that the product is installed, and which version of it: nothing in its API does.
extension KubernetesWorld {
  /// The product's own Deployment.
  mutating func installController(in cluster: Int) {
    var labels: JSON = ["app.kubernetes.io/name": "trident-protect"]
    if !settings.labelledVersion.isEmpty {
      labels["app.kubernetes.io/version"] = .string(settings.labelledVersion)
    }
    if !settings.chartVersion.isEmpty {
      labels["helm.sh/chart"] = .string("trident-protect-\(settings.chartVersion)")
    }
    let tag = settings.version.isEmpty ? "latest" : settings.version
    clusters[cluster].store.create(
      "deployments.apps",
      [
        "metadata": [
          "name": "trident-protect-controller-manager", "namespace": .string(Self.systemNamespace),
          "labels": labels,
        ],
        "spec": [
          "replicas": 1, "selector": ["matchLabels": ["app": "controller.trident-protect.trident.netapp.io"]],
          "template": [
            "spec": [
              "containers": [
                ["name": "kube-rbac-proxy", "image": "registry.example.com/kube-rbac-proxy:24.10"],
                ["name": "manager", "image": .string("docker.io/netapp/controller:\(tag)")],
              ]
            ]
          ],
        ],
      ])
  }
}
