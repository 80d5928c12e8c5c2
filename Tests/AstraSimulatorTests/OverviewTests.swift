import AstraSimulator
import SimulatorSupport
import Testing

@Suite("What the page for people shows, and what it switches")
struct OverviewTests {
  private func overview(_ client: inout Client, _ query: String = "") -> JSON {
    client.world.handle(SimulatedRequest("GET", "/_simulator/overview\(query)")).json ?? .null
  }

  private func post(_ client: inout Client, _ action: String, _ body: JSON) -> SimulatedResponse {
    client.world.handle(SimulatedRequest("POST", "/_simulator/\(action)", body: body.bytes))
  }

  private func names(_ part: JSON?) -> [String] {
    (part?["shown"]?.array ?? []).map { $0["name"]?.string ?? "-" }
  }

  @Test("applications and recovery points, with pages, rows and ages")
  func things() {
    var client = Client()
    client.world.advance(by: .seconds(60))
    let shown = overview(&client)
    #expect(names(shown["applications"]) == ["shop", "blog", "erp", "far"])
    let shop = shown["applications"]?["shown"]?[0]
    #expect(shop?["pageStatus"] == 500 && shop?["state"] == "ready" && shop?["cluster"] == "prod")
    #expect(
      shop?["content"] == ["version": "2", "broken": true, "rows": 3, "lastRows": ["a", "b", "c"]])
    client.world.addRows((1...50).map { "row-\($0)" }, to: client.id("shop"))
    #expect(
      overview(&client)["applications"]?["shown"]?[0]?["content"]?["lastRows"] == [
        "row-48", "row-49", "row-50",
      ])
    #expect(shown["recoveryPoints"]?["matching"] == 4)
    // The last of the scenario first.
    #expect(names(shown["recoveryPoints"]) == ["hourly", "weekly", "night", "good"])
    #expect(shown["recoveryPoints"]?["shown"]?[3]?["application"] == "shop")
    #expect(shown["recoveryPoints"]?["shown"]?[3]?["ageSeconds"]?.number == 86_460)
    #expect(!shown.text.contains(Client.token))
  }

  @Test("of many there are as many as are asked for, and a text finds the others")
  func many() {
    var client = Client { $0.fleets = [FleetSeed("s-", count: 500, clusters: ["debug"])] }
    var shown = overview(&client)
    #expect(shown["applications"]?["matching"] == 504)
    #expect(names(shown["applications"]).count == 100)
    shown = overview(&client, "?filter=S-49&limit=3")
    #expect(shown["applications"]?["matching"] == 10)
    #expect(names(shown["applications"]) == ["s-490", "s-491", "s-492"])
    #expect(overview(&client, "?filter=no%20such")["applications"] == ["matching": 0, "shown": []])
    // A recovery point is found by its application too.
    #expect(names(overview(&client, "?filter=blog")["recoveryPoints"]) == ["hourly", "weekly"])
    for limit in ["0", "1001", "x", ""] {
      let request = SimulatedRequest("GET", "/_simulator/overview?limit=\(limit)")
      #expect(client.world.handle(request).status == 400, "\(limit)")
    }
  }

  @Test("an operation tells how far it is, and stays where it was stalled")
  func progress() {
    var client = Client()
    _ = client.clone("shop", as: "c")
    func progress() -> Double? { overview(&client)["operations"]?["shown"]?[0]?["progress"]?.number }
    #expect(progress() == 0)
    client.world.advance(by: .milliseconds(3500))
    // Of five seconds and two.
    #expect(progress() == 0.5)
    #expect(overview(&client)["operations"]?["shown"]?[0]?["applicationName"] == "shop")
    client.world.advance(by: .milliseconds(2500))
    #expect(progress() == 6.0 / 7)
    client.world.advance(by: .seconds(1))
    #expect(overview(&client)["operations"] == ["matching": 0, "shown": []])
  }

  @Test("the last requests are told with their status, and never more than two hundred")
  func requests() {
    var client = Client()
    _ = client.send("GET", "k8s/v2/apps?include=name")
    client.world.advance(by: .seconds(2))
    _ = client.world.handle(SimulatedRequest("GET", "/accounts/\(Client.account)/k8s/v2/apps"))
    let start = "/accounts/\(Client.account)/k8s/v2/apps"
    #expect(
      overview(&client)["lastRequests"] == [
        ["at": 0.0, "method": "GET", "target": .string("\(start)?include=name"), "status": 200],
        ["at": 2.0, "method": "GET", "target": .string(start), "status": 401],
      ])
    for number in 1...1000 { _ = client.send("GET", "k8s/\(number)") }
    let last = overview(&client)["lastRequests"]?.array ?? []
    #expect(last.count == RequestLog.limit)
    #expect(last.first?["target"]?.string?.hasSuffix("/801") == true)
    #expect(last.last?["target"]?.string?.hasSuffix("/1000") == true)
    _ = client.send("GET", String(repeating: "x", count: 5000))
    #expect(overview(&client)["lastRequests"]?.array?.last?["target"]?.string?.count == 301)
  }

  // MARK: Faults

  @Test("a fault without a number meets what comes next, and is told until it is spent")
  func faults() {
    var client = Client()
    _ = client.back("blog", as: "first")
    client.world.advance(by: .seconds(60))
    let fault = post(&client, "operationFault", ["kind": "backup", "effect": "fails"]).json
    #expect(fault?["nth"] == 2)
    // The next one of its kind is taken.
    #expect(post(&client, "operationFault", ["kind": "backup", "effect": "stalls"]).json?["nth"] == 3)
    #expect(overview(&client)["faults"]?["operations"]?.array?.count == 2)
    _ = client.back("blog", as: "second")
    client.world.advance(by: .seconds(60))
    #expect(client.world.point("second")?.state == "failed")
    #expect(overview(&client)["faults"]?["operations"]?.array?.map { $0["effect"] } == ["stalls"])
    let left = overview(&client)["faults"]?["operations"]?[0] ?? .null
    #expect(post(&client, "removeOperationFault", left).status == 200)
    #expect(post(&client, "removeOperationFault", left).status == 400)
    _ = client.back("blog", as: "third")
    client.world.advance(by: .seconds(60))
    #expect(client.world.point("third")?.state == "completed")
  }

  @Test("a response fault without a number meets the next request that its method and path mean")
  func responseFaults() {
    var client = Client()
    for _ in 1...3 { _ = client.send("GET", "k8s/v2/apps") }
    _ = client.send("GET", client.appPath("shop"))
    for (method, path, count) in [
      ("*", "*", 4), ("GET", "k8s/*", 4), ("GET", "k8s/v2/apps", 3), ("PUT", "*", 0),
    ]
      as [(String, String, Int)]
    {
      let body: JSON = ["method": .string(method), "path": .string(path), "status": 503, "count": 2]
      let fault = post(&client, "responseFault", body).json ?? .null
      #expect(fault["nth"] == .integer(count + 1), "\(method) \(path)")
      #expect(overview(&client)["faults"]?["responses"] == [fault])
      #expect(client.send("PUT", "k8s/v2/apps").status == (method == "GET" ? 405 : 503))
      #expect(client.send("GET", "k8s/v2/apps").status == (method == "PUT" ? 200 : 503))
      _ = post(&client, "removeResponseFault", fault)
      #expect(overview(&client)["faults"]?["responses"] == [])
      #expect(client.send("GET", "k8s/v2/apps").status == 200)
      client = Client()
      for _ in 1...3 { _ = client.send("GET", "k8s/v2/apps") }
      _ = client.send("GET", client.appPath("shop"))
    }
    _ = post(&client, "responseFault", ["method": "GET", "path": "k8s/v2/apps", "status": 429])
    #expect(client.send("GET", "k8s/v2/apps").status == 429)
    #expect(overview(&client)["faults"]?["responses"] == [])
  }

  @Test("a token that was revoked is given back")
  func token() {
    var client = Client()
    #expect(post(&client, "token", ["token": "another"]).status == 200)
    #expect(overview(&client)["faults"]?["tokenIsRevoked"] == true)
    #expect(client.send("GET", "k8s/v2/apps").status == 401)
    #expect(post(&client, "token", ["token": .null]).status == 200)
    #expect(overview(&client)["faults"]?["tokenIsRevoked"] == false)
    #expect(client.send("GET", "k8s/v2/apps").status == 200)
  }

  @Test("what is switched on is told, and its opposite takes it off")
  func switches() {
    var client = Client()
    func first() -> JSON { overview(&client)["faults"]?["switches"]?[0] ?? .null }
    #expect(first()["isOn"] == false)
    #expect(post(&client, "settings", first()["on"] ?? .null).status == 200)
    #expect(first()["isOn"] == true)
    #expect(client.back("shop", as: "b").status != 201)
    #expect(post(&client, "settings", first()["off"] ?? .null).status == 200)
    #expect(client.back("shop", as: "b").status == 201)
  }

  // MARK: Who may

  @Test("the page is served whole, with a policy that loads nothing from elsewhere")
  func page() {
    var client = Client()
    for (name, type) in [("", "text/html"), ("page.css", "text/css"), ("page.js", "text/javascript")] {
      let response = client.world.handle(SimulatedRequest("GET", "/_simulator/\(name)"))
      #expect(response.status == 200 && response.body.count > 1000)
      #expect(response.header("Content-Type") == "\(type); charset=utf-8")
      #expect(response.header("Content-Security-Policy")?.hasPrefix("default-src 'none'; ") == true)
      #expect(!String(decoding: response.body, as: UTF8.self).contains("innerHTML"))
    }
    #expect(client.world.handle(SimulatedRequest("POST", "/_simulator/")).status == 404)
    #expect(client.world.handle(SimulatedRequest("GET", "/_simulator/page.htm")).status == 404)
    #expect(client.world.requestCount == 0)
  }

  @Test(
    "only a browser at the root is led to the page",
    arguments: [
      ("GET", "/", ["Accept": "text/html,*/*"], 303), ("GET", "/_simulator", ["Accept": "text/html"], 303),
      ("GET", "/", ["Accept": "application/json"], 401), ("GET", "/", [:], 401),
      ("GET", "/", ["Accept": "text/html", "Authorization": "Bearer \(Client.token)"], 404),
      ("POST", "/", ["Accept": "text/html"], 401), ("GET", "/other", ["Accept": "text/html"], 401),
    ] as [(String, String, [String: String], Int)])
  func root(_ method: String, _ target: String, _ fields: [String: String], _ status: Int) {
    var client = Client()
    let headers = fields.map { (name: $0.key, value: $0.value) }
    let response = client.world.handle(SimulatedRequest(method, target, headers: headers))
    #expect(response.status == status)
    #expect(response.header("Location") == (status == 303 ? "/_simulator/" : nil))
  }

  @Test(
    "a browser's request of another page changes nothing and is told nothing",
    arguments: [
      ([:], true), (["Origin": "https://127.0.0.1:1", "Host": "127.0.0.1:1"], true),
      (["Origin": "https://[::1]:1", "Host": "[::1]:1", "Sec-Fetch-Site": "same-origin"], true),
      (["Sec-Fetch-Site": "none", "Host": "localhost"], true),
      (["Host": "anything.example"], true),
      (["Origin": "https://127.0.0.1:2", "Host": "127.0.0.1:1"], false),
      (["Origin": "null", "Host": "127.0.0.1:1"], false), (["Origin": "", "Host": "127.0.0.1:1"], false),
      (["Origin": "https://evil.example", "Host": "evil.example"], false),
      (["Origin": "https://127.0.0.1.evil.example", "Host": "127.0.0.1.evil.example"], false),
      (["Origin": "https://localhost:1@evil.example", "Host": "localhost:1@evil.example"], false),
      (["Sec-Fetch-Site": "cross-site", "Host": "localhost"], false),
      (["Origin": "https://127.0.0.1:1"], false),
    ] as [([String: String], Bool)])
  func origins(_ fields: [String: String], _ isAnswered: Bool) {
    var client = Client()
    let headers = fields.map { (name: $0.key, value: $0.value) }
    let body = Array(#"{"seconds": 5}"#.utf8)
    let post = SimulatedRequest("POST", "/_simulator/advance", headers: headers, body: body)
    #expect(client.world.handle(post).status == (isAnswered ? 200 : 403))
    #expect(client.world.now == (isAnswered ? .seconds(5) : .zero))
    for view in World.views {
      let response = client.world.handle(SimulatedRequest("GET", "/_simulator/\(view)", headers: headers))
      #expect(response.status == (isAnswered ? 200 : 403), "\(view)")
    }
  }
}
