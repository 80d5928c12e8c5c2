import AppProtection
import AstraControl
import HTTPTransport
import RESTClient
import Testing
import Timing

/// What is asked for, byte for byte: members sorted by name, slashes and letters of any language as they are.
struct RequestBodyTests {
  /// Says yes to everything, and keeps what it was asked.
  private final class Agreeable: Transport {
    var bodies: [String] = []

    func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
      bodies.append(String(decoding: request.body ?? [], as: UTF8.self))
      return HTTPResponse(
        status: 201, fields: [HTTPField("Content-Type", "application/json")],
        body: Array(#"{"id":"new","name":"debug","state":"provisioning"}"#.utf8))
    }
  }

  private let transport = Agreeable()
  private let application = Application(id: Application.ID("app-1"), name: "magento-prod", state: .ready)

  private var backend: AstraControlBackend {
    let time = ManualTime()
    return AstraControlBackend(
      AstraControlBackend.Settings(
        host: "astra.example.com", account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
        credentials: Credentials(token: Secret("not-a-real-token")), random: SeededRandom(seed: 1),
        log: { _ in }),
      transport: transport, time: time, deadline: Deadline(after: .seconds(3600), on: time))
  }

  private func point(_ kind: RecoveryPoint.Kind) -> RecoveryPoint {
    RecoveryPoint(
      id: RecoveryPoint.ID("rp-1"), kind: kind, name: "good", applicationID: application.id, state: .completed
    )
  }

  @Test func backupsAndSnapshots() throws {
    _ = try backend.create(.backup, named: "a/b \"é\\\n", of: application)
    _ = try backend.create(.snapshot, named: "nightly", of: application)
    #expect(
      transport.bodies == [
        #"{"name":"a/b \"é\\\n","type":"application/astra-appBackup","version":"1.1"}"#,
        #"{"name":"nightly","type":"application/astra-appSnap","version":"1.1"}"#,
      ])
  }

  @Test func aCloneWithAllThatItCanHave() throws {
    var request = CloneRequest(
      name: "debug", application: application, sourceCluster: Cluster.ID("c1"),
      destinationCluster: Cluster.ID("c2"), source: .recoveryPoint(point(.snapshot)),
      namespaces: [.init(source: "z", destination: "y"), .init(source: "b", destination: "a")],
      storageClass: "gold", labels: [Label("made/by", "astra-clone"), Label("a", "")])
    _ = try backend.start(request)
    request.namespaces = []
    request.source = .live
    request.storageClass = nil
    request.labels = []
    _ = try backend.start(request)
    #expect(
      transport.bodies == [
        #"{"clusterID":"c2","metadata":{"labels":[{"name":"made/by","value":"astra-clone"},{"name":"a","value":""}]},"#
          + #""name":"debug","namespaceMapping":[{"destination":"y","source":"z"},{"destination":"a","source":"b"}],"#
          + #""snapshotID":"rp-1","sourceClusterID":"c1","storageClassMapping":[{"destination":"gold","source":"*"}],"#
          + #""type":"application/astra-app","version":"2.2"}"#,
        #"{"clusterID":"c2","name":"debug","namespaceMapping":[],"sourceAppID":"app-1","sourceClusterID":"c1","#
          + #""type":"application/astra-app","version":"2.0"}"#,
      ])
  }

  @Test func restoresInPlace() throws {
    try backend.startInPlaceRestore(of: application, from: point(.backup))
    try backend.startInPlaceRestore(of: application, from: point(.snapshot))
    #expect(
      transport.bodies == [
        #"{"backupID":"rp-1","type":"application/astra-app","version":"2.0"}"#,
        #"{"snapshotID":"rp-1","type":"application/astra-app","version":"2.0"}"#,
      ])
  }
}
