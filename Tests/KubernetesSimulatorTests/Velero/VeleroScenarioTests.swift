import Foundation
import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("A scenario with Velero, and the control endpoints of its world")
struct VeleroScenarioTests {
  private static let start = WallTime(sinceEpoch: .seconds(1_795_000_000))
  private let file: JSON

  init() throws {
    let path = packageFolder.appending(path: "Fixtures/scenarios/velero.json")
    file = try #require(JSON(Array(try Data(contentsOf: path))))
  }

  private func scenario(_ path: [String], _ value: JSON) -> JSON {
    var changed = file
    changed[path: ["kubernetes"] + path] = value
    return changed
  }

  @Test("the worked example holds production, broken, and its good backup in both clusters")
  func example() throws {
    let scenario = try ClusterScenario(file: file.bytes, startTime: Self.start)
    #expect(scenario.backend == "velero")
    var world = try #require(try scenario.world(pagePort: 8443))
    #expect(world.applications.map(\.name) == ["magento-prod", "wordpress", "erp", "jenkins"])
    #expect(world.frontPage(at: world.applications[0].address)?.status == 500)
    #expect(world.frontPage(at: world.applications[1].address)?.status == 200)
    #expect(world.copies.map(\.name).filter { $0 == "before-2-4-2-debian-10-r14" }.count == 1)
    #expect(world.copies.first { $0.name == "before-2-4-2-debian-10-r14" }?.content?.rows.count == 3)
    #expect(
      world.coverage(ofBackup: "before-2-4-2-debian-10-r14", of: "ocp-debug")?.map(\.method) == [
        "dataMovement"
      ])
    // What a client has written on it goes with it.
    for cluster in world.clusters {
      let copy = cluster.store.objects("backups.velero.io").first { $0.name == "before-2-4-2-debian-10-r14" }
      #expect(
        copy?[path: ["metadata", "annotations", "astra-steps/inventory"]] == "claims=magento-prod-db",
        "\(cluster.name)")
    }
    let snapshot = try #require(world.copies.first { $0.name == "nightly-0213" })
    #expect(snapshot.kind == .snapshot && snapshot.content?.rows.count == 3)
    #expect(world.coverage(ofBackup: "nightly-0213", of: "ocp-prod")?.map(\.method) == ["snapshot"])
    #expect(world.tally == Counts())
    #expect(world.downloadBase == "https://127.0.0.1:8443")
    // Nothing of it expires within the month.
    let names = world.copies.map(\.name)
    world.advance(to: .seconds(7200))
    #expect(world.copies.map(\.name) == names)
  }

  @Test("a mistake is told with its place and what would be right")
  func mistakes() throws {
    for (path, value, words) in [
      (
        ["velero", "settings"], ["backup": 5] as JSON,
        "settings.backup is an unknown member; known are backupSeconds"
      ),
      (["velero", "settings"], ["backupSeconds": -1], "settings.backupSeconds is negative: give 0 or more"),
      (["velero", "settings"], ["reclaimPolicy": "Recycle"], "is \"Recycle\": give Delete or Retain"),
      (["velero", "settings"], ["concurrentBackups": 0], "concurrentBackups is 0: give 1 or more"),
      (["velero", "settings"], ["downloads": "maybe"], "downloads must be one of served"),
      (
        ["velero", "applications"], [["name": "shop", "cluster": "nowhere"]],
        "cluster is \"nowhere\": give one of ocp-prod, ocp-debug"
      ),
      (["tridentProtect"], [:], "has tridentProtect and velero: give one of them"),
      (
        ["velero", "applications"],
        [
          [
            "name": "shop", "cluster": "ocp-prod", "backups": [["name": "nightly"]],
            "snapshots": [["name": "nightly"]],
          ]
        ], "there is a snapshot \"nightly\" already: give another name"
      ),
      (
        ["clusters"], [["name": "ocp-prod", "missingKinds": ["velero.io"]]],
        "has missingKinds, and Velero needs its own"
      ),
    ] {
      do {
        _ = try ClusterScenario(file: scenario(path, value).bytes, startTime: Self.start)
        Issue.record("\(words): accepted")
      } catch {
        #expect(error.description.contains(words), "\(error.description)")
      }
    }
  }

  @Test("the page of the simulator names every setting")
  func settingsAreDocumented() throws {
    let text = String(
      decoding: try Data(contentsOf: packageFolder.appending(path: "docs/simulator.md")), as: UTF8.self)
    do {
      _ = try ClusterScenario(file: scenario(["velero", "settings"], ["?": 1]).bytes, startTime: Self.start)
      Issue.record("an unknown setting was accepted")
    } catch {
      let known = error.description.components(separatedBy: "known are ").last ?? ""
      let names = known.components(separatedBy: ", ")
      #expect(names.count > 40)
      for name in names { #expect(text.contains("| `\(name)` |"), "\(name)") }
    }
  }

  @Test("the control endpoints change settings, start the server again and take things away")
  func control() throws {
    let site = try VeleroSite()
    func post(_ action: String, _ body: JSON) -> Int {
      site.world.respond(to: SimulatedRequest("POST", "/_simulator/\(action)", body: body.bytes), at: 0)
        .status
    }
    #expect(post("settings", ["withoutData": ["magento-db"]]) == 200)
    #expect(site.world.veleroSettings.withoutData == ["magento-db"])
    site.backUp("b1")
    site.wait(2)
    #expect(post("restart", ["cluster": "prod"]) == 200)
    #expect(post("restart", ["cluster": "nosuch"]) == 400)
    #expect(site.phase("backups", "b1") == "Failed")
    #expect(post("operationFault", ["kind": "backup", "nth": 2, "effect": "losesData"]) == 200)
    site.backUp("b2")
    site.wait(1)
    #expect(post("complete", ["subject": .string(site.object("backups", "b2")?.uid ?? "")]) == 200)
    #expect(site.phase("backups", "b2") == "Completed")
    #expect(site.world.coverage(ofBackup: "b2", of: "prod")?.map(\.method) == ["none"])
    site.backUp("b3")
    site.wait(1)
    #expect(post("stall", ["subject": "b3"]) == 200)
    site.wait(300)
    #expect(site.phase("backups", "b3") == "InProgress")
    #expect(post("fail", ["subject": "b3"]) == 200)
    #expect(site.phase("backups", "b3") == "Failed")
    #expect(post("settings", ["withoutData": []]) == 200)
    #expect(post("takeAway", ["subject": "before"]) == 200)
    site.wait(120)
    #expect(site.object("backups", "before") == nil)
    #expect(
      post("backup", ["application": "magento", "name": "old", "content": ["version": "1", "rows": ["a"]]])
        == 200)
    #expect(site.world.copies.last?.content == WorldContent(version: "1", broken: false, rows: ["a"]))
    #expect(post("deploy", ["application": "magento", "version": "3"]) == 200)
    #expect(site.page(of: "magento") == 200)
    #expect(post("state", ["subject": "magento", "state": "failed"]) == 200)
    #expect(site.world.applications.first?.state == "failed")
    #expect(post("state", ["subject": "magento", "state": "ready"]) == 200)
    #expect(site.world.applications.first?.state == "ready")
    let view = try #require(site.world.respond(to: SimulatedRequest("GET", "/_simulator/world"), at: 0).json)
    #expect(view["applications"]?[0]?["content"]?["version"]?.string == "3")
  }

  @Test("what goes wrong goes wrong as it is told", arguments: RunFault.Effect.allCases)
  func faults(_ effect: RunFault.Effect) throws {
    let site = try VeleroSite()
    site.world.disturbNext(.backup, effect)
    site.backUp("b1")
    site.wait(30)
    let phase = site.phase("backups", "b1")
    switch effect {
    case .fails, .failsAtOnce: #expect(phase == "Failed")
    case .stalls: #expect(phase == "InProgress")
    case .vanishes: #expect(phase == nil)
    case .hooksFail, .partiallyFails: #expect(phase == "PartiallyFailed")
    case .removed: #expect(phase == "Deleting")
    case .unknownState, .goesBack, .losesData: #expect(phase == "Completed")
    }
    site.world.disturbNext(.clone, effect)
    site.restore("r1", ["namespaceMapping": ["magento": "magento-debug"]])
    site.wait(30)
    let end = site.phase("restores", "r1")
    switch effect {
    case .fails, .failsAtOnce: #expect(end == "Failed")
    case .stalls: #expect(end == "InProgress")
    case .vanishes: #expect(end == nil)
    case .hooksFail, .partiallyFails: #expect(end == "PartiallyFailed")
    case .removed: #expect(end == "Deleting")
    case .unknownState, .goesBack: #expect(end == "Completed")
    case .losesData:
      #expect(end == "Completed")
      #expect(site.content(of: "magento-debug")?.rows == [])
    }
  }

  @Test("every object that the servers write is one that their kinds allow")
  func schemas() throws {
    let site = try VeleroSite()
    site.backUp("b1", ["defaultVolumesToFsBackup": true])
    site.backUp("b2")
    _ = site.finish("backups", "b2")
    site.restore("r1", from: "b1", ["namespaceMapping": ["magento": "one"]])
    site.restore("r2", from: "b2", ["namespaceMapping": ["magento": "two"]])
    _ = site.finish("restores", "r2")
    site.make("ServerStatusRequest", "serverstatusrequests", "s1", [:])
    site.make(
      "DownloadRequest", "downloadrequests", "d1", ["target": ["kind": "BackupResults", "name": "b1"]])
    site.make("DeleteBackupRequest", "deletebackuprequests", "x1", ["backupName": "nosuch"])
    var count = 0
    for (plural, version) in [
      ("backups", "velero.io/v1"), ("restores", "velero.io/v1"), ("podvolumebackups", "velero.io/v1"),
      ("podvolumerestores", "velero.io/v1"), ("backupstoragelocations", "velero.io/v1"),
      ("serverstatusrequests", "velero.io/v1"), ("downloadrequests", "velero.io/v1"),
      ("deletebackuprequests", "velero.io/v1"), ("datauploads", "velero.io/v2alpha1"),
      ("datadownloads", "velero.io/v2alpha1"),
    ] {
      let objects = site.list(VeleroSite.path(plural, version: version))
      #expect(!objects.isEmpty, "\(plural)")
      for object in objects {
        count += 1
        let path =
          VeleroSite.path(plural, object.name, version: version) + "?fieldValidation=Strict&dryRun=All"
        let answer = site.send("PUT", path, object)
        #expect(answer.status == 200, "\(plural): \(String(decoding: answer.body, as: UTF8.self))")
      }
    }
    #expect(count >= 13)
  }
}
