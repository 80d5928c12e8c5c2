import AppProtection
import Files
import HTTPTransport
import KubernetesAPI
import RESTClient
import StructuredValues
import Timing

let fakeToken = "not-a-real-token-0123456789"

/// An API server that gives the answers of a script, in order, and keeps what it was asked.
final class ScriptedCluster: LineTransport {
  enum Answer {
    case response(HTTPResponse)
    case trouble(TransportError)
    /// The lines of a watch, and how it ends after so long.
    case lines([String], LineStreamEnd, after: Duration)
  }

  var answers: [Answer]
  private(set) var requests: [HTTPRequest] = []
  let time: ManualTime

  init(_ answers: [Answer], _ time: ManualTime) {
    (self.answers, self.time) = (answers, time)
  }

  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    requests.append(request)
    guard !answers.isEmpty else {
      throw TransportError(.cannotConnect, "connection refused", mayHaveBeenSent: false)
    }
    switch answers.removeFirst() {
    case .response(let response): return response
    case .trouble(let error): throw error
    case .lines: return HTTPResponse(status: 200)
    }
  }

  func receiveLines(
    of request: HTTPRequest, longestLine: Int, silence: Duration?,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    requests.append(request)
    guard !answers.isEmpty else { return .closed }
    switch answers.removeFirst() {
    case .response(let response): return .refused(response)
    case .trouble(let error): throw error
    case .lines(let lines, let end, let after):
      for line in lines where receive(Array(line.utf8)[...]) == .stop { return .stopped }
      time.advance(by: after)
      return end
    }
  }

  /// The fields of the nth request as they leave, under their lower-case names.
  func wireFields(_ index: Int) -> [String: String] {
    requests[index].wireFields(userAgent: "test").reduce(into: [:]) { $0[$1.name.lowercased()] = $1.value }
  }
}

extension ScriptedCluster.Answer {
  /// A document of the API.
  static func json(_ status: Int, _ text: String, _ fields: [HTTPField] = []) -> Self {
    let type = HTTPField("Content-Type", "application/json")
    return .response(HTTPResponse(status: status, fields: [type] + fields, body: Array(text.utf8)))
  }

  /// A `Status` as the recorded ones are.
  static func status(_ code: Int, _ reason: String, _ message: String, details: String = "{}") -> Self {
    let message = StructuredValue.string(message).oneLine
    return .json(
      code,
      #"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":\#(message),"reason":"\#(reason)","details":\#(details),"code":\#(code)}"#
    )
  }

  /// What the API says of an object that is not there, by the name of its kind in paths.
  static func absent(_ name: String, _ plural: String, of group: String = "") -> Self {
    let title = group.isEmpty ? plural : "\(plural).\(group)"
    return .status(
      404, "NotFound", "\(title) \"\(name)\" not found",
      details: #"{"name":"\#(name)","group":"\#(group)","kind":"\#(plural)"}"#)
  }

  /// What the API says of a path that it does not have (`group-absent`).
  static let pageNotFound = Self.response(
    HTTPResponse(
      status: 404, fields: [HTTPField("Content-Type", "text/plain; charset=utf-8")],
      body: Array("404 page not found\n".utf8)))

  /// The list of the groups that there are beside `apps`, each in one version (`GET /apis`).
  static func groups(_ names: String...) -> Self {
    let groups = (["apps"] + names).map {
      #"{"name":"\#($0)","versions":[{"groupVersion":"\#($0)/v1","version":"v1"}]}"#
    }
    return .json(
      200, #"{"kind":"APIGroupList","apiVersion":"v1","groups":[\#(groups.joined(separator: ","))]}"#)
  }

  /// The list of what there is of `velero.io/v1` (`GET /apis/velero.io/v1`).
  static func resources(_ names: String...) -> Self {
    let resources = names.map { #"{"name":"\#($0)","kind":"Any"}"# }.joined(separator: ",")
    return .json(
      200, #"{"kind":"APIResourceList","groupVersion":"velero.io/v1","resources":[\#(resources)]}"#)
  }

  static let reset = Self.trouble(
    TransportError(.broken, "the connection was reset", mayHaveBeenSent: true))
}

extension ResourceKind {
  static let backup = ResourceKind("Backup", plural: "backups", group: "velero.io")
}

/// A client of a scripted cluster.
struct ClientFixture {
  let time = ManualTime()
  let cluster: ScriptedCluster
  let client: KubernetesClient
  let log: LogLines

  final class LogLines { var lines: [String] = [] }

  init(
    _ answers: [ScriptedCluster.Answer], access: ClusterAccess? = nil,
    plugin: any CredentialPlugin = NoPlugin(),
    files: MemoryFiles = MemoryFiles()
  ) throws {
    let cluster = ScriptedCluster(answers, time)
    let log = LogLines()
    let deadline = Deadline(after: .seconds(3600), on: time)
    let login = ClusterLogin(
      try access ?? Self.access(.token(Secret(fakeToken))), files: files, plugin: plugin, time: time,
      deadline: deadline)
    try login.obtain()
    client = KubernetesClient(
      login, transport: cluster, time: time, deadline: deadline, random: SeededRandom(seed: 1)
    ) { log.lines.append("\($0)") }
    (self.cluster, self.log) = (cluster, log)
  }

  static func access(_ credentials: ClusterCredentials, impersonation: [HTTPField] = []) throws
    -> ClusterAccess
  {
    try ClusterAccess(
      name: "prod", namespace: nil, endpoint: Endpoint(withPath: "https://kube.example.com:6443"),
      trust: TLSTrust(), proxies: Proxies(environment: [:]), clientCertificate: nil,
      impersonation: impersonation, credentials: credentials, cautions: [])
  }
}

struct NoPlugin: CredentialPlugin {
  func run(_ call: PluginCall, timeLimit: Duration) throws(KubeconfigError) -> [UInt8] {
    throw KubeconfigError(.credentials, "no plug-in is expected")
  }
}

/// A backup as the API answers it.
func backup(_ name: String, uid: String = "u-1", version: String = "7", phase: String? = nil) -> String {
  let status = phase.map { #","status":{"phase":"\#($0)"}"# } ?? ""
  return
    #"{"apiVersion":"velero.io/v1","kind":"Backup","metadata":{"name":"\#(name)","namespace":"velero","uid":"\#(uid)","resourceVersion":"\#(version)"},"spec":{}\#(status)}"#
}

/// A page of a list of backups.
func page(_ items: [String], next: String = "") -> String {
  #"{"apiVersion":"velero.io/v1","kind":"BackupList","metadata":{"continue":"\#(next)","resourceVersion":"9"},"items":[\#(items.joined(separator: ","))]}"#
}

/// The error that a call ends with; nil if it ends without.
func failure<Value>(_ body: () throws -> Value) -> BackendError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? BackendError
  }
}
