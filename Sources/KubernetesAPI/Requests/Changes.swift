package import AppProtection
internal import HTTPTransport
internal import RESTClient
package import StructuredValues

/// What becomes of the objects that belong to one that is deleted.
package enum DeletionPropagation: String, Sendable {
  /// They go after it.
  case background = "Background"
  /// It goes after them.
  case foreground = "Foreground"
  /// They stay.
  case orphan = "Orphan"
}

extension KubernetesClient {
  /// Creates an object (`POST …?fieldManager=astra-steps&fieldValidation=Strict`); a member that is not known is an error.
  ///
  /// With `dryRun` nothing is stored: schema and admission webhooks are asked, and the request is repeated as a read. A webhook
  /// that has side effects, or does not say that it has none, is not asked, and the server refuses the trial for it: then
  /// nothing is known of what would come of the request
  /// (https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#side-effects).
  ///
  /// - Parameters:
  ///   - kind: what it is; `apiVersion` and `kind` are set by it.
  ///   - object: the object, with `metadata.name`, without `apiVersion`, `kind` and `status`.
  ///   - namespace: where it is to lie; nil for a kind of the whole cluster.
  ///   - dryRun: whether it is only to be tried.
  ///   - attempt: what it is for, for messages.
  /// - Returns: the object as the server has it.
  /// - Throws: `.fateUnknown` where nothing is known of it (no answer, 5xx, an answer that cannot be read), `.refused`
  ///   with `.nameTaken`, `.notFound` (namespace or kind), `.malformed`, `.notReady` (the namespace is terminating) or
  ///   `.other` (a webhook, a quota), `.credentials` without the right.
  package func create(
    _ kind: ResourceKind, _ object: StructuredValue, in namespace: String?, dryRun: Bool = false,
    to attempt: String
  ) throws(BackendError) -> KubernetesObject {
    let path = kind.path(in: namespace)
    let name = object["metadata"]?["name"]?.string
    let body = Self.bytes(Self.typed(object, as: kind))
    let target = "\(path)?\(Self.changeQuery)"
    guard !dryRun else {
      return try rehearse("\(target)&dryRun=All", path, kind, body, name: name, attempt)
    }
    return try clean { () throws(BackendError) in
      let response = try change(
        .post, target, kind, missing: namespace ?? "", .namespace, body: body, attempt)
      guard let made = StructuredValue(parsing: response.body).flatMap({ KubernetesObject($0) }),
        name == nil || made.name == name
      else { throw unreadable(response, attempt) }
      return made
    }
  }

  /// Changes an object by a merge patch (RFC 7386); with `metadata.resourceVersion` in it only that very version.
  ///
  /// - Throws: as `create`; `.refused(.busy)` where the object has changed meanwhile, `.refused(.notFound)` without it.
  package func mergePatch(
    _ kind: ResourceKind, _ name: String, in namespace: String?, _ patch: StructuredValue, to attempt: String
  ) throws(BackendError) -> KubernetesObject {
    let path = kind.path(of: name, in: namespace)
    return try clean { () throws(BackendError) in
      let response = try change(
        .patch, "\(path)?\(Self.changeQuery)", kind, missing: name, kind,
        type: "application/merge-patch+json", body: Self.bytes(patch), attempt)
      guard let value = StructuredValue(parsing: response.body), let object = Self.object(value, kind, name)
      else { throw unreadable(response, attempt) }
      return object
    }
  }

  /// Asks for the deletion of the one object of that uid; that it is gone already is fine.
  ///
  /// It may still be there afterwards, until its finalizers are done and what belongs to it is gone: look.
  ///
  /// - Returns: false if there is no object of that name, in the words of whoever answered.
  /// - Throws: `.refused(.other)` if the name is another object's by now, which is left alone; else as `create`.
  @discardableResult package func delete(
    _ kind: ResourceKind, _ name: String, in namespace: String?, uid: String,
    propagation: DeletionPropagation = .background, to attempt: String
  ) throws(BackendError) -> Bool {
    let path = kind.path(of: name, in: namespace)
    let options = StructuredValue.members([
      "apiVersion": .string("v1"), "kind": .string("DeleteOptions"),
      "preconditions": .members(["uid": .string(uid)]), "propagationPolicy": .string(propagation.rawValue),
    ])
    return try clean { () throws(BackendError) in
      let fields = [HTTPField("Content-Type", "application/json")]
      switch try rest.answer(to: .delete, path, fields: fields, body: Self.bytes(options), to: attempt) {
      // The API answers with a Status, or with the object that is about to go.
      case .done(let response):
        guard StructuredValue(parsing: response.body)?["kind"]?.string != nil else {
          throw unreadable(response, attempt)
        }
        return true
      case .problem(let problem) where problem.isAbsence(of: name, kind): return false
      case .problem(let problem) where problem.status == 409:
        throw BackendError(
          .refused(.other),
          "cannot \(attempt): DELETE \(path) \(problem.clause): \(name) is another object by now",
          hint: "the one that was meant is gone; this one is left alone")
      case .problem(let problem): throw try refusal(problem, .delete, kind, missing: name, kind, attempt)
      }
    }
  }

  private static var changeQuery: String { "fieldManager=\(fieldManager)&fieldValidation=Strict" }

  private static func bytes(_ value: StructuredValue) -> [UInt8] { Array(value.oneLine.utf8) }

  /// The object with the members that say what it is.
  private static func typed(_ object: StructuredValue, as kind: ResourceKind) -> StructuredValue {
    guard case .object(let members) = object else { return object }
    let own = members.filter { !["apiVersion", "kind"].contains($0.name) }
    return .object(
      [.init("apiVersion", .string(kind.apiVersion)), .init("kind", .string(kind.kind))] + own)
  }

  private func unreadable(_ response: HTTPResponse, _ attempt: String) -> BackendError {
    BackendError(
      .fateUnknown,
      "cannot \(attempt): \(rest.server) answered \(response.status), but the body is not the object",
      hint: StatusProblem.wrongServerHint)
  }

  private func rehearse(
    _ target: String, _ path: String, _ kind: ResourceKind, _ body: [UInt8], name: String?,
    _ attempt: String
  ) throws(BackendError) -> KubernetesObject {
    try clean { () throws(BackendError) in
      var doubt = Doubt()
      while true {
        let reading = try rest.read(
          target, posting: body, to: attempt,
          isWhole: { value in
            guard let object = KubernetesObject(value) else { return false }
            return name == nil || object.name == name
          })
        switch reading {
        case .value(let value):
          guard let object = KubernetesObject(value) else {
            throw BackendError(.brokenContract, "cannot \(attempt): the answer is no object")
          }
          return object
        case .absent(let problem), .rejected(let problem):
          if problem.isAboutPath, try !isMissing(kind, by: problem, path, attempt, &doubt) { continue }
          var error = error(for: problem, .post, kind, to: attempt)
          if problem.status == 400, error.message.contains("does not support dry run") {
            error.kind = .fateUnknown
          }
          throw error
        }
      }
    }
  }

  /// Sends a change of an object, or of a kind in a namespace, which it could miss.
  private func change(
    _ method: HTTPRequest.Method, _ target: String, _ kind: ResourceKind, missing name: String,
    _ subject: ResourceKind, type: String = "application/json", body: [UInt8], _ attempt: String
  ) throws(BackendError) -> HTTPResponse {
    let fields = [HTTPField("Content-Type", type)]
    switch try rest.answer(to: method, target, fields: fields, body: body, to: attempt) {
    case .done(let response): return response
    case .problem(let problem):
      throw try refusal(problem, method, kind, missing: name, subject, attempt)
    }
  }

  /// The error that the answer to a change amounts to; whether a gateway has passed the change on nobody knows.
  private func refusal(
    _ problem: StatusProblem, _ method: HTTPRequest.Method, _ kind: ResourceKind, missing name: String,
    _ subject: ResourceKind, _ attempt: String
  ) throws(BackendError) -> BackendError {
    let isGateways = try mayBeAGateways(problem, missing: name, subject, kind, attempt)
    return error(for: isGateways ? problem.ofAGateway : problem, method, kind, to: attempt)
  }
}
