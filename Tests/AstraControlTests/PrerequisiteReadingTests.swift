import AppProtection
import AstraControl
import HTTPTransport
import RESTClient
import Testing
import Timing

/// What the client makes of the fields that tell whether something will work, and of their absence.
struct PrerequisiteReadingTests {
  /// Answers each path below the account with its text; 404 by the API's own word where there is none.
  private final class Pages: Transport {
    let pages: [String: String]
    init(_ pages: [String: String]) { self.pages = pages }

    func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
      let path = request.target.split(separator: "/").dropFirst(2).joined(separator: "/")
      let text =
        pages[path] ?? #"{"type":"https://astra.netapp.io/problems/2","title":"Collection not found"}"#
      let status =
        pages[path] == nil ? 404 : text.contains("problems/6") ? 400 : text.contains("problems/") ? 403 : 200
      return HTTPResponse(
        status: status, fields: [HTTPField("Content-Type", "application/json")], body: Array(text.utf8))
    }
  }

  private func backend(_ pages: [String: String]) -> AstraControlBackend {
    let time = ManualTime()
    return AstraControlBackend(
      AstraControlBackend.Settings(
        host: "astra.example.com", account: "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10",
        credentials: Credentials(token: Secret("not-a-real-token")), random: SeededRandom(seed: 1),
        log: { _ in }),
      transport: Pages(pages), time: time, deadline: Deadline(after: .seconds(3600), on: time))
  }

  @Test func aClusterIsReadAsFarAsItIsTold() throws {
    let full = """
      {"items":[{"id":"c-1","name":"prod","state":"failed","stateUnready":["lost"],"managedState":"ineligible",
      "managedStateUnready":["too old"],"protectionState":"atRisk","snapshotSupported":"false",
      "restoreTargetSupported":true,"tridentVersion":"23.7.0","clusterType":"openshift","clusterVersion":"1.25",
      "protectionStateDetails":[{"title":"No class","detail":"none"}]},
      {"id":"c-2","name":"old","state":"unknown","tridentVersion":"","protectionState":null}],"metadata":{}}
      """
    let clusters = try backend(["topology/v1/clusters": full]).clusterStandings()
    let (told, silent) = (clusters[0], clusters[1])
    #expect(told.state?.word == "failed" && told.state?.isWorking == false)
    #expect(told.management?.word == "ineligible" && told.management?.isManaged == false)
    #expect(told.protection == .atRisk && told.makesSnapshots == false && told.acceptsRestores == true)
    #expect(told.problems == ["lost", "too old", "No class: none"])
    #expect(told.storageDriver == "23.7.0" && told.distribution == "openshift" && told.version == "1.25")
    #expect(silent.state == nil && silent.management == nil && silent.protection == nil)
    #expect(silent.makesSnapshots == nil && silent.acceptsRestores == nil && silent.storageDriver == nil)
  }

  private static let question =
    "topology/v1/clusters?filter=name%20eq%20%27prod%27&include=id,name,restoreTargetSupported"

  @Test(arguments: [
    // As documented: lists of the values asked for, null for what there is not.
    [question: #"{"items":[["c-1","prod","true"],["c-2","prod",null]]}"#],
    // A server that heeds neither question, and one that refuses both.
    [
      question: """
      {"items":[{"id":"c-1","name":"prod","managedState":"managed","restoreTargetSupported":true},
      {"id":"c-2","name":"prod","namespaces":["a","b"]},{"id":"c-3","name":"other"}]}
      """
    ],
    [
      question: #"{"type":"https://astra.netapp.io/problems/6","status":"400"}"#,
      "topology/v1/clusters": """
      {"items":[{"id":"c-3","name":"other"},{"id":"c-1","name":"prod","managedState":"managed",
      "restoreTargetSupported":"true"},{"id":"c-2","name":"prod"}]}
      """,
    ],
  ])
  func aClusterIsFoundByNameHoweverTheServerAnswers(_ pages: [String: String]) throws {
    let clusters = try backend(pages).clusters(named: "prod")
    #expect(clusters.map(\.id.text) == ["c-1", "c-2"])
    #expect(clusters.map(\.acceptsRestores) == [true, nil])
  }

  @Test func storageClassesAreUsableOrNotOrUntold() throws {
    let list = """
      {"items":[{"name":"a","available":"eligible","isDefault":"true"},{"name":"b","available":"available"},
      {"name":"c","available":"ineligible"},{"name":"d"},{"name":"e","available":"perhaps"}],"metadata":{}}
      """
    let cluster = Cluster.ID("c-1")
    let classes = try backend(["topology/v1/clusters/c-1/storageClasses": list]).storageClasses(on: cluster)
    #expect(classes?.map(\.isUsable) == [true, true, false, nil, nil])
    #expect(classes?.map(\.isDefault) == [true, false, false, false, false])
    #expect(try backend([:]).storageClasses(on: cluster) == nil)
  }

  @Test(arguments: [
    (#"{"id":"c-1","defaultBucketID":"b-1","cloudID":"k-1"}"#, "own"),
    (#"{"id":"c-1","cloudID":"k-1"}"#, "of the cloud"), (#"{"id":"c-1","cloudID":"k-2"}"#, "none"),
    (#"{"id":"c-1","cloudID":"k-3"}"#, "lost"), (#"{"id":"c-1","cloudID":"k-4"}"#, "untold"),
    (#"{"id":"c-1"}"#, "untold"),
  ])
  func backupsGoToTheDefaultBucket(cluster: String, place: String) throws {
    let backend = backend([
      "topology/v1/clusters/c-1": cluster, "topology/v1/clouds/k-1": #"{"id":"k-1","defaultBucketID":"b-2"}"#,
      "topology/v1/clouds/k-2": #"{"id":"k-2","defaultBucketID":""}"#,
      "topology/v1/clouds/k-3": #"{"id":"k-3","defaultBucketID":"b-9"}"#,
      "topology/v1/buckets/b-1": #"{"id":"b-1","name":"own","state":"pending"}"#,
      "topology/v1/buckets/b-2": #"{"id":"b-2","name":"of the cloud","state":"failed"}"#,
    ])
    switch try backend.backupStore(of: Cluster.ID("c-1")) {
    case .store(let name, let state, let isAvailable)?:
      #expect(name == place)
      #expect(isAvailable == (state == "failed" ? false : nil))
    case BackupStore.none?: #expect(place == "none")
    case .lost(let id)?: #expect(place == "lost" && id == "b-9")
    case nil: #expect(place == "untold")
    }
  }

  @Test func aLinkIsAHintByItsVerb() throws {
    let app = """
      {"id":"app-1","name":"shop","state":"ready","links":[{"rel":"canonical","href":"/"},
      {"title":"disruptiveBackup","hints":{"allow":[],"permissions":[]}},
      {"title":"nonDisruptiveBackup","hints":{"allow":["POST"],"permissions":[]}},
      {"title":"clone","hints":{"allow":["GET"]}},{"title":"inPlaceRestore","hints":{"allow":["put"]}},
      {"title":"snapshot"},{"title":"replication","hints":{"allow":[]}}]}
      """
    let id = Application.ID("app-1")
    let hints = try backend(["k8s/v2/apps/app-1": app]).hints(for: id)
    #expect(hints == [.backup: true, .clone: false, .inPlaceRestore: true])
    #expect(try backend(["k8s/v2/apps/app-1": #"{"id":"app-1","links":null}"#]).hints(for: id).isEmpty)
    #expect(try backend([:]).hints(for: id).isEmpty)
  }

  @Test func hooksAreNamedSwitchedOffOrUntold() throws {
    let (path, id) = ("k8s/v1/apps/app-1/executionHooks", Application.ID("app-1"))
    let list = #"{"items":[{"id":"h-1","name":"flush"},{"id":"h-2"}],"metadata":{}}"#
    guard case .named(["flush", "h-2"])? = try backend([path: list]).executionHooks(of: id) else {
      Issue.record("the hooks are not named")
      return
    }
    let off =
      #"{"type":"https://astra.netapp.io/problems/168","title":"Execution hook action not permitted"}"#
    guard case .switchedOff? = try backend([path: off]).executionHooks(of: id) else {
      Issue.record("they are not known to be switched off")
      return
    }
    #expect(try backend([:]).executionHooks(of: id) == nil)
    let forbidden = #"{"type":"https://astra.netapp.io/problems/11","title":"Operation not permitted"}"#
    let error = #expect(throws: BackendError.self) {
      try backend([path: forbidden]).executionHooks(of: id)
    }
    #expect(error?.kind == .credentials)
  }
}
