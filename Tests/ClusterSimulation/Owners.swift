package import KubernetesSimulator
internal import SimulatorSupport

extension KubernetesCluster {
  /// Has Flux keep the Deployments of a namespace as they are, by both of its kinds, of which it has let go for now.
  package mutating func addSuspendedFlux(of namespace: String) {
    let owners = ["kustomize": "kustomizations", "helm": "helmreleases"]
    store.create("namespaces", ["metadata": ["name": "flux-system"]])
    for (prefix, plural) in owners {
      store.create(
        "\(plural).\(prefix).toolkit.fluxcd.io",
        ["metadata": ["name": "shop", "namespace": "flux-system"], "spec": ["suspend": true]])
    }
    for workload in store.objects("deployments.apps", in: namespace) {
      store.update(ObjectKey("deployments.apps", namespace, workload.name ?? "")) {
        for prefix in owners.keys {
          $0[path: ["metadata", "labels", "\(prefix).toolkit.fluxcd.io/name"]] = "shop"
        }
      }
    }
  }
}
