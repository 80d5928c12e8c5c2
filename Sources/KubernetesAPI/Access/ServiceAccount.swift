package import Files
package import HTTPTransport
internal import Text

/// A pod's own service account.
package enum ServiceAccount {
  /// Where Kubernetes puts its files (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/).
  private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// The cluster that this process runs in, and its service account.
  ///
  /// - Parameters:
  ///   - variables: gives a variable of the environment.
  ///   - files: where its files are read.
  ///   - proxies: the environment's.
  ///   - system: where this system's certificates lie, for a cluster without an authority of its own.
  /// - Returns: the access; nil outside of a cluster (`KUBERNETES_SERVICE_HOST` is not set).
  /// - Throws: `.credentials` for a pod without a token, `.parameter` for what else is wrong.
  package static func access(
    variables: (String) -> String?, files: any FileWriter, proxies: Proxies, system: SystemRoots = .usual()
  ) throws(KubeconfigError) -> ClusterAccess? {
    guard let host = variables("KUBERNETES_SERVICE_HOST"), !host.isEmpty,
      let port = ["KUBERNETES_SERVICE_PORT_HTTPS", "KUBERNETES_SERVICE_PORT"].lazy.compactMap(variables)
        .first(where: { !$0.isEmpty })
    else { return nil }
    let token = "\(folder)/token"
    guard files.exists(token) else {
      throw KubeconfigError(
        .credentials, "this pod has no token of a service account: \(token) is not there",
        hint: "set automountServiceAccountToken, or give a kubeconfig")
    }
    let bracketed = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
    let endpoint: Endpoint
    do throws(TransportError) {
      endpoint = try Endpoint(withPath: "https://\(bracketed):\(port)")
    } catch {
      throw KubeconfigError(
        .parameter,
        "KUBERNETES_SERVICE_HOST and its port \"\(printable("\(bracketed):\(port)"))\" "
          + error.message.prefix { $0 != ";" })
    }
    return ClusterAccess(
      name: "in-cluster", namespace: namespace(files), endpoint: endpoint, trust: try trust(files, system),
      proxies: proxies, clientCertificate: nil, impersonation: [], credentials: .tokenFile(token),
      cautions: [])
  }

  private static func namespace(_ files: any FileWriter) -> String? {
    guard let bytes = try? files.read("\(folder)/namespace", limit: 4096) else { return nil }
    return TokenText.token(in: bytes)
  }

  /// The cluster's own authority and no other; the system's where the pod has none.
  private static func trust(_ files: any FileWriter, _ system: SystemRoots) throws(KubeconfigError)
    -> TLSTrust
  {
    var trust = TLSTrust(system: system)
    let path = "\(folder)/ca.crt"
    do throws(FileError) {
      trust.caData = CertificateData(pem: try files.read(path, limit: 1 << 20), title: path)
    } catch {
      guard error.code == .notFound else { throw KubeconfigError(.parameter, error.message) }
      return trust
    }
    trust.trustsSystem = false
    do throws(TransportError) {
      _ = try TrustedRoots(trust)
    } catch {
      throw KubeconfigError(.parameter, error.message, hint: error.hint)
    }
    return trust
  }
}
