package import ClusterSimulation
package import KubernetesSimulator
package import ServiceSimulation
internal import SimulatorSupport
internal import Timing

/// Trident protect in two clusters, as a simulated service.
///
/// Ids are the uids of objects; those of a clone is the uid of the
/// restore that made it.
package struct TridentProtectService: ClusterService {
  /// The simulator's own world, for tests that are about Trident protect.
  package var world: KubernetesWorld
  package var behaviour: ServiceBehaviour {
    didSet { world.settings.apply(behaviour) }
  }
  /// How many in-place restores are still refused, and how.
  var refusals: (count: Int, reason: RefusalReason) = (0, .conflict)
  /// What is wrong with every watch.
  package var watchTrouble: WatchTrouble?
  package private(set) var credential: String
  private let start: WallTime

  static let contexts = ["ocp-prod", "ocp-debug"]

  init(_ world: KubernetesWorld, _ behaviour: ServiceBehaviour, start: WallTime) {
    (self.world, self.behaviour, self.start) = (world, behaviour, start)
    credential = Self.token(0)
    self.world.settings.apply(behaviour)
    for index in self.world.clusters.indices {
      self.world.clusters[index].users = [.administrator(token: Self.token(index))]
    }
  }

  static func token(_ index: Int) -> String { "not-a-real-token-of-\(contexts[index])" }
  static func host(_ context: String) -> String { "\(context).example.com" }

  package var capabilities: ServiceCapabilities {
    var capabilities = ServiceCapabilities(mapsNamespaces: true, datesModifications: false)
    capabilities.idsHaveParts = true
    (capabilities.refusesClonesByCluster, capabilities.requestsOfALook) = (false, 2)
    (capabilities.restoresEndRemoved, capabilities.tellsRuns) = (true, true)
    capabilities.showsReplacedClaims = true
    capabilities.clustersAreApart = true
    (capabilities.backupsOfAClone, capabilities.listsOfANamespace) = (1, 14)
    return capabilities
  }

  package var environment: [String: String] {
    [
      "ASTRA_BACKEND": "trident-protect", "KUBECONFIG": "kubeconfig", "PROD_APP_NAME": "magento-prod",
      "PROD_KUBERNETES_CLUSTER": "ocp-prod", "DEBUG_APP_NAME": "magento-debug",
      "DEBUG_NAMESPACE": "magento-debug",
      "DEBUG_KUBERNETES_CLUSTER": "ocp-debug", "BACKUP_NAME": "before-2-4-2-debian-10-r14",
    ]
  }

  package var files: [String: String] {
    let clusters = Self.contexts.map {
      "- name: \($0)\n  cluster: {server: \"https://\(Self.host($0))\"}\n"
    }
    let users = Self.contexts.indices.map {
      "- name: \(Self.contexts[$0])\n  user: {token: \(Self.token($0))}\n"
    }
    let contexts = Self.contexts.map { "- name: \($0)\n  context: {cluster: \($0), user: \($0)}\n" }
    return [
      "kubeconfig":
        "apiVersion: v1\nkind: Config\ncurrent-context: ocp-prod\nclusters:\n\(clusters.joined())users:\n"
        + "\(users.joined())contexts:\n\(contexts.joined())"
    ]
  }

  package mutating func respond(to request: ServiceRequest) -> ServiceResponse {
    if refusals.count > 0, request.method == "POST", request.target.contains("inplacerestores"),
      !request.target.contains("dryRun")
    {
      refusals.count -= 1
      return refusal(refusals.reason)
    }
    let index = Self.contexts.firstIndex { request.host.hasPrefix(Self.host($0)) }
    guard let index else { return ServiceResponse(status: 502) }
    let response = world.handle(
      SimulatedRequest(request.method, request.target, headers: request.headers, body: request.body),
      at: Self.contexts[index])
    var answer = ServiceResponse(status: response.status, headers: response.headers, body: response.body)
    answer.stream = response.stream.map {
      ClusterStream($0) { ($0 as? TridentProtectService)?.world.clusters[index] }
    }
    if behaviour.tellsTime {
      let date = start + world.now + behaviour.clockSkew
      answer.headers.removeAll { $0.name == "Date" }
      answer.headers.append(("Date", date.httpDate))
    }
    watchTrouble?.spoil(&answer)
    return answer
  }

  package func frontPage(at address: String) -> FrontPage? {
    world.page(at: address).map { page in
      let rows = page.content?.rows.count ?? 0
      let text = page.content.map { "\($0.version), \(rows) row\(rows == 1 ? "" : "s")" } ?? "not ready"
      return FrontPage(status: page.status, html: "<h1>\(page.name)</h1><h2>Release \(text)</h2>")
    }
  }

  package mutating func advance(to moment: Duration) { world.advance(to: moment) }
  package var nextChange: Duration? { world.nextChange }

  package mutating func changeCredential(_ credential: String) {
    self.credential = credential
    for index in world.clusters.indices { world.clusters[index].users = [.administrator(token: credential)] }
  }
}

// MARK: - What it holds

extension TridentProtectService {
  package var applications: [ServiceApplication] { world.applications.map { ServiceApplication($0) } }

  package var recoveryPoints: [ServiceRecoveryPoint] {
    world.copies.map { copy in
      ServiceRecoveryPoint(
        kind: copy.kind == .backup ? .backup : .snapshot, id: copy.uid, name: copy.name,
        application: world.makerUID(ofObject: copy.application), state: copy.state,
        hookState: copy.hooksFailed.map { $0 ? "failed" : "success" },
        content: copy.content.map { Content($0) })
    }
  }

  package var operations: [ServiceOperation] {
    world.runs.map { run in
      ServiceOperation(
        kind: OperationKind(run.kind),
        subject: run.kind == .restore ? world.makerUID(ofObject: run.application) : run.uid)
    }
  }

  /// The uid in a key, which may be an id as the steps write it.
  private func uid(_ key: String) -> String { key.split(separator: "/").last.map { String($0) } ?? key }

  package func application(_ key: String) -> ServiceApplication? {
    let uid = uid(key)
    let all = world.applications
    let found = all.first { $0.uid == uid || $0.objectUID == uid } ?? all.first { $0.name == key }
    return found.map { ServiceApplication($0) }
  }

  package func recoveryPoint(_ key: String) -> ServiceRecoveryPoint? {
    let (uid, all) = (uid(key), recoveryPoints)
    return all.first { $0.id == uid } ?? all.first { $0.name == key }
  }

  package func clusterID(named name: String) -> String? { Self.contexts.contains(name) ? name : nil }
  package func hasNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.hasNamespace(name, of: Self.context(cluster))
  }
  package func acceptsClones(onCluster _: String) -> Bool { true }
  package func canStoreBackups(ofCluster _: String) -> Bool { true }

  package var journalCount: Int { world.journal.count }
  package func journal(from index: Int) -> [JournalEntry] {
    world.journal.dropFirst(index).map { entry in
      JournalEntry(
        at: entry.at, event: .init(rawValue: entry.event.rawValue) ?? .manipulated, kind: .init(entry.kind),
        id: world.makerUID(ofObject: entry.id), name: entry.name, related: entry.related)
    }
  }
  package var tally: Tally {
    let counts = world.tally
    var tally = Tally()
    (tally.backupsCreated, tally.snapshotsCreated) = (counts.backupsCreated, counts.snapshotsCreated)
    (tally.clonesCreated, tally.deletions) = (counts.clonesCreated, counts.deletions)
    (tally.restoresRequested, tally.restoresBegun) = (counts.restoresRequested, counts.restoresBegun)
    tally.restoresFinished = counts.restoresFinished
    return tally
  }
  package func operationsBegun(_ kind: OperationKind) -> Int { world.begun[.init(kind), default: 0] }

  /// The context of a cluster that a test of another service knows by an id.
  static func context(_ cluster: String) -> String {
    switch cluster {
    case "1c2d3e4f-5061-4728-8394-a5b6c7d8e9f0": "ocp-prod"
    case "2d3e4f50-6172-4839-84a5-b6c7d8e9f001": "ocp-debug"
    default: cluster
    }
  }
}

// MARK: - Situations and faults

extension TridentProtectService {
  package mutating func add(_ seed: ApplicationSeed) -> String? {
    let uid = world.addApplication(
      seed.name, in: seed.namespaces, of: Self.context(seed.cluster), holding: WorldContent(seed.content))
    guard let uid else { return nil }
    for point in seed.backups { _ = add(point, .backup, of: uid) }
    for point in seed.snapshots { _ = add(point, .snapshot, of: uid) }
    return uid
  }

  package mutating func add(
    _ seed: RecoveryPointSeed, _ kind: RecoveryPointKind, of application: String
  ) -> String? {
    guard
      let object = world.applications.first(where: { $0.uid == uid(application) || $0.name == application })?
        .objectUID
    else { return nil }
    return world.addCopy(
      kind == .backup ? .backup : .snapshot, named: seed.name, of: object,
      holding: seed.content.map { WorldContent($0) }, state: seed.state.capitalizedWord,
      hooksFailed: seed.hookState == "failed", age: seed.age, schedule: seed.schedule)
  }

  package mutating func addNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.addNamespace(name, of: Self.context(cluster))
  }
  package mutating func removeNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.removeNamespace(name, of: Self.context(cluster))
  }
  package mutating func setState(_ state: String, of key: String) -> Bool {
    if world.setApplicationState(state, of: objectUID(key)) { return true }
    return world.setState(state.capitalizedWord, of: objectUID(key))
  }

  package mutating func deploy(version: String, broken: Bool, rows: [String]?, to application: String) -> Bool
  {
    world.change(objectUID(application), as: .deployed) {
      ($0.version, $0.broken, $0.rows) = (version, broken, rows ?? $0.rows)
    }
  }
  package mutating func addRows(_ rows: [String], to application: String) -> Bool {
    world.change(objectUID(application), as: .manipulated) { $0.rows += rows }
  }
  package mutating func changeResources(
    of application: String, losing lost: Set<String>, gaining gained: [String]
  ) -> Bool { false }
  package mutating func removeByOthers(_ key: String) -> Bool { world.removeByOthers(objectUID(key)) }

  package mutating func restoreByOthers(_ application: String, from recoveryPoint: String) {
    guard
      let view = world.applications.first(where: {
        $0.uid == uid(application) || $0.objectUID == uid(application)
      }),
      let point = self.recoveryPoint(recoveryPoint), let archive = world.archivePath(of: point.id)
    else { return }
    _ = world.makeByOthers(
      point.kind == .backup ? "backupinplacerestores" : "snapshotinplacerestores",
      named: "by-hand-\(world.journal.count)",
      in: view.namespace, of: view.cluster,
      spec: ["appVaultRef": .string(archive.vault), "appArchivePath": .string(archive.path)])
  }

  package mutating func backUpByOthers(_ application: String, as name: String) -> String? {
    guard let view = world.applications.first(where: { $0.uid == uid(application) || $0.name == application })
    else { return nil }
    return world.makeByOthers(
      "backups", named: name, in: view.namespace, of: view.cluster,
      spec: [
        "applicationRef": .string(view.name), "appVaultRef": .string("vault-\(view.cluster)"),
        "reclaimPolicy": "Retain",
      ])
  }

  package mutating func cloneByOthers(_ application: String, as name: String, onCluster cluster: String)
    -> String?
  {
    guard
      let view = world.applications.first(where: { $0.uid == uid(application) || $0.name == application }),
      let copy = world.copies.last(where: {
        $0.application == view.objectUID && $0.state == "completed" && $0.kind == .backup
      }),
      let archive = world.archivePath(of: copy.uid)
    else { return nil }
    let context = Self.context(cluster)
    let namespace = "\(name)-by-hand"
    _ = world.addEmptyNamespace(namespace, of: context)
    return world.makeByOthers(
      "backuprestores", named: "by-hand-\(world.journal.count)", in: namespace, of: context,
      spec: [
        "appVaultRef": .string("vault-\(context)"), "appArchivePath": .string(archive.path),
        "namespaceMapping": .array(
          view.namespaces.map { ["source": .string($0), "destination": .string(namespace)] }),
        "destinationApplicationName": .string(name),
      ])
  }

  package mutating func disturbNext(_ kind: OperationKind, _ effect: OperationEffect) {
    world.disturbNext(.init(kind), .init(effect))
  }
  package mutating func failOperation(of key: String) -> Bool { world.failRun(of: objectUID(key)) }
  package mutating func completeOperation(of key: String) -> Bool { world.completeRun(of: objectUID(key)) }
  package mutating func stallOperation(of key: String) -> Bool { world.stallRun(of: objectUID(key)) }

  /// The uid of the object that a key means: of an application its own, of a copy or a clone in the making that.
  private func objectUID(_ key: String) -> String {
    let uid = uid(key)
    let all = world.applications
    let found = all.first { $0.uid == uid || $0.objectUID == uid } ?? all.first { $0.name == key }
    if let found { return found.objectUID ?? found.uid }
    return world.copies.first { $0.uid == uid || $0.name == key }?.uid ?? uid
  }
}

extension String {
  /// The word with a capital first letter, as the product writes states.
  fileprivate var capitalizedWord: String {
    ["pending", "running", "blocked", "completed", "failed", "removed"].contains(self)
      ? prefix(1).uppercased() + dropFirst() : self
  }
}
