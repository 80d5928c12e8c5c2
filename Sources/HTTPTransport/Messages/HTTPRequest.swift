/// One HTTP request to the transport's endpoint.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
  }

  /// The request's method.
  package var method: Method
  /// The path with its query, percent-encoded: `/accounts/…/k8s/v2/apps?filter=…`.
  package var target: String
  /// The header fields other than `Authorization` and `User-Agent`.
  package var fields: [HTTPField]
  /// What lets the request in, which leaves in the `Authorization` field alone; nil sends no such field.
  package var authorization: Authorization?
  /// The body's bytes; nil sends none.
  package var body: [UInt8]?
  /// How long the whole exchange may take.
  package var timeLimit: Duration

  /// Makes a request with a bearer token, or with none.
  package init(
    _ method: Method, _ target: String, fields: [HTTPField] = [], token: Secret? = nil,
    body: [UInt8]? = nil, timeLimit: Duration
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    authorization = token.map { .bearer($0) }
    self.body = body
    self.timeLimit = timeLimit
  }

  /// Makes a request that is let in by whatever scheme.
  package init(
    _ method: Method, _ target: String, fields: [HTTPField] = [], authorization: Authorization?,
    body: [UInt8]? = nil, timeLimit: Duration
  ) {
    self.init(method, target, fields: fields, body: body, timeLimit: timeLimit)
    self.authorization = authorization
  }

  /// Every field that goes on the wire, the authorization among them.
  ///
  /// This is the only reader of a `Secret`: call it where bytes are about to leave, nowhere else.
  package func wireFields(userAgent: String) -> [HTTPField] {
    var all = fields
    if let authorization {
      let value = "\(authorization.scheme.rawValue) \(authorization.credentials.revealed)"
      all.append(HTTPField("Authorization", value))
    }
    all.append(HTTPField("User-Agent", userAgent))
    return all
  }
}
