/// One HTTP request as it arrives at a simulated service.
package struct ServiceRequest: Sendable {
  /// One header field.
  package typealias Field = (name: String, value: String)

  package var method: String
  /// The path with its query, percent-encoded.
  package var target: String
  package var headers: [Field]
  package var body: [UInt8]
  /// The server that it goes to, as `host` or `host:port`: a service may have several.
  package var host = ""

  /// Makes a request.
  package init(_ method: String, _ target: String, headers: [Field] = [], body: [UInt8] = []) {
    (self.method, self.target, self.headers, self.body) = (method, target, headers, body)
  }
}

/// One HTTP response of a simulated service, or of something on the way.
package struct ServiceResponse: Sendable {
  package var status: Int
  package var headers: [ServiceRequest.Field]
  package var body: [UInt8]
  /// What follows the body as it comes; nil: the body is all.
  package var stream: (any ServiceStream)?

  /// Makes a response.
  package init(status: Int, headers: [ServiceRequest.Field] = [], body: [UInt8] = []) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }
}

/// The body of an answer that goes on: a place in what the service keeps.
package protocol ServiceStream: Sendable {
  /// What has come since the last call; empty: nothing yet; nil: the answer has ended.
  mutating func next(of service: any SimulatedService) -> [UInt8]?
  /// When it will have something to say though nothing changes, as the time since the start; nil: never.
  var due: Duration? { get }
}
