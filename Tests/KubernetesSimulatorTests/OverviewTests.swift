import Foundation
import KubernetesSimulator
import SimulatorSupport
import Testing

@Suite("What the page for people shows of clusters, and what it switches")
struct OverviewTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  private static let token = "not-a-real-token-of-ocp-prod"
  private var world: KubernetesWorld

  init() throws {
    let path = Self.root.appending(path: "Fixtures/scenarios/magento-trident-protect.json")
    let file = Array(try Data(contentsOf: path))
    let scenario = try ClusterScenario(file: file, startTime: WallTime(sinceEpoch: .seconds(1_669_203_462)))
    world = try #require(try scenario.world(pagePort: 8443))
  }

  private mutating func overview(_ query: String = "") -> JSON {
    world.respond(to: SimulatedRequest("GET", "/_simulator/overview\(query)"), at: 0).json ?? .null
  }

  private mutating func post(_ action: String, _ body: JSON) -> SimulatedResponse {
    world.respond(to: SimulatedRequest("POST", "/_simulator/\(action)", body: body.bytes), at: 0)
  }

  private mutating func client(
    _ method: String = "GET", _ path: String = "applications", _ body: JSON? = nil, at cluster: Int = 0
  ) -> Int {
    let fields = [("Authorization", "Bearer \(Self.token)"), ("Content-Type", "application/json")]
    return world.respond(
      to: SimulatedRequest(
        method, "/apis/protect.trident.netapp.io/v1/\(path)", headers: fields, body: body?.bytes ?? []),
      at: cluster
    ).status
  }

  private mutating func backUp(_ name: String) -> Int {
    client(
      "POST", "namespaces/magento-prod/backups",
      [
        "apiVersion": "protect.trident.netapp.io/v1", "kind": "Backup",
        "metadata": ["name": .string(name), "namespace": "magento-prod"],
        "spec": ["applicationRef": "magento-prod", "appVaultRef": "vault-ocp-prod"],
      ])
  }

  @Test("applications, copies, runs and requests, and no token")
  mutating func things() {
    #expect(backUp("b") == 201)
    world.advance(to: .milliseconds(2500))
    let shown = overview()
    let shop = shown["applications"]?["shown"]?[0]
    #expect(shown["applications"]?["matching"] == 4)
    #expect(shop?["name"] == "magento-prod" && shop?["pageStatus"] == 500)
    #expect(shop?["content"]?["rows"] == 5 && shop?["content"]?["lastRows"]?.array?.count == 3)
    #expect(shown["applications"]?["shown"]?[1]?["pageStatus"] == 200)
    let newest = shown["recoveryPoints"]?["shown"]?[0]
    #expect(newest?["name"] == "b" && newest?["application"] == "magento-prod")
    #expect(newest?["ageSeconds"]?.number == 2.5)
    let run = shown["operations"]?["shown"]?[0]
    #expect(run?["kind"] == "backup" && run?["name"] == "b" && run?["applicationName"] == "magento-prod")
    #expect(run?["progress"]?.number == 0.5)
    #expect(shown["lastRequests"]?[0]?["cluster"] == "ocp-prod")
    #expect(shown["lastRequests"]?[0]?["status"] == 201)
    #expect(!shown.text.contains("not-a-real-token"))
    #expect(overview("?filter=WORDPRESS")["applications"]?["matching"] == 1)
    #expect(overview("?filter=wordpress")["recoveryPoints"]?["matching"] == 1)
    #expect(overview("?limit=2")["applications"]?["shown"]?.array?.count == 2)
    #expect(world.respond(to: SimulatedRequest("GET", "/_simulator/overview?limit=0"), at: 0).status == 400)
    world.advance(to: .seconds(60))
    #expect(overview()["operations"]?["matching"] == 0)
  }

  @Test("a fault of a run meets the next one, and is told until it is spent")
  mutating func faults() {
    _ = backUp("first")
    world.advance(to: .seconds(60))
    #expect(post("operationFault", ["kind": "backup", "effect": "fails"]).json?["nth"] == 2)
    let second = post("operationFault", ["kind": "backup", "effect": "stalls"]).json ?? .null
    #expect(second["nth"] == 3)
    #expect(overview()["faults"]?["operations"]?.array?.count == 2)
    #expect(post("removeOperationFault", second).status == 200)
    #expect(post("removeOperationFault", second).status == 400)
    _ = backUp("second")
    world.advance(to: .seconds(120))
    #expect(world.copies.first { $0.name == "second" }?.state == "failed")
    #expect(overview()["faults"]?["operations"] == [])
  }

  @Test(
    "a fault of an answer meets the next request of its method and path, at every cluster, and is taken off")
  mutating func responseFaults() {
    #expect(client() == 200)
    let path: JSON = "apis/protect.trident.netapp.io/*"
    _ = post("responseFault", ["method": "GET", "path": path, "status": 503, "count": 2])
    #expect(client("POST", "applications", [:]) != 503)
    let answers = [client(), client(at: 1), client()]
    #expect(answers == [503, 503, 200])
    #expect(overview()["faults"]?["responses"] == [])
    let fault = post("responseFault", ["method": "*", "path": "*", "status": 429]).json ?? .null
    #expect(overview()["faults"]?["responses"] == [fault])
    #expect(post("removeResponseFault", fault).status == 200)
    #expect(post("removeResponseFault", fault).status == 400)
    #expect(client() == 200)
    // With `afterwards` the request is carried out.
    _ = post("responseFault", ["method": "POST", "path": "*", "status": 504, "afterwards": true])
    #expect(backUp("lost") == 504)
    #expect(world.copies.contains { $0.name == "lost" })
    #expect(post("responseFault", ["method": "GET", "path": "*", "status": 1]).status == 400)
  }

  @Test("a token that was revoked is given back")
  mutating func token() {
    #expect(post("token", ["token": "another"]).status == 200)
    #expect(post("token", ["token": "a third"]).status == 200)
    #expect(overview()["faults"]?["tokenIsRevoked"] == true)
    #expect(client() == 401)
    #expect(post("token", ["token": .null]).status == 200)
    #expect(overview()["faults"]?["tokenIsRevoked"] == false)
    #expect(client() == 200)
  }

  @Test("what is switched on is told, and its opposite takes it off")
  mutating func switches() {
    let all = overview()["faults"]?["switches"]?.array ?? []
    #expect(all.count == 4)
    for (index, one) in all.enumerated() {
      #expect(one["isOn"] == false)
      #expect(post("settings", one["on"] ?? .null).status == 200)
      #expect(overview()["faults"]?["switches"]?[index]?["isOn"] == true)
      #expect(post("settings", one["off"] ?? .null).status == 200)
      #expect(overview()["faults"]?["switches"]?[index]?["isOn"] == false)
    }
  }

  @Test("the page and its guard are those of the first cluster's port alone")
  mutating func page() {
    let browser = [("Accept", "text/html")]
    let page = SimulatedRequest("GET", "/_simulator/")
    #expect(world.respond(to: page, at: 0).header("Content-Type") == "text/html; charset=utf-8")
    #expect(world.respond(to: page, at: 1).status != 200)
    #expect(world.respond(to: SimulatedRequest("GET", "/", headers: browser), at: 0).status == 303)
    #expect(world.respond(to: SimulatedRequest("GET", "/", headers: browser), at: 1).status == 403)
    let foreign = [("Origin", "https://evil.example"), ("Host", "127.0.0.1:1")]
    for (method, action) in [("POST", "advance"), ("GET", "world"), ("GET", "overview"), ("GET", "events")] {
      let body = method == "POST" ? Array(#"{"seconds": 5}"#.utf8) : []
      let request = SimulatedRequest(method, "/_simulator/\(action)", headers: foreign, body: body)
      #expect(world.respond(to: request, at: 0).status == 403, "\(action)")
    }
    #expect(world.now == .zero)
  }

  @Test("the documentation names every control endpoint")
  func endpoints() throws {
    let text = try String(contentsOf: Self.root.appending(path: "docs/simulator.md"), encoding: .utf8)
    for action in KubernetesWorld.actions + KubernetesWorld.views {
      #expect(text.contains("`\(action)`"), "\(action)")
    }
  }
}
