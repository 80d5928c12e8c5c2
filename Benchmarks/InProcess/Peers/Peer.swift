internal import AstraSimulator
internal import SimulatorSupport

/// A program of NetApp's, as a model: what it asks for, in which order, and how long it pauses.
///
/// Requests, their fields and bodies are those that the programs sent when they were run against the simulator; pauses
/// and time limits are in their sources. All parameters of the models are in this file.
package struct Peer: Sendable {
  /// What it is called in documents; says that it is a model.
  package var name: String
  /// The generation of the API that it speaks.
  var generation: SimulatorSettings.APIGeneration
  /// Its pause between two looks.
  var pause: Duration
  /// From its start to its first request.
  var startUp: Duration
  /// Whether it opens a connection for each request.
  var connectsEachTime: Bool
  var userAgent: String
  /// What it asks for before it asks for the operation.
  var before: [ServerOperation: [PeerRequest]]
  /// What it asks for once, between that and its first look.
  var afterwards: [ServerOperation: [PeerRequest]] = [:]
  /// What one look asks for; the last of it shows the state.
  var look: [ServerOperation: [PeerRequest]]
  /// Where a second program, started afterwards, does the waiting.
  var waitsByAnotherProgram: Set<ServerOperation> = []
  /// How long it looks at most; then it will never know.
  var patience: [ServerOperation: Duration] = [:]

  /// The toolkit 3.0.2 (`actoolkit create backup`, `clone`, `ipr`), which takes ids.
  ///
  /// Pauses: `pollTimer`, 5 s by default. Start-up: 0.5 s, measured. Looks: all backups of the application; for clones
  /// and restores all applications of the account.
  package static let toolkit = Peer(
    name: "toolkit 3.0.2 (model)", generation: .v2, pause: .seconds(5), startUp: .milliseconds(500),
    connectsEachTime: false, userAgent: "python-requests/2.32.2",
    before: [
      .backup: [.applications, .buckets, .applications, .snapshots],
      .clone: [
        .applications, .clouds, .managedClusters, .clouds, .clouds, .clustersOfCloud, .storageClasses,
        .assets,
        .assets,
      ],
      .restore: [
        .applications, .applications, .backupsOfEach, .applications, .snapshotsOfEach, .assets,
      ],
    ],
    afterwards: [.backup: [.applications]],
    look: [.backup: [.backups], .clone: [.applications], .restore: [.applications]])

  /// The original scripts (toolkit v2.0.2: `createBackup.py`, `waitforBackup.py`, `cloneApp.py`, `restoreApp.py`).
  ///
  /// Pauses: 30 s. Start-up: 0.16 s, measured. `waitforBackup.py` stops looking after 15 minutes and goes on without
  /// end; the other two stop after 30 minutes and say nothing by their exit code.
  package static let scripts = Peer(
    name: "original scripts (model)", generation: .v1, pause: .seconds(30), startUp: .milliseconds(160),
    connectsEachTime: true, userAgent: "python-requests/2.25.1",
    before: [
      .backup: [.applications],
      .clone: [.cloudsBriefly, .clustersOfCloud, .cloudsBriefly, .clustersOfCloud, .applications],
      .restore: [.applications, .applications, .backups],
    ],
    look: [.backup: [.applications, .backups], .clone: [.applications], .restore: [.applications]],
    waitsByAnotherProgram: [.backup],
    patience: [.backup: .seconds(900), .clone: .seconds(1800), .restore: .seconds(1800)])

  package static let all = [toolkit, scripts]

  /// The parameters, for the reader of a document.
  var document: Document {
    .members([
      "name": .text(name), "generation": .text(generation.rawValue),
      "pauseSeconds": .number(pause.inSeconds), "startUpSeconds": .number(startUp.inSeconds),
      "connections": .text(connectsEachTime ? "one for each request" : "one for each program"),
      "looksAtMostSeconds": .list(
        ServerOperation.allCases.map { operation in
          patience[operation].map { .number($0.inSeconds) } ?? .text("for ever")
        }),
    ])
  }
}

/// A request of such a program, by what it asks for.
package enum PeerRequest: Hashable, Sendable {
  /// All applications of the account, in the path and with the members of the program's generation.
  case applications
  case buckets
  case clouds
  case cloudsBriefly
  case managedClusters
  case clustersOfCloud
  case storageClasses
  /// The backups, snapshots and resources of the application that is worked on.
  case backups
  case snapshots
  case assets
  /// A request for each application of the account.
  case backupsOfEach
  case snapshotsOfEach
  /// The operation itself.
  case operation(ServerOperation)
}

extension Peer {
  /// What the requests are about.
  struct Subject {
    var account: String
    var token: String
    var application: String
    var backup: String
    var cloud: String
    var source: String
    var destination: String
  }

  /// The request as the program sends it.
  func request(_ request: PeerRequest, _ subject: Subject) -> SimulatedRequest {
    let (method, path, type, body) = content(request, subject)
    var fields: [SimulatedRequest.Field] = [
      ("User-Agent", userAgent), ("Accept-Encoding", "gzip, deflate"),
      ("Accept", type.map { "application/\($0)+json" } ?? "*/*"), ("Connection", "keep-alive"),
      ("Authorization", "Bearer \(subject.token)"), ("Content-Length", "\(body.utf8.count)"),
      ("Content-Type", type.map { "application/\($0)+json" } ?? "application/json"),
    ]
    if method == "PUT" { fields.append(("ForceUpdate", "true")) }
    return SimulatedRequest(
      method, "/accounts/\(subject.account)/\(path)", headers: fields, body: Array(body.utf8))
  }

  private func content(
    _ request: PeerRequest, _ subject: Subject
  ) -> (method: String, path: String, type: String?, body: String) {
    // Both send an empty object with every GET.
    func get(_ path: String) -> (String, String, String?, String) { ("GET", path, nil, "{}") }
    let isNewer = generation == .v2
    let parent = "k8s/v1/\(isNewer ? "apps" : "managedApps")/\(subject.application)"
    switch request {
    case .applications where isNewer: return get("k8s/v2/apps")
    case .applications:
      let members = [
        "name", "id", "clusterName", "clusterID", "namespace", "state", "managedState", "appDefnSource",
        "metadata",
      ]
      return get("topology/v1/apps?include=\(members.joined(separator: "%2C"))")
    case .buckets: return get("topology/v1/buckets")
    case .clouds: return get("topology/v1/clouds")
    case .cloudsBriefly: return get("topology/v1/clouds?include=id%2Cname%2Cstate")
    case .managedClusters: return get("topology/v1/managedClusters")
    case .clustersOfCloud: return get("topology/v1/clouds/\(subject.cloud)/clusters")
    case .storageClasses:
      return get("topology/v1/clouds/\(subject.cloud)/clusters/\(subject.destination)/storageClasses")
    case .backups, .backupsOfEach:
      return get("\(parent)/appBackups" + (isNewer ? "" : "?include=name%2Cid%2Cstate%2Cmetadata"))
    case .snapshots, .snapshotsOfEach: return get("\(parent)/appSnaps")
    case .assets: return get("\(parent)/appAssets")
    case .operation(let operation): return content(operation, subject)
    }
  }

  private func content(
    _ operation: ServerOperation, _ subject: Subject
  ) -> (method: String, path: String, type: String?, body: String) {
    let isNewer = generation == .v2
    let (kind, applications) =
      isNewer ? ("astra-app", "k8s/v2/apps") : ("astra-managedApp", "k8s/v1/managedApps")
    func body(_ type: String, _ version: String, _ members: [(String, String)]) -> String {
      let all = [("type", "application/\(type)"), ("version", version)] + members
      return "{" + all.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ") + "}"
    }
    switch operation {
    case .backup:
      let path = "k8s/v1/\(isNewer ? "apps" : "managedApps")/\(subject.application)/appBackups"
      let version = isNewer ? "1.1" : "1.0"
      return (
        "POST", path, "astra-appBackup", body("astra-appBackup", version, [("name", "before-2-4-4")])
      )
    case .clone:
      let namespace = isNewer ? [] : [("namespace", "shop-debug")]
      return (
        "POST", applications, kind,
        body(
          kind, isNewer ? "2.2" : "1.0",
          [
            ("name", "shop-debug"), ("clusterID", subject.destination), ("sourceClusterID", subject.source),
          ] + namespace + [("sourceAppID", subject.application)])
      )
    case .restore:
      return (
        "PUT", "\(applications)/\(subject.application)", kind,
        body(kind, isNewer ? "2.2" : "1.2", [("backupID", subject.backup)])
      )
    }
  }
}
