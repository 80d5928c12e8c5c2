import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("OADP in a simulated world")
struct OADPTests {
  private static func path(_ plural: String, _ name: String? = nil) -> String {
    "/apis/oadp.openshift.io/v1alpha1/namespaces/magento/\(plural)\(name.map { "/\($0)" } ?? "")"
  }

  private func make(_ site: VeleroSite, _ kind: String, _ plural: String, _ name: String, _ spec: JSON) {
    let object: JSON = [
      "apiVersion": "oadp.openshift.io/v1alpha1", "kind": .string(kind), "metadata": ["name": .string(name)],
      "spec": spec,
    ]
    #expect(site.send("POST", Self.path(plural), object).status == 201)
  }

  @Test("Velero is in openshift-adp then, with the object that installed it")
  func installation() throws {
    let site = try VeleroSite { $0.isOADP = true }
    #expect(site.get("/apis/apps/v1/namespaces/openshift-adp/deployments/velero") != nil)
    #expect(site.get("/apis/velero.io/v1/namespaces/openshift-adp/backups/before") != nil)
    let path = "/apis/oadp.openshift.io/v1alpha1/namespaces/openshift-adp/dataprotectionapplications"
    #expect(site.list(path).map(\.name) == ["velero"])
    let plain = try VeleroSite()
    #expect(plain.get("/apis/oadp.openshift.io/v1alpha1") == nil)
  }

  @Test("users without rights there make backups and restores of their own namespace")
  func nonAdmin() throws {
    let site = try VeleroSite {
      $0.isOADP = true
      $0.hasNonAdmin = true
    }
    make(site, "NonAdminBackup", "nonadminbackups", "b1", ["backupSpec": [:]])
    site.wait(10)
    let backup = try #require(site.get(Self.path("nonadminbackups", "b1")))
    #expect(backup.value(at: "status.phase")?.string == "Created")
    #expect(backup.value(at: "status.veleroBackup.status.phase")?.string == "Completed")
    #expect(backup.value(at: "status.veleroBackup.namespace")?.string == "openshift-adp")
    make(site, "NonAdminRestore", "nonadminrestores", "r1", ["restoreSpec": ["backupName": "b1"]])
    site.wait(10)
    let restore = try #require(site.get(Self.path("nonadminrestores", "r1")))
    #expect(restore.value(at: "status.veleroRestore.status.phase")?.string == "Completed")
    // They cannot clone, and cannot reach into other namespaces.
    make(
      site, "NonAdminRestore", "nonadminrestores", "r2",
      ["restoreSpec": ["backupName": "b1", "namespaceMapping": ["magento": "other"]]])
    make(site, "NonAdminBackup", "nonadminbackups", "b2", ["backupSpec": ["includedNamespaces": ["other"]]])
    for path in [Self.path("nonadminrestores", "r2"), Self.path("nonadminbackups", "b2")] {
      let refused = try #require(site.get(path))
      #expect(refused.value(at: "status.phase")?.string == "BackingOff")
      #expect(refused.value(at: "status.conditions")?[0]?["status"]?.string == "False")
    }
  }

  @Test("where that is switched off nothing comes of them")
  func switchedOff() throws {
    let site = try VeleroSite { $0.isOADP = true }
    make(site, "NonAdminBackup", "nonadminbackups", "b1", ["backupSpec": [:]])
    site.wait(60)
    #expect(site.get(Self.path("nonadminbackups", "b1"))?["status"] == nil)
  }
}
