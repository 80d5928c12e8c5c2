package import ArgumentParser

/// The flags by which services in Kubernetes clusters are reached.
package struct KubernetesOptions: ParsableArguments {
  /// Their heading in help.
  static let title = "Trident protect"

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
    "app-namespace", "ASTRA_APP_NAMESPACE", meaning: "the namespace of the application's resource",
    detail: "Needed where applications may not be listed in all namespaces",
    fallback: "all that may be listed")
  package static let store = Parameter(
    "store", "ASTRA_STORE", meaning: "where copies are kept (Trident protect: the AppVault)",
    fallback: "the only one that there is")
  package static let cloneStore = Parameter(
    "clone-store", "ASTRA_CLONE_STORE", meaning: "the same place as the clone's cluster calls it",
    fallback: "the one with the same bucket")
  package static let productNamespace = Parameter(
    "product-namespace", "ASTRA_PRODUCT_NAMESPACE", meaning: "the namespace that the service itself is in",
    fallback: "trident-protect")
}
