import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Control endpoints and direct manipulations")
struct ControlTests {
  private func post(_ client: inout Client, _ action: String, _ body: JSON) -> SimulatedResponse {
    client.world.handle(SimulatedRequest("POST", "/_simulator/\(action)", body: body.bytes))
  }

  @Test("the whole world can be read without a token, and the token is not in it")
  func world() throws {
    var client = Client()
    let response = client.world.handle(SimulatedRequest("GET", "/_simulator/world"))
    #expect(response.status == 200)
    let world = try #require(response.json)
    #expect(world == client.world.json)
    #expect(world["applications"]?[0]?["content"]?["rows"] == ["a", "b", "c"])
    #expect(!String(decoding: response.body, as: UTF8.self).contains(Client.token))
    #expect(client.world.requestCount == 0)
  }

  @Test("time leaps over whatever falls due")
  func advance() {
    var client = Client()
    _ = client.clone("shop", as: "c")
    #expect(post(&client, "advance", ["seconds": 604_800]).json?["now"]?.number == 604_800)
    #expect(client.app("c")?.state == "ready")
  }

  @Test("a release is rolled out; rows are added")
  func deploy() {
    var client = Client()
    let body: JSON = ["application": "blog", "version": "9", "broken": true, "rows": ["x"]]
    #expect(post(&client, "deploy", body).status == 200)
    #expect(post(&client, "rows", ["application": "blog", "rows": ["y"]]).json?["rows"] == ["x", "y"])
    #expect(client.app("blog")?.content == Content(version: "9", broken: true, rows: ["x", "y"]))
    #expect(client.world.journal.map(\.event) == [.deployed])
    _ = post(&client, "deploy", ["application": "blog", "version": "10"])
    #expect(client.app("blog")?.content == Content(version: "10", broken: false, rows: ["x", "y"]))
  }

  @Test("things are put there and taken away")
  func add() throws {
    var client = Client()
    let backup = post(
      &client, "backup",
      [
        "application": "shop", "name": "half", "state": "running", "ageSeconds": 60,
        "content": ["version": "0"],
      ])
    let id = try #require(backup.json?["id"]?.string)
    #expect(client.world.point(id)?.state == "running")
    #expect(client.world.point(id)?.created == .seconds(-60))
    #expect(problem(client.restore("shop", from: "good")) == 152)
    #expect(post(&client, "takeAway", ["subject": .string(id)]).status == 200)
    #expect(client.world.point(id) == nil)
    #expect(client.world.tally.deletions == 0)
    #expect(post(&client, "snapshot", ["application": "shop", "name": "s"]).status == 200)
    #expect(client.world.point("s")?.kind == .snapshot)
    #expect(post(&client, "application", ["name": "new", "cluster": "prod"]).status == 200)
    #expect(client.app("new")?.namespaces == ["new"])
    #expect(post(&client, "namespace", ["cluster": "prod", "name": "taken"]).status == 200)
    #expect(problem(client.clone("shop", as: "taken")) == 9)
    #expect(post(&client, "removeNamespace", ["cluster": "prod", "name": "taken"]).status == 200)
    #expect(client.clone("shop", as: "taken").status == 201)
  }

  @Test("operations are stalled, completed and failed")
  func operations() {
    var client = Client()
    _ = client.clone("shop", as: "c")
    #expect(post(&client, "stall", ["subject": "c"]).status == 200)
    client.world.advance(by: .seconds(1000))
    #expect(client.app("c")?.state == "provisioning")
    #expect(post(&client, "complete", ["subject": "c"]).status == 200)
    #expect(client.app("c")?.state == "ready")
    #expect(client.app("c")?.content?.version == "2")
    _ = client.restore("shop", from: "good")
    #expect(post(&client, "fail", ["subject": "shop"]).status == 200)
    #expect(client.app("shop")?.state == "failed")
    #expect(post(&client, "fail", ["subject": "shop"]).status == 400)
    #expect(post(&client, "state", ["subject": "shop", "state": "hibernating"]).status == 200)
    #expect(client.state(client.appPath("shop")) == "hibernating")
  }

  @Test("settings and faults can be changed while the world runs")
  func settings() {
    var client = Client()
    #expect(post(&client, "settings", ["cloneSeconds": 1, "labelsNull": true]).status == 200)
    #expect(client.world.settings.clone == .seconds(1))
    #expect(client.world.settings.labelsNull)
    #expect(client.world.settings.backup == .seconds(5))
    #expect(post(&client, "operationFault", ["kind": "clone", "effect": "fails"]).status == 200)
    let fault: JSON = ["method": "GET", "path": "k8s/v2/apps", "status": 500]
    #expect(post(&client, "responseFault", fault).status == 200)
    #expect(client.send("GET", "k8s/v2/apps").status == 500)
    _ = client.clone("shop", as: "c")
    client.world.advance(by: .seconds(60))
    #expect(client.app("c")?.state == "failed")
  }

  @Test("a leap over more than can happen in a while is refused")
  func farLeap() {
    var client = Client { $0.settings.rediscoveryEvery = .seconds(1) }
    let response = post(&client, "advance", ["seconds": 100_001])
    #expect(response.status == 400)
    #expect(response.json?["error"]?.string?.contains("more than 100000 rediscoveries") == true)
    #expect(client.world.now == .zero)
    client.world.settings.rediscoveryEvery = .zero
    #expect(post(&client, "advance", ["seconds": 10_000_000_000]).status == 200)
  }

  @Test("a token is revoked")
  func token() {
    var client = Client()
    #expect(post(&client, "token", ["token": "not-a-real-token-either"]).status == 200)
    #expect(problem(client.send("GET", "k8s/v2/apps")) == 4)
  }

  @Test(
    "what is wrong with a control request is said",
    arguments: [
      ("advance", "{}", "no \"seconds\""), ("advance", "{\"seconds\":-1}", "body.seconds must be 0 or more"),
      ("advance", "{\"seconds\":\"x\"}", "body.seconds must be a number of seconds, not \"x\""),
      ("advance", "{", "body is no JSON: line 1, column 2"),
      ("settings", "{\"rediscoveryEverySeconds\":1e-9}", "more often than once a second"),
      ("settings", "{\"modificationEverySeconds\":0.5}", "more often than once a second"),
      (
        "deploy", "{\"application\":\"none\",\"version\":\"1\"}",
        "body.application: there is no application \"none\""
      ),
      ("settings", "{\"colour\":1}", "body.colour is an unknown member"),
      ("settings", "[]", "body must be an object, not an array"),
      (
        "settings", "{\"cloneCapture\":\"middle\"}",
        "body.cloneCapture must be one of start, end, not \"middle\""
      ),
      ("backup", "{\"application\":\"none\",\"name\":\"b\"}", "no application"),
      ("application", "{\"name\":\"n\",\"cluster\":\"none\"}", "body.cluster: there is no cluster \"none\""),
      ("operationFault", #"{"kind":"clone","effect":"sleeps"}"#, "body.effect must be one of fails"),
      ("operationFault", #"{"kind":"clone","effect":"fails","nth":0}"#, "body.nth must be 1 or more, not 0"),
      ("responseFault", #"{"method":"GET","path":"p","status":99}"#, "body.status must be from 100 to 999"),
      (
        "responseFault", #"{"method":"GET","path":"p","status":500,"headers":{"A":1}}"#,
        "body.headers.A must be a"
      ),
      ("complete", "{\"subject\":\"shop\"}", "body.subject: there is nothing to complete at \"shop\""),
    ])
  func wrong(_ action: String, _ body: String, _ text: String) {
    var client = Client()
    let before = client.world.contents
    let response = client.world.handle(
      SimulatedRequest("POST", "/_simulator/\(action)", body: Array(body.utf8)))
    #expect(response.status == 400)
    #expect(response.json?["error"]?.string?.contains(text) == true)
    #expect(client.world.contents == before)
  }

  @Test("unknown endpoints and methods")
  func unknown() {
    var client = Client()
    #expect(client.world.handle(SimulatedRequest("POST", "/_simulator/nonsense")).status == 404)
    #expect(client.world.handle(SimulatedRequest("GET", "/_simulator/advance")).status == 405)
    #expect(client.world.handle(SimulatedRequest("POST", "/_simulator/world")).status == 405)
  }

  @Test("every endpoint that is announced does something", arguments: World.actions)
  func announced(_ action: String) {
    var client = Client()
    // An empty body is wrong for each but one, and none says that it does not exist.
    let status = post(&client, action, [:]).status
    #expect(status == (action == "settings" ? 200 : 400))
  }
}
