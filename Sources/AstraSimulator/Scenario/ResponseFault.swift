package import SimulatorSupport

/// A response that replaces the server's own, as data.
package struct ResponseFault: Equatable, Sendable {
  package var method: String
  /// The path below the account, with `{id}` for every identifier: `k8s/v2/apps/{id}`.
  package var path: String
  /// The first request it meets, from 1, counted by method and path.
  package var nth: Int
  /// How many requests in a row it meets.
  package var count: Int
  /// Whether the request is carried out before its response is replaced.
  package var afterwards: Bool
  package var status: Int
  package var contentType: String
  package var headers: [String: String]
  package var body: String

  /// Makes the fault.
  package init(
    _ method: String, _ path: String, nth: Int = 1, count: Int = 1, afterwards: Bool = false, status: Int,
    contentType: String = "text/html", headers: [String: String] = [:], body: String = ""
  ) {
    (self.method, self.path, self.nth, self.count) = (method, path, nth, count)
    (self.afterwards, self.status, self.contentType) = (afterwards, status, contentType)
    (self.headers, self.body) = (headers, body)
  }
}

extension ResponseFault: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    var reader = try ObjectReader(json, path: path)
    self.init(try reader.require("method"), try reader.require("path"), status: try reader.require("status"))
    try reader.take("nth", &nth)
    try reader.take("count", &count)
    try reader.take("afterwards", &afterwards)
    try reader.take("contentType", &contentType)
    try reader.take("headers", &headers)
    try reader.take("body", &body)
    try reader.finish()
  }
}
