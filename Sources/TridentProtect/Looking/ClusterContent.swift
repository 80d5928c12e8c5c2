package import AppProtection
internal import KubernetesAPI
internal import StructuredValues

/// What the namespaces of an application hold: what a copy of it has to bring back.
struct ClusterContent {
  /// One claim on a volume.
  struct Claim: Hashable {
    var name: String
    var uid: String
    var isBound: Bool
    var phase: String
  }

  /// Something that runs.
  struct Workload: Hashable {
    var kind: String
    var name: String
    /// How many of its pods are available, of how many.
    var available: Int
    var wanted: Int
    /// Whether what is told of it is of its present specification.
    var isCurrent: Bool

    var title: String { "\(kind) \(name)" }
    var isAvailable: Bool { isCurrent && available >= wanted }
  }

  /// A way in.
  struct Service: Hashable {
    var name: String
    var isLoadBalancer: Bool
    var hasAddress: Bool
  }

  var claims: [Claim] = []
  var workloads: [Workload] = []
  var services: [Service] = []

  /// Adds what one namespace holds; false: its claims may not be seen, so nothing can be said.
  mutating func add(_ namespace: String, _ client: KubernetesClient) throws(BackendError) -> Bool {
    guard try addClaims(namespace, client) else { return false }
    try addWorkloads(namespace, client)
    try addServices(namespace, client)
    return true
  }

  private static func attempt(_ namespace: String) -> String {
    "look at what is in namespace \"\(namespace)\""
  }

  mutating func addClaims(_ namespace: String, _ client: KubernetesClient) throws(BackendError) -> Bool {
    let sight = try client.lookAtList(of: .volumeClaim, in: namespace, to: Self.attempt(namespace))
    guard case .told(let claims) = sight else { return false }
    self.claims += claims.map { claim in
      let phase = claim["status", "phase"]?.string ?? "Pending"
      return Claim(
        name: claim.name, uid: claim.uid, isBound: phase == "Bound" && claim.deletionTimestamp == nil,
        phase: claim.deletionTimestamp == nil ? phase : "being deleted")
    }
    return true
  }

  mutating func addWorkloads(_ namespace: String, _ client: KubernetesClient) throws(BackendError) {
    for kind in [ResourceKind.deployment, .statefulSet, .daemonSet] {
      let sight = try client.lookAtList(of: kind, in: namespace, to: Self.attempt(namespace))
      if case .told(let found) = sight { workloads += found.map { Workload($0, kind) } }
    }
  }

  mutating func addServices(_ namespace: String, _ client: KubernetesClient) throws(BackendError) {
    let sight = try client.lookAtList(of: .service, in: namespace, to: Self.attempt(namespace))
    guard case .told(let found) = sight else { return }
    services += found.map { service in
      let addresses = service["status", "loadBalancer", "ingress"]?.elements ?? []
      return Service(
        name: service.name, isLoadBalancer: service["spec", "type"]?.string == "LoadBalancer",
        hasAddress: !addresses.isEmpty)
    }
  }

  // MARK: - As an annotation

  /// The names, by which a copy is told later what it holds; nothing that is too long for an annotation.
  var text: String? {
    let text = [
      ("claims", claims.map(\.name)),
      ("workloads", workloads.map { "\($0.kind)/\($0.name)\($0.isAvailable ? "" : "?")" }),
      ("services", services.map { "\($0.name)\($0.hasAddress ? "!" : "")" }),
    ].map { "\($0.0)=\($0.1.sorted().joined(separator: ","))" }.joined(separator: ";")
    return text.utf8.count <= 65_536 ? text : nil
  }
}

extension ClusterContent.Workload {
  fileprivate init(_ object: KubernetesObject, _ kind: ResourceKind) {
    func number(_ path: String, _ member: String) -> Int? { object.value[path]?[member]?.integer }
    let wanted =
      kind == .daemonSet ? number("status", "desiredNumberScheduled") ?? 0 : number("spec", "replicas") ?? 1
    let available =
      switch kind {
      case .deployment: number("status", "availableReplicas")
      case .statefulSet: number("status", "availableReplicas") ?? number("status", "readyReplicas")
      default: number("status", "numberAvailable")
      }
    let seen = number("status", "observedGeneration")
    self.init(
      kind: kind.kind, name: object.name, available: available ?? 0, wanted: wanted,
      isCurrent: seen.map { $0 >= object.generation ?? 0 } ?? (object.generation == nil))
  }
}

/// What an application had when a copy of it was asked for, as the copy's annotation says.
struct Inventory {
  var claims: Set<String> = []
  /// Workloads by their titles, and whether they were available.
  var workloads: [String: Bool] = [:]
  /// Services by their names, and whether a load balancer had given them an address.
  var services: [String: Bool] = [:]

  init() {}

  init(_ text: String) {
    for part in text.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { continue }
      let names = sides[1].split(separator: ",").map { String($0) }
      switch sides[0] {
      case "claims": claims = Set(names)
      case "workloads":
        for name in names {
          let isBroken = name.hasSuffix("?")
          let title = (isBroken ? String(name.dropLast()) : name).split(separator: "/", maxSplits: 1)
          if title.count == 2 { workloads["\(title[0]) \(title[1])"] = !isBroken }
        }
      case "services":
        for name in names {
          services[name.hasSuffix("!") ? String(name.dropLast()) : name] = name.hasSuffix("!")
        }
      default: break
      }
    }
  }
}

// What the steps see themselves: `Completed` is the beginning of the proof.
extension TridentProtectBackend {
  /// What an application has now; nil where it may not be seen.
  func content(of application: Application) throws(BackendError) -> ClusterContent? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    return try content(of: application.namespaces, in: place.context)
  }

  func content(of namespaces: [String], in context: String) throws(BackendError) -> ClusterContent? {
    var content = ClusterContent()
    let client = try client(context)
    for namespace in namespaces {
      guard try content.add(namespace, client) else { return nil }
    }
    return content
  }

  /// How a restore that says that it is completed truly stands: what it was to bring back is there and works, or is still
  /// to come, or is missing for good.
  func proof(
    of restore: KubernetesObject, in reference: RunReference, _ namespaces: [String]
  ) throws(BackendError) -> Operation.State {
    let client = try client(reference.context)
    var content = ClusterContent()
    for namespace in namespaces where try !content.addClaims(namespace, client) {
      return .partial(
        "is completed, but what it restored cannot be seen: the rights to list volume claims in "
          + "\(namespaces.joined(separator: ", ")) are missing")
    }
    var inventory = try inventory(of: restore, in: reference) ?? Inventory()
    inventory.leaveAside(settings.ignoredKinds)
    // From what comes up first to what comes up last: while the first is to come, the others need not be looked at.
    let lostClaims = inventory.claims.subtracting(content.claims.map(\.name)).sorted()
    if !lostClaims.isEmpty { return .lacking(lostClaims.map { "volume claim \"\($0)\"" }) }
    let unbound = content.claims.filter { !$0.isBound }.map { "volume claim \"\($0.name)\" is \($0.phase)" }
    if !unbound.isEmpty { return .comingUp(unbound) }

    for namespace in namespaces { try content.addWorkloads(namespace, client) }
    content.leaveAside(settings.ignoredKinds)
    let lost = Set(inventory.workloads.keys).subtracting(content.workloads.map(\.title)).sorted()
    if !lost.isEmpty {
      for namespace in namespaces { try content.addServices(namespace, client) }
      content.leaveAside(settings.ignoredKinds)
      return .lacking(lost + content.lacking(inventory))
    }
    // What did not run when the copy was made need not run now: it may be the very fault.
    let idle = content.workloads.filter { !$0.isAvailable && inventory.workloads[$0.title] != false }
    if !idle.isEmpty {
      return .comingUp(idle.map { "\($0.title) has \($0.available) of \($0.wanted) pods available" })
    }

    for namespace in namespaces { try content.addServices(namespace, client) }
    content.leaveAside(settings.ignoredKinds)
    let gone = content.lacking(inventory)
    if !gone.isEmpty { return .lacking(gone) }
    let addressless = content.services.filter {
      $0.isLoadBalancer && !$0.hasAddress && inventory.services[$0.name] != false
    }
    if !addressless.isEmpty { return .comingUp(addressless.map { "Service \($0.name) has no address" }) }
    let hooks = try hooksUnderWay(after: reference)
    return hooks.isEmpty ? .succeeded : .comingUp(["hooks are running (\(hooks.joined(separator: ", ")))"])
  }

  /// The hooks of a restore that have not ended.
  private func hooksUnderWay(after reference: RunReference) throws(BackendError) -> [String] {
    // Hooks after a restore run as objects of their own, which may end after it.
    let sight = try client(reference.context).lookAtList(
      of:
        Kinds.hookRun, in: reference.namespace, to: "look at the hooks of \"\(reference.name)\"")
    guard case .told(let runs) = sight else { return [] }
    let own = runs.filter { run in run.owners.contains { $0.uid == reference.uid } }
    return own.filter { !RunState($0).isTerminal }.map(\.name)
  }

  /// What the copy that a restore is from had; nil where nothing tells.
  private func inventory(
    of restore: KubernetesObject, in reference: RunReference
  ) throws(BackendError) -> Inventory? {
    let isInPlace = Kinds.inPlaceRestores.contains(reference.kind)
    let owner = restore.annotations[isInPlace ? Marking.application : CloneMark.sourceLabel]
    guard let source = owner.flatMap({ ApplicationPlace(Application.ID($0)) }),
      let point = restore.annotations[Marking.point].flatMap({ PointPlace(RecoveryPoint.ID($0)) })
    else { return nil }
    if let known = inventories[point.id] { return known }
    let object = try copy(point.id, point.kind, of: source.id)
    let inventory = object?.annotations[Marking.inventory].map { Inventory($0) }
    inventories[point.id] = inventory
    return inventory
  }

  package func assets(
    of application: Application.ID, in point: RecoveryPoint?
  ) throws(BackendError) -> [Asset]? {
    guard let place = ApplicationPlace(application) else { return nil }
    if let point {
      let text = try copy(point.id, point.kind, of: point.applicationID)?.annotations[Marking.inventory]
      guard let inventory = text.map({ Inventory($0) }) else { return nil }
      return inventory.assets
    }
    guard let now = try self.application(application) else { return nil }
    guard let content = try content(of: now.namespaces, in: place.context) else { return nil }
    return content.text.map { Inventory($0).assets }
  }
}

extension Inventory {
  /// What it names, as resources; the annotation keeps no namespaces.
  fileprivate var assets: [Asset] {
    claims.map { Asset(group: "", kind: "PersistentVolumeClaim", name: $0, namespace: nil) }
      + workloads.keys.map { title in
        let sides = title.split(separator: " ", maxSplits: 1)
        return Asset(group: "apps", kind: String(sides[0]), name: String(sides[1]), namespace: nil)
      } + services.keys.map { Asset(group: "", kind: "Service", name: $0, namespace: nil) }
  }
}

// What comes and goes at a site is neither missed nor waited for.
extension Inventory {
  fileprivate mutating func leaveAside(_ kinds: IgnoredKinds) {
    workloads = workloads.filter { !kinds.contains(String($0.key.prefix { $0 != " " }), group: "apps") }
    if kinds.contains(ResourceKind.service.kind, group: "") { services = [:] }
  }
}

extension ClusterContent {
  fileprivate mutating func leaveAside(_ kinds: IgnoredKinds) {
    workloads.removeAll { kinds.contains($0.kind, group: "apps") }
    if kinds.contains(ResourceKind.service.kind, group: "") { services = [] }
  }

  /// The services that a copy had and that are not there.
  fileprivate func lacking(_ inventory: Inventory) -> [String] {
    Set(inventory.services.keys).subtracting(services.map(\.name)).sorted().map { "Service \($0)" }
  }
}

extension Operation.State {
  /// Completed, and something of it is missing for good.
  fileprivate static func lacking(_ what: [String]) -> Self {
    .partial("is completed, but these are missing: \(what.joined(separator: ", "))")
  }

  /// Completed, and something of it does not work yet.
  fileprivate static func comingUp(_ what: [String]) -> Self {
    .running("restored; \(what.joined(separator: ", "))")
  }
}
