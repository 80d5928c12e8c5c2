package import Files
package import HTTPTransport

/// A kubeconfig, perhaps put together of several files.
package struct Kubeconfig {
  /// Its contexts, in order.
  package var contextNames: [String] { [] }
  /// The context that is meant where none is named; nil if there is none.
  package var currentContext: String? { nil }
  package static func find(variables: (String) -> String?, files: any FileWriter) throws(KubeconfigError) -> Kubeconfig? { nil }
  package func access(
    context: String? = nil, files: any FileWriter, proxies: Proxies, system: SystemRoots
  ) throws(KubeconfigError) -> ClusterAccess { throw KubeconfigError(.parameter, "not yet") }
}
/// A pod's own service account.
package enum ServiceAccount {
  package static func access(variables: (String) -> String?, files: any FileWriter, proxies: Proxies, system: SystemRoots) throws(KubeconfigError) -> ClusterAccess? { nil }
}
