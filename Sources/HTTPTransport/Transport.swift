package import Timing

/// Sends one request at a time and returns its whole response, or says why there is none.
///
/// An HTTP status is data: only what keeps a response from arriving throws.
package protocol Transport: AnyObject {
  /// Sends `request` and waits for the whole response; no redirect is followed.
  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse
}

/// One HTTP request to the transport's endpoint.
package struct HTTPRequest: Sendable {
  package enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  /// The request's method.
  package var method: Method
  /// The path with its query, percent-encoded: `/accounts/…/k8s/v2/apps?filter=…`.
  package var target: String
  /// The header fields other than `Authorization` and `User-Agent`.
  package var fields: [HTTPField]
  /// The bearer token, which leaves in the `Authorization` field alone.
  package var token: Secret?
  /// The body's bytes; nil sends none.
  package var body: [UInt8]?
  /// How long the whole exchange may take.
  package var timeLimit: Duration

  /// Makes a request.
  package init(
    _ method: Method, _ target: String, fields: [HTTPField] = [], token: Secret? = nil,
    body: [UInt8]? = nil, timeLimit: Duration
  ) {
    self.method = method
    self.target = target
    self.fields = fields
    self.token = token
    self.body = body
    self.timeLimit = timeLimit
  }

  /// Every field that goes on the wire, the authorization among them.
  ///
  /// This is the only reader of a `Secret`: call it where bytes are about to leave, nowhere else.
  package func wireFields(userAgent: String) -> [HTTPField] {
    var all = fields
    if let token { all.append(HTTPField("Authorization", "Bearer \(token.revealed)")) }
    all.append(HTTPField("User-Agent", userAgent))
    return all
  }
}

/// One header field; names compare without case.
package struct HTTPField: Hashable, Sendable {
  package var name: String
  package var value: String

  /// Makes a field.
  package init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// A whole response.
package struct HTTPResponse: Sendable {
  /// The status code, 100-599.
  package var status: Int
  /// The header fields of the final response, in order.
  package var fields: [HTTPField]
  /// The body, complete.
  package var body: [UInt8]

  /// Makes a response.
  package init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The value of the first field of that name, whatever its case.
  package func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// Why no whole response arrived.
package struct TransportError: Error, Sendable {
  /// What kind of obstacle it was; decides whether trying again can help.
  package enum Kind: Hashable, Sendable {
    /// The process was asked to end.
    case interrupted(Interruption)
    /// The request's time limit passed, or the server was silent for too long.
    case timedOut
    /// The name could not be resolved, or nothing accepted the connection.
    case cannotConnect
    /// A proxy on the way failed, which says nothing of the server; for good, if it can never have worked.
    case proxyFailed(forGood: Bool)
    /// The certificate is not trusted, or is for another host: the same again next time.
    case untrusted
    /// The connection broke, or the answer was cut short or malformed.
    case broken
    /// The response was larger than the transport's bounds.
    case tooLarge
    /// The transport could not be set up (a CA file that cannot be read, an option refused): permanent.
    case misconfigured
  }

  package var kind: Kind
  /// A lower-case sentence fragment without secrets: `connection refused by astra.example.com:443`.
  package var message: String
  /// What the user can do about it, if anything is known.
  package var hint: String?
  /// Whether the request may have reached the server: false only if it certainly did not.
  package var mayHaveBeenSent: Bool

  /// Makes a transport error.
  package init(_ kind: Kind, _ message: String, hint: String? = nil, mayHaveBeenSent: Bool) {
    self.kind = kind
    self.message = message
    self.hint = hint
    self.mayHaveBeenSent = mayHaveBeenSent
  }
}
