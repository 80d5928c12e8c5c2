package import AppProtection
internal import KubernetesAPI
internal import StructuredValues

// What the steps see themselves: that a restore says that it is completed is the beginning of the proof.
extension ClusterBackend {
  /// What an application has now; nil where it may not be seen.
  package func content(of application: Application) throws(BackendError) -> ClusterContent? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    // What a filter leaves in cannot be told from here.
    guard !application.isFiltered else { return nil }
    var content = ClusterContent()
    let client = try client(place.context)
    for namespace in application.namespaces {
      let labels = application.selectors[namespace] ?? contentSelector
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
  ///   - selectors: by namespace, the labels of what it was to bring back; nothing for all.
  ///   - check: why claims are not what the restore was to bring, a clause for each that is not.
  /// - Returns: how it stands; `.succeeded` only if all of it is there and works.
  /// - Throws: trouble that lasts.
  package func proof(
    of namespaces: [String], in context: String, having inventory: Inventory?,
    selectors: [String: String] = [:],
    claims check: ([ClusterContent.Claim]) throws(BackendError) -> [String] = { _ in [] }
  ) throws(BackendError) -> Operation.State {
    let client = try client(context)
    var content = ClusterContent()
    // By what is known of the copy each claim is told apart by its name; which labels its pods bear, not everybody may see.
    let isKnown = inventory != nil
    for namespace in namespaces
    where try !content.addClaims(namespace, client, labels: isKnown ? nil : selectors[namespace]) {
      return .partial(
        "is completed, but what it restored cannot be seen: the rights to list volume claims in "
          + "\(namespaces.joined(separator: ", ")) are missing")
    }
    var inventory = inventory ?? Inventory()
    inventory.leaveAside(ignoredKinds)
    // From what comes up first to what comes up last: while the first is to come, the others need not be looked at.
    let lostClaims = inventory.claims.subtracting(content.claims.map(\.name)).sorted()
    if !lostClaims.isEmpty { return .lacking(lostClaims.map { "volume claim \"\($0)\"" }) }
    let fewer = inventory.lacking(content.claims.map { "claim \($0.name)" }, of: ["claim"])
    if !fewer.isEmpty { return .lacking(fewer) }
    let wrong = try check(content.claims)
    if !wrong.isEmpty { return .partial("is completed, but not whole: \(wrong.joined(separator: "; "))") }
    // What a copy did not have, such as what the release has added that is to be undone, is not waited for.
    var unbound = content.claims.filter { !$0.isBound && (!isKnown || inventory.claims.contains($0.name)) }
    if unbound.contains(where: \.waitsForData) {
      // A class may bind a claim only when a pod wants it, and no pod may want it now: the snapshot holds its data.
      let wanted = try claimsOfPods(in: namespaces, client)
      for claim in unbound where claim.waitsForData && !wanted.contains("\(claim.namespace)/\(claim.name)") {
        guard try bindsOnFirstUse(claim.storageClass, client) else { continue }
        unbound.removeAll { $0.uid == claim.uid }
      }
    }
    if !unbound.isEmpty {
      return .filling(unbound.map { "volume claim \"\($0.name)\" is \($0.phase)" })
    }

    for namespace in namespaces {
      try content.addWorkloads(namespace, client, labels: selectors[namespace])
    }
    content.leaveAside(ignoredKinds)
    var lost = Set(inventory.workloads.keys).subtracting(content.workloads.map(\.title)).sorted()
    if lost.isEmpty {
      lost = inventory.lacking(
        content.workloads.map(\.title), of: ["Deployment", "StatefulSet", "DaemonSet"])
    }
    if !lost.isEmpty {
      for namespace in namespaces { try content.addServices(namespace, client, labels: selectors[namespace]) }
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

    for namespace in namespaces { try content.addServices(namespace, client, labels: selectors[namespace]) }
    content.leaveAside(ignoredKinds)
    let gone = content.lacking(inventory)
    if !gone.isEmpty { return .lacking(gone) }
    let addressless = content.services.filter {
      $0.isLoadBalancer && !$0.hasAddress && (!isKnown || inventory.services[$0.name] == true)
    }
    if !addressless.isEmpty { return .comingUp(addressless.map { "Service \($0.name) has no address" }) }
    return .succeeded
  }
}

extension ClusterBackend {
  /// Whether claims of a storage class are bound when a pod wants them, and not before; so too where it may not be seen.
  private func bindsOnFirstUse(
    _ storageClass: String, _ client: KubernetesClient
  ) throws(BackendError) -> Bool {
    guard !storageClass.isEmpty else { return false }
    switch try client.look(
      at: .storageClass, storageClass, in: nil, to: "see when storage class \"\(storageClass)\" binds")
    {
    case .told(let found): return found?["volumeBindingMode"]?.string == "WaitForFirstConsumer"
    case .forbidden: return true
    case .notInstalled: return false
    }
  }

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
    (isRestored, isComingUp) = (making.isRestored, making.isComingUp)
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

  /// Completed, and volumes of it do not hold their data yet.
  package static func filling(_ what: [String]) -> Self {
    .running("\(filling)\(what.joined(separator: ", "))")
  }

  /// Whether it is completed, and not all of it is there or works yet.
  package var isRestored: Bool {
    if case .running(let word) = self { word.hasPrefix(Self.filling) || isComingUp } else { false }
  }

  private static var filling: String { "filling; " }

  /// Completed, its data is there, and something of it does not work yet.
  package static func comingUp(_ what: [String]) -> Self {
    .running("\(restored)\(what.joined(separator: ", "))")
  }

  /// Whether it is completed, its data is there, and something of it does not work yet.
  package var isComingUp: Bool {
    if case .running(let word) = self { word.hasPrefix(Self.restored) } else { false }
  }

  private static var restored: String { "restored; " }
}
