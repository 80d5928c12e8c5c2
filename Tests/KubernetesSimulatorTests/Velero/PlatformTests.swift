import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("Pods and volumes in a simulated world")
struct PlatformTests {
  private static let core = "/api/v1/namespaces/magento"
  private static let apps = "/apis/apps/v1/namespaces/magento"

  @Test("a release replaces the ReplicaSet and its pods")
  func rollout() throws {
    let site = try VeleroSite()
    let before = site.list("\(Self.apps)/replicasets").compactMap(\.name)
    #expect(before.count == 1)
    site.patch(
      "\(Self.apps)/deployments/magento",
      ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "magento:2.4.3"]]]]]])
    #expect(site.page(of: "magento") == 503)
    site.wait(2)
    let after = site.list("\(Self.apps)/replicasets")
    #expect(after.count == 1 && after[0].name != before[0])
    let pods = site.list("\(Self.core)/pods")
    #expect(pods.count == 1)
    #expect(pods[0].value(at: "spec.containers")?[0]?["image"]?.string == "magento:2.4.3")
    let deployment = try #require(site.get("\(Self.apps)/deployments/magento"))
    #expect(deployment.value(at: "status.availableReplicas")?.integer == 1)
    #expect(deployment.value(at: "status.observedGeneration") == deployment.value(at: "metadata.generation"))
  }

  @Test("a pod that is deleted comes back")
  func replacement() throws {
    let site = try VeleroSite()
    let old = try #require(site.list("\(Self.core)/pods").first?.name)
    _ = site.send("DELETE", "\(Self.core)/pods/\(old)")
    site.wait(5)
    let pods = site.list("\(Self.core)/pods")
    #expect(pods.count == 1 && pods[0].name != old)
    #expect(site.page(of: "magento") == 500)
  }

  @Test("a StatefulSet has pods by their numbers, and makes the claims that are missing")
  func statefulSet() throws {
    let site = try VeleroSite()
    let labels: JSON = ["app": "mysql"]
    let set: JSON = [
      "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": ["name": "mysql"],
      "spec": [
        "replicas": 2, "selector": ["matchLabels": labels],
        "template": [
          "metadata": ["labels": labels], "spec": ["containers": [["name": "db", "image": "mysql:8"]]],
        ],
        "volumeClaimTemplates": [
          [
            "metadata": ["name": "data"],
            "spec": [
              "accessModes": ["ReadWriteOnce"], "storageClassName": "ontap-san",
              "resources": ["requests": ["storage": "1Gi"]],
            ],
          ]
        ],
      ],
    ]
    #expect(site.send("POST", "\(Self.apps)/statefulsets", set).status == 201)
    site.wait(5)
    #expect(
      site.list("\(Self.core)/pods").compactMap(\.name).filter { $0.hasPrefix("mysql") } == [
        "mysql-0", "mysql-1",
      ])
    #expect(site.get("\(Self.apps)/statefulsets/mysql")?.value(at: "status.readyReplicas")?.integer == 2)
    let claims = site.list("\(Self.core)/persistentvolumeclaims").filter {
      $0.name?.hasPrefix("data-") == true
    }
    #expect(claims.map { $0.value(at: "status.phase")?.string } == ["Bound", "Bound"])
    site.patch("\(Self.apps)/statefulsets/mysql", ["spec": ["replicas": 0]])
    site.wait(5)
    #expect(site.list("\(Self.core)/pods").count == 1)
    #expect(site.list("\(Self.core)/persistentvolumeclaims").count == 3)
  }

  @Test("a claim waits for its first pod where its class says so")
  func firstUse() throws {
    let site = try VeleroSite { $0.platform.bindsOnFirstUse = true }
    #expect(site.claim()?.value(at: "status.phase")?.string == "Bound")
    let claim: JSON = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "later"],
      "spec": ["storageClassName": "ontap-san"],
    ]
    _ = site.send("POST", "\(Self.core)/persistentvolumeclaims", claim)
    site.wait(60)
    let path = "\(Self.core)/persistentvolumeclaims/later"
    #expect(site.get(path)?.value(at: "status.phase")?.string == "Pending")
    let pod: JSON = [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "user"],
      "spec": [
        "containers": [["name": "a", "image": "a"]],
        "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": "later"]]],
      ],
    ]
    _ = site.send("POST", "\(Self.core)/pods", pod)
    site.wait(5)
    #expect(site.get(path)?.value(at: "status.phase")?.string == "Bound")
    #expect(site.get("\(Self.core)/pods/user")?.value(at: "status.phase")?.string == "Running")
  }

  @Test("a claim of a class that is not there waits")
  func noClass() throws {
    let site = try VeleroSite()
    let claim: JSON = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "later"],
      "spec": ["storageClassName": "nosuch"],
    ]
    _ = site.send("POST", "\(Self.core)/persistentvolumeclaims", claim)
    site.wait(60)
    #expect(
      site.get("\(Self.core)/persistentvolumeclaims/later")?.value(at: "status.phase")?.string == "Pending")
  }

  @Test("a volume that is kept, and whose policy changes then, goes")
  func policyLater() throws {
    let site = try VeleroSite { $0.platform.reclaimPolicy = "Retain" }
    let volume = try #require(site.claim()?.value(at: "spec.volumeName")?.string)
    let path = "/api/v1/persistentvolumes/\(volume)"
    site.patch("\(Self.apps)/deployments/magento", ["spec": ["replicas": 0]])
    site.wait(5)
    _ = site.send("DELETE", "\(Self.core)/persistentvolumeclaims/magento-db")
    site.wait(5)
    #expect(site.get(path)?.value(at: "status.phase")?.string == "Released")
    // A claim of the same name does not get it while it names the old one.
    let claim: JSON = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": ["name": "magento-db"],
      "spec": ["storageClassName": "ontap-san", "volumeName": .string(volume)],
    ]
    _ = site.send("POST", "\(Self.core)/persistentvolumeclaims", claim)
    site.wait(5)
    #expect(site.claim()?.value(at: "status.phase")?.string == "Pending")
    site.patch(path, ["spec": ["persistentVolumeReclaimPolicy": "Delete"]])
    #expect(site.get(path) == nil)
  }

  @Test("a restore leaves a workload stopped that is there, unless it may change it")
  func stopped() throws {
    let site = try VeleroSite()
    site.patch("\(Self.apps)/deployments/magento", ["spec": ["replicas": 0]])
    site.wait(5)
    site.restore("r1")
    #expect(site.finish("restores", "r1") == "Completed")
    site.wait(5)
    #expect(site.list("\(Self.core)/pods").isEmpty)
    #expect(site.page(of: "magento") == 503)
  }

  @Test("others restore in place as the steps have to")
  func byOthers() throws {
    let site = try VeleroSite()
    let made = site.world.restoreInPlaceByOthers(site.application, from: "before")
    #expect(made != nil)
    #expect(site.world.applications.first?.state == "restoring")
    site.wait(30)
    #expect(site.content(of: "magento") == VeleroSite.good)
    #expect(site.page(of: "magento") == 200)
    #expect(site.world.tally.restoresFinished == 1)
    #expect(site.world.applications.first?.state == "ready")
  }
}
