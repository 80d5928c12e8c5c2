package import AppProtection
internal import HTTPTransport
internal import RESTClient
internal import StructuredValues
internal import Timing

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
      var doubt = Doubt()
      while true {
        switch try resources(of: group, version, attempt) {
        case .absent(let problem):
          let word = try word(onVersion: version, of: group, attempt)
          let path = ResourceKind.root(group: group, version: version)
          if try isMissing(by: word, problem, path, attempt, &doubt) { return nil }
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

  /// What is remembered of a request that was answered with 404 while it is repeated.
  struct Doubt {
    fileprivate var patience: RESTClient<StatusProblem>.Patience?
    fileprivate var isRepeated = false
  }

  /// Whether a 404 to a read says that a kind is not installed; where it does not, waits until the read may be repeated.
  ///
  /// - Throws: the trouble, once it has lasted for as long as a read is repeated.
  func isMissing(
    _ kind: ResourceKind, by problem: StatusProblem, _ path: String, _ attempt: String,
    _ doubt: inout Doubt
  ) throws(BackendError) -> Bool {
    let word = try problem.isAboutPath ? word(on: kind, attempt) : .isThere
    return try isMissing(by: word, problem, path, attempt, &doubt)
  }

  private func isMissing(
    by word: Word, _ problem: StatusProblem, _ path: String, _ attempt: String, _ doubt: inout Doubt
  ) throws(BackendError) -> Bool {
    switch word {
    case .isMissing: return true
    case .isThere: break
    // Whoever may not be asked answers, at least: the next answer is believed.
    case .nothing:
      if doubt.isRepeated { return true }
      doubt.isRepeated = true
    }
    var patience = doubt.patience ?? rest.patience()
    defer { doubt.patience = patience }
    try rest.pause(because: problem.ofAGateway, path, attempt, &patience)
    return false
  }

  /// Whether the answer to a change may be a gateway's: a 404 that is not about what the change could miss.
  ///
  /// - Parameters:
  ///   - problem: the answer.
  ///   - name: what the change could miss: the object, or the namespace that it is to lie in.
  ///   - subject: the kind of that.
  ///   - kind: the kind of the object.
  ///   - attempt: what it is for, for messages.
  /// - Returns: whether.
  /// - Throws: `.interrupted`.
  func mayBeAGateways(
    _ problem: StatusProblem, missing name: String, _ subject: ResourceKind, _ kind: ResourceKind,
    _ attempt: String
  ) throws(BackendError) -> Bool {
    guard problem.status == 404, problem.isFromAPI, !problem.isDenial else { return false }
    guard problem.isAboutPath else { return !problem.isAbsence(of: name, subject) }
    do throws(BackendError) {
      return try word(on: kind, attempt) != .isMissing
    } catch {
      if case .interrupted = error.kind { throw error }
      return true
    }
  }

  /// What the cluster says of a kind.
  private enum Word {
    case isMissing
    /// So too where it contradicts itself, or where nobody answers but the gateway.
    case isThere
    /// It may not be asked.
    case nothing
  }

  private func word(on kind: ResourceKind, _ attempt: String) throws(BackendError) -> Word {
    let name = kind.apiVersion
    if let served, time.now - served.at < .seconds(60), !served.versions.contains(name) { return .isMissing }
    switch try resources(of: kind.group, kind.version, attempt) {
    case .value(let list):
      let isThere = (list["resources"]?.elements ?? []).contains { $0["name"]?.string == kind.plural }
      return isThere ? .isThere : .isMissing
    case .absent: return try word(onVersion: kind.version, of: kind.group, attempt)
    case .rejected(let problem): return problem.isFromAPI ? .nothing : .isThere
    }
  }

  /// What the list of what there is (`GET /apis`) says of a group's version.
  private func word(
    onVersion version: String, of group: String, _ attempt: String
  ) throws(BackendError) -> Word {
    guard !group.isEmpty else { return .isThere }
    let reading: RESTClient<StatusProblem>.Reading
    do throws(BackendError) {
      reading = try rest.read(
        "/apis", to: attempt, acceptsGatewayAbsence: true,
        // One that does not name Kubernetes' own groups is that of a server that has just begun.
        isWhole: { $0["kind"]?.string == "APIGroupList" && Self.versions($0).contains("apps/v1") })
    } catch {
      if error.kind == .credentials { return .nothing }
      throw error
    }
    switch reading {
    case .value(let list):
      let versions = Self.versions(list)
      served = (versions, time.now)
      return versions.contains("\(group)/\(version)") ? .isThere : .isMissing
    // Who says in these words that there is no API at all is no API; in others, somebody on the way lets only some paths pass.
    case .absent(let problem): return problem.isAboutPath ? .isThere : .nothing
    case .rejected(let problem): return problem.isFromAPI ? .nothing : .isThere
    }
  }

  private static func versions(_ list: StructuredValue) -> Set<String> {
    let versions = (list["groups"]?.elements ?? []).flatMap { $0["versions"]?.elements ?? [] }
    return Set(versions.compactMap { $0["groupVersion"]?.string })
  }

  private func resources(
    of group: String, _ version: String, _ attempt: String
  ) throws(BackendError) -> RESTClient<StatusProblem>.Reading {
    try rest.read(
      ResourceKind.root(group: group, version: version), to: attempt,
      isWhole: { $0["kind"]?.string == "APIResourceList" })
  }
}
