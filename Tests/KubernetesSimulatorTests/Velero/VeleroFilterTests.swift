import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("What backups and restores of Velero are about")
struct VeleroFilterTests {
  /// The objects of a backup, by kind and name, without their numbers.
  private func items(_ spec: JSON) throws -> [String] {
    let site = try VeleroSite()
    _ = site.world.addApplication("magento-two", in: ["magento-two"], of: "prod", holding: VeleroSite.good)
    site.backUp("b1", spec)
    #expect(site.finish("backups", "b1") == "Completed")
    site.make(
      "DownloadRequest", "downloadrequests", "d", ["target": ["kind": "BackupResourceList", "name": "b1"]])
    let url = site.object("downloadrequests", "d")?.value(at: "status.downloadURL")?.string ?? ""
    let path = String(url.dropFirst(site.world.downloadBase.count))
    let file = site.world.handle(SimulatedRequest("GET", path), at: "prod").body
    // One stored block behind a header of ten bytes.
    let list = try #require(JSON(Array(file[15..<(file.count - 8)])))
    return (list.members ?? []).flatMap { kind in
      (kind.value.array ?? []).compactMap(\.string).map { "\(kind.name) \($0)" }
    }
  }

  @Test("namespaces are named, or matched by letters, and those that are excluded are not in it")
  func namespaces() throws {
    let one = try items([:])
    #expect(one.contains("apps/v1/Deployment magento/magento"))
    #expect(one.contains("v1/Namespace magento"))
    #expect(one.contains { $0.hasPrefix("v1/PersistentVolume pvc-") })
    #expect(!one.contains { $0.contains("magento-two") })
    let both = try items(["includedNamespaces": ["magento*"]])
    #expect(both.contains("apps/v1/Deployment magento-two/magento-two"))
    let rest = try items(["includedNamespaces": ["magento*"], "excludedNamespaces": ["magento-two"]])
    #expect(!rest.contains { $0.contains("magento-two") })
  }

  @Test("kinds are named in every way that Kubernetes knows")
  func kinds() throws {
    for name in ["deployments", "deployments.apps", "deploy", "Deployment"] {
      let found = try items(["includedResources": [.string(name)]])
      #expect(found == ["apps/v1/Deployment magento/magento", "v1/Namespace magento"], "\(name)")
    }
    let without = try items(["excludedResources": ["pvc"]])
    #expect(!without.contains { $0.contains("PersistentVolume") })
  }

  @Test("labels choose, and one keeps an object out")
  func labels() throws {
    let chosen = try items(["labelSelector": ["matchLabels": ["app": "magento"]]])
    #expect(chosen.contains("v1/Service magento/magento"))
    #expect(!chosen.contains { $0.contains("ConfigMap") })
    let others = try items([
      "orLabelSelectors": [["matchExpressions": [["key": "app", "operator": "DoesNotExist"]]]]
    ])
    #expect(others.contains("v1/ConfigMap magento/magento-config"))
    #expect(!others.contains("v1/Service magento/magento"))
    let site = try VeleroSite()
    site.patch(
      "/api/v1/namespaces/magento/persistentvolumeclaims/magento-db",
      ["metadata": ["labels": ["velero.io/exclude-from-backup": "true"]]])
    site.backUp("b1")
    #expect(site.finish("backups", "b1") == "Completed")
    #expect(site.world.coverage(ofBackup: "b1", of: "prod")?.isEmpty == true)
  }

  @Test("pods say what of them is read, and what is not")
  func annotations() throws {
    for (annotation, spec, method) in [
      ("backup-volumes", [:] as JSON, "fileSystem"),
      ("backup-volumes-excludes", ["defaultVolumesToFsBackup": true], "dataMovement"),
    ] {
      let site = try VeleroSite()
      site.patch(
        "/apis/apps/v1/namespaces/magento/deployments/magento",
        ["spec": ["template": ["metadata": ["annotations": ["backup.velero.io/\(annotation)": "data"]]]]])
      site.wait(5)
      site.backUp("b1", spec)
      #expect(site.finish("backups", "b1") == "Completed")
      #expect(site.world.coverage(ofBackup: "b1", of: "prod")?.map(\.method) == [method])
    }
  }

  @Test("a restore that names a schedule is of its last complete backup")
  func schedule() throws {
    let site = try VeleroSite()
    site.world.addCopy(
      .backup, named: "nightly-1", of: site.application, holding: VeleroSite.good, age: .seconds(9000),
      schedule: "nightly")
    site.world.addCopy(
      .backup, named: "nightly-2", of: site.application,
      holding: WorldContent(version: "2", broken: false, rows: []), age: .seconds(900), schedule: "nightly")
    site.make(
      "Restore", "restores", "r1",
      ["scheduleName": "nightly", "namespaceMapping": ["magento": "magento-debug"]])
    #expect(site.finish("restores", "r1") == "Completed")
    #expect(site.object("restores", "r1")?.value(at: "spec.backupName")?.string == "nightly-2")
    #expect(site.content(of: "magento-debug")?.version == "2")
  }
}
