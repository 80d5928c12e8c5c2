/// One request as it arrives at the simulated server.
package struct SimulatedRequest: Sendable {
  /// One header field.
  package typealias Field = (name: String, value: String)

  package var method: String
  /// The path with its query, percent-encoded: `/accounts/…/k8s/v2/apps?filter=…`.
  package var target: String
  package var headers: [Field]
  package var body: [UInt8]

  /// Makes a request.
  package init(_ method: String, _ target: String, headers: [Field] = [], body: [UInt8] = []) {
    (self.method, self.target, self.headers, self.body) = (method, target, headers, body)
  }

  /// The first header field of that name, whatever its case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}

/// One response of the simulated server.
package struct SimulatedResponse: Sendable {
  package var status: Int
  package var headers: [SimulatedRequest.Field]
  package var body: [UInt8]

  /// Makes a response.
  package init(status: Int, headers: [SimulatedRequest.Field] = [], body: [UInt8] = []) {
    (self.status, self.headers, self.body) = (status, headers, body)
  }

  /// The first header field of that name, whatever its case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The body as JSON; nil if it is anything else.
  package var json: JSON? { JSON(body) }
}
