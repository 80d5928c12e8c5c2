import AstraSimulator
import SimulatorSupport
import Testing

/// What the API shows of clusters, storage classes, buckets, hooks and links, and how a scenario bends it.
struct PrerequisiteTests {
  @Test func aClusterShowsWhatTheScenarioSays() {
    var client = Client {
      $0.clusters[0].state = "failed"
      $0.clusters[0].managedState = "ineligible"
      $0.clusters[0].protectionState = "atRisk"
      $0.clusters[0].tridentVersion = ""
      $0.clusters[0].classAvailability = "ineligible"
    }
    let items = client.get("topology/v1/clusters")["items"]
    #expect(items?[0]?["state"] == "failed" && items?[0]?["managedState"] == "ineligible")
    #expect(items?[0]?["protectionState"] == "atRisk" && items?[0]?["tridentVersion"] == nil)
    #expect(items?[1]?["state"] == "running" && items?[1]?["managedState"] == "managed")
    #expect(items?[1]?["protectionState"] == "full" && items?[1]?["tridentVersion"] == "23.7.0")
    for (index, word) in [(0, "ineligible"), (1, "eligible")] {
      let id = items?[index]?["id"]?.string ?? ""
      let classes = client.get("topology/v1/clusters/\(id)/storageClasses")["items"]
      #expect(classes?[0]?["available"] == .string(word))
    }
  }

  @Test func anOlderServerLeavesThemOut() {
    var client = Client { $0.settings.prerequisitesShown = false }
    let cluster = client.get("topology/v1/clusters")["items"]?[0]
    #expect(cluster?["state"] == "running" && cluster?["managedState"] == "managed")
    for name in [
      "protectionState", "restoreTargetSupported", "snapshotSupported", "cloudID", "tridentVersion",
    ] {
      #expect(cluster?[name] == nil, "\(name)")
    }
    let id = cluster?["id"]?.string ?? ""
    #expect(client.get("topology/v1/clusters/\(id)/storageClasses")["items"]?[0]?["available"] == nil)
  }

  @Test func hooksAreListedOrNot() {
    var client = Client { $0.applications[0].hooks = ["flush", "thaw"] }
    let path = "k8s/v1/apps/\(client.id("shop"))/executionHooks"
    let hooks = client.get(path)["items"]?.array ?? []
    #expect(hooks.map { $0["name"] } == ["flush", "thaw"])
    #expect(hooks[0]["appID"] == .string(client.id("shop")) && hooks[0]["stage"] == "pre")
    #expect(client.get("k8s/v1/apps/\(client.id("blog"))/executionHooks")["items"]?.array?.isEmpty == true)
    client.world.settings.executionHooks = .switchedOff
    #expect(problem(client.send("GET", path)) == 168 && client.send("GET", path).status == 403)
    client.world.settings.executionHooks = .unknown
    #expect(client.send("GET", path).status == 404)
  }

  @Test func linksSayWhatMayBeDone() {
    func allowed(_ bend: (inout Scenario) -> Void, _ meddle: (inout World) -> Void = { _ in }) -> Set<String>
    {
      var client = Client {
        $0.settings.links = true
        bend(&$0)
      }
      meddle(&client.world)
      let links = client.get(client.appPath("shop"))["links"]?.array ?? []
      return Set(
        links.filter { $0["hints"]?["allow"]?.array?.isEmpty == false }.compactMap { $0["title"]?.string })
    }
    let all: Set = ["nonDisruptiveBackup", "snapshot", "clone", "inPlaceRestore"]
    #expect(allowed { _ in } == all)
    #expect(allowed { $0.applications[0].supportsClones = false } == all.subtracting(["clone"]))
    #expect(allowed { $0.applications[0].supportsSnapshots = false } == all.subtracting(["snapshot"]))
    #expect(allowed { $0.clusters[0].snapshotClass = false } == all.subtracting(["snapshot"]))
    #expect(allowed({ _ in }, { $0.setState("unavailable", of: "shop") }).isEmpty)
  }

  @Test func theCheckerSeesTheSame() {
    let world = Client { $0.clusters[1].state = "failed" }.world
    #expect(world.acceptsClones(cluster: "prod") && !world.acceptsClones(cluster: "debug"))
    #expect(!world.acceptsClones(cluster: "no-target") && !world.acceptsClones(cluster: "no-bucket"))
    #expect(!world.acceptsClones(cluster: "nowhere") && !world.hasWritableBucket(cluster: "no-bucket"))
    #expect(world.hasWritableBucket(cluster: "prod"))
    #expect(!Client { $0.buckets[0].state = "removed" }.world.hasWritableBucket(cluster: "prod"))
    #expect(
      world.holdsNamespace("shop", onCluster: "prod") && !world.holdsNamespace("shop", onCluster: "debug"))
  }
}
