import AstraSimulator
import SimulatorSupport
import Testing

@Suite("Settings of the in-place restore")
struct RestoreSettingTests {
  private func watch(_ seconds: Int = 60, _ bend: (inout SimulatorSettings) -> Void) -> (
    states: [String], client: Client
  ) {
    var client = Client { bend(&$0.settings) }
    let answer = client.restore("shop", from: "good")
    #expect(answer.status == 204)
    return (client.watch(client.appPath("shop"), for: seconds), client)
  }

  @Test("the first visible state", arguments: [SimulatorSettings.RestoreState.discovering, .unavailable])
  func firstState(_ state: SimulatorSettings.RestoreState) {
    let (states, _) = watch { $0.restoreFirstVisibleState = state }
    #expect(states == ["0.0 \(state.rawValue)", "1.0 restoring", "6.0 discovering", "8.0 ready"])
    let (longer, _) = watch {
      $0.restoreFirstVisibleState = state
      $0.restoreFirstState = .seconds(4)
    }
    #expect(longer == ["0.0 \(state.rawValue)", "4.0 restoring", "9.0 discovering", "11.0 ready"])
  }

  @Test(
    "a lag: the old state and the old content go on, and a second request is refused", arguments: [1, 30])
  func lag(_ seconds: Int) {
    var client = Client { $0.settings.restoreLag = .seconds(seconds) }
    _ = client.restore("shop", from: "good")
    #expect(client.state(client.appPath("shop")) == "ready")
    #expect(client.app("shop")?.content?.version == "2")
    #expect(client.world.tally.restoresBegun == 0)
    #expect(problem(client.restore("shop", from: "good")) == 112)
    let states = client.watch(client.appPath("shop"), for: 60)
    let lag = Double(seconds)
    #expect(states == ["0.0 ready", "\(lag) restoring", "\(lag + 5) discovering", "\(lag + 7) ready"])
    #expect(client.app("shop")?.content?.version == "1")
  }

  @Test("durations")
  func durations() {
    let (states, _) = watch {
      $0.restore = .seconds(10)
      $0.restoreDiscovery = .seconds(20)
    }
    #expect(states == ["0.0 restoring", "10.0 discovering", "30.0 ready"])
  }

  /// Reads a field at the start, right after the request, while restoring, while discovering, and at the end.
  private func field(
    _ read: (JSON) -> String?, _ bend: (inout SimulatorSettings) -> Void
  ) -> [String?] {
    var client = Client {
      $0.settings.restoreLag = .seconds(10)
      bend(&$0.settings)
    }
    let path = client.appPath("shop")
    var values = [read(client.get(path))]
    client.world.advance(by: .seconds(100))
    _ = client.restore("shop", from: "good")
    values.append(read(client.get(path)))
    for seconds in [11, 5, 5] {
      client.world.advance(by: .seconds(seconds))
      values.append(read(client.get(path)))
    }
    return values
  }

  @Test(
    "when modificationTimestamp changes",
    arguments: [
      (SimulatorSettings.Appearance.atRequest, [false, true, false, false, false]),
      (.atEachState, [false, false, true, true, true]), (.atEnd, [false, false, false, false, true]),
      (.never, [false, false, false, false, false]),
    ])
  func modification(_ moment: SimulatorSettings.Appearance, _ changes: [Bool]) {
    let values = field({ $0["metadata"]?["modificationTimestamp"]?.string }) {
      $0.restoreModification = moment
    }
    let found = values.enumerated().map { $0.offset > 0 && $0.element != values[$0.offset - 1] }
    #expect(found == changes)
  }

  @Test(
    "when the backup's id appears on the application",
    arguments: [
      (SimulatorSettings.Appearance.atRequest, [false, true, true, true, true]),
      (.atEachState, [false, false, true, true, true]), (.atEnd, [false, false, false, false, true]),
      (.never, [false, false, false, false, false]),
    ])
  func source(_ moment: SimulatorSettings.Appearance, _ shown: [Bool]) {
    let values = field({ $0["backupID"]?.string }) { $0.restoreSourceShown = moment }
    #expect(values.map { $0 != nil } == shown)
    let forgotten = field({ $0["backupID"]?.string }) {
      $0.restoreSourceShown = moment
      $0.restoreSourceForgottenAtEnd = true
    }
    #expect(forgotten.last == .some(nil))
  }

  @Test("a restore from a snapshot shows snapshotID, and takes the older backupID away")
  func snapshotSource() {
    var client = Client()
    _ = client.restore("shop", from: "good")
    client.world.advance(by: .seconds(60))
    #expect(client.get(client.appPath("shop"))["backupID"]?.string == client.id("good"))
    _ = client.restore("shop", from: "night")
    client.world.advance(by: .seconds(60))
    let app = client.get(client.appPath("shop"))
    #expect(app["snapshotID"]?.string == client.id("night"))
    #expect(app["backupID"] == nil)
    #expect(client.app("shop")?.content == Content(version: "1", rows: ["a"]))
  }

  @Test("whether lastResourceCollectionTimestamp advances", arguments: [true, false])
  func collection(_ advances: Bool) {
    let values = field({ $0["lastResourceCollectionTimestamp"]?.string }) { $0.restoreCollects = advances }
    #expect((values[4] != values[0]) == advances)
    #expect(values[3] == values[0])
  }

  @Test("whether the address stays", arguments: [true, false])
  func address(_ stays: Bool) {
    var client = Client { $0.settings.restoreKeepsAddress = stays }
    let before = client.app("shop")?.address
    _ = client.restore("shop", from: "good")
    client.world.advance(by: .seconds(60))
    #expect((client.app("shop")?.address == before) == stays)
  }

  @Test("without ForceUpdate a lax server restores all the same, and an odd one does nothing")
  func force() {
    var lax = Client { $0.settings.withoutForceUpdate = .accepted }
    #expect(lax.restore("shop", from: "good", headers: []).status == 204)
    #expect(lax.state(lax.appPath("shop")) == "restoring")
    var odd = Client { $0.settings.withoutForceUpdate = .ignored }
    #expect(odd.restore("shop", from: "good", headers: []).status == 204)
    odd.world.advance(by: .seconds(60))
    #expect(odd.app("shop")?.content?.version == "2")
    #expect(odd.world.tally.restoresRequested == 0)
  }

  @Test("a namespace that was deleted is made again")
  func namespace() {
    var client = Client()
    #expect(client.world.removeNamespace("shop", onCluster: "prod") == true)
    _ = client.restore("shop", from: "good")
    client.world.advance(by: .seconds(60))
    let prod = client.cluster("prod")
    let list = client.get("topology/v1/clusters/\(prod)/namespaces?filter=name%20eq%20'shop'")
    #expect(list["items"]?.array?.count == 1)
  }

  @Test("an unavailable application can be restored; a tag that fits is accepted")
  func unavailable() {
    var client = Client()
    client.world.setState("unavailable", of: "shop")
    let tag = client.send("GET", client.appPath("shop")).header("Etag") ?? ""
    let answer = client.restore(
      "shop", from: "good", headers: [("forceupdate", "TRUE"), ("If-Match", "\"\(tag)\"")])
    #expect(answer.status == 204)
  }
}
