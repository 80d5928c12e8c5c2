import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Lists: include, filter, pages, order")
struct ListTests {
  static let apps = "k8s/v2/apps"

  private func names(_ list: JSON) -> [String] {
    (list["items"]?.array ?? []).map { $0["name"]?.string ?? $0[0]?.string ?? "-" }
  }

  @Test("include turns items into arrays in the order asked for, with null for what is absent")
  func include() {
    var client = Client()
    let list = client.get("\(Self.apps)?include=name,state,backupID,id")
    #expect(list["items"]?[0] == ["shop", "ready", .null, .string(client.id("shop"))])
  }

  @Test(
    "filters",
    arguments: [
      ("name%20eq%20%27shop%27", ["shop"]), ("name+eq+'shop'", ["shop"]), ("name eq 'shop'", ["shop"]),
      ("name%20eq%20%27nothing%27", []), ("name lt 'erp'", ["blog"]), ("name lte 'erp'", ["blog", "erp"]),
      ("name gt 'far'", ["shop"]), ("name gte 'far'", ["shop", "far"]),
      ("name in ('shop','far')", ["shop", "far"]), ("name in 'shop,blog'", ["shop", "blog"]),
      ("clusterName eq 'prod',name eq 'blog'", ["blog"]),
      ("namespaceScopedResources[*].namespace eq 'erp-web'", ["erp"]),
      ("metadata.createdBy eq 'nobody'", []),
    ])
  func filter(_ text: String, _ expected: [String]) {
    var client = Client()
    #expect(names(client.get("\(Self.apps)?filter=\(text)")) == expected)
  }

  @Test(
    "malformed parameters",
    arguments: [
      "filter=name%20like%20'x'", "filter=name%20eq%20x", "filter=name", "filter=name%20eq%20'x'junk",
      "filter=name%20in%20('x'", "include=name,,id", "include=na-me", "limit=0", "limit=x", "continue=junk",
      "include=name&include=id", "filter=%zz",
    ])
  func malformed(_ query: String) {
    var client = Client()
    let response = client.send("GET", "\(Self.apps)?\(query)")
    #expect(problem(response) == 5)
    #expect(response.status == 400)
  }

  @Test("parameters that a collection does not document are refused, skipped, or taken")
  func strays() {
    let backups = "k8s/v1/apps/ID/appBackups"
    func ask(_ query: String, _ bend: (inout Scenario) -> Void = { _ in }) -> SimulatedResponse {
      var client = Client(bend)
      let path = backups.split(separator: "ID").joined(separator: client.id("shop"))
      return client.send("GET", "\(path)?\(query)")
    }
    #expect(problem(ask("filter=name%20eq%20'x'")) == 6)
    #expect(problem(ask("count=true")) == 6)
    #expect(problem(ask("colour=red")) == 6)
    #expect(
      names(ask("filter=name%20eq%20'x'") { $0.settings.filterOnPoints = .accepted }.json ?? .null) == [])
    #expect(
      names(ask("filter=name%20eq%20'x'") { $0.settings.filterOnPoints = .ignored }.json ?? .null) == ["good"]
    )
    #expect(ask("colour=red") { $0.settings.unknownParameters = .ignored }.status == 200)
    let counted = ask("count=true") { $0.settings.unknownParameters = .accepted }
    #expect(counted.json?["metadata"]?["count"] == 1)
    let hidden = ask("count=true") {
      $0.settings.unknownParameters = .accepted
      $0.settings.countShown = false
    }
    #expect(hidden.json?["metadata"]?["count"] == nil)
    #expect(hidden.status == 200)
  }

  @Test("a server that refuses or overlooks filters everywhere")
  func noFilter() {
    var refusing = Client { $0.settings.filter = .refused }
    #expect(problem(refusing.send("GET", "\(Self.apps)?filter=name%20eq%20'shop'")) == 6)
    var overlooking = Client { $0.settings.filter = .ignored }
    #expect(names(overlooking.get("\(Self.apps)?filter=name%20eq%20'shop'")).count == 4)
  }

  @Test("pages of every size hold each item once, in order", arguments: 1...5)
  func pages(_ size: Int) {
    var client = Client { $0.settings.pageSize = size }
    let complete = ["shop", "blog", "erp", "far"]
    var found: [String] = []
    var query = ""
    for _ in 0..<10 {
      let page = client.get(Self.apps + query)
      found += names(page)
      #expect(names(page).count <= size)
      guard let token = page["metadata"]?["continue"]?.string else { break }
      query = "?continue=\(token)"
    }
    #expect(found == complete)
  }

  @Test("limit makes pages too, and the smaller size wins; a page may hide that there is more")
  func limit() {
    var client = Client { $0.settings.pageSize = 3 }
    let first = client.get("\(Self.apps)?limit=2")
    #expect(names(first) == ["shop", "blog"])
    let token = first["metadata"]?["continue"]?.string ?? ""
    #expect(names(client.get("\(Self.apps)?limit=9&continue=\(token)")) == ["erp", "far"])
    var silent = Client {
      $0.settings.pageSize = 3
      $0.settings.pagesContinue = false
    }
    let cut = silent.get(Self.apps)
    #expect(names(cut).count == 3)
    #expect(cut["metadata"]?["continue"] == nil)
  }

  @Test("notifications are ordered, counted, skipped and filtered")
  func notifications() {
    var client = Client()
    client.world.add(OperationFault(.backup, nth: 1, .fails))
    client.world.add(OperationFault(.snapshot, nth: 1, .hooksFail))
    _ = client.back("shop", as: "b")
    _ = client.snap("blog", as: "s")
    client.world.advance(by: .seconds(60))
    let path = "core/v1/notifications"
    #expect(client.get("\(path)?count=true")["metadata"]?["count"] == 2)
    let ordered = client.get("\(path)?orderBy=eventTime%20desc")
    #expect(ordered["items"]?[0]?["summary"]?.string == "Backup failed")
    #expect(client.get("\(path)?orderBy=eventTime&skip=1")["items"]?.array?.count == 1)
    let id = client.id("b")
    let own = client.get("\(path)?filter=resourceID%20eq%20'\(id)'")
    #expect(own["items"]?.array?.count == 1)
    #expect(own["items"]?[0]?["additionalResourceIDs"]?[0]?.string == client.id("shop"))
  }

  @Test("the rest of the topology is there")
  func topology() {
    var client = Client()
    let prod = client.cluster("prod")
    #expect(names(client.get("topology/v1/clouds")) == ["private", "bare"])
    #expect(names(client.get("topology/v1/clusters?filter=name%20eq%20'debug'")) == ["debug"])
    #expect(names(client.get("topology/v1/managedClusters")).count == 4)
    let cloud = client.get("topology/v1/clouds")["items"]?[0]?["id"]?.string ?? ""
    #expect(names(client.get("topology/v1/clouds/\(cloud)/clusters")) == ["prod", "debug", "no-target"])
    #expect(names(client.get("topology/v1/clusters/\(prod)/storageClasses")).count == 2)
    let filter = "filter=clusterID%20eq%20'\(prod)',name%20eq%20'shop'"
    #expect(names(client.get("topology/v1/namespaces?\(filter)")) == ["shop"])
    #expect(names(client.get("topology/v1/clusters/\(prod)/namespaces")).contains("blog"))
    #expect(names(client.get("topology/v1/buckets")) == ["bucket"])
    #expect(names(client.get("topology/v1/appBackups")) == ["good", "weekly"])
    #expect(names(client.get("topology/v2/managedClusters/\(prod)/apps")) == ["shop", "blog"])
    #expect(client.get("topology/v2/managedClusters/\(prod)/apps/\(client.id("shop"))")["name"] == "shop")
    let assets = client.get("k8s/v1/apps/\(client.id("erp"))/appAssets")["items"]?.array
    let deployments = assets?.filter { $0["assetType"] == "Deployment" && $0["assetName"] == "erp" }
    #expect(deployments?.compactMap { $0["namespace"]?.string } == ["erp-db", "erp-web"])
    #expect(assets?.count == 4, "and a pod of each")
  }
}
