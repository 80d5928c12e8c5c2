import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Operations go through their states at the right virtual times")
struct OperationTests {
  @Test("a backup: pending, running, completed")
  func backup() throws {
    var client = Client()
    let made = client.back("shop", as: "b1")
    #expect(made.status == 201)
    #expect(made.json?["state"]?.string == "pending")
    let id = try #require(made.json?["id"]?.string)
    let path = "k8s/v1/apps/\(client.id("shop"))/appBackups/\(id)"
    #expect(made.header("Location") == "/accounts/\(Client.account)/\(path)")
    #expect(client.watch(path, for: 8) == ["0.0 pending", "1.0 running", "6.0 completed"])
    #expect(client.world.point("b1")?.content == Content(version: "2", broken: true, rows: ["a", "b", "c"]))
    #expect(client.get(path)["hookState"]?.string == "success")
  }

  @Test("a snapshot: pending, running, completed")
  func snapshot() throws {
    var client = Client()
    let id = try #require(client.snap("shop", as: "s1").json?["id"]?.string)
    let path = "k8s/v1/apps/\(client.id("shop"))/appSnaps/\(id)"
    #expect(client.watch(path, for: 4) == ["0.0 pending", "0.5 running", "2.5 completed"])
    #expect(client.get(path)["snapshotAppAsset"] != nil)
  }

  @Test("a live clone: provisioning, discovering, ready, with the broken content")
  func clone() throws {
    var client = Client()
    let made = client.clone("shop", as: "shop-debug")
    #expect(made.status == 201)
    #expect(made.json?["state"]?.string == "provisioning")
    #expect(made.json?["namespaces"] == [])
    #expect(made.json?["sourceAppID"]?.string == client.id("shop"))
    let path = client.appPath("shop-debug")
    #expect(client.watch(path, for: 9) == ["0.0 provisioning", "5.0 discovering", "7.0 ready"])
    let clone = try #require(client.app("shop-debug"))
    #expect(clone.content == Content(version: "2", broken: true, rows: ["a", "b", "c"]))
    #expect(clone.namespaces == ["shop-debug"])
    #expect(clone.address != client.app("shop")?.address)
  }

  @Test("an in-place restore: restoring, discovering, ready; the content is gone meanwhile")
  func restore() throws {
    var client = Client()
    let address = client.app("shop")?.address
    let answer = client.restore("shop", from: "good")
    #expect(answer.status == 204)
    #expect(answer.body.isEmpty)
    #expect(client.app("shop")?.content == Content(version: "1", broken: true, rows: []))
    let path = client.appPath("shop")
    #expect(client.watch(path, for: 9) == ["0.0 restoring", "5.0 discovering", "7.0 ready"])
    #expect(client.app("shop")?.content == Content(version: "1", rows: ["a", "b"]))
    #expect(client.app("shop")?.address == address)
    #expect(client.app("shop")?.restoredFrom == [client.id("good")])
  }

  @Test("time in one leap gives the same world as time in small steps")
  func leap() {
    var one = Client()
    var other = Client()
    for client in [0, 1] {
      func act(_ client: inout Client) {
        _ = client.clone("shop", as: "shop-debug")
        _ = client.back("blog", as: "b")
      }
      if client == 0 { act(&one) } else { act(&other) }
    }
    one.world.advance(by: .seconds(100))
    for _ in 0..<1000 { other.world.advance(by: .milliseconds(100)) }
    #expect(one.world.json == other.world.json)
  }
}
