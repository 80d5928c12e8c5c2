package import AppProtection
internal import KubernetesAPI
internal import StructuredValues

// Whether a clone fits into what its namespaces may hold. A namespace that is not there yet has no limits to be seen.
extension ClusterBackend {
  package func room(for request: CloneRequest) throws(BackendError) -> RoomForClone? {
    var room = RoomForClone()
    for destination in Set(request.namespaces.map(\.destination)).sorted() {
      let sight = try client(of: request.destinationCluster).look(
        at: .namespace, destination, in: nil, to: "look for namespace \"\(destination)\"")
      if case .told(nil) = sight { continue }
      guard let needs = try needs(of: request, into: destination) else {
        room.notTold.append("the volume claims of \"\(request.application.name)\"")
        continue
      }
      try room.add(quotas(of: destination, request), ["the quotas of namespace \"\(destination)\""]) {
        $0.lacks(of: needs)
      }
      try room.add(limits(of: destination, request), ["the limits of namespace \"\(destination)\""]) {
        $0.lacks(of: needs)
      }
    }
    return room
  }

  /// What the objects need that a clone brings into a namespace; nil where they may not be seen.
  private func needs(
    of request: CloneRequest, into destination: String
  ) throws(BackendError) -> CloneNeeds? {
    var needs = CloneNeeds()
    for mapping in request.namespaces where mapping.destination == destination {
      let attempt = "look what a clone of \"\(request.application.name)\" needs"
      let client = try client(of: request.sourceCluster)
      let sight = try client.lookAtList(of: .volumeClaim, in: mapping.source, to: attempt)
      guard case .told(let claims) = sight else { return nil }
      for claim in claims { needs.add(claim: claim, storageClass: request.storageClass) }
      for kind in ClusterContent.shown {
        guard case .told(let objects) = try client.lookAtList(of: kind, in: mapping.source, to: attempt)
        else { continue }
        for object in objects { needs.add(object, kind) }
      }
    }
    return needs
  }

  private func quotas(
    of namespace: String, _ request: CloneRequest
  ) throws(BackendError) -> LookResult<[Quota]> {
    let client = try client(of: request.destinationCluster)
    let attempt = "read the quotas of namespace \"\(namespace)\""
    let sight = try client.lookAtList(of: .quota, in: namespace, to: attempt)
    guard case .told(let objects) = sight else { return sight.map { _ in [] } }
    var all = objects.compactMap { Quota($0, "quota \"\($0.name)\" of namespace \"\(namespace)\"", \.self) }
    // OpenShift has quotas over several namespaces, too.
    if case .told(let objects) = try client.lookAtList(of: .clusterQuota, in: namespace, to: attempt) {
      all += objects.compactMap { quota in
        Quota(quota, "cluster quota \"\(quota.name)\" (for namespace \"\(namespace)\")") { $0?["total"] }
      }
    }
    return .told(all)
  }

  private func limits(
    of namespace: String, _ request: CloneRequest
  ) throws(BackendError) -> LookResult<[ClaimLimit]> {
    let sight = try client(of: request.destinationCluster).lookAtList(
      of: .limitRange, in: namespace, to: "read the limits of namespace \"\(namespace)\"")
    return sight.map { objects in
      objects.flatMap { object in
        (object["spec", "limits"]?.elements ?? []).compactMap {
          ClaimLimit($0, "limit range \"\(object.name)\" of namespace \"\(namespace)\"")
        }
      }
    }
  }
}

extension ResourceKind {
  fileprivate static let quota = Self("ResourceQuota", plural: "resourcequotas", group: "")
  fileprivate static let limitRange = Self("LimitRange", plural: "limitranges", group: "")
  fileprivate static let clusterQuota = Self(
    "AppliedClusterResourceQuota", plural: "appliedclusterresourcequotas", group: "quota.openshift.io")
}

extension LookResult {
  fileprivate func map<Other>(_ change: (Value) -> Other) -> LookResult<Other> {
    switch self {
    case .told(let value): .told(change(value))
    case .forbidden(let reason): .forbidden(reason)
    case .notInstalled: .notInstalled
    }
  }
}

extension RoomForClone {
  fileprivate mutating func add<Limit>(
    _ limits: LookResult<[Limit]>, _ nouns: [String], _ lacks: (Limit) -> [Lack]
  ) {
    switch limits {
    case .told(let all): self.lacks += all.flatMap(lacks)
    case .forbidden, .notInstalled: notTold += nouns
    }
  }
}

/// How much of what a quota counts some objects need.
private struct CloneNeeds {
  /// By the names that quotas use: `requests.storage`, `count/services`.
  private(set) var amounts: [String: Quantity] = [:]
  /// The requests of claims, by their names.
  private(set) var claims: [(name: String, size: Quantity)] = []

  private mutating func add(_ amount: Quantity, to names: [String]) {
    for name in names { amounts[name] = (amounts[name] ?? Quantity(0)) + amount }
  }

  mutating func add(claim: KubernetesObject, storageClass: String?) {
    add(Quantity(1), to: ["persistentvolumeclaims", "count/persistentvolumeclaims"])
    let size = claim["spec", "resources", "requests", "storage"]?.string.flatMap { Quantity($0) }
    if let size {
      add(size, to: ["requests.storage"])
      claims.append((claim.name, size))
    }
    guard let name = storageClass ?? claim["spec", "storageClassName"]?.string else { return }
    let prefix = "\(name).storageclass.storage.k8s.io"
    add(Quantity(1), to: ["\(prefix)/persistentvolumeclaims"])
    if let size { add(size, to: ["\(prefix)/requests.storage"]) }
  }

  mutating func add(_ object: KubernetesObject, _ kind: ResourceKind) {
    add(Quantity(1), to: ["count/\(kind.title)"])
    guard kind == .service else { return }
    add(Quantity(1), to: ["services"])
    switch object["spec", "type"]?.string {
    case "LoadBalancer": add(Quantity(1), to: ["services.loadbalancers", "services.nodeports"])
    case "NodePort": add(Quantity(1), to: ["services.nodeports"])
    default: break
    }
  }
}

/// What a namespace may hold, and holds.
private struct Quota {
  let title: String
  var lines: [(resource: String, hard: String, used: String)] = []

  /// Reads a quota; nil for one that counts pods of a kind only.
  init?(
    _ object: KubernetesObject, _ title: String, _ place: (StructuredValue?) -> StructuredValue?
  ) {
    self.title = title
    if object["spec", "scopeSelector"] != nil || !(object["spec", "scopes"]?.elements ?? []).isEmpty {
      return nil
    }
    let status = place(object["status"])
    guard case .object(let members)? = status?["hard"] ?? object["spec", "hard"] else { return nil }
    for member in members {
      guard let hard = member.value.amount else { continue }
      lines.append((member.name, hard, status?["used"]?.member(member.name)?.amount ?? "0"))
    }
  }

  func lacks(of needs: CloneNeeds) -> [RoomForClone.Lack] {
    lines.compactMap { line in
      guard let needed = needs.amounts[line.resource], let hard = Quantity(line.hard),
        let used = Quantity(line.used), used + needed > hard
      else { return nil }
      return RoomForClone.Lack(
        limit: title, resource: line.resource, used: line.used, hard: line.hard, needed: needed.text)
    }
  }
}

/// How large each claim of a namespace may be, or has to be.
private struct ClaimLimit {
  let title: String
  var max: String?
  var min: String?

  /// Reads one element of `spec.limits`; nil for what limits no claims.
  init?(_ value: StructuredValue, _ title: String) {
    guard value["type"]?.string == "PersistentVolumeClaim" else { return nil }
    self.title = title
    (max, min) = (value["max"]?["storage"]?.amount, value["min"]?["storage"]?.amount)
  }

  func lacks(of needs: CloneNeeds) -> [RoomForClone.Lack] {
    needs.claims.flatMap { claim in
      func lack(_ word: String, _ limit: String?, _ isExceeded: (Quantity) -> Bool) -> RoomForClone.Lack? {
        guard let limit, let amount = Quantity(limit), isExceeded(amount) else { return nil }
        return RoomForClone.Lack(
          limit: title, resource: "\(word) size of volume claim \"\(claim.name)\"", used: "0", hard: limit,
          needed: claim.size.text)
      }
      return [
        lack("largest", max) { claim.size > $0 }, lack("smallest", min) { claim.size < $0 },
      ].compactMap { $0 }
    }
  }
}

extension StructuredValue {
  /// An amount, which the API writes as a text, and which may be a number.
  fileprivate var amount: String? { string ?? integer.map { "\($0)" } }
}
