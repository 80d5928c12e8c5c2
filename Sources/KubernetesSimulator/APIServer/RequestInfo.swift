internal import SimulatorSupport

/// What a request asks for, as the access rules see it.
struct RequestInfo: Sendable {
  var isResource = false
  /// `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`, `deletecollection`; of other paths the method.
  var verb = ""
  var group = ""
  var version = ""
  var plural = ""
  var subresource: String?
  var namespace: String?
  var name: String?
  var path = ""
  var query = Query("")
  /// Whether the path is one of the old kind, with `/watch/` in it.
  var isOldWatch = false

  /// Reads a request's method and target.
  init(_ request: SimulatedRequest) {
    let parts = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    query = Query(parts.count > 1 ? String(parts[1]) : "")
    let segments = parts[0].split(separator: "/").map { Query.decoded(String($0)) }
    path = String(parts[0])
    verb = request.method.lowercased()
    var rest: ArraySlice<String>
    switch segments.first {
    case "api" where segments.count > 2: (version, rest) = (segments[1], segments[2...])
    case "apis" where segments.count > 3: (group, version, rest) = (segments[1], segments[2], segments[3...])
    default: return
    }
    isResource = true
    if rest.first == "watch", rest.count > 1 {
      rest.removeFirst()
      isOldWatch = true
    }
    readResource(Array(rest))
    verb = resourceVerb(request.method)
  }

  private mutating func readResource(_ rest: [String]) {
    var rest = rest[...]
    if rest.first == "namespaces", rest.count > 1 {
      namespace = rest[rest.startIndex + 1]
      if rest.count > 2, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
        rest = rest.dropFirst(2)
      }
    }
    plural = rest.first ?? ""
    name = rest.dropFirst().first
    subresource = rest.dropFirst(2).first
  }

  private mutating func resourceVerb(_ method: String) -> String {
    switch method {
    case "POST": return "create"
    case "PUT": return "update"
    case "PATCH": return "patch"
    case "DELETE": return name == nil ? "deletecollection" : "delete"
    case "GET", "HEAD":
      if isOldWatch || query.isSet("watch") {
        takeNameFromSelector()
        return "watch"
      }
      if name != nil { return "get" }
      takeNameFromSelector()
      return "list"
    default: return method.lowercased()
    }
  }

  /// A list of the one object of a name is judged as that object.
  private mutating func takeNameFromSelector() {
    let prefix = "metadata.name="
    guard name == nil, let selector = query["fieldSelector"] else { return }
    for part in selector.split(separator: ",") where part.hasPrefix(prefix) {
      name = String(part.dropFirst(prefix.count).drop { $0 == "=" })
    }
  }

  /// `backups.velero.io`.
  var resource: String { KindDefinition.resource(plural, group: group) }
  /// `backups/status`.
  var combined: String { subresource.map { "\(plural)/\($0)" } ?? plural }

  /// The record of it, once it is allowed.
  func record(of user: String) -> AuthorizedRequest {
    guard isResource else {
      return AuthorizedRequest(user: user, verb: verb, resource: path, namespace: nil, name: nil)
    }
    return AuthorizedRequest(
      user: user, verb: verb, resource: subresource.map { "\(resource)/\($0)" } ?? resource,
      namespace: namespace, name: name)
  }
}

/// The parameters behind a path.
struct Query: Sendable {
  private let pairs: [(name: String, value: String)]

  init(_ text: String) {
    pairs = text.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1]) : ""
      return (Self.decoded(String(parts[0]), isForm: true), Self.decoded(value, isForm: true))
    }
  }

  /// The first value of a parameter; nil: it is not there, or empty.
  subscript(_ name: String) -> String? {
    pairs.first { $0.name == name }.flatMap { $0.value.isEmpty ? nil : $0.value }
  }

  func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

  /// Whether a yes-or-no parameter says yes.
  func isSet(_ name: String) -> Bool { ["1", "true", "True", "TRUE", "t", "T"].contains(self[name] ?? "") }

  static func decoded(_ text: String, isForm: Bool = false) -> String {
    guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
      return text
    }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%"), rest.count >= 2,
        let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(isForm && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
