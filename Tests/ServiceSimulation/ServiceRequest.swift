/// One HTTP request as it arrives at a simulated service.
package struct ServiceRequest: Sendable {
  /// One header field.
  package typealias Field = (name: String, value: String)

  package var method: String
  /// The path with its query, percent-encoded.
  package var target: String
  package var headers: [Field]
  package var body: [UInt8]

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

  /// Makes a response.
  package init(status: Int, headers: [ServiceRequest.Field] = [], body: [UInt8] = []) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }
}
