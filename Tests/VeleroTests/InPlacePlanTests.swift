import AppProtection
import KubernetesAPI
import Testing
import Velero

struct InPlacePlanTests {
  @Test func nothingGoesBeforeItsDataIsSafe() {
    let order = InPlacePlan.Order(
      name: "shop-before-1", backup: "before", point: RecoveryPoint.ID("backup/before/b-1"),
      namespace: "shop", namespaceUID: "n-1")
    var plan = InPlacePlan(namespace: "shop", order: order)
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
        .retain(lost, of: "media", for: order.name), .stop(plan.workloads[0], for: order.name),
        .awaitIdle(["data", "media", "open"]), .deleteClaim(plan.claims[0]),
        .deleteClaim(plan.claims[1]), .deleteClaim(plan.claims[2]), .restore(order),
        .prove(restore: order.name, claims: ["data": "c-1", "media": "c-2", "open": "c-3"]),
        .start(plan.workloads[0], after: order.name),
      ])
    // A record keeps all of it.
    #expect(plan.changes.map { InPlacePlan.Change($0.change) } == plan.changes)
    #expect(plan.changes.map(\.change.isAfterwards) == Array(repeating: false, count: 7) + [true, true])
    let words = plan.changes.map(\.clause)
    #expect(words[0].contains("Retain") && words[0].contains("pv-2") && words[1].contains("web"))
    #expect(words[4].contains("uid c-2") && words[4].contains("released volume \"pv-2\""))
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
