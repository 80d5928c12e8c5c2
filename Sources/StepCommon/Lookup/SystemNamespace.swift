/// Namespaces that Kubernetes, its distribution, the storage or the backend itself lives in: no place for a clone, and
/// nothing that a hint may ever tell to delete.
package enum SystemNamespace {
  /// Whose a namespace is, if its name alone says so.
  package static func owner(of namespace: String) -> String? {
    owners.first { $0.names.contains(namespace) || $0.beginnings.contains { namespace.hasPrefix($0) } }?.owner
  }

  /// Kubernetes and OpenShift keep these names for themselves; the others are where NetApp's documents install things.
  private static let owners: [(owner: String, names: Set<String>, beginnings: [String])] = [
    ("Kubernetes", ["default"], ["kube-"]),
    ("OpenShift", ["openshift"], ["openshift-"]),
    ("Trident", ["trident"], ["trident-"]),
    ("Astra Control", ["astra", "netapp-monitoring"], ["netapp-acc", "astra-connector", "astra-control"]),
    ("Velero", ["velero"], []),
  ]
}
