import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Settings of clones")
struct CloneSettingTests {
  @Test("the first state", arguments: [SimulatorSettings.CloneState.pending, .discovering])
  func firstState(_ state: SimulatorSettings.CloneState) {
    var client = Client { $0.settings.cloneFirstState = state }
    #expect(client.clone("shop", as: "c").json?["state"]?.string == state.rawValue)
    let states = client.watch(client.appPath("c"), for: 10)
    let expected =
      state == .pending ? ["0.0 pending", "5.0 discovering", "7.0 ready"] : ["0.0 discovering", "7.0 ready"]
    #expect(states == expected)
  }

  @Test("durations")
  func durations() {
    var client = Client {
      $0.settings.clone = .seconds(10)
      $0.settings.cloneDiscovery = .seconds(5)
    }
    _ = client.clone("shop", as: "c")
    #expect(
      client.watch(client.appPath("c"), for: 20) == ["0.0 provisioning", "10.0 discovering", "15.0 ready"])
  }

  @Test("a clone reads its source at the end: a restore meanwhile spoils it")
  func spoiled() {
    var client = Client()
    _ = client.clone("shop", as: "c")
    #expect(client.restore("shop", from: "good").status == 204)
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.content?.version == "1")
  }

  @Test("a clone that reads its source at the start keeps the fault")
  func unspoiled() {
    var client = Client { $0.settings.cloneCapture = .start }
    _ = client.clone("shop", as: "c")
    #expect(client.restore("shop", from: "good").status == 204)
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.content == Content(version: "2", broken: true, rows: ["a", "b", "c"]))
  }

  @Test("a clone that ends while its source is restored holds neither the old nor the new data")
  func torn() {
    var client = Client { $0.settings.restore = .seconds(20) }
    _ = client.clone("shop", as: "c")
    client.world.advance(by: .seconds(1))
    _ = client.restore("shop", from: "good")
    client.world.advance(by: .seconds(10))
    #expect(client.state(client.appPath("c")) == "ready")
    #expect(client.app("c")?.content == Content(version: "1", broken: true, rows: []))
  }

  @Test("a clone of a backup holds the backup, and names it")
  func fromBackup() {
    var client = Client()
    let body = client.clone("shop", from: "good", as: "c").json
    #expect(body?["backupID"]?.string == client.id("good"))
    #expect(body?["sourceAppID"]?.string == client.id("shop"))
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.content == Content(version: "1", rows: ["a", "b"]))
  }

  @Test("namespaces of a clone show at once or when it is discovered", arguments: [true, false])
  func namespaces(_ atOnce: Bool) {
    var client = Client { $0.settings.cloneNamespacesAtOnce = atOnce }
    let body = client.clone("shop", as: "c").json
    #expect(body?["namespaces"] == (atOnce ? ["c"] : []))
    #expect(body?["namespaceScopedResources"]?[0]?["namespace"] == "c")
    client.world.advance(by: .seconds(6))
    #expect(client.get(client.appPath("c"))["namespaces"] == ["c"])
  }

  @Test("several namespaces are mapped one by one")
  func mapping() {
    var client = Client()
    let pairs: JSON = [["source": "erp-web", "destination": "w"], ["source": "erp-db", "destination": "d"]]
    #expect(client.clone("erp", as: "c", more: ["namespaceMapping": pairs]).status == 201)
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.namespaces == ["w", "d"])
  }

  @Test("into a namespace that is taken, accepted and then failed; the namespace stays")
  func takenFails() {
    var client = Client {
      $0.settings.takenNamespace = .fails
      $0.settings.failedCloneLeavesNamespace = false
    }
    let body: JSON = ["namespaceMapping": [["source": "shop", "destination": "blog"]]]
    #expect(client.clone("shop", as: "c", more: body).status == 201)
    #expect(client.watch(client.appPath("c"), for: 9) == ["0.0 provisioning", "5.0 failed"])
    #expect(client.get(client.appPath("c"))["stateDetails"]?[0]?["title"] == "Clone failed")
    #expect(client.world.json["namespaces"]?["prod"]?.array?.contains("blog") == true)
    #expect(client.send("DELETE", client.appPath("c")).status == 204)
    client.world.advance(by: .seconds(2))
    #expect(client.app("c") == nil)
  }

  @Test("a failed clone leaves its namespace behind or not", arguments: [true, false])
  func leftover(_ stays: Bool) {
    var client = Client { $0.settings.failedCloneLeavesNamespace = stays }
    client.world.disturbNext(.clone, .fails)
    _ = client.clone("shop", as: "c")
    client.world.advance(by: .seconds(60))
    #expect(client.world.json["namespaces"]?["prod"]?.array?.contains("c") == stays)
    #expect(client.state(client.appPath("c")) == "failed")
  }

  @Test("a clone may make a backup of its source, which its reply names")
  func backupVehicle() throws {
    var client = Client { $0.settings.cloneVehicle = .backup }
    let body = try #require(client.clone("shop", as: "c").json)
    let id = try #require(body["backupID"]?.string)
    #expect(client.state("k8s/v1/apps/\(client.id("shop"))/appBackups/\(id)") == "pending")
    #expect(problem(client.restore("shop", from: "good")) == 152)
    client.world.advance(by: .seconds(60))
    #expect(client.world.point(id)?.state == "completed")
    #expect(client.world.tally.backupsCreated == 0)
  }

  @Test("a clone may make a snapshot of its source, which goes when it has served")
  func snapshotVehicle() {
    var client = Client { $0.settings.cloneVehicle = .snapshot }
    _ = client.clone("shop", as: "c")
    #expect(client.world.points.count(where: { $0.kind == .snapshot }) == 3)
    #expect(problem(client.snap("shop", as: "s")) == 148)
    client.world.advance(by: .seconds(60))
    #expect(client.world.points.count(where: { $0.kind == .snapshot }) == 2)
  }

  @Test("a snapshot that is not complete when it has served goes with it, and the clone goes on")
  func slowSnapshotVehicle() {
    var client = Client {
      $0.settings.cloneVehicle = .snapshot
      $0.settings.snapshot = .seconds(600)
    }
    _ = client.clone("shop", as: "c")
    client.world.advance(by: .seconds(60))
    #expect(client.world.application("c")?.state == "ready")
    #expect(client.world.points.count(where: { $0.kind == .snapshot }) == 2)
  }

  @Test(
    "a snapshot onto another cluster",
    arguments: [(SimulatorSettings.FarSnapshot.fails, "failed"), (.allowed, "ready")])
  func farSnapshot(_ setting: SimulatorSettings.FarSnapshot, _ end: String) {
    var client = Client { $0.settings.snapshotAcrossClusters = setting }
    let cluster: JSON = ["clusterID": .string(client.cluster("debug"))]
    #expect(client.clone("shop", from: "night", as: "c", more: cluster).status == 201)
    client.world.advance(by: .seconds(60))
    #expect(client.state(client.appPath("c")) == end)
  }

  @Test(
    "when the source cluster may be left out",
    arguments: [(SimulatorSettings.SourceClusterRule.live, 400, 201), (.never, 201, 201)])
  func sourceCluster(_ rule: SimulatorSettings.SourceClusterRule, _ live: Int, _ fromBackup: Int) {
    var client = Client { $0.settings.sourceClusterRequired = rule }
    let without: JSON = .object([.init("sourceClusterID", .null)])
    #expect(client.clone("shop", as: "c", more: without).status == live)
    #expect(client.clone("shop", from: "good", as: "d", more: without).status == fromBackup)
  }

  @Test("two applications may have one name on real servers")
  func duplicateNames() {
    var client = Client()
    let body: JSON = ["namespaceMapping": [["source": "shop", "destination": "elsewhere"]]]
    #expect(client.clone("shop", as: "blog", more: body).status == 201)
    let list = client.get("k8s/v2/apps?filter=name%20eq%20'blog'")
    #expect(list["items"]?.array?.count == 2)
  }

  @Test("a clone onto the other cluster")
  func far() {
    var client = Client()
    let cluster: JSON = ["clusterID": .string(client.cluster("debug"))]
    #expect(client.clone("shop", as: "shop", more: cluster).status == 201)
    client.world.advance(by: .seconds(60))
    #expect(client.world.applications.last?.cluster == client.cluster("debug"))
    #expect(client.world.applications.last?.state == "ready")
  }

  @Test("a restore during a clone is accepted unless the setting says otherwise")
  func duringClone() {
    var client = Client()
    _ = client.clone("shop", as: "c")
    #expect(client.restore("shop", from: "good").status == 204)
  }

  @Test("a clone need not show what it was made from")
  func silentOrigin() {
    var client = Client { $0.settings.cloneOriginShown = false }
    #expect(client.clone("shop", from: "good", as: "c").json?["backupID"] == nil)
    #expect(client.get(client.appPath("c"))["sourceAppID"]?.string == client.id("shop"))
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.content?.version == "1")
  }

  @Test("what is made is hidden from a token that may not see it, and is made all the same")
  func hidden() {
    var client = Client { $0.settings.newHiddenFromToken = true }
    #expect(client.clone("shop", as: "c").status == 201)
    let path = client.appPath("c")
    #expect(client.send("GET", path).status == 404)
    let list = client.get("k8s/v2/apps?filter=name%20eq%20'c'")
    #expect(list["items"] == [])
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.state == "ready")
    client.world.settings.newHiddenFromToken = false
    #expect(client.state(path) == "ready")
  }

  @Test(
    "a deleted application may stay as removed, and that may be deleted or not", arguments: [true, false])
  func entries(isDeletable: Bool) {
    var client = Client {
      $0.settings.deletionLeavesEntry = true
      $0.settings.removedDeletable = isDeletable
    }
    let path = client.appPath("shop")
    #expect(client.send("DELETE", path).status == 204)
    client.world.advance(by: .seconds(60))
    #expect(client.state(path) == "removed")
    #expect(client.send("DELETE", path).status == (isDeletable ? 204 : 409))
  }
}
