internal import SimulatorSupport

/// Why a request is refused: what a `Status` object tells.
struct APIProblem: Error {
  /// One thing that is wrong with a field.
  struct Cause: Equatable, Sendable {
    var field: String
    var reason: String
    var message: String

    static func required(_ field: String, _ more: String = "") -> Self {
      Self(field: field, reason: "FieldValueRequired", message: "Required value" + more)
    }
    static func invalid(_ field: String, _ value: String, _ why: String) -> Self {
      Self(field: field, reason: "FieldValueInvalid", message: "Invalid value: \(value): \(why)")
    }
    static func unsupported(_ field: String, _ value: String, _ supported: [String]) -> Self {
      let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
      return Self(
        field: field, reason: "FieldValueNotSupported",
        message: "Unsupported value: \(value): supported values: \(list)")
    }
    static func forbidden(_ field: String, _ why: String) -> Self {
      Self(field: field, reason: "FieldValueForbidden", message: "Forbidden: \(why)")
    }

    var json: JSON { ["reason": .string(reason), "message": .string(message), "field": .string(field)] }
    var text: String { "\(field): \(message)" }
  }

  var code: Int
  /// Some of the server's own errors have none.
  var reason: String?
  var message: String
  var details: JSON?
  var headers: [SimulatedRequest.Field] = []
  var continueToken: String?
  /// Not a `Status` but this text.
  var plainText: String?

  /// The `Status` object.
  var json: JSON {
    var status: JSON = [
      "kind": "Status", "apiVersion": "v1",
      "metadata": continueToken.map { ["continue": .string($0)] } ?? [:],
      "status": "Failure", "message": .string(message),
    ]
    if let reason { status["reason"] = .string(reason) }
    if let details { status["details"] = details }
    status["code"] = .integer(code)
    return status
  }

  // MARK: What is wrong

  static func badRequest(_ message: String) -> Self {
    Self(code: 400, reason: "BadRequest", message: message)
  }

  /// A path that leads to nothing.
  static let noSuchPath = Self(
    code: 404, message: "", headers: [("X-Content-Type-Options", "nosniff")],
    plainText: "404 page not found\n")

  static let unauthorized = Self(code: 401, reason: "Unauthorized", message: "Unauthorized")

  static let methodNotAllowed = Self(
    code: 405, reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource", details: [:])

  static func notFound(_ kind: KindDefinition, _ name: String) -> Self {
    Self(
      code: 404, reason: "NotFound", message: "\(kind.resource) \"\(name)\" not found",
      details: details(kind, name: name))
  }

  static func alreadyExists(_ kind: KindDefinition, _ name: String, isDeleted: Bool) -> Self {
    Self(
      code: 409, reason: "AlreadyExists",
      message: "\(isDeleted ? "object is being deleted: " : "")\(kind.resource) \"\(name)\" already exists",
      details: details(kind, name: name))
  }

  static func conflict(_ kind: KindDefinition, _ name: String, _ why: String? = nil) -> Self {
    let why =
      why
      ?? "the object has been modified; please apply your changes to the latest version and try again"
    return Self(
      code: 409, reason: "Conflict",
      message: "Operation cannot be fulfilled on \(kind.resource) \"\(name)\": \(why)",
      details: details(kind, name: name))
  }

  static func unsupportedMediaType(_ accepted: [String]) -> Self {
    Self(
      code: 415, reason: "UnsupportedMediaType",
      message: "the body of the request was in an unknown format - accepted media types include: "
        + accepted.joined(separator: ", "))
  }

  static let notAcceptable = Self(
    code: 406, reason: "NotAcceptable",
    message: "only the following media types are accepted: application/json, application/yaml, "
      + "application/vnd.kubernetes.protobuf")

  /// An object, or what came with it, that breaks rules.
  static func invalid(
    _ qualifiedKind: String, group: String, kind: String, name: String, _ causes: [Cause]
  ) -> Self {
    var texts: [String] = []
    for cause in causes where !texts.contains(cause.text) { texts.append(cause.text) }
    let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
    return Self(
      code: 422, reason: "Invalid", message: "\(qualifiedKind) \"\(name)\" is invalid: \(list)",
      details: details(name: name, group: group, kind: kind, causes: causes))
  }

  static func invalid(_ kind: KindDefinition, _ name: String, _ causes: [Cause]) -> Self {
    invalid(kind.qualifiedKind, group: kind.group, kind: kind.kind, name: name, causes)
  }

  /// Parameters of the query that break rules: `CreateOptions`, `ListOptions`.
  static func invalidOptions(_ options: String, _ cause: Cause) -> Self {
    invalid("\(options).meta.k8s.io", group: "meta.k8s.io", kind: options, name: "", [cause])
  }

  static func expired(_ message: String, continueToken: String? = nil) -> Self {
    Self(
      code: 410, reason: "Expired", message: message, continueToken: continueToken)
  }

  // MARK: Details

  static func details(_ kind: KindDefinition, name: String?) -> JSON {
    details(name: name ?? "", group: kind.group, kind: kind.plural)
  }

  static func details(name: String, group: String, kind: String, causes: [Cause] = []) -> JSON {
    var details: JSON = [:]
    if !name.isEmpty { details["name"] = .string(name) }
    if !group.isEmpty { details["group"] = .string(group) }
    if !kind.isEmpty { details["kind"] = .string(kind) }
    if !causes.isEmpty { details["causes"] = .array(causes.map(\.json)) }
    return details
  }
}
