package import AppProtection
internal import HTTPTransport
internal import StructuredValues
internal import RESTClient
internal import Timing

// Backups and snapshots, and clones.
extension AstraControlBackend {
  package func recoveryPoints(
    _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> [RecoveryPoint] {
    // These two collections take no filter, so the match by name is the caller's.
    try all(
      in: generation.path(of: kind, application),
      to: "list the \(kind.rawValue)s of application \(application)",
      { RecoveryPoint($0, kind: kind, of: application) })
  }

  package func recoveryPoint(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> RecoveryPoint? {
    try client.resource(
      "\(generation.path(of: kind, application))/\(PercentEncoding.encode(id.text))",
      to: "read \(kind.rawValue) \(id)",
      { RecoveryPoint($0, kind: kind, of: application) })
  }

  package func assets(
    of application: Application.ID, in point: RecoveryPoint?
  ) throws(BackendError) -> [Asset]? {
    let (place, owner) =
      if let point {
        (
          "\(generation.path(of: point.kind, application))/\(PercentEncoding.encode(point.id.text))",
          "\(point.kind.rawValue) \(point.id)"
        )
      } else {
        (generation.parent(of: application), "application \(application)")
      }
    let listing = try client.collect(
      "\(place)/appAssets", to: "list the resources of \(owner)", { Asset($0) })
    // A server that does not offer the list says 404, or 400 (problems 2, 50 and 46).
    guard case .items(let items) = listing else { return nil }
    return items
  }

  package func existsElsewhere(
    _ kind: RecoveryPoint.Kind, _ nameOrID: String
  ) throws(BackendError) -> Bool {
    // Only backups have a collection for the whole account (`GET /topology/v1/appBackups`, since 22.04).
    guard kind == .backup else { return false }
    let listing = try client.collect(
      "/topology/v1/appBackups", to: "look for backup \"\(nameOrID)\"", { $0["id"]?.text == nil ? nil : $0 }
    ) {
      $0["id"]?.text == nameOrID || $0["name"]?.text == nameOrID
    }
    guard case .items(let found) = listing else { return false }
    return !found.isEmpty
  }

  package func create(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application, labels: [Label]
  ) throws(BackendError) -> RecoveryPoint {
    let attempt =
      kind == .backup ? "back up \"\(application.name)\"" : "make a snapshot of \"\(application.name)\""
    let type = kind == .backup ? "application/astra-appBackup" : "application/astra-appSnap"
    return try withoutRefused(labels) { labels throws(BackendError) in
      let body = StructuredValue.members([
        "type": .string(type), "version": .string(generation.copyVersion), "name": .string(name),
        "metadata": labels.isEmpty ? nil : .members(["labels": labelList(labels)]),
      ])
      return try created(
        generation.path(of: kind, application.id), body, type: type, to: attempt,
        { RecoveryPoint($0, kind: kind, of: application.id) })
    }
  }

  /// Asks with labels, and once more without them where the body was refused.
  ///
  /// Whether clients may write labels is not documented. A body that was refused for them has begun nothing.
  private func withoutRefused<Value>(
    _ labels: [Label], _ ask: ([Label]) throws(BackendError) -> Value
  ) throws(BackendError) -> Value {
    do throws(BackendError) {
      return try ask(labels)
    } catch {
      guard error.kind == .refused(.malformed), !labels.isEmpty else { throw error }
      return try ask([])
    }
  }

  package func plan(_ request: CloneRequest) throws(BackendError) -> ClonePlan {
    guard let objection = generation.objection(to: request) else { return .direct }
    throw BackendError(
      .misconfigured,
      "cannot clone \"\(request.application.name)\" as \"\(request.name)\" on this server "
        + "(\(generation.description)): \(objection)")
  }

  package func start(_ request: CloneRequest) throws(BackendError) -> Operation {
    _ = try plan(request)
    let generation = generation
    var body = CreateCloneBody(
      type: generation.applicationType, name: request.name, clusterID: request.destinationCluster.text,
      sourceClusterID: request.sourceCluster.text)
    switch request.source {
    case .live: body.sourceAppID = request.application.id.text
    case .recoveryPoint(let point) where point.kind == .backup: body.backupID = point.id.text
    case .recoveryPoint(let point): body.snapshotID = point.id.text
    }
    generation.complete(&body, request)
    let attempt = "clone \"\(request.application.name)\" as \"\(request.name)\""
    let clone = try withoutRefused(request.labels) { labels throws(BackendError) in
      var labelled = body
      labelled.labels = labels.isEmpty ? nil : labels
      return try created(
        generation.applications, labelled.json, type: body.type, to: attempt, { generation.application($0) })
    }
    return cloning(of: clone)
  }

  package func cloning(_ id: Operation.ID) throws(BackendError) -> Operation? {
    try application(Application.ID(id.text)).map(cloning(of:))
  }

  /// The making of a clone, which the server shows as the clone itself: discovering is not the end of it.
  package func cloning(of clone: Application) -> Operation {
    let state: Operation.State =
      if clone.state == .ready {
        .succeeded
      } else if clone.state.isDead {
        .failed(clone.stateClause)
      } else {
        .running(clone.state.rawValue)
      }
    return Operation(id: Operation.ID(clone.id.text), kind: .clone, state: state, application: clone)
  }

  package func delete(_ point: RecoveryPoint) throws(BackendError) {
    let path =
      "\(generation.path(of: point.kind, point.applicationID))/\(PercentEncoding.encode(point.id.text))"
    // A failed one may need the force (workflow "Delete a backup"); a whole one is never forced.
    let isForced = point.kind == .backup && point.state == .failed
    let force = isForced ? [HTTPField("Force-Delete", "true")] : []
    _ = try client.change(
      .delete, path, fields: force, body: nil, to: "remove \(point.kind.rawValue) \"\(point.name)\"")
  }

  /// Posts a body and reads the new resource from the answer; an answer that cannot be read loses its id.
  private func created<Value>(
    _ path: String, _ body: StructuredValue, type: String, to attempt: String,
    _ decode: (StructuredValue) -> Value?
  ) throws(BackendError) -> Value {
    let response = try client.change(
      .post, path, fields: [HTTPField("Content-Type", "\(type)+json")], body: Array(body.oneLine.utf8),
      to: attempt)
    guard let value = StructuredValue(parsing: response.body).flatMap(decode) else {
      throw BackendError(
        .fateUnknown,
        "cannot \(attempt): \(client.server) answered \(response.status), but with a body that names no new object"
      )
    }
    return value
  }
}

/// `POST` to the collection of applications with a source: exactly one of the three ids.
struct CreateCloneBody {
  var type: String
  var version = ""
  var name: String
  var clusterID: String
  var sourceClusterID: String
  var sourceAppID: String?
  var backupID: String?
  var snapshotID: String?
  var namespaceMapping: [CloneRequest.NamespaceMapping]?
  var storageClassMapping: [CloneRequest.NamespaceMapping]?
  /// The clone's only namespace, in the older generation.
  var namespace: String?
  var labels: [Label]?

  var json: StructuredValue {
    func text(_ text: String?) -> StructuredValue? { text.map { .string($0) } }
    func list(_ mapping: [CloneRequest.NamespaceMapping]?) -> StructuredValue? {
      mapping.map { pairs in
        .array(
          pairs.map { .members(["source": .string($0.source), "destination": .string($0.destination)]) })
      }
    }
    return .members([
      "type": text(type), "version": text(version), "name": text(name), "clusterID": text(clusterID),
      "sourceClusterID": text(sourceClusterID), "sourceAppID": text(sourceAppID), "backupID": text(backupID),
      "snapshotID": text(snapshotID), "namespaceMapping": list(namespaceMapping),
      "storageClassMapping": list(storageClassMapping), "namespace": text(namespace),
      "metadata": labels.map { .members(["labels": labelList($0)]) },
    ])
  }
}

/// Labels as the members of `metadata` have them.
private func labelList(_ labels: [Label]) -> StructuredValue {
  .array(labels.map { .members(["name": .string($0.name), "value": .string($0.value)]) })
}
