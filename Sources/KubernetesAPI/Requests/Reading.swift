package import AppProtection
internal import HTTPTransport
internal import RESTClient
internal import StructuredValues

extension KubernetesClient {
  /// Reads one object (`GET …/{plural}/{name}`).
  ///
  /// - Returns: the object; nil if the API says that it is not there, also where its namespace is not.
  /// - Throws: `.refused(.notFound)` if the kind is not installed, `.credentials` without the right, trouble that lasts.
  package func get(
    _ kind: ResourceKind, _ name: String, in namespace: String?, to attempt: String
  ) throws(BackendError) -> KubernetesObject? {
    try value(of: answer(kind, name, namespace, attempt), kind, kind.path(of: name, in: namespace), attempt)
  }

  /// Reads one object as `get` does, but tells a missing right or kind.
  package func look(
    at kind: ResourceKind, _ name: String, in namespace: String?, to attempt: String
  ) throws(BackendError) -> LookResult<KubernetesObject?> {
    try result(of: answer(kind, name, namespace, attempt), kind, kind.path(of: name, in: namespace), attempt)
  }

  /// Reads the objects of a kind, page by page; a list that expires in between begins anew, at most five times.
  ///
  /// - Parameters:
  ///   - kind: what they are.
  ///   - namespace: where they lie; nil means in every namespace. One that does not exist holds nothing.
  ///   - labels: a label selector: `tier=gold,!draft`.
  ///   - fields: a field selector: `metadata.name=x`; others than name and namespace most kinds refuse.
  ///   - pageSize: how many items one page holds at most.
  ///   - attempt: what it is for, for messages.
  /// - Returns: the objects, in the server's order.
  /// - Throws: as `get`, `.refused(.malformed)` for a selector, and `.brokenContract` for an item that is no object.
  package func list(
    _ kind: ResourceKind, in namespace: String?, labels: String? = nil, fields: String? = nil,
    pageSize: Int = KubernetesClient.usualPageSize, to attempt: String
  ) throws(BackendError) -> [KubernetesObject] {
    let answer = try pages(of: kind, namespace, labels, fields, pageSize, attempt)
    return try value(of: answer, kind, kind.path(in: namespace), attempt)
  }

  /// Reads the objects of a kind as `list` does, but tells a missing right or kind.
  package func lookAtList(
    of kind: ResourceKind, in namespace: String?, labels: String? = nil, fields: String? = nil,
    to attempt: String
  ) throws(BackendError) -> LookResult<[KubernetesObject]> {
    let answer = try pages(of: kind, namespace, labels, fields, Self.usualPageSize, attempt)
    return try result(of: answer, kind, kind.path(in: namespace), attempt)
  }

  /// How many items one page holds at most, as kubectl has it.
  package static var usualPageSize: Int { 500 }
  /// How often a list is begun whose continuation expires (410).
  private static var mostTries: Int { 5 }

  /// What a reading ended with.
  private enum Answer<Value> {
    case value(Value)
    case no(StatusProblem)
  }

  private func answer(
    _ kind: ResourceKind, _ name: String, _ namespace: String?, _ attempt: String
  ) throws(BackendError) -> Answer<KubernetesObject?> {
    try clean { () throws(BackendError) in
      let path = kind.path(of: name, in: namespace)
      var doubt = Doubt()
      while true {
        switch try rest.read(path, to: attempt, isWhole: { Self.object($0, kind, name) != nil }) {
        case .value(let value): return .value(Self.object(value, kind, name))
        case .absent(let problem) where problem.isAbsence(of: name, kind): return .value(nil)
        case .absent(let problem):
          if try isMissing(kind, by: problem, path, attempt, &doubt) { return .no(problem) }
        case .rejected(let problem): return .no(problem)
        }
      }
    }
  }

  private func pages(
    of kind: ResourceKind, _ namespace: String?, _ labels: String?, _ fields: String?, _ pageSize: Int,
    _ attempt: String
  ) throws(BackendError) -> Answer<[KubernetesObject]> {
    let selectors = [("labelSelector", labels), ("fieldSelector", fields)].compactMap { name, value in
      value.map { "&\(name)=\(PercentEncoding.encode($0))" }
    }
    return try clean { () throws(BackendError) in
      var tries = 0
      var doubt = Doubt()
      while true {
        tries += 1
        let listing = try rest.collect(
          kind.path(in: namespace), query: "limit=\(pageSize)" + selectors.joined(), to: attempt,
          isPage: { $0["kind"]?.string?.hasSuffix("List") == true }, { KubernetesObject($0) })
        switch listing {
        case .items(let objects): return .value(objects)
        case .rejected(let problem) where problem.status == 410 && tries < Self.mostTries: break
        case .rejected(let problem): return .no(problem)
        case .absent(let problem):
          guard try isMissing(kind, by: problem, kind.path(in: namespace), attempt, &doubt) else {
            // That was no list that expired.
            tries -= 1
            continue
          }
          return .no(problem)
        }
      }
    }
  }

  private func value<Value>(
    of answer: Answer<Value>, _ kind: ResourceKind, _ path: String, _ attempt: String
  ) throws(BackendError) -> Value {
    switch answer {
    case .value(let value): return value
    case .no(let problem):
      throw error(for: problem, .get, kind, to: attempt)
    }
  }

  private func result<Value>(
    of answer: Answer<Value>, _ kind: ResourceKind, _ path: String, _ attempt: String
  ) throws(BackendError) -> LookResult<Value> {
    switch answer {
    case .no(let problem) where problem.isAboutPath: return .notInstalled
    case .no(let problem) where problem.status == 403: return .forbidden(scrubbed(problem.clause))
    case .value, .no: return .told(try value(of: answer, kind, path, attempt))
    }
  }

  /// The object that a document is; nil if it is another one, or none.
  static func object(_ value: StructuredValue, _ kind: ResourceKind, _ name: String) -> KubernetesObject? {
    guard value["kind"]?.string == kind.kind, let object = KubernetesObject(value), object.name == name
    else { return nil }
    return object
  }
}
