package import AppProtection
internal import KubernetesAPI

// What the steps see themselves: that a restore says that it is completed is the beginning of the proof.
extension ClusterBackend {
  /// What an application has now; nil where it may not be seen.
  package func content(of application: Application) throws(BackendError) -> ClusterContent? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    return try content(of: application.namespaces, in: place.context, labels: contentSelector)
  }

  package func content(
    of namespaces: [String], in context: String, labels: String? = nil
  ) throws(BackendError) -> ClusterContent? {
    var content = ClusterContent()
    let client = try client(context)
    for namespace in namespaces {
      guard try content.add(namespace, client, labels: labels) else { return nil }
    }
    return content
  }

  /// How a restore that says that it is completed truly stands: what it was to bring back is there and works, or is still
  /// to come, or is missing for good.
  ///
  /// - Parameters:
  ///   - namespaces: what it has filled.
  ///   - context: the cluster.
  ///   - inventory: what the copy had; nil where nothing tells.
  ///   - check: why claims are not what the restore was to bring, a clause for each that is not.
  /// - Returns: how it stands; `.succeeded` only if all of it is there and works.
  /// - Throws: trouble that lasts.
  package func proof(
    of namespaces: [String], in context: String, having inventory: Inventory?,
    claims check: ([ClusterContent.Claim]) throws(BackendError) -> [String] = { _ in [] }
  ) throws(BackendError) -> Operation.State {
    let client = try client(context)
    var content = ClusterContent()
    for namespace in namespaces where try !content.addClaims(namespace, client) {
      return .partial(
        "is completed, but what it restored cannot be seen: the rights to list volume claims in "
          + "\(namespaces.joined(separator: ", ")) are missing")
    }
    let isKnown = inventory != nil
    var inventory = inventory ?? Inventory()
    inventory.leaveAside(ignoredKinds)
    // From what comes up first to what comes up last: while the first is to come, the others need not be looked at.
    let lostClaims = inventory.claims.subtracting(content.claims.map(\.name)).sorted()
    if !lostClaims.isEmpty { return .lacking(lostClaims.map { "volume claim \"\($0)\"" }) }
    let fewer = inventory.lacking(content.claims.map { "claim \($0.name)" }, of: ["claim"])
    if !fewer.isEmpty { return .lacking(fewer) }
    let wrong = try check(content.claims)
    if !wrong.isEmpty { return .partial("is completed, but not whole: \(wrong.joined(separator: "; "))") }
    var unbound = content.claims.filter { !$0.isBound }
    if unbound.contains(where: \.isFromSnapshot) {
      // A class may bind a claim only when a pod wants it, and no pod may want it now: the snapshot holds its data.
      let wanted = try claimsOfPods(in: namespaces, client)
      unbound.removeAll { $0.isFromSnapshot && !wanted.contains("\($0.namespace)/\($0.name)") }
    }
    if !unbound.isEmpty {
      return .comingUp(unbound.map { "volume claim \"\($0.name)\" is \($0.phase)" })
    }

    for namespace in namespaces { try content.addWorkloads(namespace, client) }
    content.leaveAside(ignoredKinds)
    var lost = Set(inventory.workloads.keys).subtracting(content.workloads.map(\.title)).sorted()
    if lost.isEmpty {
      lost = inventory.lacking(
        content.workloads.map(\.title), of: ["Deployment", "StatefulSet", "DaemonSet"])
    }
    if !lost.isEmpty {
      for namespace in namespaces { try content.addServices(namespace, client) }
      content.leaveAside(ignoredKinds)
      return .lacking(lost + content.lacking(inventory))
    }
    // Nothing tells what there should be, but something should.
    if !isKnown, content.claims.isEmpty, content.workloads.isEmpty {
      return .partial("is completed, but there is no volume claim and no workload")
    }
    // What did not run when the copy was made need not run now: it may be the very fault. Nor need what it did not have, such as
    // what the release has added that is to be undone.
    let idle = content.workloads.filter {
      !$0.isAvailable && (inventory.workloads.isEmpty || inventory.workloads[$0.title] == true)
    }
    if !idle.isEmpty {
      return .comingUp(idle.map { "\($0.title) has \($0.available) of \($0.wanted) pods available" })
    }

    for namespace in namespaces { try content.addServices(namespace, client) }
    content.leaveAside(ignoredKinds)
    let gone = content.lacking(inventory)
    if !gone.isEmpty { return .lacking(gone) }
    let addressless = content.services.filter {
      $0.isLoadBalancer && !$0.hasAddress && inventory.services[$0.name] != false
    }
    if !addressless.isEmpty { return .comingUp(addressless.map { "Service \($0.name) has no address" }) }
    return .succeeded
  }
}

extension ClusterBackend {
  /// The claims that pods want, as `namespace/name`; those of pods that may not be seen are not told, so all are.
  private func claimsOfPods(
    in namespaces: [String], _ client: KubernetesClient
  ) throws(BackendError) -> WantedClaims {
    var wanted = WantedClaims()
    for namespace in namespaces {
      let sight = try client.lookAtList(
        of: .pod, in: namespace, to: "see which claims the pods of namespace \"\(namespace)\" want")
      guard case .told(let pods) = sight else { return WantedClaims(isTold: false) }
      for pod in pods { wanted.names.formUnion(pod.claimNames.map { "\(namespace)/\($0)" }) }
    }
    return wanted
  }
}

/// The claims that pods want.
private struct WantedClaims {
  var names: Set<String> = []
  /// Whether the pods may be seen.
  var isTold = true

  func contains(_ claim: String) -> Bool { !isTold || names.contains(claim) }
}

extension Application {
  /// Puts a clone into the state that its making gives it.
  package mutating func show(makingOf making: Operation.State) {
    isComingUp = making.isComingUp
    switch making {
    case .succeeded: (state, problems) = (.ready, [])
    case .running, .blocked: (state, problems) = (.provisioning, [])
    case .partial(let reason), .failed(let reason): (state, problems) = (.failed, [reason])
    }
  }
}

extension Operation.State {
  /// Completed, and something of it is missing for good.
  package static func lacking(_ what: [String]) -> Self {
    .partial("is completed, but these are missing: \(what.joined(separator: ", "))")
  }

  /// Completed, and something of it does not work yet.
  package static func comingUp(_ what: [String]) -> Self {
    .running("\(restored)\(what.joined(separator: ", "))")
  }

  /// Whether it is completed, and something of it does not work yet.
  package var isComingUp: Bool {
    if case .running(let word) = self { word.hasPrefix(Self.restored) } else { false }
  }

  private static var restored: String { "restored; " }
}
