package import AppProtection
package import HTTPTransport
internal import RESTClient
internal import StructuredValues
internal import Text
internal import Timing

/// What an answer other than success says: a `Status` of the API, its plain texts, or whatever a gateway answers.
///
/// A `Status` may come without `kind` and as `text/plain` (a request that took too long), and without `reason`. A path
/// that the API does not have is no `Status` but the text `404 page not found`.
package struct StatusProblem: APIProblem {
  /// What an invalid member is, and what is wrong with it.
  package struct Cause: Hashable, Sendable {
    /// `FieldValueRequired`, `NamespaceTerminating`.
    package var reason: String?
    package var message: String
    /// The member's path: `spec.applicationRef`.
    package var field: String?
  }

  package let status: Int
  /// The API's word for what happened: `AlreadyExists`; nil where it has none.
  package private(set) var reason: String?
  /// The API's sentence, on one line.
  package private(set) var message: String?
  /// What is wrong, member by member.
  package private(set) var causes: [Cause] = []
  package private(set) var retryAfter: Duration?
  package private(set) var isFromAPI = false
  /// Whether the path is not one of the API's at all: the kind, its version or its group is not installed.
  package private(set) var isAboutPath = false
  /// What it is about, where it says so: the name of an object, and what its kind is called in paths.
  private var subject: (name: String?, plural: String?) = (nil, nil)
  /// The right that access rules do not give.
  private var missingRight: MissingRight?

  package static let wrongServerHint = "is the server of the kubeconfig the address of a Kubernetes API?"

  package init(_ response: HTTPResponse) {
    status = response.status
    guard let body = StructuredValue(parsing: response.body) else {
      readText(response)
      return
    }
    // Everything that the API says in JSON without success says so in one of these two.
    guard body["kind"]?.string == "Status" || body["status"]?.string == "Failure" else { return }
    isFromAPI = true
    reason = body["reason"]?.string.map { printable($0, limit: 60) }
    message = body["message"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    if let seconds = body["details"]?["retryAfterSeconds"]?.integer, seconds > 0 {
      retryAfter = .seconds(min(seconds, 86_400))
    }
    if case .array(let list)? = body["details"]?["causes"] {
      causes = list.prefix(20).compactMap { cause in
        guard let message = cause["message"]?.string else { return nil }
        return Cause(reason: cause["reason"]?.string, message: message, field: cause["field"]?.string)
      }
    }
    missingRight = message.flatMap { MissingRight($0) }
    subject = (body["details"]?["name"]?.string, body["details"]?["kind"]?.string)
    // So says it of a kind that a group of its own does not have (https://github.com/kubernetes/kubernetes/issues/6153).
    isAboutPath =
      status == 404 && subject == (nil, nil) && message == "the server could not find the requested resource"
  }

  /// The same answer as a gateway's, which says nothing of what is behind it.
  var ofAGateway: Self {
    var problem = self
    if isAboutPath { problem.message = nil }
    (problem.isFromAPI, problem.isAboutPath) = (false, false)
    return problem
  }

  /// Reads one of the few texts that the API answers without JSON.
  private mutating func readText(_ response: HTTPResponse) {
    guard response.field("Content-Type")?.lowercased().hasPrefix("text/plain") == true,
      let text = String(validating: response.body.prefix(1000), as: UTF8.self)
    else { return }
    let line = String(text.prefix { $0 != "\n" })
    isAboutPath = status == 404 && line == "404 page not found"
    isFromAPI = isAboutPath || (status == 429 && line.hasPrefix("Too many requests"))
    if isFromAPI { message = line }
  }

  /// The answer as a clause: `answered 409 (backups.velero.io "b1" already exists)`.
  package var clause: String {
    if isAboutPath { return "answered 404 (the server does not have this kind of resource)" }
    let text = words
    return text.isEmpty ? "answered \(status)" : "answered \(status) (\(text))"
  }

  /// The words of the server, what is wrong with each member among them.
  package var words: String {
    let message = message ?? reason ?? ""
    var named: [String] = []
    for cause in causes where !cause.message.isEmpty {
      let text = [cause.field, cause.message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
      if !named.contains(text) { named.append(text) }
    }
    // The message of a PATCH repeats the whole object; the causes say what is wrong with it.
    let head =
      message.firstRange(of: " is invalid: ").map { String(message[..<$0.lowerBound]) + " is invalid" }
      ?? message
    if named.isEmpty { return printable(message, limit: 1000) }
    let isTold = named.allSatisfy { message.contains($0) } && message.utf8.count <= 600
    return printable(isTold ? message : "\(head): \(named.joined(separator: "; "))", limit: 1500)
  }

  package var hint: String? {
    if let missingRight { return "the right that is missing: \(missingRight)" }
    if status == 401 { return "the credentials are not accepted, or have expired" }
    if status == 403, isOfTerminatingNamespace { return "wait until the namespace is gone, or take another" }
    return nil
  }

  /// Whether a webhook or a policy of the cluster turned the request away, and not the rules of access.
  package var isDenial: Bool {
    guard isFromAPI, let message else { return false }
    return message.hasPrefix("admission webhook ") || message.contains(" denied the request")
      || message.contains(" denied request: ")
  }

  /// Whether nothing may be made any more in the namespace, since it is being deleted.
  package var isOfTerminatingNamespace: Bool {
    causes.contains { $0.reason == "NamespaceTerminating" }
      || message?.contains("because it is being terminated") == true
  }

  /// Whether it is the API's word that an object is not there: it names what it misses.
  ///
  /// Where the way to a cluster goes through another one's API, a 404 may be about the service that leads on.
  package func isAbsence(of name: String, _ kind: ResourceKind) -> Bool {
    status == 404 && isFromAPI && subject == (name, kind.plural)
  }

  package var refusesCredentials: Bool {
    switch status {
    case 401: true
    // Quotas, admission and policies say Forbidden too. Access rules say what somebody cannot do; a gateway says nothing.
    case 403: !isFromAPI || (missingRight != nil && !isDenial)
    default: false
    }
  }

  package var endsReading: Bool { status == 401 || (status == 403 && !isFromAPI) }

  package var refusal: BackendError.Refusal {
    if isDenial { return .other }
    switch (status, reason) {
    case (409, "AlreadyExists"?): return .nameTaken
    case (409, _): return .busy
    case (404, _): return .notFound
    case (403, _) where isOfTerminatingNamespace: return .notReady
    case (400, _), (422, _): return .malformed
    default: return .other
    }
  }
}

/// A right that somebody does not have, in the words of the API's own refusal.
private struct MissingRight: Hashable, CustomStringConvertible {
  private let verb: String
  private let resource: String
  private let place: String

  /// Reads `… User "x" cannot list resource "backups" in API group "velero.io" in the namespace "velero"`.
  init?(_ message: String) {
    guard let start = message.firstRange(of: " cannot ") else { return nil }
    let rest = message[start.upperBound...]
    let words = rest.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    verb = printable(words[0], limit: 40)
    if let path = Self.quoted("path ", in: rest) {
      resource = path
      place = ""
      return
    }
    guard let plural = Self.quoted("resource ", in: rest) else { return nil }
    let group = Self.quoted("API group ", in: rest) ?? ""
    let parts = plural.split(separator: "/", maxSplits: 1).map(String.init)
    let subresource = parts.count == 2 ? "/\(parts[1])" : ""
    resource = (parts.first ?? plural) + (group.isEmpty ? "" : ".\(group)") + subresource
    place =
      Self.quoted("in the namespace ", in: rest).map { " in the namespace \($0)" }
      ?? (rest.contains("at the cluster scope") ? " in the whole cluster" : "")
  }

  var description: String { "\(verb) \(resource)\(place)" }

  /// What stands in quotation marks behind some words.
  private static func quoted(_ words: String, in text: Substring) -> String? {
    guard let start = text.firstRange(of: words + "\"") else { return nil }
    let rest = text[start.upperBound...]
    guard let end = rest.firstIndex(of: "\"") else { return nil }
    return printable(rest[..<end], limit: 253)
  }
}
