import Foundation
import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("What the page for people shows of clusters with Velero, and what it switches")
struct VeleroOverviewTests {
  private let site: VeleroSite

  init() throws { site = try VeleroSite() }

  private func overview(_ query: String = "") -> JSON {
    site.world.respond(to: SimulatedRequest("GET", "/_simulator/overview\(query)"), at: 0).json ?? .null
  }

  private func post(_ action: String, _ body: JSON) -> SimulatedResponse {
    site.world.respond(to: SimulatedRequest("POST", "/_simulator/\(action)", body: body.bytes), at: 0)
  }

  @Test("applications, backups with their age, and runs")
  func things() {
    let old = overview()["recoveryPoints"]?["shown"]?[0]
    #expect(old?["name"] == "before" && old?["ageSeconds"]?.number == 86_400)
    #expect(old?["content"]?["version"] == "2.4.1")
    site.backUp("b1")
    site.wait(2)
    let shown = overview()
    #expect(shown["service"] == "Kubernetes with Velero")
    let shop = shown["applications"]?["shown"]?[0]
    #expect(shop?["name"] == "magento" && shop?["pageStatus"] == 500 && shop?["cluster"] == "prod")
    let newest = shown["recoveryPoints"]?["shown"]?[0]
    #expect(newest?["name"] == "b1" && newest?["application"] == "magento" && newest?["kind"] == "backup")
    #expect((newest?["ageSeconds"]?.number).map { (1...2).contains($0) } == true)
    let run = shown["operations"]?["shown"]?[0]
    #expect(run?["kind"] == "backup" && run?["name"] == "b1" && run?["applicationName"] == "magento")
    #expect((run?["progress"]?.number).map { (0.1...0.9).contains($0) } == true)
    site.wait(60)
    #expect(overview()["operations"]?["matching"] == 0)
  }

  @Test("the effects of Velero alone are offered, and refused where there is no Velero")
  func effects() throws {
    let offered = overview()["faults"]?["effects"]?.array ?? []
    #expect(offered.count == RunFault.Effect.allCases.count)
    #expect(post("operationFault", ["kind": "backup", "effect": "partiallyFails"]).status == 200)
    site.backUp("b1")
    site.wait(30)
    #expect(site.phase("backups", "b1") == "PartiallyFailed")

    let clusters: JSON = [["name": "prod"]]
    let bare: JSON = ["kubernetes": ["clusters": clusters, "tridentProtect": [:]]]
    let other = try ClusterScenario(file: bare.bytes, startTime: VeleroSite.start).world(pagePort: 8443)
    var world = try #require(other)
    let answer = world.respond(
      to: SimulatedRequest(
        "POST", "/_simulator/operationFault",
        body: (["kind": "backup", "effect": "losesData"] as JSON).bytes), at: 0)
    #expect(answer.status == 400)
    #expect(answer.json?["error"]?.string?.hasPrefix("body.effect must be one of fails, ") == true)
    let shown = world.respond(to: SimulatedRequest("GET", "/_simulator/overview"), at: 0).json
    #expect(shown?["faults"]?["effects"]?.array?.contains("losesData") == false)
    let faulty: JSON = [
      "kubernetes": [
        "clusters": clusters,
        "tridentProtect": ["operationFaults": [["kind": "backup", "effect": "partiallyFails"]]],
      ]
    ]
    #expect(throws: ScenarioError.self) {
      try ClusterScenario(file: faulty.bytes, startTime: VeleroSite.start)
    }
  }

  @Test("what is switched on is told and happens, and its opposite takes it off")
  func switches() {
    let all = overview()["faults"]?["switches"]?.array ?? []
    #expect(
      all.compactMap { $0["name"]?.string } == [
        "the server is away", "the object storage cannot be reached", "pods do not become ready",
        "deletions of backups never end",
      ])
    for (index, one) in all.enumerated() {
      #expect(one["isOn"] == false)
      #expect(post("settings", one["on"] ?? .null).status == 200)
      #expect(overview()["faults"]?["switches"]?[index]?["isOn"] == true)
      #expect(disturbs(index))
      #expect(post("settings", one["off"] ?? .null).status == 200)
      #expect(overview()["faults"]?["switches"]?[index]?["isOn"] == false)
    }
  }

  /// Whether what the switch of a place says is so.
  private func disturbs(_ index: Int) -> Bool {
    let name = "of-switch-\(index)"
    switch index {
    case 0:
      site.backUp(name)
      site.wait(60)
      return site.phase("backups", name) == nil
    case 1:
      site.wait(60)
      return site.object("backupstoragelocations", "default")?.value(at: "status.phase") == "Unavailable"
    case 2:
      site.restore(name, from: "before", ["namespaceMapping": ["magento": .string(name)]])
      site.wait(120)
      return site.page(of: name) != 200
    default:
      site.make("DeleteBackupRequest", "deletebackuprequests", name, ["backupName": "before"])
      site.wait(600)
      return site.object("backups", "before") != nil
    }
  }
}
