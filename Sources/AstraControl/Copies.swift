package import AppProtection
internal import FoundationEssentials
internal import HTTPTransport
internal import Timing

// Backups and snapshots, clones and in-place restores.
extension AstraControlBackend {
  package func recoveryPoints(
    _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> [RecoveryPoint] {
    // These two collections take no filter, so the match by name is the caller's.
    try all(
      in: Self.path(of: kind, application), to: "list the \(kind.rawValue)s of application \(application)",
      { RecoveryPoint($0, kind: kind, of: application) })
  }

  package func recoveryPoint(
    _ id: RecoveryPoint.ID, _ kind: RecoveryPoint.Kind, of application: Application.ID
  ) throws(BackendError) -> RecoveryPoint? {
    try resource(
      "\(Self.path(of: kind, application))/\(Query.encode(id.text))", to: "read \(kind.rawValue) \(id)",
      { RecoveryPoint($0, kind: kind, of: application) })
  }

  package func assets(
    of application: Application.ID, in point: RecoveryPoint?
  ) throws(BackendError) -> [Asset]? {
    let place =
      point.map { "\(Self.path(of: $0.kind, application))/\(Query.encode($0.id.text))" }
      ?? "/k8s/v1/apps/\(Query.encode(application.text))"
    let listing = try collect(
      "\(place)/appAssets",
      to:
        "list the resources of \(point.map { "\($0.kind.rawValue) \($0.id)" } ?? "application \(application)")",
      { Asset($0) })
    // A server that does not offer the list says 404, or 400 (reference: errors of `appAssets`).
    guard case .items(let items) = listing else { return nil }
    return items
  }

  package func existsElsewhere(
    _ kind: RecoveryPoint.Kind, _ nameOrID: String
  ) throws(BackendError) -> Bool {
    // Only backups have a collection for the whole account (`GET /topology/v1/appBackups`, since 22.04).
    guard kind == .backup else { return false }
    let listing = try collect(
      "/topology/v1/appBackups", to: "look for backup \"\(nameOrID)\"", { $0["id"]?.text == nil ? nil : $0 }
    ) {
      $0["id"]?.text == nameOrID || $0["name"]?.text == nameOrID
    }
    guard case .items(let found) = listing else { return false }
    return !found.isEmpty
  }

  package func create(
    _ kind: RecoveryPoint.Kind, named name: String, of application: Application
  ) throws(BackendError) -> RecoveryPoint {
    let attempt =
      kind == .backup ? "back up \"\(application.name)\"" : "make a snapshot of \"\(application.name)\""
    let body = CreateCopyBody(type: Self.type(of: kind), version: Self.copyVersion, name: name)
    return try created(
      Self.path(of: kind, application.id), body, type: body.type, to: attempt,
      { RecoveryPoint($0, kind: kind, of: application.id) })
  }

  package func createClone(_ request: CloneRequest) throws(BackendError) -> Application {
    var body = CreateCloneBody(
      // `storageClassMapping` came with version 2.2 of the resource; older servers know 2.0 only.
      version: request.storageClass == nil ? "2.0" : "2.2", name: request.name,
      clusterID: request.destinationCluster.text, sourceClusterID: request.sourceCluster.text)
    switch request.source {
    case .live: body.sourceAppID = request.application.id.text
    case .recoveryPoint(let point) where point.kind == .backup: body.backupID = point.id.text
    case .recoveryPoint(let point): body.snapshotID = point.id.text
    }
    body.namespaceMapping = request.namespaces.map { .init(source: $0.source, destination: $0.destination) }
    if let storageClass = request.storageClass {
      body.storageClassMapping = [.init(source: "*", destination: storageClass)]
    }
    return try created(
      Self.apps, body, type: body.type, to: "clone \"\(request.application.name)\" as \"\(request.name)\"",
      { Application($0) })
  }

  package func restoreInPlace(_ application: Application, from point: RecoveryPoint) throws(BackendError) {
    let attempt = "restore \"\(application.name)\" in place from \(point.kind.rawValue) \"\(point.name)\""
    var body = RestoreBody()
    switch point.kind {
    case .backup: body.backupID = point.id.text
    case .snapshot: body.snapshotID = point.id.text
    }
    _ = try client.change(
      .put, Self.path(of: application.id),
      fields: [
        HTTPField("Content-Type", "\(body.type)+json"),
        // What the user interface asks a person to type: the present state is overwritten.
        HTTPField("ForceUpdate", "true"),
      ],
      body: try encoded(body, attempt), to: attempt)
  }

  package func delete(_ point: RecoveryPoint) throws(BackendError) {
    let path = "\(Self.path(of: point.kind, point.applicationID))/\(Query.encode(point.id.text))"
    // Only failed ones are ever removed, and those may need the force (workflow "Delete a backup").
    let force = point.kind == .backup ? [HTTPField("Force-Delete", "true")] : []
    _ = try client.change(
      .delete, path, fields: force, body: nil, to: "remove \(point.kind.rawValue) \"\(point.name)\"")
  }

  /// Posts a body and reads the new resource from the answer; an answer that cannot be read loses its id.
  private func created<Value>(
    _ path: String, _ body: some Encodable, type: String, to attempt: String, _ decode: (JSONValue) -> Value?
  ) throws(BackendError) -> Value {
    let response = try client.change(
      .post, path, fields: [HTTPField("Content-Type", "\(type)+json")], body: try encoded(body, attempt),
      to: attempt)
    guard let value = JSONValue(parsing: response.body).flatMap(decode) else {
      throw BackendError(
        .fateUnknown,
        "cannot \(attempt): POST \(path) answered \(response.status), but with a body that names no new object"
      )
    }
    return value
  }

  private func encoded(_ body: some Encodable, _ attempt: String) throws(BackendError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(body))
    } catch {
      throw BackendError(.misconfigured, "cannot \(attempt): a name in it cannot be written as JSON")
    }
  }

  private static func path(of kind: RecoveryPoint.Kind, _ application: Application.ID) -> String {
    let collection = kind == .backup ? "appBackups" : "appSnaps"
    return "/k8s/v1/apps/\(Query.encode(application.text))/\(collection)"
  }

  private static func type(of kind: RecoveryPoint.Kind) -> String {
    kind == .backup ? "application/astra-appBackup" : "application/astra-appSnap"
  }

  /// The newest version of both resources that every server of this generation takes.
  private static let copyVersion = "1.1"
}

/// `POST /k8s/v1/apps/{id}/appBackups` and `…/appSnaps`.
private struct CreateCopyBody: Encodable {
  var type: String
  var version: String
  var name: String
}

/// `POST /k8s/v2/apps` with a source: exactly one of the three ids.
private struct CreateCloneBody: Encodable {
  struct Mapping: Encodable {
    var source: String
    var destination: String
  }

  var type = "application/astra-app"
  var version: String
  var name: String
  var clusterID: String
  var sourceClusterID: String
  var sourceAppID: String?
  var backupID: String?
  var snapshotID: String?
  var namespaceMapping: [Mapping]?
  var storageClassMapping: [Mapping]?
}

/// `PUT /k8s/v2/apps/{id}` with `ForceUpdate`: one of the two ids.
private struct RestoreBody: Encodable {
  var type = "application/astra-app"
  var version = "2.0"
  var backupID: String?
  var snapshotID: String?
}
