package import AppProtection
internal import RESTClient
internal import StructuredValues

extension KubernetesClient {
  /// Asks the API whether whoever asks may do something (`POST …/selfsubjectaccessreviews`), which changes nothing.
  ///
  /// - Parameters:
  ///   - verb: `get`, `list`, `watch`, `create`, `patch`, `delete`.
  ///   - kind: what it would be done to.
  ///   - subresource: a part of it, such as `status`.
  ///   - namespace: where; nil means everywhere.
  ///   - name: the one object; nil means all of them.
  /// - Returns: whether; nil if the API does not tell.
  /// - Throws: trouble that lasts, and refused credentials.
  package func isAllowed(
    _ verb: String, _ kind: ResourceKind, subresource: String? = nil, in namespace: String?,
    name: String? = nil
  ) throws(BackendError) -> Bool? {
    let attributes = StructuredValue.members([
      "group": .string(kind.group), "name": name.map { .string($0) },
      "namespace": namespace.map { .string($0) }, "resource": .string(kind.plural),
      "subresource": subresource.map { .string($0) }, "verb": .string(verb),
    ])
    let review = StructuredValue.members([
      "apiVersion": .string(Self.accessReview.apiVersion), "kind": .string(Self.accessReview.kind),
      "spec": .members(["resourceAttributes": attributes]),
    ])
    return try clean { () throws(BackendError) in
      let (path, attempt) = (Self.accessReview.path(in: nil), "ask what is allowed")
      var doubt = Doubt()
      while true {
        let reading = try rest.read(
          path, posting: Array(review.oneLine.utf8), to: attempt,
          isWhole: { $0["kind"]?.string == Self.accessReview.kind })
        if case .absent(let problem) = reading, problem.isAboutPath,
          try !isMissing(Self.accessReview, by: problem, path, attempt, &doubt)
        {
          continue
        }
        guard case .value(let answer) = reading, let allowed = answer["status"]?["allowed"]?.bool else {
          return nil
        }
        // Where the rules could not all be looked at, a "no" is none.
        let isCertain = (answer["status"]?["evaluationError"]?.string ?? "").isEmpty
        return allowed || isCertain ? allowed : nil
      }
    }
  }

  private static let accessReview = ResourceKind(
    "SelfSubjectAccessReview", plural: "selfsubjectaccessreviews", group: "authorization.k8s.io",
    isNamespaced: false)

  /// The server's version (`GET /version`): `v1.36.2`; nil if it does not tell.
  package func version() throws(BackendError) -> String? {
    try clean { () throws(BackendError) in
      let reading = try rest.read("/version", to: "see which version the cluster has")
      guard case .value(let answer) = reading else { return nil }
      return answer["gitVersion"]?.string
    }
  }
}
