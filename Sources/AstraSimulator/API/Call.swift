package import SimulatorSupport

/// One request on its way through the server: what has been read of it so far.
struct Call {
  let method: String
  let route: Route
  /// Whether the path is one of the older generation, in which bodies and answers have other members.
  let isOlder: Bool
  let ids: [String]
  let query: Query
  let request: SimulatedRequest

  /// Whether a header field holds `true`.
  func isTrue(_ header: String) -> Bool {
    request.header(header)?.lowercased() == "true"
  }

  /// The media type of the resource that the path is about.
  var mediaType: String {
    "application/\(isOlder && [.apps, .app].contains(route) ? "astra-managedApp" : route.resource)+json"
  }
}

extension World {
  /// Answers one request of a client, or of the control endpoints below `/_simulator`.
  ///
  /// The request takes no time; whatever was due before it has happened.
  package mutating func handle(_ request: SimulatedRequest) -> SimulatedResponse {
    advance(to: now)
    let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0]
    if SimulatedRequest.isControl(path) { return control(request) }
    if let page = ControlPage.redirect(request) { return page }

    let template = Self.template(path)
    let counted = "\(request.method) \(template)"
    requestCount += 1
    requests[counted, default: 0] += 1
    traffic.bytesReceived += request.wireBytes
    if settings.recordTimes {
      requestTimes.append(RequestTime(at: now, method: request.method, path: template))
    }
    let fault = responseFaults.first {
      $0.concerns(request.method, template) && $0.meets(requestCount(concerning: $0))
    }
    var response: SimulatedResponse
    if let fault, !fault.afterwards {
      response = fault.response
    } else {
      response = answer(request, path: path, query: parts.count > 1 ? parts[1] : nil)
      if let fault { response = fault.response }
    }
    if settings.dateHeader, response.header("Date") == nil {
      response.headers.append(("Date", serverTime.httpDate))
    }
    traffic.bytesSent += response.wireBytes
    requestLog.add(request, status: response.status, at: now)
    return response
  }

  /// How many requests there have been of those that a fault counts.
  func requestCount(concerning fault: ResponseFault) -> Int {
    guard fault.isPattern else { return requests["\(fault.method) \(fault.path)", default: 0] }
    return requests.reduce(0) { sum, entry in
      let words = entry.key.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      return fault.concerns(words[0], words.count > 1 ? words[1] : "") ? sum + entry.value : sum
    }
  }

  /// The path below the account with `{id}` for every UUID, under which requests are counted.
  private static func template(_ path: Substring) -> String {
    path.split(separator: "/").dropFirst(2).map { isUUID($0) ? "{id}" : String($0) }
      .joined(separator: "/")
  }

  private mutating func answer(
    _ request: SimulatedRequest, path: Substring, query: Substring?
  ) -> SimulatedResponse {
    do throws(Problem) {
      let isViewer = try authenticate(request)
      let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
      guard segments.first == "accounts", let account = segments.dropFirst().first else { throw Problem(2) }
      guard account == scenario.account else { return wrongAccount(String(account)) }
      let call = try route(request, Array(segments.dropFirst(2)), query)
      if isViewer, request.method != "GET" { throw Problem(11) }
      try checkMediaTypes(call)
      var response = try performVisibly(call)
      if call.method == "GET", response.status == 200 {
        response.headers.append(("Etag", fingerprint(response.body)))
      }
      return response
    } catch {
      return response(of: error)
    }
  }

  /// Checks the bearer token; true if its user may only read.
  private func authenticate(_ request: SimulatedRequest) throws(Problem) -> Bool {
    guard let field = request.header("Authorization") else { throw Problem(3) }
    let words = field.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer" else { throw Problem(3) }
    switch String(words[1]) {
    case token: return false
    case scenario.viewerToken: return true
    case scenario.disabledToken: throw Problem(14)
    default: throw Problem(settings.invalidTokenProblem)
    }
  }

  /// What the server says to an account that is not this one; the real wording is unknown.
  private func wrongAccount(_ account: String) -> SimulatedResponse {
    switch settings.wrongAccount {
    case .problem18: return response(of: Problem(18))
    case .problem33: return response(of: Problem(33))
    case .gatewayText:
      let text = "invalid or missing header: x-pcloud-accountid does not match the caller"
      return SimulatedResponse(
        status: 403, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
  }

  private func route(
    _ request: SimulatedRequest, _ segments: [Substring], _ query: Substring?
  ) throws(Problem) -> Call {
    guard let (route, generation, ids) = Route.find(segments), serves(route, generation) else {
      throw unknownPath(segments)
    }
    guard ids.allSatisfy({ isUUID($0) }) else { throw Problem(35) }
    guard route.methods.contains(request.method) else { throw Problem(69) }
    return Call(
      method: request.method, route: route, isOlder: generation == .older, ids: ids, query: try Query(query),
      request: request)
  }

  /// Whether a server of this release has the path.
  private func serves(_ route: Route, _ generation: Route.Generation) -> Bool {
    switch (generation, settings.apiGeneration) {
    case (.newer, .v1), (.older, .v2): return false
    case (.both, .v1):
      switch route {
      case .accountBackups, .accountBackup: return !settings.missingCollections.contains(.accountBackups)
      case .namespaces, .namespace, .clusterNamespaces, .managedClusterNamespaces, .cloudClusterNamespaces:
        return !settings.missingCollections.contains(.namespaces)
      default: return true
      }
    default: return true
    }
  }

  private func unknownPath(_ segments: [Substring]) -> Problem {
    let head = segments.prefix(3).joined(separator: "/")
    if head == "k8s/v1/managedApps" || head == "topology/v1/apps" {
      return Problem(settings.legacyAppsProblem)
    }
    let isNewer = ["k8s/v1/apps", "k8s/v2/apps", "topology/v2/managedClusters"].contains(head)
    if isNewer, settings.apiGeneration == .v1 { return Problem(settings.newerAppsAnswer.problem) }
    let versions = ["core": ["v1"], "k8s": ["v1", "v2"], "topology": ["v1", "v2"]]
    guard segments.count > 1, let known = versions[String(segments[0])],
      !known.contains(String(segments[1]))
    else { return Problem(2) }
    return .parameter(30, "version", "Unknown API version")
  }

  private func checkMediaTypes(_ call: Call) throws(Problem) {
    guard settings.mediaTypes != .lenient else { return }
    let own = call.mediaType
    if let accept = call.request.header("Accept") {
      let types = accept.split(separator: ",").map { mediaType($0) }
      guard types.contains(where: { ["*/*", "application/*", "application/json", own].contains($0) }) else {
        throw Problem(32)
      }
    }
    guard ["POST", "PUT"].contains(call.method) else { return }
    guard mediaType(call.request.header("Content-Type") ?? "") != own else { return }
    guard settings.mediaTypes == .problem12 else { throw Problem(415) }
    throw .parameter(12, "Content-Type", "Not \(own)")
  }

  /// The response that tells of a problem: `application/problem+json`.
  func response(of problem: Problem) -> SimulatedResponse {
    guard let kind = Problem.catalogue[problem.number] else {
      // Not the API's own words: a gateway's, which has no server for the path.
      let title = problem.number == 404 ? "404 page not found" : "Unsupported Media Type"
      return SimulatedResponse(
        status: problem.number, headers: [("Content-Type", "text/plain")], body: Array(title.utf8))
    }
    // The identifier hangs on the count of requests, so that a refusal takes nothing from the random source.
    let correlation = uuidShaped(fingerprint(Array("\(scenario.seed)/\(requestCount)".utf8)))
    let status: JSON = settings.numericProblemStatus ? .integer(kind.status) : .string("\(kind.status)")
    let body = JSON.object(
      [
        .init("type", .string("https://astra.netapp.io/problems/\(problem.number)")),
        .init("title", .string(kind.title)), .init("detail", .string(kind.detail)), .init("status", status),
        .init("correlationID", .string(correlation)),
      ] + problem.extra)
    return SimulatedResponse(
      status: kind.status, headers: [("Content-Type", "application/problem+json")], body: body.bytes)
  }

  /// The response that shows one resource, with the media type that was asked for.
  func single(_ resource: JSON, _ call: Call, status: Int = 200, location: String? = nil) -> SimulatedResponse
  {
    let own = call.mediaType
    let accepts = (call.request.header("Accept") ?? "").split(separator: ",").map { mediaType($0) }
    var headers: [SimulatedRequest.Field] = [
      ("Content-Type", accepts.contains(own) ? own : "application/json")
    ]
    if let location { headers.append(("Location", location)) }
    return SimulatedResponse(status: status, headers: headers, body: resource.bytes)
  }
}

/// A media type without its parameters.
private func mediaType(_ text: some StringProtocol) -> String {
  let type = text.split(separator: ";").first.map { String($0) } ?? ""
  return type.filter { $0 != " " }
}
