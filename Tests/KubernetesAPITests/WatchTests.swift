import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing
import Timing

@Suite struct WatchTests {
  private func event(_ type: String, _ object: String) -> String {
    #"{"type":"\#(type)","object":\#(object)}"#
  }

  private func wait(
    _ answer: ScriptedCluster.Answer, since version: String? = "7", upTo limit: Duration = .seconds(90)
  ) throws -> (WakeUp, ClientFixture) {
    let fixture = try ClientFixture([answer])
    let wakeUp = try fixture.client.wait(for: .backup, "b1", in: "velero", since: version, upTo: limit) {
      $0["status", "phase"]?.string == "Completed"
    }
    return (wakeUp, fixture)
  }

  @Test func itWatchesOneObjectFromAVersion() throws {
    let (_, fixture) = try wait(.lines([], .closed, after: .seconds(90)))
    #expect(
      fixture.cluster.requests[0].target
        == "/apis/velero.io/v1/namespaces/velero/backups?watch=1&fieldSelector=metadata.name%3Db1&resourceVersion=7&allowWatchBookmarks=true&timeoutSeconds=90"
    )
    #expect(fixture.cluster.wireFields(0)["authorization"] == "Bearer \(fakeToken)")
    #expect(fixture.cluster.requests[0].timeLimit == .seconds(90))
    let (_, first) = try wait(.lines([], .closed, after: .seconds(90)), since: nil)
    #expect(!first.cluster.requests[0].target.contains("resourceVersion"))
  }

  @Test func newsEndsItAtOnce() throws {
    let lines = [
      event("BOOKMARK", #"{"kind":"Backup","metadata":{"resourceVersion":"8"}}"#),
      event("MODIFIED", backup("b1", version: "9", phase: "InProgress")),
      event("MODIFIED", backup("another", version: "10", phase: "Completed")),
      event("MODIFIED", backup("b1", version: "11", phase: "Completed")),
      event("ERROR", "{}"),
    ]
    let (wakeUp, _) = try wait(.lines(lines, .closed, after: .seconds(1)))
    #expect(wakeUp == .news)
  }

  @Test func anotherObjectsNewsAreNone() throws {
    let lines = ["MODIFIED", "DELETED"].map { event($0, backup("another", version: "9", phase: "Completed")) }
    #expect(try wait(.lines(lines, .closed, after: .seconds(5))).0 == .ended(after: .seconds(5)))
  }

  @Test func aDeletionIsNews() throws {
    let (wakeUp, _) = try wait(.lines([event("DELETED", backup("b1", version: "9"))], .closed, after: .zero))
    #expect(wakeUp == .news)
  }

  @Test func whatHasBeenSeenIsNoNews() throws {
    let line = event("ADDED", backup("b1", version: "7", phase: "Completed"))
    #expect(try wait(.lines([line], .closed, after: .seconds(30))).0 == .ended(after: .seconds(30)))
    #expect(try wait(.lines([line], .closed, after: .seconds(30)), since: nil).0 == .news)
  }

  @Test func itTellsHowLongItLastedWithoutNews() throws {
    #expect(try wait(.lines([], .closed, after: .zero)).0 == .ended(after: .zero))
    #expect(try wait(.lines([""], .timedOut, after: .seconds(90))).0 == .ended(after: .seconds(90)))
  }

  @Test func itIsCutToTheTimeThatIsLeft() throws {
    let (_, fixture) = try wait(.lines([], .closed, after: .zero), upTo: .seconds(86_400))
    #expect(fixture.cluster.requests[0].timeLimit == .seconds(600))
    let (wakeUp, none) = try wait(.lines([], .closed, after: .zero), upTo: .zero)
    #expect(wakeUp == .ended(after: .zero) && none.cluster.requests.isEmpty)
    let (_, short) = try wait(.lines([], .closed, after: .zero), upTo: .milliseconds(300))
    #expect(short.cluster.requests[0].target.hasSuffix("timeoutSeconds=1"))
    #expect(short.cluster.requests[0].timeLimit == .milliseconds(300))
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    var answer: ScriptedCluster.Answer
    var reason: String
    var testDescription: String { reason }
  }

  @Test(arguments: [
    Trouble(
      answer: .status(403, "Forbidden", #"User "limited" cannot watch resource "backups""#),
      reason: "the watch answered 403"),
    Trouble(answer: .status(410, "Expired", "too old"), reason: "the watch answered 410 (too old)"),
    Trouble(answer: .status(401, "Unauthorized", "Unauthorized"), reason: "the watch answered 401"),
    Trouble(answer: .pageNotFound, reason: "the watch answered 404"),
    Trouble(answer: .reset, reason: "the connection was reset"),
    Trouble(
      answer: .lines(
        [
          #"{"type":"ERROR","object":{"kind":"Status","message":"too old resource version: 1 (358) \#(fakeToken)","reason":"Expired","code":410}}"#
        ], .closed, after: .zero),
      reason: "the watch ended with an error: too old resource version: 1 (358) <secret>"),
    Trouble(answer: .lines(["<html>"], .closed, after: .zero), reason: "a line that is no event"),
    Trouble(answer: .lines(["{}"], .closed, after: .zero), reason: "a line that is no event"),
    Trouble(
      answer: .lines([#"{"type":"MODIFIED","object":{}}"#], .closed, after: .zero),
      reason: "an event without its object"),
    Trouble(
      answer: .lines(
        [], .broken(TransportError(.broken, "cut in a line", mayHaveBeenSent: true)), after: .zero),
      reason: "cut in a line"),
  ])
  func whateverGoesWrongIsNoError(trouble: Trouble) throws {
    let (wakeUp, fixture) = try wait(trouble.answer)
    guard case .unavailable(let reason) = wakeUp else {
      Issue.record("\(wakeUp)")
      return
    }
    #expect(reason.contains(trouble.reason), "\(reason)")
    #expect(fixture.cluster.requests.count == 1)
    #expect(!fixture.log.lines.isEmpty && !fixture.log.lines.joined().contains(fakeToken))
  }

  @Test func anEventOfAKindThatIsNotKnownWakes() throws {
    #expect(try wait(.lines([event("NEW", "{}")], .closed, after: .zero)).0 == .news)
  }

  @Test func aSignalEndsIt() throws {
    let interrupted = ScriptedCluster.Answer.trouble(
      TransportError(.interrupted(Interruption(signal: 15)), "interrupted", mayHaveBeenSent: true))
    #expect(throws: Interruption(signal: 15)) { _ = try wait(interrupted) }
    let fixture = try ClientFixture([.lines([], .closed, after: .zero)])
    fixture.time.interrupt(with: 2, at: fixture.time.now)
    #expect(throws: Interruption(signal: 2)) {
      _ = try fixture.client.wait(for: .backup, "b", in: "v", since: nil, upTo: .seconds(9)) { _ in true }
    }
    #expect(fixture.cluster.requests.isEmpty)
  }
}
