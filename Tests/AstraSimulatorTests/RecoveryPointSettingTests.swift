import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Settings of backups and snapshots, deletions and the server's own stirrings")
struct RecoveryPointSettingTests {
  @Test("when content is captured", arguments: [SimulatorSettings.CaptureMoment.start, .end])
  func capture(_ moment: SimulatorSettings.CaptureMoment) {
    var client = Client {
      $0.settings.backupCapture = moment
      $0.settings.snapshotCapture = moment
    }
    _ = client.back("shop", as: "b")
    _ = client.snap("blog", as: "s")
    client.world.addRows(["late"], to: "shop")
    client.world.addRows(["late"], to: "blog")
    client.world.advance(by: .seconds(60))
    #expect(client.world.point("b")?.content?.rows.contains("late") == (moment == .end))
    #expect(client.world.point("s")?.content?.rows.contains("late") == (moment == .end))
  }

  @Test("a backup of a snapshot holds what the snapshot holds, whenever content is captured")
  func ofSnapshot() {
    var client = Client { $0.settings.backupCapture = .end }
    let made = client.back("shop", as: "b", more: ["snapshotID": .string(client.id("night"))])
    #expect(made.json?["snapshotID"]?.string == client.id("night"))
    client.world.advance(by: .seconds(60))
    #expect(client.world.point("b")?.content == Content(version: "1", rows: ["a"]))
  }

  @Test("durations")
  func durations() {
    var client = Client {
      $0.settings.backupPending = .seconds(2)
      $0.settings.backup = .seconds(3)
      $0.settings.snapshotPending = .seconds(1)
      $0.settings.snapshot = .seconds(1)
      $0.settings.deletion = .seconds(4)
    }
    _ = client.back("shop", as: "b")
    let backup = "k8s/v1/apps/\(client.id("shop"))/appBackups/\(client.id("b"))"
    #expect(client.watch(backup, for: 6) == ["0.0 pending", "2.0 running", "5.0 completed"])
    #expect(client.delete("b").status == 204)
    #expect(client.watch(backup, for: 5) == ["0.0 deleting", "4.0 404"])
    _ = client.snap("shop", as: "s")
    let snapshot = "k8s/v1/apps/\(client.id("shop"))/appSnaps/\(client.id("s"))"
    #expect(client.watch(snapshot, for: 3) == ["0.0 pending", "1.0 running", "2.0 completed"])
  }

  @Test("a running backup shows its progress, or none", arguments: [true, false])
  func progress(_ isShown: Bool) {
    var client = Client { $0.settings.percentDoneShown = isShown }
    _ = client.back("shop", as: "b")
    let path = "k8s/v1/apps/\(client.id("shop"))/appBackups/\(client.id("b"))"
    #expect(client.get(path)["percentDone"] == nil)
    client.world.advance(by: .milliseconds(3500))
    #expect(client.get(path)["percentDone"]?.integer == (isShown ? 50 : nil))
    client.world.advance(by: .seconds(60))
    #expect(client.get(path)["percentDone"]?.integer == (isShown ? 100 : nil))
  }

  @Test("hook states are shown or not", arguments: [true, false])
  func hooks(_ isShown: Bool) {
    var client = Client { $0.settings.hookStateShown = isShown }
    client.world.disturbNext(.backup, .hooksFail)
    _ = client.back("shop", as: "b")
    client.world.advance(by: .seconds(60))
    let backup = client.get("k8s/v1/apps/\(client.id("shop"))/appBackups/\(client.id("b"))")
    #expect(backup["state"] == "completed")
    #expect(backup["hookState"]?.string == (isShown ? "failed" : nil))
    #expect(client.world.point("b")?.hookState == "failed")
  }

  @Test("names may be taken twice on older servers")
  func duplicates() {
    var client = Client {
      $0.settings.duplicateBackupNames = true
      $0.settings.duplicateSnapshotNames = true
    }
    #expect(client.back("shop", as: "good").status == 201)
    client.world.advance(by: .seconds(60))
    #expect(client.snap("shop", as: "night").status == 201)
    let list = client.get("k8s/v1/apps/\(client.id("shop"))/appBackups?include=name")
    #expect(list["items"] == [["good"], ["good"]])
  }

  @Test("a backup may leave a snapshot of its own")
  func ownSnapshot() {
    var client = Client { $0.settings.backupMakesSnapshot = true }
    let made = client.back("shop", as: "b")
    let id = made.json?["snapshotID"]?.string ?? ""
    #expect(client.world.point(id)?.kind == .snapshot)
    #expect(problem(client.delete(client.world.point(id)?.name ?? "")) == 144)
  }

  @Test("backups may run side by side on servers that allow it")
  func sideBySide() {
    var client = Client { $0.settings.blockedByBackup = [] }
    #expect(client.back("shop", as: "b1").status == 201)
    #expect(client.back("shop", as: "b2").status == 201)
  }

  @Test("a name is made up where none is given")
  func noName() {
    var client = Client()
    let made = client.back("shop", as: "x", more: ["name": .null])
    #expect(made.status == 201)
    #expect(made.json?["name"]?.string?.isEmpty == false)
  }

  @Test(
    "a deleted application takes its backups along or not, and its workload runs on",
    arguments: [true, false])
  func deletion(_ takes: Bool) {
    var client = Client { $0.settings.deletionTakesPoints = takes }
    let address = client.app("shop")?.address ?? ""
    #expect(client.send("DELETE", client.appPath("shop")).status == 204)
    #expect(client.state(client.appPath("shop")) == "deleting")
    client.world.advance(by: .seconds(2))
    #expect(client.send("GET", "k8s/v2/apps/\(client.id("shop"))").status != 200)
    #expect((client.world.point("good") == nil) == takes)
    #expect(client.world.frontPage(at: address)?.status == 500)
    #expect(client.world.json["namespaces"]?["prod"]?.array?.contains("shop") == true)
    #expect(client.world.tally.deletions == 1)
  }

  @Test("defining an application again: discovering, then ready, with what runs there")
  func definition() throws {
    var client = Client { $0.settings.definition = .seconds(6) }
    _ = client.send("DELETE", client.appPath("shop"))
    client.world.advance(by: .seconds(5))
    let made = client.define("shop-again", namespaces: ["shop"])
    #expect(made.status == 201)
    #expect(made.json?["namespaces"] == [])
    let path = client.appPath("shop-again")
    #expect(client.watch(path, for: 8) == ["0.0 discovering", "6.0 ready"])
    #expect(client.app("shop-again")?.content?.version == "2")
    #expect(client.app("shop-again")?.namespaces == ["shop"])
    #expect(client.world.tally.applicationsDefined == 1)
  }

  @Test("applications are rediscovered from time to time, and refuse work meanwhile")
  func rediscovery() {
    var client = Client {
      $0.settings.rediscoveryEvery = .seconds(10)
      $0.settings.rediscovery = .seconds(3)
    }
    let states = client.watch(client.appPath("shop"), for: 14)
    #expect(states == ["0.0 ready", "10.0 discovering", "13.0 ready"])
    client.world.advance(by: .seconds(7))
    #expect(problem(client.back("shop", as: "b")) == 112)
  }

  @Test("modificationTimestamp changes from time to time without any cause")
  func modification() {
    var client = Client { $0.settings.modificationEvery = .seconds(10) }
    let path = client.appPath("shop")
    let before = client.get(path)["metadata"]?["modificationTimestamp"]
    client.world.advance(by: .seconds(9))
    #expect(client.get(path)["metadata"]?["modificationTimestamp"] == before)
    client.world.advance(by: .seconds(2))
    #expect(client.get(path)["metadata"]?["modificationTimestamp"] != before)
  }

  @Test("a backup and a clone may touch their application", arguments: [true, false])
  func touch(_ touches: Bool) {
    for isClone in [true, false] {
      var client = Client { $0.settings.operationsTouchSource = touches }
      let path = client.appPath("shop")
      let before = client.get(path)["metadata"]?["modificationTimestamp"]
      _ = isClone ? client.clone("shop", as: "c") : client.back("shop", as: "b")
      #expect((client.get(path)["metadata"]?["modificationTimestamp"] != before) == touches)
    }
  }
}
