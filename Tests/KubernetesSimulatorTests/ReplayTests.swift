internal import Foundation
internal import KubernetesSimulator
internal import SimulatorSupport
internal import Testing

/// The exchanges that were recorded with a real API server.
struct ReplayTests {
  @Test("every recorded exchange is answered as the real server did")
  func replay() throws {
    let file = packageFolder.appending(path: "Fixtures/kubernetes/exchanges.json")
    let recording = try #require(JSON([UInt8](Data(contentsOf: file))))
    var replay = Replay()
    var names: [String] = []
    for exchange in recording["exchanges"]?.array ?? [] {
      let name = try #require(exchange["name"]?.string)
      names.append(name)
      guard NotPlayed.reasons[name] == nil else { continue }
      let difference = replay.play(exchange, name)
      #expect(difference == nil, "\(name): \(difference ?? "")")
    }
    #expect(names.count > 180)
    // Whoever lists one that is not there, or no longer, has made a mistake.
    #expect(Set(NotPlayed.reasons.keys).subtracting(names).isEmpty)
  }
}

/// The recorded exchanges that are not played.
enum NotPlayed {
  static let reasons: [String: String] = [
    "yaml-body": "the simulator reads JSON alone",
    "accept-protobuf-core": "the simulator answers in JSON, which clients that prefer protobuf take too",
    "gzip-big": "nothing is compressed", "crds-gzip": "nothing is compressed",
    "pod-no-serviceaccount":
      "it is a server without controllers; the simulator's namespaces need no accounts",
    "crd-just-created": "the kinds of a simulated cluster do not change",
    "crd-selectable-field": "the kinds of a simulated cluster do not change",
    "crd-delete": "the kinds of a simulated cluster do not change",
    "openapi-v3-index": "the simulator tells as much as kubectl needs",
    "openapi-v3-group": "the simulator tells as much as kubectl needs",
    "apis-unaggregated": "the simulator has fewer groups",
    "apis-aggregated": "the simulator has fewer groups",
    "apis-aggregated-304": "the tag is another one",
  ]
}
