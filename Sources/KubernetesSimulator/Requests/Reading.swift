internal import SimulatorSupport

extension KubernetesCluster {
  /// GET of one object.
  func answerGet(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    guard let object = store.object(target.key) else { throw .notFound(target.kind, target.name ?? "") }
    return try answer(200, object, call)
  }

  /// GET of a collection.
  func answerList(_ call: Call, _ target: Target) throws(APIProblem) -> SimulatedResponse {
    let kind = target.kind
    let query = call.query
    let selector = try ObjectSelector(query, kind)
    let order = try ListOrder(query, pageLimit: settings.pageLimit)
    let (rows, revision) = try rows(of: target, order)
    var items: [JSON] = []
    var rest = 0
    var last: ObjectTable.Row?
    let start = order.start
    for row in rows where start.map({ (row.namespace, row.name) > $0 }) ?? true {
      guard selector.isEmpty || selector.selects(row.object) else { continue }
      if let limit = order.limit, items.count == limit {
        rest += 1
        continue
      }
      items.append(row.object)
      last = row
    }
    var metadata: JSON = ["resourceVersion": .string(String(revision))]
    if rest > 0, let last {
      metadata["continue"] = .string(
        ListOrder.token(
          revision: revision, namespace: last.namespace, name: last.name, isNamespace: target.namespace != nil
        ))
      if selector.isEmpty { metadata["remainingItemCount"] = .integer(rest) }
    } else if kind.isCustom {
      metadata["continue"] = ""
    }
    return try answer(200, Self.list(kind, items, metadata), call)
  }

  /// A list as it is sent: items of core lists do not tell their kind.
  static func list(_ kind: KindDefinition, _ items: [JSON], _ metadata: JSON) -> JSON {
    let items =
      kind.isCustom
      ? items
      : items.map { item in
        .object((item.members ?? []).filter { $0.name != "kind" && $0.name != "apiVersion" })
      }
    return [
      "kind": .string(kind.kind + "List"), "apiVersion": .string(kind.apiVersion), "metadata": metadata,
      "items": .array(items),
    ]
  }

  /// The objects as they are, or were at the revision that was asked for.
  private func rows(of target: Target, _ order: ListOrder) throws(APIProblem) -> ([ObjectTable.Row], Int) {
    let present = store.rows(target.kind.resource, in: target.namespace)
    guard let wanted = order.exactRevision else {
      if let least = order.leastRevision, least > store.revision {
        throw APIProblem(
          code: 504, reason: "Timeout",
          message: "Timeout: Too large resource version: \(least), current: \(store.revision)",
          details: [
            "causes": [
              ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
            ], "retryAfterSeconds": 1,
          ], headers: [("Retry-After", "1")])
      }
      return (Array(present), store.revision)
    }
    let isTooOld =
      wanted < store.history.forgotten
      || settings.continueLifetime.map {
        now - store.history.moment(of: wanted + 1) > $0 && wanted < store.revision
      }
        ?? false
    guard !isTooOld else {
      guard let start = order.start else {
        throw .expired("The resourceVersion for the provided list is too old.")
      }
      throw .expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new list "
          + "without the continue parameter, or use the continue token in this response to retrieve the remainder of "
          + "the results. Continuing with the provided token results in an inconsistent list - objects that were "
          + "created, modified, or deleted between the time the first chunk was returned and now may show up in the "
          + "list.",
        continueToken: ListOrder.token(
          revision: -1, namespace: start.0, name: start.1, isNamespace: target.namespace != nil))
    }
    var table = ObjectTable(rows: Array(present))
    for event in store.history.events(after: wanted).reversed()
    where event.key.resource == target.kind.resource
      && (target.namespace == nil || event.key.namespace == target.namespace)
    {
      table[event.key.namespace, event.key.name] = event.old
    }
    return (table.rows, wanted)
  }
}

/// Which part of a list is wanted, and of which moment.
struct ListOrder: Sendable {
  /// The most items; nil: all.
  var limit: Int?
  /// The list begins behind that namespace and name.
  var start: (String, String)?
  var exactRevision: Int?
  var leastRevision: Int?

  /// Reads the parameters of a list.
  init(_ query: Query, pageLimit: Int?) throws(APIProblem) {
    if let text = query["limit"] {
      guard let number = Int(text) else {
        throw .badRequest("strconv.ParseInt: parsing \"\(text)\": invalid syntax")
      }
      limit = number > 0 ? number : nil
    }
    let match = query["resourceVersionMatch"]
    let version = query["resourceVersion"]
    if let match, version == nil {
      throw .invalidOptions(
        "ListOptions",
        .forbidden(
          "resourceVersionMatch",
          match == "" ? "" : "resourceVersionMatch is forbidden unless resourceVersion is provided"))
    }
    if let token = query["continue"] {
      try read(token)
    } else if let version {
      guard let number = Int(version), number >= 0 else {
        throw APIProblem(
          code: 500,
          message:
            "resourceVersion: Invalid value: \"\(version)\": strconv.ParseUint: parsing \"\(version)\": "
            + "invalid syntax")
      }
      if match == "Exact" { exactRevision = number } else { leastRevision = number }
      if number == 0 { limit = nil }
    }
    if let pageLimit, limit.map({ $0 > pageLimit }) == true { limit = pageLimit }
  }

  private mutating func read(_ token: String) throws(APIProblem) {
    guard let json = Base64.decoded(token).flatMap({ JSON($0) }), let start = json["start"]?.string,
      let revision = json["rv"]?.integer
    else {
      throw .badRequest(
        "invalid continue token: continue key is not valid: invalid character '\u{C7}' looking for beginning of value"
      )
    }
    let names = start.drop { $0 == "/" }.split(separator: "/").map { $0.filter { $0 != "\u{0}" } }
    self.start = names.count > 1 ? (names[0], names[1]) : (json["ns"]?.string ?? "", names.first ?? "")
    if revision >= 0 { exactRevision = revision }
  }

  /// The token that leads on behind an object.
  static func token(revision: Int, namespace: String, name: String, isNamespace: Bool) -> String {
    let start = isNamespace || namespace.isEmpty ? "/\(name)\u{0}" : "/\(namespace)/\(name)\u{0}"
    var token: JSON = ["v": "meta.k8s.io/v1", "rv": .integer(revision), "start": .string(start)]
    if isNamespace { token["ns"] = .string(namespace) }
    return Base64.encoded(token.bytes)
  }
}
