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
