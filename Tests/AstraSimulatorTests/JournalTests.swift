import AstraSimulator
import SimulatorSupport
import Testing

@Suite("The journal and the tally tell what happened")
struct JournalTests {
  @Test("a whole post-mortem in order")
  func postMortem() {
    var client = Client()
    _ = client.clone("shop", as: "shop-debug")
    client.world.advance(by: .seconds(10))
    _ = client.restore("shop", from: "good")
    client.world.advance(by: .seconds(10))
    _ = client.back("shop", as: "after")
    client.world.advance(by: .seconds(10))
    _ = client.delete("after")
    client.world.advance(by: .seconds(10))
    let lines = client.world.journal.map { "\($0.at.inSeconds) \($0.event) \($0.kind) \($0.name)" }
    #expect(
      lines == [
        "0.0 created clone shop-debug", "7.0 completed clone shop-debug",
        "10.0 restoreRequested application shop",
        "10.0 restoreBegan application shop", "17.0 restoreFinished application shop",
        "20.0 created backup after",
        "26.0 completed backup after", "31.0 deleted backup after",
      ])
    #expect(client.world.journal[0].related == client.id("shop"))
    #expect(client.world.journal[4].related == client.id("good"))
    let tally = client.world.tally
    #expect(tally.clonesCreated == 1)
    #expect(tally.restoresRequested == 1)
    #expect(tally.restoresBegun == 1)
    #expect(tally.restoresFinished == 1)
    #expect(tally.backupsCreated == 1)
    #expect(tally.snapshotsCreated == 0)
    #expect(tally.deletions == 1)
    #expect(client.world.json["tally"]?["clonesCreated"] == 1)
    #expect(client.world.json["journal"]?.array?.count == lines.count)
  }

  @Test("reads leave contents and journal alone")
  func reads() {
    var client = Client()
    let before = client.world
    _ = client.get("k8s/v2/apps")
    _ = client.get("topology/v1/clouds")
    client.world.advance(by: .seconds(100))
    #expect(client.world.contents == before.contents)
    #expect(client.world.journal.isEmpty)
    #expect(client.world.requestCount == 2)
  }

  @Test("the same scenario gives the same identifiers; another seed gives others")
  func seeds() {
    let one = World(scenario: .usual)
    var other = Scenario.usual
    other.seed = 2
    #expect(one.json == World(scenario: .usual).json)
    #expect(one.applications.map(\.id) != World(scenario: other).applications.map(\.id))
  }

  @Test("front pages follow the content")
  func pages() {
    var client = Client()
    let shop = client.app("shop")?.address ?? ""
    let blog = client.app("blog")?.address ?? ""
    #expect(client.world.addresses.count == 4)
    #expect(Set(client.world.addresses).count == 4)
    #expect(client.world.frontPage(at: shop)?.status == 500)
    #expect(client.world.frontPage(at: blog)?.status == 200)
    #expect(client.world.frontPage(at: "127.0.0.9:1") == nil)
    _ = client.restore("shop", from: "good")
    #expect(client.world.frontPage(at: shop)?.status == 503)
    _ = client.clone("blog", as: "c")
    #expect(client.world.frontPage(at: client.app("c")?.address ?? "")?.status == 503)
    client.world.advance(by: .seconds(60))
    #expect(client.world.frontPage(at: shop)?.status == 200)
    #expect(client.world.frontPage(at: shop)?.html.contains("2 rows") == true)
    client.world.deploy(version: "<3 & more", broken: false, to: "blog")
    #expect(client.world.frontPage(at: blog)?.html.contains("&lt;3 &amp; more") == true)
  }

  @Test("a thousand addresses are different and on loopback")
  func addresses() {
    var scenario = Scenario.usual
    scenario.applications = (0..<1000).map { ApplicationSeed("app-\($0)", cluster: "prod") }
    let addresses = World(scenario: scenario, pagePort: 8080).addresses
    #expect(Set(addresses).count == 1000)
    #expect(addresses.allSatisfy { $0.hasPrefix("127.77.") && $0.hasSuffix(":8080") })
  }
}
