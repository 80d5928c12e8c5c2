package import ArgumentParser

/// The flags by which services in Kubernetes clusters are reached.
package struct KubernetesOptions: ParsableArguments {
  /// Their heading in help.
  static let title = "Trident protect and Velero"

  @Option(help: .init(KubernetesParameters.kubeconfig.help, valueName: "file"), completion: .file())
  package var kubeconfig: String?

  @Option(help: .init(KubernetesParameters.applicationNamespace.help, valueName: "name"))
  package var appNamespace: String?

  @Option(help: .init(KubernetesParameters.store.help, valueName: "name"))
  package var store: String?

  @Option(help: .init(KubernetesParameters.cloneStore.help, valueName: "name"))
  package var cloneStore: String?

  @Option(help: .init(KubernetesParameters.productNamespace.help, valueName: "name"))
  package var productNamespace: String?

  @Option(help: .init(KubernetesParameters.applicationSelector.help, valueName: "selector"))
  package var appSelector: String?

  @Option(help: .init(KubernetesParameters.volumeCopy.help, valueName: "way"))
  package var volumeCopy: String?

  @Option(help: .init(KubernetesParameters.timeToLive.help, valueName: "time"))
  package var copyTtl: String?

  /// Makes the options, for the parser.
  package init() {}
}

/// The parameters by which services in Kubernetes clusters are reached.
package enum KubernetesParameters {
  package static let kubeconfig = Parameter(
    "kubeconfig", "KUBECONFIG",
    meaning: "the kubeconfig whose contexts are the clusters, or several with colons between",
    detail: "Clusters are named by their contexts", fallback: "~/.kube/config, or the pod's service account")
  package static let applicationNamespace = Parameter(
    "app-namespace", "ASTRA_APP_NAMESPACE",
    meaning: "the namespace of the application's resource (Trident protect)",
    detail: "Needed where applications may not be listed in all namespaces",
    fallback: "all that may be listed")
  package static let store = Parameter(
    "store", "ASTRA_STORE", meaning: "where copies are kept (an AppVault; Velero: a storage location)",
    fallback: "the only one that there is, or the default one")
  package static let cloneStore = Parameter(
    "clone-store", "ASTRA_CLONE_STORE", meaning: "the same place as the clone's cluster calls it",
    fallback: "the one with the same bucket")
  package static let productNamespace = Parameter(
    "product-namespace", "ASTRA_PRODUCT_NAMESPACE", meaning: "the namespace that the service itself is in",
    fallback: "trident-protect; Velero's is looked for, or else OADP's non-admin kinds are used")
  package static let applicationSelector = Parameter(
    "app-selector", "ASTRA_APP_SELECTOR",
    meaning: "what of its namespace the application is, as a label selector (Velero)",
    fallback: "all of the namespace")
  package static let volumeCopy = Parameter(
    "volume-copy", "ASTRA_VOLUME_COPY",
    meaning: "how a backup gets the data of volumes: by snapshots or files (Velero)", fallback: "snapshots")
  package static let timeToLive = Parameter(
    "copy-ttl", "ASTRA_COPY_TTL", meaning: "how long copies are kept, like 30d (Velero)",
    fallback: "what the service has set")
}
