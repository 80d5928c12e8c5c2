package import AppProtection
internal import HTTPTransport
internal import RESTClient
internal import StructuredValues

// What the cluster has. Gateways written in Go (Traefik, for one) answer while they start as the API does for what is not
// installed: `404 page not found`. So what is missing is missing by the list of what there is, and not by that text
// (https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api).
extension KubernetesClient {
  /// The kinds of a group's version (`GET /apis/{group}/{version}`), such as `Backup`, each once.
  ///
  /// - Returns: the kinds; nil if the group is not installed, or not in this version.
  /// - Throws: trouble that lasts, and refused credentials.
  package func kinds(of group: String, version: String) throws(BackendError) -> [String]? {
    let attempt = "see what the cluster has of \(group.isEmpty ? "the core group" : group)"
    return try clean { () throws(BackendError) in
      var patience = rest.patience()
      while true {
        switch try resources(of: group, version, attempt) {
        case .absent(let problem):
          guard try isServed(group, version, attempt) else { return nil }
          try pause(after: problem, ResourceKind.root(group: group, version: version), attempt, &patience)
        case .rejected(let problem): throw error(for: problem, .get, nil, to: attempt)
        case .value(let list):
          var kinds: [String] = []
          // `backups/status` is a part of a kind.
          for resource in list["resources"]?.elements ?? []
          where resource["name"]?.string?.contains("/") == false {
            if let kind = resource["kind"]?.string, !kinds.contains(kind) { kinds.append(kind) }
          }
          return kinds
        }
      }
    }
  }

  /// Whether an answer is the cluster's word, and no gateway's; where it is not, waits until the request may be repeated.
  ///
  /// - Throws: the trouble, once it has lasted for as long as a read is repeated.
  func isConfirmed(
    _ problem: StatusProblem, _ kind: ResourceKind, _ path: String, _ attempt: String,
    _ patience: inout RESTClient<StatusProblem>.Patience
  ) throws(BackendError) -> Bool {
    guard problem.isAboutPath, try isInstalled(kind, attempt) else { return true }
    try pause(after: problem, path, attempt, &patience)
    return false
  }

  /// Whether the cluster has a kind; so too where it contradicts itself.
  private func isInstalled(_ kind: ResourceKind, _ attempt: String) throws(BackendError) -> Bool {
    guard try isServed(kind.group, kind.version, attempt) else { return false }
    return switch try resources(of: kind.group, kind.version, attempt) {
    case .value(let list): (list["resources"]?.elements ?? []).contains { $0["name"]?.string == kind.plural }
    case .absent: true
    case .rejected: false
    }
  }

  /// Whether the cluster has a kind, or does not tell, whatever the reason.
  ///
  /// - Throws: `.interrupted`.
  func mayBeInstalled(_ kind: ResourceKind, _ attempt: String) throws(BackendError) -> Bool {
    do throws(BackendError) {
      return try isInstalled(kind, attempt)
    } catch {
      if case .interrupted = error.kind { throw error }
      return true
    }
  }

  /// Whether the list of what there is (`GET /apis`) names a group's version; not where it may not be read.
  private func isServed(_ group: String, _ version: String, _ attempt: String) throws(BackendError) -> Bool {
    guard !group.isEmpty else { return true }
    let name = "\(group)/\(version)"
    if let servedVersions, !servedVersions.contains(name) { return false }
    switch try rest.read("/apis", to: attempt, isWhole: { $0["kind"]?.string == "APIGroupList" }) {
    case .value(let list):
      let versions = (list["groups"]?.elements ?? []).flatMap { $0["versions"]?.elements ?? [] }
      let served = Set(versions.compactMap { $0["groupVersion"]?.string })
      servedVersions = served
      return served.contains(name)
    // Who says that there is no API at all is no API.
    case .absent: return true
    case .rejected: return false
    }
  }

  private func resources(
    of group: String, _ version: String, _ attempt: String
  ) throws(BackendError) -> RESTClient<StatusProblem>.Reading {
    try rest.read(
      ResourceKind.root(group: group, version: version), to: attempt,
      isWhole: { $0["kind"]?.string == "APIResourceList" })
  }

  private func pause(
    after problem: StatusProblem, _ path: String, _ attempt: String,
    _ patience: inout RESTClient<StatusProblem>.Patience
  ) throws(BackendError) {
    try rest.pause(because: problem.ofAGateway, path, attempt, &patience)
  }
}
