/// One response of the simulated server.
package struct SimulatedResponse: Sendable {
  package var status: Int
  package var headers: [SimulatedRequest.Field]
  package var body: [UInt8]
  /// What follows the body as it comes; nil: the body is all.
  package var stream: (any ResponseStream)?

  /// Makes a response.
  package init(
    status: Int, headers: [SimulatedRequest.Field] = [], body: [UInt8] = [],
    stream: (any ResponseStream)? = nil
  ) {
    (self.status, self.headers, self.body, self.stream) = (status, headers, body, stream)
  }

  /// The first header field of that name, whatever its case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  /// The body as JSON; nil if it is anything else.
  package var json: JSON? { JSON(body) }
}
