import Foundation
import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("The bucket of Velero in a simulated world")
struct VeleroStorageTests {
  @Test("a backup whose object is deleted comes back within a minute, as another object")
  func sync() throws {
    let site = try VeleroSite()
    let old = try #require(site.object("backups", "before"))
    #expect(site.send("DELETE", VeleroSite.path("backups", "before")).status == 200)
    #expect(site.object("backups", "before") == nil)
    site.wait(61)
    let new = try #require(site.object("backups", "before"))
    #expect(new.uid != old.uid)
    #expect(new.value(at: "metadata.creationTimestamp") != old.value(at: "metadata.creationTimestamp"))
    #expect(new["spec"] == old["spec"])
    #expect(site.object("backupstoragelocations", "default")?.value(at: "status.lastSyncedTime") != nil)
  }

  @Test("a week at once ends as a week of half minutes does", arguments: [0, 45])
  func aWeekAtOnce(_ hoursToLive: Int) throws {
    func afterAWeek(in pieces: Int) throws -> [String] {
      let site = try VeleroSite { $0.sync = .seconds(61) }
      site.backUp("b1", hoursToLive == 0 ? [:] : ["ttl": .string("\(hoursToLive)h")])
      _ = site.finish("backups", "b1")
      _ = site.send("DELETE", VeleroSite.path("backups", "before"))
      for _ in 0..<pieces { site.wait(604_800 / Double(pieces)) }
      return ["prod", "debug"].flatMap { cluster in
        ["backups", "backupstoragelocations", "deletebackuprequests"].flatMap { plural in
          site.list(VeleroSite.path(plural), at: cluster).map { object in
            // How often a location was written is what it leaves out.
            object.setting("metadata.resourceVersion", nil).setting("metadata.generation", nil).sorted.text
          }
        }
      }
    }
    let atOnce = try afterAWeek(in: 1)
    #expect(try afterAWeek(in: 20_160) == atOnce)
    #expect(atOnce.contains { $0.contains("\"name\":\"b1\"") } == (hoursToLive == 0))
    #expect(atOnce.contains { $0.contains("\"name\":\"before\"") })
  }

  @Test("a backup whose object goes while it runs leaves its name taken")
  func lost() throws {
    let site = try VeleroSite()
    site.backUp("b1")
    site.wait(3)
    #expect(site.phase("backups", "b1") == "InProgress")
    _ = site.send("DELETE", VeleroSite.path("backups", "b1"))
    site.wait(120)
    #expect(site.object("backups", "b1") == nil)
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "Failed")
  }

  @Test("another cluster's backups become objects, and pod volume backups with them")
  func others() throws {
    let site = try VeleroSite()
    site.backUp("b1", ["defaultVolumesToFsBackup": true])
    _ = site.finish("backups", "b1")
    site.wait(61)
    let there = try #require(site.object("backups", "b1", at: "debug"))
    let mover = try #require(site.list(VeleroSite.path("podvolumebackups"), at: "debug").first)
    #expect(mover.label("velero.io/backup-uid") == there.uid)
    // What is in no bucket any more goes.
    site.make("DeleteBackupRequest", "deletebackuprequests", "d1", ["backupName": "b1"])
    site.wait(3)
    #expect(site.object("backups", "b1") == nil)
    site.wait(61)
    #expect(site.object("backups", "b1", at: "debug") == nil)
    #expect(site.object("backups", "before", at: "debug") != nil)
  }

  @Test("a deletion takes the backup and the restores that name it, and vanishes")
  func deletion() throws {
    let site = try VeleroSite()
    site.restore("r1", ["namespaceMapping": ["magento": "magento-debug"]])
    _ = site.finish("restores", "r1")
    #expect(site.object("restores", "r1")?.finalizers == ["restores.velero.io/external-resources-finalizer"])
    site.make("DeleteBackupRequest", "deletebackuprequests", "d1", ["backupName": "before"])
    site.wait(0.5)
    #expect(site.phase("backups", "before") == "Deleting")
    #expect(site.phase("deletebackuprequests", "d1") == "InProgress")
    site.wait(5)
    #expect(site.object("deletebackuprequests", "d1") == nil)
    #expect(site.object("backups", "before") == nil)
    #expect(site.object("restores", "r1") == nil)
    site.wait(120)
    #expect(site.object("backups", "before") == nil)
    #expect(site.world.tally.deletions == 1)
  }

  @Test("a deletion that fails says so and leaves the backup Deleting; one may hang")
  func failingDeletion() throws {
    let site = try VeleroSite { $0.deletionErrors = ["the repository is locked"] }
    site.make("DeleteBackupRequest", "deletebackuprequests", "d1", ["backupName": "before"])
    site.wait(5)
    let request = try #require(site.object("deletebackuprequests", "d1"))
    #expect(request.value(at: "status.phase")?.string == "Processed")
    #expect(request.value(at: "status.errors") == ["the repository is locked"])
    #expect(site.phase("backups", "before") == "Deleting")
    let hanging = try VeleroSite { $0.deletionHangs = true }
    hanging.make("DeleteBackupRequest", "deletebackuprequests", "d1", ["backupName": "before"])
    hanging.wait(600)
    #expect(hanging.phase("deletebackuprequests", "d1") == "InProgress")
  }

  @Test("a deletion is refused where it cannot be")
  func refusedDeletion() throws {
    for (change, name, words) in [
      ({ (s: inout VeleroSettings) in s.locationIsReadOnly = true }, "before", "read-only mode"),
      ({ $0.locationsAreUnavailable = true }, "before", "in Unavailable state"),
      ({ _ in }, "nosuch", "backup not found"),
      ({ $0.locationIsReadOnly = false }, "b1", "backup is still in progress"),
    ] {
      let site = try VeleroSite(change)
      if name == "b1" { site.backUp("b1") }
      site.wait(1)
      site.make("DeleteBackupRequest", "deletebackuprequests", "d1", ["backupName": .string(name)])
      site.wait(0.1)
      let request = try #require(site.object("deletebackuprequests", "d1"))
      #expect(request.value(at: "status.phase")?.string == "Processed")
      #expect(request.value(at: "status.errors")?.text.contains(words) == true, "\(request.text)")
    }
  }

  @Test("backups that are past their time are deleted")
  func expiry() throws {
    let site = try VeleroSite { $0.garbageCollection = .seconds(600) }
    site.backUp("b1", ["ttl": "5m0s"])
    #expect(site.finish("backups", "b1") == "Completed")
    site.wait(605)
    #expect(site.object("backups", "b1") == nil)
    #expect(site.object("backups", "before") != nil)
    let closed = try VeleroSite { $0.garbageCollection = .seconds(600) }
    closed.backUp("b1", ["ttl": "5m0s"])
    _ = closed.finish("backups", "b1")
    closed.patch(VeleroSite.path("backupstoragelocations", "default"), ["spec": ["accessMode": "ReadOnly"]])
    closed.wait(605)
    #expect(closed.object("backups", "b1")?.label("velero.io/gc-failure") == "BSLReadOnly")
  }

  @Test("a server that starts again makes what was InProgress Failed")
  func restart() throws {
    let site = try VeleroSite()
    site.backUp("b1")
    site.restore("r1", ["namespaceMapping": ["magento": "magento-debug"]])
    site.wait(2)
    let (isThere, isElsewhere) = (
      site.world.restartServer(of: "prod"), site.world.restartServer(of: "nosuch")
    )
    #expect(isThere && !isElsewhere)
    for (plural, name, what) in [("backups", "b1", "backup"), ("restores", "r1", "restore")] {
      let object = try #require(site.object(plural, name))
      #expect(object.value(at: "status.phase")?.string == "Failed")
      #expect(
        object.value(at: "status.failureReason")?.string
          == "found a \(what) with status \"InProgress\" during the server starting, mark it as \"Failed\"")
    }
  }

  @Test("while the server is away nothing begins and nothing goes on")
  func away() throws {
    let site = try VeleroSite { $0.resumesAfterAbsence = true }
    site.backUp("b1")
    site.wait(2)
    site.world.veleroTrouble(for: .seconds(120)) { $0.serverIsAway = true }
    site.backUp("b2")
    site.wait(100)
    #expect(site.phase("backups", "b1") == "InProgress")
    #expect(site.phase("backups", "b2") == nil)
    #expect(site.finish("backups", "b1") == "Completed")
    #expect(site.finish("backups", "b2") == "Completed")
    let failing = try VeleroSite()
    failing.backUp("b1")
    failing.wait(2)
    failing.world.veleroTrouble(for: .seconds(60)) { $0.serverIsAway = true }
    #expect(failing.finish("backups", "b1") == "Failed")
  }

  @Test("locations that cannot be reached say so")
  func locations() throws {
    let site = try VeleroSite()
    site.world.veleroTrouble(for: .seconds(60)) { $0.locationsAreUnavailable = true }
    let location = try #require(site.object("backupstoragelocations", "default"))
    #expect(location.value(at: "status.phase")?.string == "Unavailable")
    #expect(location.value(at: "status.message") != nil)
    site.wait(61)
    #expect(site.phase("backupstoragelocations", "default") == "Available")
  }

  // MARK: Files

  private func download(_ site: VeleroSite, _ kind: String, _ name: String) throws -> SimulatedResponse {
    site.make(
      "DownloadRequest", "downloadrequests", "dr", ["target": ["kind": .string(kind), "name": .string(name)]])
    let request = try #require(site.object("downloadrequests", "dr"))
    #expect(request.value(at: "status.phase")?.string == "Processed")
    let url = try #require(request.value(at: "status.downloadURL")?.string)
    let base = site.world.downloadBase
    #expect(url.hasPrefix(base))
    return site.world.handle(SimulatedRequest("GET", String(url.dropFirst(base.count))), at: "prod")
  }

  /// What a gzip file of stored blocks holds.
  private func unpacked(_ file: [UInt8]) throws -> JSON {
    #expect(file.prefix(3) == [0x1F, 0x8B, 8])
    var bytes: [UInt8] = []
    var place = 10
    while true {
      let isLast = file[place] == 1
      let length = Int(file[place + 1]) + Int(file[place + 2]) << 8
      bytes += file[(place + 5)..<(place + 5 + length)]
      place += 5 + length
      if isLast { break }
    }
    return try #require(JSON(bytes))
  }

  @Test("results and volumes are files of the bucket, for ten minutes")
  func files() throws {
    let site = try VeleroSite()
    let volumes = try unpacked(try download(site, "BackupVolumeInfos", "before").body)
    #expect(volumes[0]?["pvcName"]?.string == "magento-db")
    #expect(volumes[0]?["backupMethod"]?.string == "CSISnapshot")
    #expect(volumes[0]?["snapshotDataMoved"]?.bool == true)
    _ = site.send("DELETE", VeleroSite.path("downloadrequests", "dr"))
    site.world.disturbNext(.backup, .partiallyFails)
    site.backUp("b1")
    _ = site.finish("backups", "b1")
    let results = try unpacked(try download(site, "BackupResults", "b1").body)
    #expect(results["errors"]?["namespaces"]?["magento"]?.array?.count == 1)
    let url = site.object("downloadrequests", "dr")?.value(at: "status.downloadURL")?.string ?? ""
    let path = String(url.dropFirst(site.world.downloadBase.count))
    site.wait(601)
    #expect(site.world.handle(SimulatedRequest("GET", path), at: "prod").status == 403)
    site.wait(120)
    #expect(site.object("downloadrequests", "dr") == nil)
    site.restore("r1")
    _ = site.finish("restores", "r1")
    let restored = try unpacked(try download(site, "RestoreResults", "r1").body)
    #expect(restored["warnings"]?["namespaces"]?["magento"]?.text.contains("already exists") == true)
  }

  @Test("a file may be refused, or not be there, and a request may stay New")
  func filesInTrouble() throws {
    for (downloads, status) in [(VeleroSettings.Downloads.expired, 403), (.missing, 404)] {
      let site = try VeleroSite { $0.downloads = downloads }
      #expect(try download(site, "BackupResults", "before").status == status)
    }
    let site = try VeleroSite { $0.downloads = .never }
    site.make(
      "DownloadRequest", "downloadrequests", "dr", ["target": ["kind": "BackupResults", "name": "before"]])
    site.wait(600)
    #expect(site.phase("downloadrequests", "dr") == nil)
  }

  @Test("python unpacks the files")
  func gzipIsOne() throws {
    let site = try VeleroSite()
    let answer = try download(site, "BackupResourceList", "before")
    let file = FileManager.default.temporaryDirectory.appending(path: "velero-\(UUID().uuidString).gz")
    try Data(answer.body).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import gzip,json,sys; print(len(json.load(gzip.open(sys.argv[1]))))", file.path,
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(try #require(Int(text.trimmingCharacters(in: .whitespacesAndNewlines))) > 4)
  }

  @Test("the server says its version, by its Deployment and when it is asked")
  func version() throws {
    let site = try VeleroSite { $0.version = "1.16.0" }
    let deployment = site.get("/apis/apps/v1/namespaces/velero/deployments/velero")
    #expect(deployment?.text.contains("velero/velero:v1.16.0") == true)
    site.make("ServerStatusRequest", "serverstatusrequests", "s1", [:])
    let request = try #require(site.object("serverstatusrequests", "s1"))
    #expect(request.value(at: "status.phase")?.string == "Processed")
    #expect(request.value(at: "status.serverVersion")?.string == "v1.16.0")
    site.wait(61)
    #expect(site.object("serverstatusrequests", "s1") == nil)
  }
}
