package import ClusterSimulation
package import KubernetesSimulator
package import ServiceSimulation
internal import SimulatorSupport
internal import Timing

/// Velero in two clusters that share a bucket, as a simulated service.
///
/// Ids are uids: of an application that of its namespace, of a clone that of the restore that made it.
package struct VeleroService: ClusterService {
  /// The simulator's own world, for tests that are about Velero.
  package var world: KubernetesWorld
  package var behaviour: ServiceBehaviour {
    didSet { world.veleroTrouble(for: nil) { $0.apply(behaviour) } }
  }
  /// How many in-place restores are still refused, and how.
  var refusals: (count: Int, reason: RefusalReason) = (0, .conflict)
  /// What is wrong with every watch.
  package var watchTrouble: WatchTrouble?
  package private(set) var credential: String
  private let start: WallTime
  /// The namespaces that were applications at the start, whatever has become of them.
  private let namespaces: [String]

  static let contexts = ["ocp-prod", "ocp-debug"]

  init(_ world: KubernetesWorld, _ behaviour: ServiceBehaviour, start: WallTime) {
    (self.world, self.behaviour, self.start) = (world, behaviour, start)
    credential = Self.token(0)
    namespaces = world.applications.map(\.namespace)
    self.world.downloadBase = "http://\(Self.bucketHost)"
    for index in self.world.clusters.indices {
      self.world.clusters[index].users = [.administrator(token: Self.token(index))]
    }
  }

  static func token(_ index: Int) -> String { "not-a-real-token-of-\(contexts[index])" }
  static func host(_ context: String) -> String { "\(context).example.com" }
  /// Where the files of the bucket are fetched from, in plain HTTP as in many a cluster.
  static let bucketHost = "minio.example.com:9000"

  package var capabilities: ServiceCapabilities {
    var capabilities = ServiceCapabilities(mapsNamespaces: true, datesModifications: false)
    capabilities.idsHaveParts = true
    (capabilities.refusesClonesByCluster, capabilities.requestsOfALook) = (false, 2)
    (capabilities.clustersAreApart, capabilities.restoresCountHooks) = (true, true)
    (capabilities.restoresEndRemoved, capabilities.tellsRuns) = (true, true)
    (capabilities.backupsOfAClone, capabilities.listsOfANamespace) = (1, 11)
    (capabilities.restoresByChanges, capabilities.namespacesAreApplications) = (true, true)
    return capabilities
  }

  package var environment: [String: String] {
    [
      "ASTRA_BACKEND": "velero", "KUBECONFIG": "kubeconfig", "PROD_APP_NAME": "magento-prod",
      "PROD_KUBERNETES_CLUSTER": "ocp-prod", "DEBUG_APP_NAME": "magento-debug",
      "DEBUG_NAMESPACE": "magento-debug", "DEBUG_KUBERNETES_CLUSTER": "ocp-debug",
      "BACKUP_NAME": "before-2-4-2-debian-10-r14", "ASTRA_REPLACE_VOLUMES": "true",
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
    if request.host == Self.bucketHost { return bucketAnswer(to: request) }
    let index = Self.contexts.firstIndex { request.host.hasPrefix(Self.host($0)) }
    guard let index else { return ServiceResponse(status: 502) }
    if refusals.count > 0, request.method == "POST", index == 0, request.target.hasSuffix("/restores") {
      refusals.count -= 1
      return refusal(refusals.reason)
    }
    let response = world.handle(
      SimulatedRequest(request.method, request.target, headers: request.headers, body: request.body),
      at: Self.contexts[index])
    var answer = ServiceResponse(status: response.status, headers: response.headers, body: response.body)
    answer.stream = response.stream.map {
      ClusterStream($0) { ($0 as? VeleroService)?.world.clusters[index] }
    }
    if behaviour.tellsTime {
      let date = start + world.now + behaviour.clockSkew
      answer.headers.removeAll { $0.name == "Date" }
      answer.headers.append(("Date", date.httpDate))
    }
    watchTrouble?.spoil(&answer)
    return answer
  }

  /// Object storage hands out files, and has no business with who works in the clusters.
  private mutating func bucketAnswer(to request: ServiceRequest) -> ServiceResponse {
    let isAsked = request.headers.contains {
      ["authorization", "traceparent"].contains($0.name.lowercased())
    }
    guard request.target.hasPrefix("/_bucket/"), !isAsked else { return ServiceResponse(status: 400) }
    let response = world.handle(
      SimulatedRequest(request.method, request.target, headers: request.headers, body: request.body),
      at: Self.contexts[0])
    return ServiceResponse(status: response.status, headers: response.headers, body: response.body)
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

  package func purpose(of request: ServiceRequest) -> RequestPurpose {
    let method = request.method
    let parts = request.target.utf8.split(separator: UInt8(ascii: "?"), maxSplits: 1)
    var path = (parts.first ?? "".utf8[...]).split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
    let query = parts.dropFirst().first.flatMap { String($0) }
    if request.host == Self.bucketHost || path.contains("downloadrequests") {
      // What is fetched from object storage changes nothing.
      return RequestPurpose(.read, .file)
    }
    // `/api/v1/…` or `/apis/group/version/…`.
    path.removeFirst(min(path.count, path.first == "apis" ? 3 : 2))
    if path.first == "namespaces", path.count > 2 { path.removeFirst(2) }
    let (collection, name) = (path.first ?? "", path.dropFirst().first)
    let body = method == "POST" ? JSON(request.body) : nil
    let action: RequestPurpose.Action =
      switch method {
      case "GET": name == nil ? .list : .read
      case "POST" where query?.contains("dryRun") == true: .list
      case "POST" where collection == "deletebackuprequests": .delete
      case "POST" where collection == "restores" && body?.value(at: "spec.namespaceMapping") == nil: .restore
      case "POST" where collection == "nonadminrestores": .restore
      // `spec.deleteBackup`.
      case "PATCH" where collection == "nonadminbackups": .delete
      case "POST": .create
      case "DELETE": .delete
      // The first change of an in-place restore.
      case "PATCH" where collection == "persistentvolumes": .restore
      default: .change
      }
    // To ask for a right changes nothing.
    let isQuestion = collection.hasSuffix("reviews")
    let subject: RequestPurpose.Subject =
      switch collection {
      case "restores", "nonadminrestores": .application
      case "nonadminbackups":
        method == "POST" && body?.value(at: "spec.backupSpec.snapshotMoveData")?.bool != true
          ? .snapshot : .backup
      case "backups":
        // Both are one kind; which of them one is to be made as only the body tells.
        method == "POST" && body?.value(at: "spec.snapshotMoveData")?.bool != true
          && body?.value(at: "spec.defaultVolumesToFsBackup")?.bool != true ? .snapshot : .backup
      case "deletebackuprequests": .backup
      case "namespaces": .namespace
      case "backupstoragelocations": .store
      default: .other
      }
    return RequestPurpose(
      isQuestion ? .read : action, subject,
      names: name ?? (query?.contains("Selector") == true ? query : nil))
  }

  package func refusal(_ reason: RefusalReason) -> ServiceResponse {
    reason.response(for: "backups.velero.io")
  }
}

// MARK: - What it holds

extension VeleroService {
  static let backups = "backups.velero.io"
  static let restores = "restores.velero.io"

  package var applications: [ServiceApplication] { world.applications.map { ServiceApplication($0) } }

  package var recoveryPoints: [ServiceRecoveryPoint] {
    world.copies.map { copy in
      let object = object(ofCopy: copy)
      let moves = object?.value(at: "spec.snapshotMoveData")?.bool == true
      return ServiceRecoveryPoint(
        kind: moves || object?.value(at: "spec.defaultVolumesToFsBackup")?.bool == true ? .backup : .snapshot,
        id: copy.uid,
        name: object?[path: ["metadata", "annotations", "astra-steps/name"]]?.string ?? copy.name,
        application: world.makerUID(ofObject: copy.application), state: copy.state,
        hookState: copy.hooksFailed.map { $0 ? "failed" : "success" },
        content: copy.content.map { Content($0) })
    }
  }

  package func keptRows(of application: String) -> [[String]] {
    guard let view = self.application(application) else { return [] }
    return world.volumes(of: view.cluster).filter {
      // A restore leaves what claims hold that are there.
      view.namespaces.contains($0.namespace)
        && ($0.phase == "Bound" || $0.phase == "Released" && $0.reclaimPolicy == "Retain")
    }.map(\.rows)
  }

  /// The object of a copy.
  private func object(ofCopy copy: KubernetesWorld.CopyView) -> JSON? {
    world.clusters.first { $0.name == copy.cluster }?.store.objects(Self.backups).first { $0.uid == copy.uid }
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
    world.hasNamespace(name, of: cluster)
  }
  package func acceptsClones(onCluster _: String) -> Bool { true }
  package func canStoreBackups(ofCluster _: String) -> Bool { true }

  package var journalCount: Int { world.journal.count }
  package func journal(from index: Int) -> [JournalEntry] {
    world.journal.dropFirst(index).map { entry in
      let kind = JournalEntry.Kind(entry.kind)
      return JournalEntry(
        at: entry.at, event: .init(rawValue: entry.event.rawValue) ?? .manipulated, kind: kind,
        id: world.makerUID(ofObject: entry.id),
        name: [.backup, .snapshot].contains(kind) ? givenName(entry.name) : entry.name, related: entry.related
      )
    }
  }

  /// The name that a user gave, in that of a backup's object: `<namespace>-<name>-<hash>`.
  private func givenName(_ name: String) -> String {
    let known = namespaces + world.applications.map(\.namespace)
    guard let namespace = known.first(where: { name.hasPrefix("\($0)-") }) else { return name }
    var given = name.dropFirst(namespace.count + 1)
    let parts = given.split(separator: "-")
    if parts.count > 1, let hash = parts.last, hash.count == 8, hash.allSatisfy(\.isHexDigit) {
      given = given.dropLast(9)
    }
    return String(given)
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
}

// MARK: - Situations and faults

extension VeleroService {
  package mutating func add(_ seed: ApplicationSeed) -> String? {
    guard Self.contexts.contains(seed.cluster) else { return nil }
    let uid = world.addOldApplication(
      seed.name, of: seed.cluster, holding: WorldContent(seed.content),
      uid: "seed-\(world.applications.count)-\(seed.name)")
    for point in seed.backups { _ = add(point, .backup, of: uid) }
    for point in seed.snapshots { _ = add(point, .snapshot, of: uid) }
    return uid
  }

  package mutating func add(
    _ seed: RecoveryPointSeed, _ kind: RecoveryPointKind, of application: String
  ) -> String? {
    world.addOwnCopy(
      kind == .backup ? .backup : .snapshot, named: seed.name, of: objectUID(application),
      holding: seed.content.map { WorldContent($0) }, state: seed.state.veleroPhase,
      hooksFailed: seed.hookState == "failed", age: seed.age, schedule: seed.schedule)
  }

  package mutating func addNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.addNamespace(name, of: cluster)
  }
  package mutating func removeNamespace(_ name: String, onCluster cluster: String) -> Bool {
    world.removeNamespace(name, of: cluster)
  }
  package mutating func setState(_ state: String, of key: String) -> Bool {
    if world.setApplicationState(state, of: objectUID(key)) { return true }
    return world.setState(state.veleroPhase, of: objectUID(key))
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
    let uid = objectUID(application)
    guard let view = world.applications.first(where: { $0.uid == uid || $0.objectUID == uid }),
      let copy = world.copies.first(where: { $0.uid == self.uid(recoveryPoint) })
    else { return }
    _ = world.restoreInPlaceByOthers(view.objectUID ?? view.uid, from: copy.name)
  }

  package mutating func backUpByOthers(_ application: String, as name: String) -> String? {
    let uid = objectUID(application)
    guard let view = world.applications.first(where: { $0.uid == uid || $0.objectUID == uid }) else {
      return nil
    }
    return world.makeVeleroObject(
      "backups", named: name, of: view.cluster,
      spec: ["includedNamespaces": [.string(view.namespace)], "snapshotMoveData": true])
  }

  package mutating func cloneByOthers(_ application: String, as name: String, onCluster cluster: String)
    -> String?
  {
    let uid = objectUID(application)
    guard let view = world.applications.first(where: { $0.uid == uid || $0.objectUID == uid }),
      let copy = world.copies.last(where: { $0.application == view.objectUID && $0.state == "completed" })
    else { return nil }
    var mapping: JSON = [:]
    mapping[view.namespace] = .string("\(name)-by-hand")
    return world.makeVeleroObject(
      "restores", named: "by-hand-\(world.journal.count)", of: cluster,
      spec: ["backupName": .string(copy.name), "namespaceMapping": mapping])
  }

  package mutating func disturbNext(_ kind: OperationKind, _ effect: OperationEffect) {
    world.disturbNext(.init(kind), .init(effect))
  }
  package mutating func failOperation(of key: String) -> Bool {
    runs(of: key).contains { world.failRun(of: $0) }
  }
  package mutating func completeOperation(of key: String) -> Bool {
    runs(of: key).contains { world.completeRun(of: $0) }
  }
  package mutating func stallOperation(of key: String) -> Bool {
    runs(of: key).contains { world.stallRun(of: $0) }
  }

  /// The uids that a run of what a key means may go by: one that fills a namespace goes by its own.
  private func runs(of key: String) -> [String] {
    [objectUID(key)] + [application(key)?.id].compactMap { $0 }
  }

  /// The uid of the object that a key means: of an application its own, of a copy or a clone in the making that.
  private func objectUID(_ key: String) -> String {
    let uid = uid(key)
    let all = world.applications
    let found = all.first { $0.uid == uid || $0.objectUID == uid } ?? all.first { $0.name == key }
    if let found { return found.objectUID ?? found.uid }
    return recoveryPoint(key)?.id ?? uid
  }
}
