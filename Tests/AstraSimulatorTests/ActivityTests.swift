import AstraSimulator
import SimulatorSupport
import Testing

@Suite("What has happened, without what there is")
struct ActivityTests {
  private func activity(_ client: inout Client) -> JSON {
    client.world.handle(SimulatedRequest("GET", "/_simulator/activity")).json ?? .null
  }

  @Test("it says what the world says, and is as small in a large one")
  func small() throws {
    var client = Client()
    _ = client.back("shop", as: "b")
    client.world.advance(by: .seconds(60))
    let shown = activity(&client)
    let names = shown.members?.map(\.name)
    #expect(names == ["now", "tally", "journal", "requests", "traffic"])
    for name in ["now", "tally", "journal", "requests"] { #expect(shown[name] == client.world.json[name]) }
    #expect(shown["tally"]?["backupsCreated"] == 1)
    var large = Client { $0.fleets = [FleetSeed("s-", count: 500, clusters: ["prod"])] }
    var none = Client()
    #expect(activity(&large) == activity(&none))
    #expect(client.world.handle(SimulatedRequest("POST", "/_simulator/activity")).status == 405)
  }

  @Test("bytes of requests and answers are those of HTTP/1.1, and control requests are not in it")
  func traffic() {
    var client = Client()
    let path = "/accounts/\(Client.account)/k8s/v2/apps"
    let request = SimulatedRequest(
      "GET", path, headers: [("Host", "h"), ("Authorization", "Bearer \(Client.token)")])
    let response = client.world.handle(request)
    let asked = "GET \(path) HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer \(Client.token)\r\n\r\n"
    var answered = "HTTP/1.1 200 OK\r\n"
    for field in response.headers { answered += "\(field.name): \(field.value)\r\n" }
    answered += "Content-Length: \(response.body.count)\r\n\r\n"
    let once: JSON = [
      "bytesReceived": .integer(asked.utf8.count),
      "bytesSent": .integer(answered.utf8.count + response.body.count), "connections": 0,
      "openConnections": 0,
    ]
    #expect(activity(&client)["traffic"] == once)
    _ = client.world.handle(SimulatedRequest("GET", "/_simulator/world"))
    _ = client.world.handle(
      SimulatedRequest("POST", "/_simulator/advance", body: Array(#"{"seconds":1}"#.utf8)))
    #expect(activity(&client)["traffic"] == once)
    #expect(
      SimulatedRequest("PUT", "/", body: [1, 2, 3]).wireBytes == "PUT / HTTP/1.1\r\n\r\n".utf8.count + 3)
    // No length where there can be no body, and a server's own where it has one.
    #expect(SimulatedResponse(status: 204).wireBytes == "HTTP/1.1 204 No Content\r\n\r\n".utf8.count)
    #expect(
      SimulatedResponse(status: 299, headers: [("content-length", "0")]).wireBytes
        == "HTTP/1.1 299 Non-Standard Status\r\ncontent-length: 0\r\n\r\n".utf8.count)
  }

  @Test("when each request came is told if that is asked for")
  func times() {
    var client = Client { $0.settings.recordTimes = true }
    _ = client.send("GET", "k8s/v2/apps?include=name")
    client.world.advance(by: .milliseconds(1500))
    _ = client.send("GET", client.appPath("shop"))
    #expect(
      activity(&client)["times"] == [
        ["at": 0.0, "method": "GET", "path": "k8s/v2/apps"],
        ["at": 1.5, "method": "GET", "path": "k8s/v2/apps/{id}"],
      ])
  }

  @Test("connections are told as the server counts them")
  func connections() {
    var client = Client()
    client.world.count(connections: 3, open: 2)
    #expect(activity(&client)["traffic"]?["connections"] == 3)
    #expect(activity(&client)["traffic"]?["openConnections"] == 2)
  }

  @Test("every address that was given can be told by its number")
  func addresses() {
    let client = Client()
    #expect((1...client.world.addressesGiven).map { client.world.address($0) } == client.world.addresses)
  }
}
