import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Answers that go on")
struct StreamTests {
  @Test("the journal comes line by line, first what was there, and never ends")
  func journal() throws {
    var client = Client()
    func post(_ name: String) {
      _ = client.world.handle(
        SimulatedRequest(
          "POST", "/_simulator/namespace", body: Array(#"{"cluster":"prod","name":"\#(name)"}"#.utf8)))
    }
    post("one")
    let response = client.world.handle(SimulatedRequest("GET", "/_simulator/events"))
    #expect(response.status == 200 && response.body.isEmpty)
    #expect(response.header("Content-Type") == "application/x-ndjson")
    var stream = try #require(response.stream)
    func news() -> [String] {
      String(decoding: stream.next(of: client.world) ?? [0], as: UTF8.self).split(separator: "\n").map {
        JSON(Array($0.utf8))?["name"]?.string ?? "no JSON"
      }
    }
    #expect(news() == ["one"])
    #expect(news() == [])
    post("two")
    post("three")
    #expect(news() == ["two", "three"])
    #expect(news() == [])
    #expect(client.world.handle(SimulatedRequest("HEAD", "/_simulator/events")).status == 405)
  }
}
