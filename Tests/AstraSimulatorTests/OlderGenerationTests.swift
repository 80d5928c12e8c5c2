import AstraSimulator
import SimulatorSupport
import Testing

@Suite("The older generation of the API: k8s/v1/managedApps and topology/v1/apps")
struct OlderGenerationTests {
  private static let apps = "k8s/v1/managedApps"
  private static let force: [SimulatedRequest.Field] = [("ForceUpdate", "true")]

  /// A client of a server of that generation.
  private func client(_ bend: (inout SimulatorSettings) -> Void = { _ in }) -> Client {
    Client {
      $0.settings.apiGeneration = .v1
      bend(&$0.settings)
    }
  }

  private static func cloneBody(_ client: Client, more: JSON = [:]) -> JSON {
    let cluster = JSON.string(client.app("shop")?.cluster ?? "")
    return merge(
      [
        "type": "application/astra-managedApp", "version": "1.0", "name": "copy", "clusterID": cluster,
        "sourceClusterID": cluster, "sourceAppID": .string(client.id("shop")), "namespace": "copy-space",
      ], more)
  }

  @Test("each generation has its own paths, and a server of both has all")
  func paths() {
    let newer = ["k8s/v2/apps", "k8s/v1/apps/{id}/appBackups", "k8s/v1/apps/{id}/appSnaps"]
    let older = [Self.apps, "topology/v1/apps", "\(Self.apps)/{id}/appBackups", "\(Self.apps)/{id}/appSnaps"]
    let lasting = [
      "topology/v1/clusters", "topology/v1/clouds", "topology/v1/buckets", "topology/v1/appBackups",
    ]
    for generation in SimulatorSettings.APIGeneration.allCases {
      var client = client { $0.apiGeneration = generation }
      func status(_ path: String) -> Int {
        client.send("GET", path.split(separator: "{id}").joined(separator: client.id("shop"))).status
      }
      for path in newer { #expect(status(path) == (generation == .v1 ? 404 : 200), "\(generation) \(path)") }
      for path in older { #expect(status(path) == (generation == .v2 ? 404 : 200), "\(generation) \(path)") }
      for path in lasting { #expect(status(path) == 200, "\(generation) \(path)") }
    }
  }

  @Test("what it says to the newer paths", arguments: SimulatorSettings.NewerAppsAnswer.allCases)
  func newerPaths(answer: SimulatorSettings.NewerAppsAnswer) {
    var client = client { $0.newerAppsAnswer = answer }
    for path in [
      "k8s/v2/apps", "k8s/v2/apps/\(client.id("shop"))",
      "topology/v2/managedClusters/\(client.id("shop"))/apps",
    ] {
      let response = client.send("GET", path)
      #expect(response.status == 404)
      #expect(problem(response).map { "problem\($0)" } ?? "page" == answer.rawValue)
      #expect((response.json == nil) == (answer == .page))
    }
  }

  @Test("an application runs, in one namespace, and has the members of its time")
  func members() throws {
    var client = client { $0.modificationTimestampShown = false }
    let shop = client.get("\(Self.apps)/\(client.id("shop"))")
    #expect(shop["type"]?.string == "application/astra-managedApp" && shop["version"]?.string == "1.1")
    #expect(shop["state"]?.string == "running" && shop["namespace"]?.string == "shop")
    #expect(shop["managedState"]?.string == "managed" && shop["clusterName"]?.string == "prod")
    for later in [
      "namespaces", "stateDetails", "namespaceScopedResources", "lastResourceCollectionTimestamp", "links",
    ] {
      #expect(shop[later] == nil, "\(later)")
    }
    #expect(
      shop["metadata"]?["creationTimestamp"] != nil && shop["metadata"]?["modificationTimestamp"] == nil)
    client.world.settings.modificationTimestampShown = true
    #expect(client.get("\(Self.apps)/\(client.id("shop"))")["metadata"]?["modificationTimestamp"] != nil)
    let backups = client.get("\(Self.apps)/\(client.id("shop"))/appBackups")
    #expect(backups["items"]?.array?.first?["version"]?.string == "1.0")
    #expect(backups["items"]?.array?.first?["stateDetails"] == nil)
  }

  @Test("one of several namespaces is not there")
  func several() {
    var client = client()
    let names = client.get(Self.apps)["items"]?.array?.compactMap { $0["name"]?.string }
    #expect(names == ["shop", "blog", "far"])
    #expect(client.send("GET", "\(Self.apps)/\(client.id("erp"))").status == 404)
    #expect(client.send("GET", "\(Self.apps)/\(client.id("erp"))/appBackups").status == 404)
  }

  @Test("topology/v1/apps has both types, and tells every cluster")
  func discovered() throws {
    var client = client { $0.clusterOnlyWhenReady = true }
    _ = client.send("POST", Self.apps, Self.cloneBody(client))
    let items = try #require(client.get("topology/v1/apps")["items"]?.array)
    let types = items.map { "\($0["name"]?.string ?? "") \($0["type"]?.string ?? "")" }
    #expect(
      types.contains("shop application/astra-app") && types.contains("copy application/astra-managedApp"))
    #expect(items.allSatisfy { $0["clusterID"] != nil })
    let named = client.get("topology/v1/apps?filter=name%20eq%20'blog'&include=name,state")
    #expect(named["items"]?.array == [["blog", "running"]])
  }

  @Test("a clone goes its way to running")
  func clone() throws {
    var client = client()
    let response = client.send("POST", Self.apps, Self.cloneBody(client))
    #expect(response.status == 201)
    let made = try #require(response.json)
    let path = "\(Self.apps)/\(made["id"]?.string ?? "")"
    #expect(response.header("Location")?.hasSuffix(path) == true)
    #expect(made["state"]?.string == "provisioning" && made["namespace"]?.string == "copy-space")
    #expect(made["sourceAppID"]?.string == client.id("shop"))
    #expect(client.watch(path, for: 10) == ["0.0 provisioning", "5.0 discovering", "7.0 running"])
    #expect(client.app("copy")?.content == client.app("shop")?.content)
  }

  @Test("a clone of a backup or a snapshot may name its application beside it")
  func cloneOfPoint() {
    for (member, name) in [("backupID", "good"), ("snapshotID", "night")] {
      for isNamed in [true, false] {
        var client = client()
        let source: JSON = .object([
          .init(member, .string(client.id(name))),
          .init("sourceAppID", isNamed ? .string(client.id("shop")) : .null),
        ])
        #expect(client.send("POST", Self.apps, Self.cloneBody(client, more: source)).status == 201)
        client.world.advance(by: .seconds(10))
        #expect(client.app("copy")?.content == client.world.point(name)?.content)
      }
    }
  }

  @Test("backups and snapshots are made, read and removed below the application")
  func points() {
    var client = client()
    for (collection, type) in [("appBackups", "astra-appBackup"), ("appSnaps", "astra-appSnap")] {
      let parent = "\(Self.apps)/\(client.id("blog"))/\(collection)"
      let body: JSON = ["type": .string("application/\(type)"), "version": "1.0", "name": "new"]
      let response = client.send("POST", parent, body)
      let path = "\(parent)/\(response.json?["id"]?.string ?? "")"
      #expect(response.status == 201 && response.header("Location")?.hasSuffix(path) == true)
      client.world.advance(by: .seconds(10))
      #expect(client.state(path) == "completed")
      #expect(client.send("DELETE", path).status == 204)
      client.world.advance(by: .seconds(2))
      #expect(client.send("GET", path).status == 404)
    }
  }

  @Test("an in-place restore is answered as the setting says", arguments: [200, 202, 204])
  func restore(status: Int) {
    var client = client { $0.olderRestoreStatus = status }
    let path = "\(Self.apps)/\(client.id("shop"))"
    let body: JSON = [
      "type": "application/astra-managedApp", "version": "1.2", "backupID": .string(client.id("good")),
    ]
    #expect(problem(client.send("PUT", path, body)) == 79)
    let response = client.send("PUT", path, body, headers: Self.force)
    #expect(response.status == status && (response.json?["id"] != nil) == (status == 200))
    #expect(client.watch(path, for: 10) == ["0.0 restoring", "5.0 discovering", "7.0 running"])
    #expect(client.app("shop")?.content == Content(version: "1", rows: ["a", "b"]))
  }

  @Test("… and may show nothing of itself")
  func hiddenRestore() {
    var client = client { $0.olderRestoreStateShown = false }
    let path = "\(Self.apps)/\(client.id("shop"))"
    let body: JSON = [
      "type": "application/astra-managedApp", "version": "1.2", "snapshotID": .string(client.id("night")),
    ]
    #expect(client.send("PUT", path, body, headers: Self.force).status == 204)
    #expect(client.watch(path, for: 10) == ["0.0 running"])
    #expect(client.app("shop")?.content?.rows == ["a"])
  }

  @Test("collections that came later may be missing", arguments: SimulatorSettings.LaterCollection.allCases)
  func missing(collection: SimulatorSettings.LaterCollection) {
    var client = client { $0.missingCollections = [collection] }
    let cluster = client.app("shop")?.cluster ?? ""
    for (path, owner) in [
      ("topology/v1/namespaces", SimulatorSettings.LaterCollection.namespaces),
      ("topology/v1/clusters/\(cluster)/namespaces", .namespaces),
      ("topology/v1/appBackups", .accountBackups),
    ] {
      #expect(client.send("GET", path).status == (owner == collection ? 404 : 200), "\(path)")
    }
  }

  static let refusals: [Refusal] = [
    older(8, 400, "a body of the newer generation") {
      $0.send("POST", apps, cloneBody($0, more: ["type": "application/astra-app"]))
    },
    older(8, 400, "a member of the newer generation") {
      $0.send("POST", apps, cloneBody($0, more: ["namespaceMapping": []]))
    },
    older(8, 400, "a version of the newer generation") {
      $0.send("POST", apps, cloneBody($0, more: ["version": "2.0"]))
    },
    older(9, 400, "no namespace") { $0.send("POST", apps, cloneBody($0, more: ["namespace": .null])) },
    older(9, 400, "the source's namespace") {
      $0.send("POST", apps, cloneBody($0, more: ["namespace": "shop"]))
    },
    older(9, 400, "a namespace that is there") {
      $0.send("POST", apps, cloneBody($0, more: ["namespace": "blog"]))
    },
    older(
      9, 400, "no cluster of the source, whatever the setting",
      bend: { $0.settings.sourceClusterRequired = .never }
    ) {
      $0.send("POST", apps, cloneBody($0, more: ["sourceClusterID": .null]))
    },
    older(9, 400, "no source") { $0.send("POST", apps, cloneBody($0, more: ["sourceAppID": .null])) },
    older(9, 400, "two recovery points") {
      $0.send(
        "POST", apps,
        cloneBody($0, more: ["backupID": .string($0.id("good")), "snapshotID": .string($0.id("night"))]))
    },
    older(76, 403, "a backup of another application than the one beside it") {
      $0.send("POST", apps, cloneBody($0, more: ["backupID": .string($0.id("weekly"))]))
    },
    older(9, 400, "a PUT that restores nothing") {
      $0.send(
        "PUT", "\(apps)/\($0.id("shop"))", ["type": "application/astra-managedApp", "version": "1.2"],
        headers: force)
    },
    older(8, 400, "a PUT with a restore filter") {
      $0.send(
        "PUT", "\(apps)/\($0.id("shop"))",
        [
          "type": "application/astra-managedApp", "version": "1.2", "backupID": .string($0.id("good")),
          "restoreFilter": [:],
        ], headers: force)
    },
    older(8, 400, "a backup in a later version") {
      $0.send(
        "POST", "\(apps)/\($0.id("shop"))/appBackups",
        ["type": "application/astra-appBackup", "version": "1.1", "name": "n"])
    },
    older(8, 400, "a backup that chooses its bucket") {
      $0.send(
        "POST", "\(apps)/\($0.id("shop"))/appBackups",
        [
          "type": "application/astra-appBackup", "version": "1.0", "name": "n",
          "bucketID": .string($0.id("shop")),
        ])
    },
    older(12, 400, "a wrong media type", bend: { $0.settings.mediaTypes = .problem12 }) {
      $0.send("POST", apps, cloneBody($0), headers: [("Content-Type", "application/astra-app+json")])
    },
    older(69, 405, "a PUT of the collection") { $0.send("PUT", apps, cloneBody($0)) },
    older(69, 405, "a POST to what was discovered") { $0.send("POST", "topology/v1/apps", cloneBody($0)) },
  ]

  private static func older(
    _ problem: Int, _ status: Int, _ title: String,
    bend: @escaping @Sendable (inout Scenario) -> Void = { _ in },
    _ act: @escaping @Sendable (inout Client) -> SimulatedResponse
  ) -> Refusal {
    Refusal(
      problem, status, title,
      bend: {
        $0.settings.apiGeneration = .v1
        bend(&$0)
      }, act)
  }

  @Test("what it refuses changes nothing", arguments: refusals)
  func refuses(refusal: Refusal) {
    var client = Client(refusal.bend)
    let before = client.world.contents
    let response = refusal.act(&client)
    #expect(response.status == refusal.status)
    #expect(problem(response) == refusal.problem)
    #expect(client.world.contents == before)
  }
}
