package import SimulatorSupport

/// One request on its way through the server.
struct Call: Sendable {
  var request: SimulatedRequest
  var info: RequestInfo
  var requester: Requester
  var query: Query { info.query }
}

extension KubernetesCluster {
  /// Answers a request at the present moment.
  package mutating func handle(_ request: SimulatedRequest) -> SimulatedResponse {
    var response: SimulatedResponse
    do throws(APIProblem) {
      response = try answer(request)
    } catch {
      response = answer(to: error)
    }
    response.headers += [
      ("Audit-Id", random.uuid()), ("Cache-Control", "no-cache, private"),
      ("Date", (store.startTime + now).httpDate),
    ].filter { response.header($0.0) == nil }
    if request.method == "HEAD" { response.body = [] }
    return response
  }

  private mutating func answer(_ request: SimulatedRequest) throws(APIProblem) -> SimulatedResponse {
    let requester = try requester(of: request)
    let info = RequestInfo(request)
    guard permission(of: requester, info.question) != nil else { throw forbidden(requester, info) }
    requests.append(info.record(of: requester.name))
    let call = Call(request: request, info: info, requester: requester)
    guard request.body.count <= 3_145_728 else {
      throw APIProblem(
        code: 413, reason: "RequestEntityTooLarge", message: "Request entity too large: limit is 3145728")
    }
    guard info.isResource else { return try answerPath(call) }
    return try answerResource(call)
  }

  private mutating func answerResource(_ call: Call) throws(APIProblem) -> SimulatedResponse {
    let info = call.info
    if let answer = try answerReview(call) { return answer }
    guard let kind = store.kinds.kind(group: info.group, version: info.version, plural: info.plural) else {
      throw .noSuchPath
    }
    let isCollection = info.name == nil || ["list", "watch"].contains(info.verb)
    if kind.isNamespaced, info.namespace == nil, !(isCollection && ["list", "watch"].contains(info.verb)) {
      throw .noSuchPath
    }
    if !kind.isNamespaced, info.namespace != nil, kind.resource != "namespaces" { throw .noSuchPath }
    let target = Target(kind: kind, info: info)
    if info.subresource != nil { return try answerSubresource(call, target) }
    switch info.verb {
    case "get": return try answerGet(call, target)
    case "list": return try answerList(call, target)
    case "watch": return try answerWatch(call, target)
    case "create":
      guard info.name == nil || kind.isCustom else { throw .methodNotAllowed }
      return try answerCreate(call, target)
    case "update": return try answerUpdate(call, target)
    case "patch": return try answerPatch(call, target)
    case "delete": return try answerDelete(call, target)
    case "deletecollection": return try answerDeleteCollection(call, target)
    default:
      throw APIProblem(
        code: 405, reason: "MethodNotAllowed",
        message: " is not supported on resources of kind \"\(kind.resource)\"",
        details: APIProblem.details(kind, name: nil))
    }
  }

  private mutating func answerSubresource(_ call: Call, _ target: Target) throws(APIProblem)
    -> SimulatedResponse
  {
    let kind = target.kind
    switch call.info.subresource {
    case "status" where kind.hasStatusSubresource, "finalize" where kind.resource == "namespaces":
      switch call.info.verb {
      case "get": return try answerGet(call, target)
      case "update": return try answerUpdate(call, target)
      case "patch": return try answerPatch(call, target)
      default: throw .methodNotAllowed
      }
    case "scale" where kind.group == "apps" && kind.plural != "daemonsets":
      return try answerScale(call, target)
    case "status": throw .notFound(kind, call.info.name ?? "")
    default: throw .noSuchPath
    }
  }

  // MARK: Answers

  /// An object, or a list, in the form that the client takes.
  func answer(_ status: Int, _ object: JSON, _ call: Call, warnings: [String] = []) throws(APIProblem)
    -> SimulatedResponse
  {
    let form = try AnswerForm(call.request)
    var response = SimulatedResponse(
      status: status, headers: [("Content-Type", form.contentType)],
      body: (form.shape == .whole ? object : shaped(object, form.shape, call)).bytes
        + [UInt8(ascii: "\n")])
    response.headers += warnings.map { ("Warning", "299 - \(JSON.string($0).text)") }
    return response
  }

  func answer(to problem: APIProblem) -> SimulatedResponse {
    if let text = problem.plainText {
      return SimulatedResponse(
        status: problem.code, headers: [("Content-Type", "text/plain; charset=utf-8")] + problem.headers,
        body: Array(text.utf8))
    }
    return SimulatedResponse(
      status: problem.code, headers: [("Content-Type", "application/json")] + problem.headers,
      body: problem.json.bytes + [UInt8(ascii: "\n")])
  }
}

/// The object or the collection that a path leads to.
struct Target: Sendable {
  var kind: KindDefinition
  var namespace: String?
  var name: String?
  var subresource: String?

  init(kind: KindDefinition, info: RequestInfo) {
    self.kind = kind
    namespace = kind.isNamespaced ? info.namespace : nil
    (name, subresource) = (info.name, info.subresource)
  }

  var key: ObjectKey { ObjectKey(kind.resource, namespace, name ?? "") }
  var isStatus: Bool { subresource == "status" }
}

/// The form in which a client takes an answer.
struct AnswerForm: Sendable {
  /// How much of an object it is.
  enum Shape: Sendable {
    case whole
    case table
    case metadata
  }

  var contentType = "application/json"
  var shape = Shape.whole

  /// Reads `Accept`.
  init(_ request: SimulatedRequest) throws(APIProblem) {
    guard let header = request.header("Accept"), !header.isEmpty else { return }
    for part in header.split(separator: ",") {
      let words = part.split(separator: ";").map { $0.trimmed }
      switch words.first {
      case "application/json", "*/*", "application/*":
        if words.contains("as=Table") { shape = .table }
        if words.contains(where: { $0.hasPrefix("as=PartialObjectMetadata") }) { shape = .metadata }
        return
      case "application/yaml":
        // JSON is YAML.
        contentType = "application/yaml"
        return
      default: continue
      }
    }
    throw .notAcceptable
  }
}

extension StringProtocol {
  /// Without spaces at both ends.
  var trimmed: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
