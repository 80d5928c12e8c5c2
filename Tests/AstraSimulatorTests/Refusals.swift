import AstraSimulator
import SimulatorSupport

// The refusals of changes to what is there already; those of access, bodies and clones stand beside the tests.

extension RefusalTests {
  /// What a backup or snapshot needs.
  static let points: [Refusal] = [
    Refusal(143, 409, "a backup name that is taken") { $0.back("shop", as: "good") },
    Refusal(176, 409, "a snapshot name that is taken") { $0.snap("shop", as: "night") },
    Refusal(107, 409, "a second backup at a time") { client in
      _ = client.back("shop", as: "b1")
      return client.back("shop", as: "b2")
    },
    Refusal(148, 409, "a backup while a snapshot is made") { client in
      _ = client.snap("shop", as: "s")
      return client.back("shop", as: "b")
    },
    Refusal(148, 409, "a second snapshot at a time") { client in
      _ = client.snap("shop", as: "s1")
      return client.snap("shop", as: "s2")
    },
    Refusal(
      107, 409, "a snapshot while a backup is in the way", bend: { $0.settings.blockedByBackup = [.snapshot] }
    ) {
      client in
      _ = client.back("shop", as: "b")
      return client.snap("shop", as: "s")
    },
    Refusal(112, 409, "a backup while restoring") { client in
      _ = client.restore("shop", from: "good")
      return client.back("shop", as: "b")
    },
    Refusal(112, 409, "a snapshot while restoring") { client in
      _ = client.restore("shop", from: "good")
      return client.snap("shop", as: "s")
    },
    Refusal(127, 400, "no bucket") { $0.back("far", as: "b") },
    Refusal(108, 400, "an unknown bucket") {
      $0.back("shop", as: "b", more: ["bucketID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(46, 400, "an unknown snapshot to read from") {
      $0.back("shop", as: "b", more: ["snapshotID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(76, 403, "a snapshot of another application") {
      $0.back("shop", as: "b", more: ["snapshotID": .string($0.id("hourly"))])
    },
    Refusal(111, 409, "a snapshot that is not complete") { client in
      client.world.setState("failed", of: "night")
      return client.back("shop", as: "b", more: ["snapshotID": .string(client.id("night"))])
    },
    Refusal(131, 409, "a cluster not fit for backups", bend: { $0.clusters[0].isEligible = false }) {
      $0.back("shop", as: "b")
    },
    Refusal(130, 409, "a cluster not fit for snapshots", bend: { $0.clusters[0].isEligible = false }) {
      $0.snap("shop", as: "s")
    },
    Refusal(158, 409, "a backup without VolumeSnapshotClass", bend: { $0.clusters[0].snapshotClass = false })
    {
      $0.back("shop", as: "b")
    },
    Refusal(
      145, 409, "a snapshot without VolumeSnapshotClass", bend: { $0.clusters[0].snapshotClass = false }
    ) {
      $0.snap("shop", as: "s")
    },
    Refusal(
      149, 409, "an application without snapshots", bend: { $0.applications[0].supportsSnapshots = false }
    ) {
      $0.snap("shop", as: "s")
    },
    Refusal(177, 400, "a bucket for a snapshot") {
      $0.snap("shop", as: "s", more: ["bucketID": "00000000-0000-4000-8000-000000000000"])
    },
    Refusal(142, 409, "a backup deleted while restoring") { client in
      _ = client.restore("shop", from: "good")
      return client.delete("good")
    },
    Refusal(128, 409, "a pending backup cancelled") { client in
      _ = client.back("shop", as: "b")
      return client.delete("b")
    },
    Refusal(174, 409, "a backup deleted twice") { client in
      _ = client.delete("good")
      return client.delete("good")
    },
    Refusal(144, 409, "a snapshot that a backup reads") { client in
      _ = client.back("shop", as: "b", more: ["snapshotID": .string(client.id("night"))])
      return client.delete("night")
    },
  ]

  /// What a restore, a definition and a deletion need.
  static let changes: [Refusal] = [
    Refusal(79, 403, "no ForceUpdate") { $0.restore("shop", from: "good", headers: []) },
    Refusal(79, 403, "a ForceUpdate that says false") {
      $0.restore("shop", from: "good", headers: [("ForceUpdate", "false")])
    },
    Refusal(74, 400, "an unknown backup") { client in
      client.world.removeByOthers("good")
      let body: JSON = [
        "type": "application/astra-app", "version": "2.2",
        "backupID": "00000000-0000-4000-8000-000000000000",
      ]
      return client.send("PUT", client.appPath("shop"), body, headers: force)
    },
    Refusal(46, 400, "an unknown snapshot") { client in
      let body: JSON = [
        "type": "application/astra-app", "version": "2.2",
        "snapshotID": "00000000-0000-4000-8000-000000000000",
      ]
      return client.send("PUT", client.appPath("shop"), body, headers: force)
    },
    Refusal(76, 403, "a backup of another application") { $0.restore("shop", from: "weekly") },
    Refusal(76, 403, "a snapshot of another application") { $0.restore("shop", from: "hourly") },
    Refusal(9, 400, "a backup and a snapshot") { client in
      let body: JSON = [
        "type": "application/astra-app", "version": "2.2", "backupID": .string(client.id("good")),
        "snapshotID": .string(client.id("night")),
      ]
      return client.send("PUT", client.appPath("shop"), body, headers: force)
    },
    Refusal(152, 409, "a backup in progress") { client in
      _ = client.back("shop", as: "b")
      return client.restore("shop", from: "good")
    },
    Refusal(148, 409, "a snapshot in progress") { client in
      _ = client.snap("shop", as: "s")
      return client.restore("shop", from: "good")
    },
    Refusal(112, 409, "a second restore") { client in
      _ = client.restore("shop", from: "good")
      return client.restore("shop", from: "good")
    },
    Refusal(112, 409, "a failed application", bend: { $0.settings.restoreOfFailed = .refused }) { client in
      client.world.setState("failed", of: "shop")
      return client.restore("shop", from: "good")
    },
    Refusal(
      112, 409, "a clone in progress that is in the way", bend: { $0.settings.restoreDuringClone = .refused }
    ) {
      client in
      _ = client.clone("shop", as: "c")
      return client.restore("shop", from: "good")
    },
    Refusal(164, 409, "a failed backup") { client in
      client.world.setState("failed", of: "good")
      return client.restore("shop", from: "good")
    },
    Refusal(111, 409, "a failed snapshot") { client in
      client.world.setState("failed", of: "night")
      return client.restore("shop", from: "night")
    },
    Refusal(26, 409, "no licence", bend: { $0.settings.licence = .absent }) {
      $0.restore("shop", from: "good")
    },
    Refusal(38, 412, "a tag that is not the present one") {
      $0.restore("shop", from: "good", headers: force + [("If-Match", "\"0123\"")])
    },
    Refusal(10, 409, "another identifier in the body") { client in
      let body: JSON = [
        "type": "application/astra-app", "version": "2.2", "id": .string(client.id("blog")), "name": "x",
      ]
      return client.send("PUT", client.appPath("shop"), body)
    },
    Refusal(112, 409, "a deletion while restoring") { client in
      _ = client.restore("shop", from: "good")
      return client.send("DELETE", client.appPath("shop"))
    },
    Refusal(122, 400, "a definition of an unknown namespace") { $0.define("new", namespaces: ["nowhere"]) },
    Refusal(121, 409, "a definition of a namespace that has one") { $0.define("new", namespaces: ["shop"]) },
    Refusal(9, 400, "a definition of nothing") { $0.define("new", namespaces: []) },
  ]
}
