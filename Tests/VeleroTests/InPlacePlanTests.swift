import KubernetesAPI
import Testing
import Velero

struct InPlacePlanTests {
  @Test func nothingGoesBeforeItsDataIsSafe() {
    var plan = InPlacePlan(namespace: "shop", backup: "before")
    let kept = InPlacePlan.Volume(name: "pv-1", uid: "v-1", reclaimPolicy: "Retain")
    let lost = InPlacePlan.Volume(name: "pv-2", uid: "v-2", reclaimPolicy: "Delete")
    plan.claims = [
      InPlacePlan.Claim(name: "data", uid: "c-1", volume: kept),
      InPlacePlan.Claim(name: "media", uid: "c-2", volume: lost),
      InPlacePlan.Claim(name: "open", uid: "c-3", volume: nil),
    ]
    plan.workloads = [
      InPlacePlan.Workload(kind: .deployment, name: "web", uid: "w-1", replicas: 2),
      InPlacePlan.Workload(kind: .statefulSet, name: "idle", uid: "w-2", replicas: 0),
    ]
    #expect(
      plan.changes == [
        .retain(lost, of: "media"), .stop(plan.workloads[0]), .deleteClaim(plan.claims[0]),
        .deleteClaim(plan.claims[1]), .deleteClaim(plan.claims[2]), .restore(backup: "before", into: "shop"),
      ])
    let words = plan.changes.map(\.clause)
    #expect(words[0].contains("Retain") && words[0].contains("pv-2") && words[1].contains("web"))
    #expect(words[3].contains("uid c-2") && words[3].contains("released volume \"pv-2\""))
  }
}

struct ServerVersionTests {
  @Test(arguments: [("v1.18.2", "1.18.2"), ("1.14", "1.14"), ("v1.16.0-OADP", "1.16.0")])
  func aTagIsRead(_ tag: String, _ version: String) {
    #expect(ServerVersion(tag)?.description == version)
  }

  @Test(arguments: ["latest", "", "v1", "v1.x", "oadp-1.5", "1.2.3.4", "20260101"])
  func whatIsNoVersionIsNone(_ tag: String) { #expect(ServerVersion(tag) == nil) }

  @Test func versionsAreCompared() throws {
    #expect(try #require(ServerVersion("v1.9.0")) < ServerVersion.recommended)
    #expect(try #require(ServerVersion("1.18.2")) > ServerVersion.recommended)
    #expect(try #require(ServerVersion("1.14.0")) >= ServerVersion.recommended)
  }
}
