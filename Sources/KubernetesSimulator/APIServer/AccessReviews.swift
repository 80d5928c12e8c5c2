internal import SimulatorSupport

extension KubernetesCluster {
  /// The answer to a question about one's own rights; nil: it is none.
  func answerReview(_ call: Call) throws(APIProblem) -> SimulatedResponse? {
    let info = call.info
    guard info.group == "authorization.k8s.io", info.version == "v1" else { return nil }
    let kinds = [
      "selfsubjectaccessreviews": "SelfSubjectAccessReview",
      "selfsubjectrulesreviews": "SelfSubjectRulesReview",
    ]
    guard let kind = kinds[info.plural] else { return nil }
    guard info.verb == "create" else { throw .methodNotAllowed }
    var definition = KindDefinition("authorization.k8s.io/v1", kind)
    definition.isCustom = false
    let review = try call.object(definition)
    var answer: JSON = [
      "kind": .string(kind), "apiVersion": "authorization.k8s.io/v1", "metadata": [:],
      "spec": review["spec"] ?? [:],
    ]
    if kind == "SelfSubjectRulesReview" { answer["spec"] = [:] }
    answer["status"] =
      kind == "SelfSubjectRulesReview"
      ? rulesStatus(review, call.requester) : try accessStatus(review, call.requester)
    return try self.answer(201, answer, call)
  }

  private func accessStatus(_ review: JSON, _ requester: Requester) throws(APIProblem) -> JSON {
    let resource = review.value(at: "spec.resourceAttributes")
    let path = review.value(at: "spec.nonResourceAttributes")
    guard (resource == nil) != (path == nil) else {
      throw .invalid(
        ".authorization.k8s.io", group: "authorization.k8s.io", kind: "", name: "",
        [
          .invalid(
            "spec.resourceAttributes", "null",
            "exactly one of nonResourceAttributes or resourceAttributes must be specified")
        ])
    }
    var question = AccessQuestion(verb: (resource ?? path)?["verb"]?.string ?? "")
    if let resource {
      func text(_ name: String) -> String? { resource[name]?.string.flatMap { $0.isEmpty ? nil : $0 } }
      question.group = text("group") ?? ""
      question.resource = (text("resource") ?? "") + (text("subresource").map { "/\($0)" } ?? "")
      (question.namespace, question.name) = (text("namespace"), text("name"))
    } else {
      question.path = path?["path"]?.string ?? ""
    }
    guard let reason = permission(of: requester, question) else { return ["allowed": false] }
    return reason.isEmpty ? ["allowed": true] : ["allowed": true, "reason": .string(reason)]
  }

  private func rulesStatus(_ review: JSON, _ requester: Requester) -> JSON {
    var resources: [JSON] = [
      [
        "verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
        "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      ],
      ["verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]],
    ]
    var paths = [Self.discoveryPaths, Self.signPaths, Self.publicPaths].map { paths -> JSON in
      ["verbs": ["get"], "nonResourceURLs": .array(paths.map(JSON.string))]
    }
    if requester.groups.contains("system:masters") {
      resources.append(["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]])
      paths.append(["verbs": ["*"], "nonResourceURLs": ["*"]])
    }
    for rule in rules(of: requester, in: review.value(at: "spec.namespace")?.string) {
      if rule["nonResourceURLs"] != nil { paths.append(rule) } else { resources.append(rule) }
    }
    return [
      "resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": false,
    ]
  }
}
