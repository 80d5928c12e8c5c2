internal import SimulatorSupport

/// What one may want to do, as the access rules see it.
struct AccessQuestion: Sendable {
  var verb: String
  var group = ""
  /// With a subresource behind a slash; nil: it is about a path.
  var resource: String?
  var namespace: String?
  var name: String?
  var path = ""
}

extension RequestInfo {
  var question: AccessQuestion {
    AccessQuestion(
      verb: verb, group: group, resource: isResource ? combined : nil, namespace: namespace, name: name,
      path: path)
  }
}

extension KubernetesCluster {
  /// One rule with the sentence that tells where it came from.
  private struct Grant {
    var rule: JSON
    var reason: String
  }

  /// Why someone may do something; nil: they may not.
  func permission(of requester: Requester, _ question: AccessQuestion) -> String? {
    if requester.groups.contains("system:masters") { return "" }
    if allowsByDefault(requester, question) { return "RBAC: allowed by the rules for everybody" }
    return grants(of: requester, in: question.namespace).first { Self.rule($0.rule, allows: question) }?
      .reason
  }

  /// The rules that apply to someone in a namespace.
  func rules(of requester: Requester, in namespace: String?) -> [JSON] {
    grants(of: requester, in: namespace).map(\.rule)
  }

  /// The paths that everybody may see.
  static let publicPaths = ["/healthz", "/livez", "/readyz", "/version", "/version/"]
  /// The paths that everybody with a token may see.
  static let discoveryPaths = [
    "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz",
    "/version",
    "/version/",
  ]
  /// Where the keys of service accounts are told.
  static let signPaths = ["/.well-known", "/.well-known/*"]

  private func allowsByDefault(_ requester: Requester, _ question: AccessQuestion) -> Bool {
    let isKnown = requester.groups.contains("system:authenticated")
    guard let resource = question.resource else {
      return question.verb == "get" || question.verb == "head"
        ? Self.paths(isKnown ? Self.discoveryPaths : Self.publicPaths, contain: question.path) : false
    }
    return isKnown && question.verb == "create"
      && (question.group == "authorization.k8s.io"
        && ["selfsubjectaccessreviews", "selfsubjectrulesreviews"].contains(resource)
        || question.group == "authentication.k8s.io" && resource == "selfsubjectreviews")
  }

  private static func paths(_ patterns: [String], contain path: String) -> Bool {
    patterns.contains { pattern in
      pattern == path || pattern == "*"
        || pattern.hasSuffix("*") && path.hasPrefix(pattern.dropLast())
    }
  }

  private func grants(of requester: Requester, in namespace: String?) -> [Grant] {
    var grants = bindings("clusterrolebindings", nil, requester)
    if let namespace { grants += bindings("rolebindings", namespace, requester) }
    return grants
  }

  private func bindings(_ plural: String, _ namespace: String?, _ requester: Requester) -> [Grant] {
    let group = "rbac.authorization.k8s.io"
    var grants: [Grant] = []
    for row in store.rows("\(plural).\(group)", in: namespace) {
      let binding = row.object
      let subject = binding["subjects"]?.array?.first { Self.is($0, requester, namespace) }
      guard let subject, let role = binding["roleRef"], let name = role["name"]?.string else { continue }
      let isCluster = role["kind"]?.string == "ClusterRole"
      let key = ObjectKey(
        "\(isCluster ? "clusterroles" : "roles").\(group)", isCluster ? nil : namespace, name)
      let place = namespace.map { "\(row.name)/\($0)" } ?? row.name
      let reason =
        "RBAC: allowed by \(binding["kind"]?.string ?? "") \"\(place)\" of \(role["kind"]?.string ?? "") "
        + "\"\(name)\" to \(subject["kind"]?.string ?? "") \"\(subject["name"]?.string ?? "")\""
      grants += (store.object(key)?["rules"]?.array ?? []).map { Grant(rule: $0, reason: reason) }
    }
    return grants
  }

  private static func `is`(_ subject: JSON, _ requester: Requester, _ namespace: String?) -> Bool {
    let name = subject["name"]?.string ?? ""
    switch subject["kind"]?.string {
    case "User": return name == requester.name || name == "*"
    case "Group": return requester.groups.contains(name)
    case "ServiceAccount":
      return requester.name
        == "system:serviceaccount:\(subject["namespace"]?.string ?? namespace ?? ""):\(name)"
    default: return false
    }
  }

  private static func rule(_ rule: JSON, allows question: AccessQuestion) -> Bool {
    func names(_ member: String) -> [String] { rule[member]?.array?.compactMap(\.string) ?? [] }
    guard names("verbs").contains(where: { $0 == "*" || $0 == question.verb }) else { return false }
    guard let resource = question.resource else {
      return paths(names("nonResourceURLs"), contain: question.path)
    }
    let subresource = resource.split(separator: "/").dropFirst().first.map { "*/\($0)" }
    let resourceNames = names("resourceNames")
    return names("apiGroups").contains { $0 == "*" || $0 == question.group }
      && names("resources").contains { $0 == "*" || $0 == resource || $0 == subresource }
      && (resourceNames.isEmpty || question.name.map(resourceNames.contains) == true)
  }

  /// The answer to who may not.
  func forbidden(_ requester: Requester, _ info: RequestInfo) -> APIProblem {
    guard info.isResource else {
      return APIProblem(
        code: 403, reason: "Forbidden",
        message: "forbidden: User \"\(requester.name)\" cannot \(info.verb) path \"\(info.path)\"",
        details: [:], headers: [("X-Content-Type-Options", "nosniff")])
    }
    let place = info.namespace.map { "in the namespace \"\($0)\"" } ?? "at the cluster scope"
    let what = info.name.map { "\(info.resource) \"\($0)\"" } ?? info.resource
    return APIProblem(
      code: 403, reason: "Forbidden",
      message: "\(what) is forbidden: User \"\(requester.name)\" cannot \(info.verb) resource "
        + "\"\(info.combined)\" in API group \"\(info.group)\" \(place)",
      details: APIProblem.details(name: info.name ?? "", group: info.group, kind: info.plural),
      headers: [("X-Content-Type-Options", "nosniff")])
  }
}
