internal import SimulatorSupport

/// A refusal of the server, by its number in the API's catalogue of problems.
struct Problem: Error {
  /// Status, title and detail of one kind of problem.
  struct Kind: Sendable {
    var status: Int
    var title: String
    var detail: String

    init(_ status: Int, _ title: String, _ detail: String) {
      (self.status, self.title, self.detail) = (status, title, detail)
    }
  }

  var number: Int
  /// Members besides the fixed ones: `invalidParams`, `invalidFields`, `schemaValidationFailure`.
  var extra: [JSON.Member] = []

  /// Makes the problem of that number.
  init(_ number: Int) {
    self.number = number
  }

  /// Problem 5 or 6: a query parameter is wrong or not for this collection.
  static func parameter(_ number: Int, _ name: String, _ reason: String) -> Self {
    var problem = Self(number)
    problem.extra = [.init("invalidParams", [["name": .string(name), "reason": .string(reason)]])]
    return problem
  }

  /// Problem 8: the body does not conform to the schema.
  static func schema(_ failure: String) -> Self {
    var problem = Self(8)
    problem.extra = [.init("schemaValidationFailure", .string(failure))]
    return problem
  }

  /// Problem 9 or 10: a field of the body is wrong in itself or conflicts with what is stored.
  static func field(_ name: String, _ reason: String, number: Int = 9) -> Self {
    var problem = Self(number)
    problem.extra = [.init("invalidFields", [["name": .string(name), "reason": .string(reason)]])]
    return problem
  }

  /// What the catalogue of release 24.02 says of each number that the simulator can answer.
  static let catalogue: [Int: Kind] = [
    1: Kind(404, "Resource not found", "The resource specified in the request URI wasn't found."),
    2: Kind(404, "Collection not found", "The collection specified in the request URI wasn't found."),
    3: Kind(401, "Missing bearer token", "The request is missing the required bearer token."),
    4: Kind(401, "Invalid bearer token", "The bearer token provided is invalid, revoked, or doesn't exist."),
    5: Kind(400, "Invalid query parameters", "The supplied query parameters are invalid."),
    6: Kind(
      400, "Query parameters not supported",
      "The supplied query parameters aren't supported for this endpoint."),
    7: Kind(400, "Invalid JSON payload", "The request body is not valid JSON."),
    8: Kind(400, "Invalid JSON resource", "The request body JSON doesn't conform to the schema."),
    9: Kind(400, "Invalid JSON resource", "The request body JSON didn't pass extended validation."),
    10: Kind(
      409, "JSON resource conflict",
      "The request body JSON contains a field that conflicts with an idempotent value."),
    11: Kind(403, "Operation not permitted", "The requested operation isn't permitted."),
    12: Kind(400, "Invalid headers", "The request headers are invalid."),
    14: Kind(403, "Unauthorized access", "The user isn't enabled."),
    18: Kind(404, "Account not found", "The specified account wasn't found."),
    25: Kind(
      409, "Action blocked: Expired Astra Control Center license",
      "The requested action was blocked because the Astra Control Center license is expired."),
    26: Kind(
      409, "Action blocked: No Astra Control Center license",
      "The requested action was blocked because no Astra Control Center license exists."),
    30: Kind(404, "Version not available", "The requested API version isn't available."),
    31: Kind(404, "Schema not found", "The schema doesn't exist."),
    32: Kind(406, "Unsupported content type", "The response can't be returned in the requested format."),
    33: Kind(400, "Invalid account ID", "The specified account ID isn't in the appropriate format."),
    35: Kind(400, "Invalid resource ID", "The resource ID isn't in the appropriate format."),
    38: Kind(412, "Precondition not met", "The conditional headers aren't satisfied."),
    43: Kind(
      409, "Action blocked: Astra Control Center license capacity exceeded",
      "The requested action was blocked because the managed core "
        + "count exceeds the Astra Control Center license capacity."),
    46: Kind(400, "Snapshot not found", "The specified snapshot wasn't found."),
    69: Kind(
      405, "Method not supported",
      "The requested method isn't supported for the specified resource."),
    74: Kind(400, "Backup not found", "The specified backup wasn't found."),
    75: Kind(400, "Application not found", "The specified application wasn't found."),
    76: Kind(
      403, "Application not valid",
      "The snapshot or backup doesn't belong to the specified application."),
    79: Kind(
      403, "Missing request header",
      "The application wasn't updated because a request header is missing."),
    85: Kind(413, "Request body too large", "The request body is too large."),
    105: Kind(
      500, "Resource not created",
      "The resource wasn't created because of an internal server issue."),
    106: Kind(400, "Cluster not found", "The cluster isn't found."),
    107: Kind(
      409, "Backup in progress",
      "The operation didn't start because a backup is already in progress."),
    108: Kind(400, "Bucket not found", "The bucket isn't found."),
    111: Kind(409, "Snapshot not ready", "The snapshot is currently unavailable."),
    112: Kind(409, "Application not ready", "The application is currently unavailable."),
    121: Kind(409, "Application already exists", "The application already exists."),
    122: Kind(400, "Namespace not found", "The specified namespace wasn't found."),
    123: Kind(409, "Namespace unavailable", "The namespace is currently unavailable."),
    127: Kind(400, "Bucket unavailable", "A bucket wasn't specified and a default bucket isn't configured."),
    128: Kind(409, "Backup cancellation not allowed", "A pending backup can't be canceled."),
    130: Kind(409, "Snapshot not supported", "The cluster is not eligible for snapshots."),
    131: Kind(409, "Backup not supported", "The cluster is not eligible for backups."),
    142: Kind(
      409, "Backup or snapshot not deleted",
      "The backup or snapshot of the application wasn't deleted because the application is restoring."),
    143: Kind(
      409, "Backup with the same name exists",
      "The resource wasn't created because a backup with the same name already exists."),
    144: Kind(
      409, "Backup in progress",
      "The snapshot wasn't deleted because it is currently being used by a backup."),
    145: Kind(
      409, "Snapshot not supported without VolumeSnapshotClass",
      "The cluster isn't eligible for snapshots because a supported "
        + "VolumeSnapshotClass is not installed on the cluster."),
    147: Kind(
      400, "Invalid GVKN specified",
      "An invalid GVKN object was specified in the request. GVKN objects cannot "
        + "be empty and values must conform to the API schema specification."),
    148: Kind(
      409, "A snapshot is already in progress",
      "The requested operation is not possible because a snapshot is already in progress."),
    149: Kind(409, "Snapshot not supported", "The application isn't eligible for snapshots."),
    151: Kind(409, "Clone operation not supported", "The application isn't eligible for a clone operation."),
    152: Kind(
      409, "In-place restore not supported",
      "The requested operation is not possible because a backup is already in progress."),
    155: Kind(
      409, "Selective restore not supported",
      "The application isn't eligible for selective restore."),
    156: Kind(
      400, "Target storage class not found",
      "The target storage class specified for the clone/restore "
        + "operation doesn't exist on the target cluster."),
    158: Kind(
      409, "Backup not supported without VolumeSnapshotClass",
      "The cluster isn't eligible for backups because a supported "
        + "VolumeSnapshotClass isn't installed on the cluster."),
    161: Kind(
      409, "Clone not supported without VolumeSnapshotClass",
      "The cluster isn't eligible for application clones because a "
        + "supported VolumeSnapshotClass isn't installed on the cluster."),
    164: Kind(
      409, "Requested resource in unexpected state",
      "The requested resource can't be returned because it isn't in the expected "
        + "state. Wait for the conflict to be resolved and retry the request."),
    166: Kind(401, "Unauthorized access", "The request could not be authorized."),
    168: Kind(
      403, "Execution hook action not permitted",
      "Execution hooks are not enabled in feature settings."),
    170: Kind(
      400, "Default bucket not assigned",
      "The requested operation is not possible because there is no default bucket for this cluster."),
    174: Kind(409, "Backup deletion in progress", "Backup deletion is currently in progress."),
    176: Kind(
      409, "Snapshot name already exists",
      "The resource wasn't created because a snapshot with the same name already exists."),
    177: Kind(
      400, "Bucket assignment for snapshot not allowed",
      "This snapshot isn't eligible for bucket assignment because the "
        + "associated cluster doesn't have the 'neptuneV1' capability."),
  ]
}
