import AstraSimulator
import SimulatorSupport
import Testing

/// One request that must be refused with a certain problem.
struct Refusal: Sendable, CustomTestStringConvertible {
  var problem: Int
  var status: Int
  var title: String
  var bend: @Sendable (inout Scenario) -> Void
  var act: @Sendable (inout Client) -> SimulatedResponse

  var testDescription: String { "\(problem): \(title)" }

  init(
    _ problem: Int, _ status: Int, _ title: String,
    bend: @escaping @Sendable (inout Scenario) -> Void = { _ in },
    _ act: @escaping @Sendable (inout Client) -> SimulatedResponse
  ) {
    (self.problem, self.status, self.title, self.bend, self.act) = (problem, status, title, bend, act)
  }
}

@Suite("Every refusal is the one of the catalogue, and changes nothing")
struct RefusalTests {
  static let apps = "k8s/v2/apps"
  static let force: [SimulatedRequest.Field] = [("ForceUpdate", "true")]

  static func raw(
    _ client: inout Client, _ method: String, _ path: String, _ headers: [SimulatedRequest.Field]
  ) -> SimulatedResponse {
    client.world.handle(SimulatedRequest(method, "/accounts/\(Client.account)/\(path)", headers: headers))
  }

  /// Who asks, and for what.
  static let access: [Refusal] = [
    Refusal(3, 401, "no token") { raw(&$0, "GET", apps, []) },
    Refusal(3, 401, "not a bearer token") { raw(&$0, "GET", apps, [("Authorization", "Basic abc")]) },
    Refusal(4, 401, "a wrong token") { raw(&$0, "GET", apps, [("Authorization", "Bearer nonsense")]) },
    Refusal(166, 401, "a wrong token", bend: { $0.settings.invalidTokenProblem = 166 }) {
      raw(&$0, "GET", apps, [("Authorization", "Bearer nonsense")])
    },
    Refusal(14, 403, "a user who is switched off") {
      raw(&$0, "GET", apps, [("Authorization", "Bearer not-a-real-token-of-a-sleeper")])
    },
    Refusal(11, 403, "a viewer who writes") {
      raw(&$0, "POST", apps, [("Authorization", "Bearer not-a-real-token-of-a-viewer")])
    },
    Refusal(1, 404, "an application that is not there") {
      $0.send("GET", "\(apps)/00000000-0000-4000-8000-000000000000")
    },
    Refusal(2, 404, "the same, told otherwise", bend: { $0.settings.missingItemProblem = 2 }) {
      $0.send("GET", "\(apps)/00000000-0000-4000-8000-000000000000")
    },
    Refusal(1, 404, "a backup of another application") {
      $0.send("GET", "k8s/v1/apps/\($0.id("shop"))/appBackups/\($0.id("weekly"))")
    },
    Refusal(1, 404, "a snapshot among the backups") {
      $0.send("GET", "k8s/v1/apps/\($0.id("shop"))/appBackups/\($0.id("night"))")
    },
    Refusal(2, 404, "an unknown collection") { $0.send("GET", "k8s/v1/pods") },
    Refusal(2, 404, "the older generation") { $0.send("GET", "k8s/v1/managedApps") },
    Refusal(31, 404, "the older generation, told otherwise", bend: { $0.settings.legacyAppsProblem = 31 }) {
      $0.send("GET", "topology/v1/apps")
    },
    Refusal(30, 404, "an unknown version") { $0.send("GET", "k8s/v9/apps") },
    Refusal(35, 400, "an identifier of no known form") { $0.send("GET", "\(apps)/shop") },
    Refusal(69, 405, "a method that is not for this path") { $0.send("PATCH", apps) },
    Refusal(69, 405, "a DELETE of a collection") { $0.send("DELETE", apps) },
  ]

  /// What a body must be.
  static let bodies: [Refusal] = [
    Refusal(7, 400, "no JSON") { $0.send("POST", apps, bytes: Array("{".utf8)) },
    Refusal(8, 400, "JSON that is no object") { $0.send("POST", apps, [1]) },
    Refusal(85, 413, "a body too large") {
      $0.send("POST", apps, bytes: [UInt8](repeating: 0x20, count: 2 << 20))
    },
    Refusal(8, 400, "an unknown member") { $0.clone("shop", as: "c", more: ["namespace": "c"]) },
    Refusal(8, 400, "a wrong type") { $0.clone("shop", as: "c", more: ["type": "application/astra-appp"]) },
    Refusal(8, 400, "a wrong version") { $0.clone("shop", as: "c", more: ["version": "1.0"]) },
    Refusal(8, 400, "no name") { $0.clone("shop", as: "c", more: ["name": .null]) },
    Refusal(8, 400, "a name with a dot") { $0.clone("shop", as: "c.d") },
    Refusal(8, 400, "a name with a capital letter") { $0.back("shop", as: "Backup") },
    Refusal(8, 400, "a name that ends in a hyphen") { $0.snap("shop", as: "s-") },
    Refusal(8, 400, "a name of 64 characters") { $0.back("shop", as: String(repeating: "a", count: 64)) },
    Refusal(8, 400, "an identifier that is none") { $0.clone("shop", as: "c", more: ["clusterID": "prod"]) },
    Refusal(8, 400, "a mapping without a source") {
      $0.clone("shop", as: "c", more: ["namespaceMapping": [["destination": "c"]]])
    },
    Refusal(8, 400, "a destination that is no label") {
      $0.clone("shop", as: "c", more: ["namespaceMapping": [["source": "shop", "destination": "C"]]])
    },
    Refusal(8, 400, "a restore filter without its parts") {
      $0.clone("shop", from: "good", as: "c", more: ["restoreFilter": [:]])
    },
    Refusal(147, 400, "an empty element in a restore filter") {
      $0.clone(
        "shop", from: "good", as: "c",
        more: ["restoreFilter": ["resourceSelectionCriteria": "include", "GVKN": [[:]]]])
    },
    Refusal(8, 400, "a version of snapshots on a backup") {
      $0.back("shop", as: "b", more: ["version": "1.3"])
    },
  ]

  /// What a clone needs.
  static let clones: [Refusal] = [
    Refusal(9, 400, "two sources") { $0.clone("shop", as: "c", more: ["backupID": .string($0.id("good"))]) },
    Refusal(9, 400, "no cluster") { $0.clone("shop", as: "c", more: ["clusterID": .null]) },
    Refusal(9, 400, "no source cluster") { $0.clone("shop", as: "c", more: ["sourceClusterID": .null]) },
    Refusal(9, 400, "a source cluster that is not the source's") { client in
      let other = client.world.application("erp")?.cluster ?? ""
      return client.clone("shop", as: "c", more: ["sourceClusterID": .string(other)])
    },
    Refusal(75, 400, "an unknown application") {
      $0.clone("shop", as: "c", more: ["sourceAppID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(74, 400, "an unknown backup") {
      $0.clone(
        "shop", as: "c", more: ["sourceAppID": .null, "backupID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(46, 400, "an unknown snapshot") {
      $0.clone(
        "shop", as: "c", more: ["sourceAppID": .null, "snapshotID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(106, 400, "an unknown cluster") {
      $0.clone("shop", as: "c", more: ["clusterID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(156, 400, "an unknown storage class") {
      $0.clone("shop", as: "c", more: ["storageClassMapping": [["source": "*", "destination": "gold"]]])
    },
    Refusal(9, 400, "no mapping for several namespaces") { $0.clone("erp", as: "c") },
    Refusal(9, 400, "a mapping that leaves one out") {
      $0.clone("erp", as: "c", more: ["namespaceMapping": [["source": "erp-db", "destination": "c"]]])
    },
    Refusal(9, 400, "a mapping of two onto one") {
      $0.clone(
        "erp", as: "c",
        more: [
          "namespaceMapping": [
            ["source": "erp-db", "destination": "c"], ["source": "erp-web", "destination": "c"],
          ]
        ])
    },
    Refusal(9, 400, "a namespace that is taken") { $0.clone("shop", as: "blog") },
    Refusal(123, 409, "the same, told otherwise", bend: { $0.settings.takenNamespace = .refused409 }) {
      $0.clone("shop", as: "blog")
    },
    Refusal(121, 409, "a name that is taken", bend: { $0.settings.duplicateAppNames = false }) {
      $0.clone("shop", as: "blog", more: ["namespaceMapping": [["source": "shop", "destination": "new"]]])
    },
    Refusal(151, 409, "a cluster that is no restore target") { client in
      client.clone("shop", as: "c", more: ["clusterID": .string(client.cluster("no-target"))])
    },
    Refusal(170, 400, "a source cluster without a default bucket") { client in
      client.clone("far", as: "c", more: ["clusterID": .string(client.cluster("prod"))])
    },
    Refusal(170, 400, "a destination cluster without a default bucket") { client in
      client.clone("shop", as: "c", more: ["clusterID": .string(client.cluster("no-bucket"))])
    },
    Refusal(151, 409, "a snapshot onto another cluster") { client in
      client.clone("shop", from: "night", as: "c", more: ["clusterID": .string(client.cluster("debug"))])
    },
    Refusal(
      151, 409, "an application that cannot be cloned", bend: { $0.applications[0].supportsClones = false }
    ) {
      $0.clone("shop", as: "c")
    },
    Refusal(161, 409, "no VolumeSnapshotClass", bend: { $0.clusters[0].snapshotClass = false }) {
      $0.clone("shop", as: "c")
    },
    Refusal(
      155, 409, "a selection that is not supported",
      bend: { $0.applications[0].supportsSelectiveRestore = false }
    ) {
      $0.clone(
        "shop", from: "good", as: "c",
        more: ["restoreFilter": ["resourceSelectionCriteria": "include", "GVKN": [["kind": "Pod"]]]])
    },
    Refusal(112, 409, "a source that is not ready") { client in
      client.world.setState("discovering", of: "shop")
      return client.clone("shop", as: "c")
    },
    Refusal(111, 409, "a snapshot that is not complete") { client in
      client.world.setState("running", of: "night")
      return client.clone("shop", from: "night", as: "c")
    },
    Refusal(164, 409, "a backup that failed") { client in
      client.world.setState("failed", of: "good")
      return client.clone("shop", from: "good", as: "c")
    },
    Refusal(148, 409, "a snapshot in progress") { client in
      _ = client.snap("shop", as: "s")
      return client.clone("shop", as: "c")
    },
    Refusal(
      107, 409, "a backup in progress that is in the way", bend: { $0.settings.blockedByBackup = [.clone] }
    ) {
      client in
      _ = client.back("shop", as: "b")
      return client.clone("shop", as: "c")
    },
    Refusal(25, 409, "an expired licence", bend: { $0.settings.licence = .expired }) {
      $0.clone("shop", as: "c")
    },
    Refusal(26, 409, "no licence", bend: { $0.settings.licence = .absent }) { $0.clone("shop", as: "c") },
    Refusal(43, 409, "too small a licence", bend: { $0.settings.licence = .exceeded }) {
      $0.clone("shop", as: "c")
    },
  ]

  @Test(arguments: access + bodies + clones + points + changes)
  func refusal(_ refusal: Refusal) throws {
    var client = Client(refusal.bend)
    let response = refusal.act(&client)
    #expect(response.status == refusal.status)
    #expect(problem(response) == refusal.problem)
    #expect(response.header("Content-Type") == "application/problem+json")
    let body = try #require(response.json)
    #expect(body["status"]?.string == "\(refusal.status)")
    #expect(body["title"]?.string?.isEmpty == false)
    #expect(body["detail"]?.string?.isEmpty == false)
    #expect(body["correlationID"]?.string?.count == 36)
    #expect(response.header("Date") != nil)
    switch refusal.problem {
    case 5, 6, 12, 30: #expect(body["invalidParams"]?[0]?["name"] != nil)
    case 9, 10: #expect(body["invalidFields"]?[0]?["reason"] != nil)
    case 8: #expect(body["schemaValidationFailure"] != nil)
    default: break
    }
  }

  @Test("a refused request leaves the world as it was", arguments: access + bodies + clones)
  func unchanged(_ refusal: Refusal) {
    var client = Client(refusal.bend)
    let setUp = client.world.journal.count
    _ = refusal.act(&client)
    let before = client.world
    let again = refusal.act(&client)
    #expect(again.status == refusal.status)
    #expect(client.world.contents == before.contents)
    #expect(client.world.tally.clonesCreated == 0)
    #expect(client.world.journal.filter { $0.event == .created && $0.kind == .clone }.isEmpty)
    #expect(setUp == 0)
  }
}

extension Client {
  func cluster(_ name: String) -> String {
    let clusters = world.clusterIDs
    return clusters[name] ?? "missing"
  }

  mutating func delete(_ point: String) -> SimulatedResponse {
    guard let found = world.point(point) else { return SimulatedResponse(status: 0) }
    let kind = found.kind == .backup ? "appBackups" : "appSnaps"
    return send("DELETE", "k8s/v1/apps/\(found.application)/\(kind)/\(found.id)")
  }

  mutating func define(_ name: String, namespaces: [String]) -> SimulatedResponse {
    send(
      "POST", "k8s/v2/apps",
      [
        "type": "application/astra-app", "version": "2.1", "name": .string(name),
        "clusterID": .string(cluster("prod")),
        "namespaceScopedResources": .array(namespaces.map { ["namespace": .string($0)] }),
      ])
  }
}
