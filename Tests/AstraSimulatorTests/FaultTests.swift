import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Faults are data")
struct FaultTests {
  private func watchClone(_ effect: OperationFault.Effect, for seconds: Int = 20) -> ([String], Client) {
    var client = Client { $0.operationFaults = [OperationFault(.clone, nth: 1, effect)] }
    _ = client.clone("shop", as: "c")
    let path = client.appPath("c")
    return (client.watch(path, for: seconds), client)
  }

  @Test(
    "what can go wrong with a clone",
    arguments: [
      (OperationFault.Effect.fails, ["0.0 provisioning", "5.0 failed"]),
      (.failsAtOnce, ["0.0 provisioning", "5.0 failed"]), (.stalls, ["0.0 provisioning"]),
      (.vanishes, ["0.0 provisioning", "5.0 404"]),
      (.unknownState, ["0.0 quiescing", "2.5 provisioning", "5.0 discovering", "7.0 ready"]),
      (
        .goesBack,
        ["0.0 provisioning", "2.5 discovering", "3.5 provisioning", "11.0 discovering", "13.0 ready"]
      ),
    ])
  func clone(_ effect: OperationFault.Effect, _ expected: [String]) {
    #expect(watchClone(effect).0 == expected)
  }

  @Test(
    "what can go wrong with a backup",
    arguments: [
      (OperationFault.Effect.fails, ["0.0 pending", "1.0 running", "6.0 failed"]),
      (.failsAtOnce, ["0.0 pending", "1.0 failed"]), (.stalls, ["0.0 pending", "1.0 running"]),
      (.vanishes, ["0.0 pending", "1.0 running", "6.0 404"]),
      (.removed, ["0.0 pending", "1.0 running", "6.0 removed"]),
      (.hooksFail, ["0.0 pending", "1.0 running", "6.0 completed"]),
      (.unknownState, ["0.0 pending", "1.0 quiescing", "3.5 running", "6.0 completed"]),
      (.goesBack, ["0.0 pending", "1.0 running", "3.5 pending", "6.0 running", "11.0 completed"]),
    ])
  func backup(_ effect: OperationFault.Effect, _ expected: [String]) {
    var client = Client { $0.operationFaults = [OperationFault(.backup, nth: 2, effect)] }
    _ = client.back("blog", as: "untouched")
    _ = client.back("shop", as: "b")
    let path = "k8s/v1/apps/\(client.id("shop"))/appBackups/\(client.id("b"))"
    #expect(client.watch(path, for: 20) == expected)
    #expect(client.world.point("untouched")?.state == "completed")
    if effect == .fails { #expect(client.world.point("b")?.content == nil) }
  }

  @Test("a restore that fails half way has destroyed the content; one that fails at once has not")
  func restore() {
    for (effect, version, rows) in [
      (OperationFault.Effect.fails, "1", 0), (.failsAtOnce, "2", 3),
    ] {
      var client = Client { $0.operationFaults = [OperationFault(.restore, effect)] }
      _ = client.restore("shop", from: "good")
      client.world.advance(by: .seconds(60))
      #expect(client.state(client.appPath("shop")) == "failed")
      #expect(client.app("shop")?.content?.version == version)
      #expect(client.app("shop")?.content?.rows.count == rows)
      #expect(client.world.tally.restoresFinished == 0)
      #expect(client.world.tally.restoresBegun == (effect == .fails ? 1 : 0))
      #expect(client.world.journal.last?.event == .restoreFailed)
    }
  }

  @Test("a source that vanishes fails its clone")
  func goneSource() {
    var client = Client()
    _ = client.clone("shop", as: "c")
    client.world.removeByOthers("shop")
    client.world.advance(by: .seconds(60))
    #expect(client.state(client.appPath("c")) == "failed")
  }

  @Test(
    "a response is replaced instead of the request being carried out, or afterwards",
    arguments: [true, false])
  func response(_ afterwards: Bool) {
    let fault = ResponseFault(
      "POST", "k8s/v1/apps/{id}/appBackups", nth: 2, count: 2, afterwards: afterwards, status: 503,
      headers: ["Retry-After": "7"], body: "<html>busy</html>")
    var client = Client {
      $0.responseFaults = [fault]
      $0.settings.blockedByBackup = []
    }
    #expect(client.back("shop", as: "b1").status == 201)
    let disturbed = client.back("shop", as: "b2")
    #expect(disturbed.status == 503)
    #expect(disturbed.header("Retry-After") == "7")
    #expect(disturbed.header("Content-Type") == "text/html")
    #expect(disturbed.body == Array("<html>busy</html>".utf8))
    #expect((client.world.point("b2") != nil) == afterwards)
    #expect(client.back("shop", as: "b3").status == 503)
    #expect(client.back("shop", as: "b4").status == 201)
  }

  @Test("requests are counted by method and path")
  func counts() {
    var client = Client()
    _ = client.get("k8s/v2/apps?limit=1")
    _ = client.get(client.appPath("shop"))
    _ = client.get(client.appPath("blog"))
    _ = client.send("GET", "k8s/v1/pods")
    #expect(client.world.requests == ["GET k8s/v2/apps": 1, "GET k8s/v2/apps/{id}": 2, "GET k8s/v1/pods": 1])
    #expect(client.world.requestCount == 4)
  }
}
