import Foundation
import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("A scenario with Trident protect, and the control endpoints of its world")
struct ProtectionScenarioTests {
  private static let start = WallTime(sinceEpoch: .seconds(1_669_203_462))
  private let file: JSON

  init() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = root.appending(path: "Fixtures/scenarios/magento-trident-protect.json")
    file = try #require(JSON(Array(try Data(contentsOf: path))))
  }

  private func world(_ file: JSON) throws -> KubernetesWorld {
    let scenario = try ClusterScenario(file: file.bytes, startTime: Self.start)
    return try #require(try scenario.world(pagePort: 8443))
  }

  /// The scenario with a value set below `tridentProtect`.
  private func scenario(_ path: [String], _ value: JSON) -> JSON {
    var changed = file
    changed[path: ["kubernetes", "tridentProtect"] + path] = value
    return changed
  }

  @Test("the worked example holds production, broken, and its good backup")
  func example() throws {
    let world = try world(file)
    #expect(world.applications.map(\.name) == ["magento-prod", "wordpress", "erp", "jenkins"])
    #expect(world.applications[0].content?.broken == true)
    #expect(world.copies.map(\.name).contains("before-2-4-2-debian-10-r14"))
    #expect(world.clusters[0].users.map(\.token) == ["not-a-real-token-of-ocp-prod"])
    #expect(world.frontPage(at: world.applications[0].address)?.status == 500)
    #expect(world.frontPage(at: world.applications[1].address)?.status == 200)
    #expect(world.frontPage(at: "127.0.0.1:1") == nil)
    #expect(world.tally == Counts())
  }

  @Test("a mistake is told with its place and what would be right")
  func mistakes() throws {
    let application: JSON = ["name": "shop", "cluster": "ocp-prod"]
    for (path, value, words) in [
      (
        ["settings"], ["backup": 5] as JSON, "settings.backup is an unknown member; known are backupSeconds"
      ),
      (["settings"], ["backupSeconds": -1], "settings.backupSeconds is negative: give 0 or more"),
      (
        ["applications"], [application.setting("cluster", "x")],
        "cluster is \"x\": give one of ocp-prod, ocp-debug"
      ),
      (["applications"], [application, application], "applications[1]: namespace shop of ocp-prod has"),
      (
        ["applications"], [application.setting("name", "a_b")],
        "\"a_b\" is no name in Kubernetes: give small letters"
      ),
      (["applications"], [application.setting("namespaces", [])], "namespaces is empty: give at least one"),
      (["applications"], [application.setting("id", "1")], "applications[0].id must be a UUID, not \"1\""),
      (["operationFaults"], [["kind": "x"]], "operationFaults[0].kind must be one of backup, snapshot"),
    ] {
      do {
        _ = try ClusterScenario(file: scenario(path, value).bytes, startTime: Self.start)
        Issue.record("\(words): accepted")
      } catch {
        #expect(error.description.hasPrefix("line 1: kubernetes.tridentProtect.\(path[0])"))
        #expect(error.description.contains(words), "\(error.description)")
      }
    }
  }

  @Test("a mistake is told with the line that it is in, and so is what does not fit together")
  func lines() {
    for (member, words) in [
      (
        "\"objects\": [{\n\"kind\": \"Pod\"}]",
        "line 3: kubernetes.clusters[0].objects[0]: the cluster a has no"
      ),
      ("\"users\": [\n{\"name\": \"n\"}]", "line 4: kubernetes.clusters[0].users[0] has no \"token\""),
      (
        "\"colour\": 1",
        "line 3: kubernetes.clusters[0].colour is an unknown member; known are name, startTime"
      ),
      ("\"missingKinds\": [\"x\"]", "line 3: kubernetes.clusters[0].missingKinds: there is no kind or group"),
      ("\"seed\": }", "line 3, column 9: a value is wanted, not \"}\""),
    ] {
      let file = "{\"kubernetes\": {\"clusters\":\n  [{\"name\": \"a\",\n\(member)}]}}"
      let error = #expect(throws: ScenarioError.self) {
        try ClusterScenario(file: Array(file.utf8), startTime: Self.start)
      }
      #expect(error?.description.hasPrefix(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test("the first cluster's port has control endpoints, which no other has")
  func control() throws {
    var world = try world(file)
    let deploy = SimulatedRequest(
      "POST", "/_simulator/deploy",
      body: Array(#"{"application": "magento-prod", "version": "2.4.3", "rows": ["order-1"]}"#.utf8))
    #expect(world.respond(to: deploy, at: 1).status != 200)
    #expect(world.respond(to: deploy, at: 0).status == 200)
    let view = try #require(world.respond(to: SimulatedRequest("GET", "/_simulator/world"), at: 0).json)
    #expect(view["applications"]?[0]?["content"]?["version"]?.string == "2.4.3")
    #expect(view["applications"]?[0]?["address"]?.string == world.address(1))
    let text = view.text
    #expect(!text.contains("not-a-real-token"))
    let wrong = SimulatedRequest("POST", "/_simulator/complete", body: Array(#"{"subject": "nobody"}"#.utf8))
    #expect(world.respond(to: wrong, at: 0).status == 400)
    #expect(world.respond(to: SimulatedRequest("GET", "/_simulator/nothing"), at: 0).status == 404)
    #expect(world.respond(to: SimulatedRequest("GET", "/_simulator/deploy"), at: 0).status == 405)
  }
}
