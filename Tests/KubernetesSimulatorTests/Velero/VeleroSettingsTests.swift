import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("What installations of Velero choose, and what is wrong with them")
struct VeleroSettingsTests {
  private static let mapped: JSON = ["namespaceMapping": ["magento": "magento-debug"]]

  @Test("without the node agent data is waited for as long as operations may take")
  func nodeAgent() throws {
    let site = try VeleroSite { $0.hasNodeAgent = false }
    #expect(site.get("/apis/apps/v1/namespaces/velero/daemonsets/node-agent") == nil)
    site.backUp("b1", ["itemOperationTimeout": "30m0s"])
    site.wait(600)
    #expect(site.phase("backups", "b1") == "WaitingForPluginOperations")
    let uploads = VeleroSite.path("datauploads", version: "velero.io/v2alpha1")
    #expect(site.list(uploads).map { $0.value(at: "status.phase")?.string } == ["New"])
    site.restore("r1", Self.mapped)
    site.wait(600)
    #expect(site.phase("restores", "r1") == "WaitingForPluginOperations")
    #expect(site.claim(in: "magento-debug")?.value(at: "status.phase")?.string == "Pending")
    site.wait(1200)
    #expect(site.phase("backups", "b1") == "PartiallyFailed")
    #expect(site.list(uploads).map { $0.value(at: "status.phase")?.string } == ["Failed"])
    site.wait(14_400)
    #expect(site.phase("restores", "r1") == "PartiallyFailed")
    let files = try VeleroSite { $0.hasNodeAgent = false }
    files.backUp("b1", ["defaultVolumesToFsBackup": true])
    #expect(files.finish("backups", "b1") == "PartiallyFailed")
  }

  @Test("data that does not arrive leaves a claim without it")
  func failingData() throws {
    let site = try VeleroSite()
    site.world.veleroSettings.failingData = ["magento-db"]
    site.restore("r1", Self.mapped)
    #expect(site.finish("restores", "r1") == "PartiallyFailed")
    #expect(site.object("restores", "r1")?.value(at: "status.restoreItemOperationsFailed")?.integer == 1)
    site.wait(60)
    #expect(site.claim(in: "magento-debug")?.value(at: "status.phase")?.string == "Pending")
    #expect(site.page(of: "magento-debug") == 503)
  }

  @Test("what moves data is cancelled with its run")
  func cancelled() throws {
    let site = try VeleroSite()
    site.backUp("b1")
    site.phases("backups", "b1", until: ["WaitingForPluginOperations"])
    let uid = site.object("backups", "b1")?.uid ?? ""
    let isDone = site.world.failRun(of: uid)
    #expect(isDone)
    let uploads = site.list(VeleroSite.path("datauploads", version: "velero.io/v2alpha1"))
    #expect(uploads.map { $0.value(at: "status.phase")?.string } == ["Canceled"])
  }

  @Test("a location may be read-only elsewhere, and restores are from there all the same")
  func readOnly() throws {
    let site = try VeleroSite { $0.secondLocationIsReadOnly = true }
    site.backUp("b1", at: "debug")
    #expect(site.finish("backups", "b1", at: "debug") == "FailedValidation")
    site.restore("r1", Self.mapped, at: "debug")
    #expect(site.finish("restores", "r1", at: "debug") == "Completed")
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "Completed")
  }

  @Test("locations that are never looked at have no phase, and nothing begins with them")
  func unchecked() throws {
    let site = try VeleroSite { $0.locationsAreNotChecked = true }
    site.wait(120)
    #expect(site.phase("backupstoragelocations", "default") == nil)
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "FailedValidation")
  }

  @Test("objects may be counted or not, and warnings are")
  func counting() throws {
    let site = try VeleroSite {
      $0.showsProgress = false
      $0.backupWarnings = ["one", "two"]
      $0.restoreWarnings = ["three"]
    }
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "Completed")
    #expect(site.object("backups", "b1")?.value(at: "status.progress") == nil)
    #expect(site.object("backups", "b1")?.value(at: "status.warnings")?.integer == 2)
    site.restore("r1", from: "b1", Self.mapped)
    #expect(site.finish("restores", "r1") == "Completed")
    #expect(site.object("restores", "r1")?.value(at: "status.progress") == nil)
    #expect(site.object("restores", "r1")?.value(at: "status.warnings")?.integer == 1)
  }

  @Test("a clone that fails leaves its content, or not; a hook that fails counts, or not")
  func failures() throws {
    for isLeft in [true, false] {
      let site = try VeleroSite {
        $0.failedCloneLeavesContent = isLeft
        $0.failedRestoreHooksCount = isLeft
      }
      site.world.disturbNext(.clone, .fails)
      site.restore("r1", Self.mapped)
      #expect(site.finish("restores", "r1") == "Failed")
      site.wait(5)
      #expect(site.list("/api/v1/namespaces/magento-debug/services").isEmpty != isLeft)
      site.world.disturbNext(.clone, .hooksFail)
      site.restore("r2", ["namespaceMapping": ["magento": "second"]])
      #expect(site.finish("restores", "r2") == (isLeft ? "PartiallyFailed" : "Completed"))
      #expect(site.object("restores", "r2")?.value(at: "status.hookStatus.hooksFailed")?.integer == 1)
    }
  }

  @Test("what restores leave out or leave unbound is not told by them")
  func forgotten() throws {
    let site = try VeleroSite {
      $0.forgets = ["magento-config"]
      $0.platform.leavesUnbound = ["unbound"]
    }
    site.world.veleroSettings.platform.leavesUnbound = ["magento-db"]
    site.restore("r1", Self.mapped)
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(60)
    #expect(site.list("/api/v1/namespaces/magento-debug/configmaps").isEmpty)
    #expect(site.claim(in: "magento-debug")?.value(at: "status.phase")?.string == "Pending")
  }

  @Test("a deletion goes wrong as it is told; a restore waits for the bucket")
  func deletions() throws {
    let site = try VeleroSite()
    site.world.disturbNext(.deletion, .fails)
    site.make("DeleteBackupRequest", "deletebackuprequests", "d1", ["backupName": "before"])
    site.wait(5)
    #expect(site.object("deletebackuprequests", "d1")?.value(at: "status.errors")?.array?.count == 1)
    // A second request takes the place of the first.
    site.make("DeleteBackupRequest", "deletebackuprequests", "d2", ["backupName": "before"])
    site.wait(5)
    #expect(site.object("deletebackuprequests", "d1") == nil)
    #expect(site.object("backups", "before") == nil)
    let waiting = try VeleroSite()
    waiting.restore("r1", Self.mapped)
    _ = waiting.finish("restores", "r1")
    waiting.world.veleroTrouble(for: .seconds(120)) { $0.locationsAreUnavailable = true }
    _ = waiting.send("DELETE", VeleroSite.path("restores", "r1"))
    waiting.wait(60)
    #expect(waiting.object("restores", "r1")?.isDeleted == true)
    waiting.wait(90)
    #expect(waiting.object("restores", "r1") == nil)
  }

  @Test("the address of a file may lead nowhere")
  func unreachable() throws {
    let site = try VeleroSite { $0.downloads = .unreachable }
    let target: JSON = ["kind": "BackupResults", "name": "before"]
    site.make("DownloadRequest", "downloadrequests", "d", ["target": target])
    let url = site.object("downloadrequests", "d")?.value(at: "status.downloadURL")?.string
    #expect(url?.hasPrefix("https://minio.invalid:9000/") == true)
  }

  @Test("answers tell the time, or not")
  func time() throws {
    #expect(try VeleroSite().send("GET", "/version").header("Date") != nil)
    #expect(try VeleroSite { $0.tellsTime = false }.send("GET", "/version").header("Date") == nil)
  }

  @Test("a restore into a namespace that is on its way out is PartiallyFailed")
  func terminating() throws {
    let site = try VeleroSite()
    site.restore("r1", Self.mapped)
    _ = site.finish("restores", "r1")
    site.world.clusters[0].settings.stuckNamespaces = ["magento-debug"]
    _ = site.send("DELETE", "/api/v1/namespaces/magento-debug")
    site.wait(10)
    #expect(site.world.applications.last?.state == "deleting")
    site.restore("r2", Self.mapped)
    #expect(site.finish("restores", "r2") == "PartiallyFailed")
  }
}
