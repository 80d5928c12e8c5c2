internal import SimulatorSupport

extension KubernetesCluster {
  private static let verbs: [JSON] = [
    "delete", "deletecollection", "get", "list", "patch", "create", "update", "watch",
  ]

  /// GET of anything that is no resource.
  func answerPath(_ call: Call) throws(APIProblem) -> SimulatedResponse {
    let segments = call.info.path.split(separator: "/").map(String.init)
    let isRead = ["get", "head"].contains(call.info.verb)
    switch segments {
    case ["version"]:
      guard isRead else { throw .methodNotAllowed }
      return try answer(200, versionInfo, call)
    case ["healthz"], ["livez"], ["readyz"]: return health(segments[0], call)
    case ["api"]: return try discovery(call, group: true) { apiVersions(call) }
    case ["apis"]:
      return try discovery(call, group: false) {
        [
          "kind": "APIGroupList", "apiVersion": "v1",
          "groups": .array(groups.map { Self.group($0) }),
        ]
      }
    case ["api", "v1"]: return try answer(200, resourceList(group: "", version: "v1"), call)
    case ["openapi", "v2"]: return try openAPI2(call)
    default: break
    }
    if segments.first == "apis", segments.count == 2 {
      guard let group = groups.first(where: { $0.name == segments[1] }) else { throw .noSuchPath }
      var answer: JSON = ["kind": "APIGroup", "apiVersion": "v1"]
      for member in Self.group(group).members ?? [] { answer[member.name] = member.value }
      return try self.answer(200, answer, call)
    }
    if segments.first == "apis", segments.count == 3 {
      guard groups.contains(where: { $0.name == segments[1] && $0.versions.contains(segments[2]) }) else {
        throw .noSuchPath
      }
      return try answer(200, resourceList(group: segments[1], version: segments[2]), call)
    }
    if segments.starts(with: ["openapi", "v3"]) { return try openAPI3(call, Array(segments.dropFirst(2))) }
    throw .noSuchPath
  }

  /// The groups of the kinds, and those that only answer questions.
  private var groups: [(name: String, versions: [String])] {
    store.kinds.groups + [("authorization.k8s.io", ["v1"])]
  }

  private var versionInfo: JSON {
    let parts = settings.version.dropFirst().split(separator: ".").map(String.init)
    return [
      "major": .string(parts.first ?? "1"), "minor": .string(parts.count > 1 ? parts[1] : "0"),
      "gitVersion": .string(settings.version), "gitCommit": "98b35193b2ac7a23a673325f5e9b830ecd5ba406",
      "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "go1.26.6", "compiler": "gc",
      "platform": "linux/amd64",
    ]
  }

  private func health(_ name: String, _ call: Call) -> SimulatedResponse {
    let checks = [
      "ping", "log", "etcd", "etcd-readiness", "informer-sync", "autoregister-completion", "shutdown",
    ]
    let isLong = !call.query.all("verbose").isEmpty
    let text =
      isLong ? checks.map { "[+]\($0) ok\n" }.joined() + "\(name) check passed\n" : "ok"
    return SimulatedResponse(
      status: 200,
      headers: [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")],
      body: Array(text.utf8))
  }

  private func apiVersions(_ call: Call) -> JSON {
    [
      "kind": "APIVersions", "versions": ["v1"],
      "serverAddressByClientCIDRs": [
        ["clientCIDR": "0.0.0.0/0", "serverAddress": .string(call.request.header("Host") ?? "")]
      ],
    ]
  }

  private static func group(_ group: (name: String, versions: [String])) -> JSON {
    let versions = group.versions.map { version -> JSON in
      ["groupVersion": .string("\(group.name)/\(version)"), "version": .string(version)]
    }
    return [
      "name": .string(group.name), "versions": .array(versions), "preferredVersion": versions.first ?? [:],
    ]
  }

  // MARK: Resources

  private func resourceList(group: String, version: String) -> JSON {
    var resources: [JSON] = []
    for kind in store.kinds.kinds(group: group, version: version) {
      var resource: JSON = [
        "name": .string(kind.plural), "singularName": .string(kind.singular),
        "namespaced": .bool(kind.isNamespaced), "kind": .string(kind.kind), "verbs": .array(Self.verbs),
      ]
      if !kind.shortNames.isEmpty { resource["shortNames"] = .array(kind.shortNames.map(JSON.string)) }
      if !kind.categories.isEmpty { resource["categories"] = .array(kind.categories.map(JSON.string)) }
      resources.append(resource)
      if kind.hasStatusSubresource {
        resources.append([
          "name": .string("\(kind.plural)/status"), "singularName": "",
          "namespaced": .bool(kind.isNamespaced),
          "kind": .string(kind.kind), "verbs": ["get", "patch", "update"],
        ])
      }
    }
    if group == "authorization.k8s.io" {
      for (plural, kind) in Self.reviews {
        resources.append([
          "name": .string(plural), "singularName": .string(kind.lowercased()), "namespaced": false,
          "kind": .string(kind), "verbs": ["create"],
        ])
      }
    }
    return [
      "kind": "APIResourceList", "apiVersion": "v1",
      "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
      "resources": .array(resources),
    ]
  }

  private static let reviews = [
    ("selfsubjectaccessreviews", "SelfSubjectAccessReview"),
    ("selfsubjectrulesreviews", "SelfSubjectRulesReview"),
  ]

  // MARK: All of it at once

  /// The aggregated form if the client takes it, with an ETag; else the plain one.
  private func discovery(_ call: Call, group isCore: Bool, _ plain: () -> JSON) throws(APIProblem)
    -> SimulatedResponse
  {
    guard ["get", "head"].contains(call.info.verb) else { throw .methodNotAllowed }
    let accept = call.request.header("Accept") ?? ""
    let form = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    guard accept.contains(form) else { return try answer(200, plain(), call) }
    let body = aggregated(isCore: isCore).bytes
    let tag = "\"\(fingerprint(body).uppercased())\""
    let headers: [SimulatedRequest.Field] = [
      ("Etag", tag), ("Vary", "Accept"), ("Cache-Control", "public"),
    ]
    if call.request.header("If-None-Match") == tag { return SimulatedResponse(status: 304, headers: headers) }
    return SimulatedResponse(
      status: 200, headers: headers + [("Content-Type", "application/json;\(form)")], body: body)
  }

  private func aggregated(isCore: Bool) -> JSON {
    let groups = isCore ? [("", ["v1"])] : groups
    let items = groups.map { group, versions -> JSON in
      [
        "metadata": group.isEmpty ? [:] : ["name": .string(group)],
        "versions": .array(
          versions.map {
            [
              "version": .string($0), "resources": .array(aggregatedResources(group, $0)),
              "freshness": "Current",
            ]
          }),
      ]
    }
    return [
      "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
      "items": .array(items),
    ]
  }

  private func aggregatedResources(_ group: String, _ version: String) -> [JSON] {
    func entry(_ plural: String, _ kind: String, _ singular: String, isNamespaced: Bool, _ verbs: [JSON])
      -> JSON
    {
      [
        "resource": .string(plural),
        "responseKind": ["group": .string(group), "version": .string(version), "kind": .string(kind)],
        "scope": isNamespaced ? "Namespaced" : "Cluster", "singularResource": .string(singular),
        "verbs": .array(verbs),
      ]
    }
    if group == "authorization.k8s.io" {
      return Self.reviews.map { entry($0, $1, $1.lowercased(), isNamespaced: false, ["create"]) }
    }
    return store.kinds.kinds(group: group, version: version).map { kind in
      var resource = entry(
        kind.plural, kind.kind, kind.singular, isNamespaced: kind.isNamespaced, Self.verbs)
      if !kind.shortNames.isEmpty { resource["shortNames"] = .array(kind.shortNames.map(JSON.string)) }
      if kind.hasStatusSubresource {
        resource["subresources"] = [
          [
            "subresource": "status",
            "responseKind": [
              "group": .string(group), "version": .string(version), "kind": .string(kind.kind),
            ],
            "verbs": ["get", "patch", "update"],
          ]
        ]
      }
      return resource
    }
  }
}
