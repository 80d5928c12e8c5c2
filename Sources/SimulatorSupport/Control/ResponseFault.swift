/// A response that replaces the server's own, as data.
package struct ResponseFault: Equatable, Sendable {
  /// `GET` and the like, or `*` for any.
  package var method: String
  /// The path without a query, as the service counts its requests: `k8s/v2/apps/{id}`.
  ///
  /// What ends in `*` stands for every path that begins like it.
  package var path: String
  /// The first request it meets, from 1, counted among those that its method and path mean.
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
    for (name, value) in [("nth", nth), ("count", count)] where value < 1 {
      throw ScenarioError("\(path).\(name)", mustBe: "1 or more", not: .integer(value))
    }
    guard (100...999).contains(status) else {
      throw ScenarioError("\(path).status", mustBe: "from 100 to 999", not: .integer(status))
    }
  }
}

extension ResponseFault {
  /// Whether it stands for more than one method or path.
  package var isPattern: Bool { method == "*" || path.hasSuffix("*") }

  /// Whether a request is among those that it counts.
  package func concerns(_ method: some StringProtocol, _ path: some StringProtocol) -> Bool {
    (self.method == "*" || self.method == method)
      && (self.path.hasSuffix("*") ? path.hasPrefix(self.path.dropLast()) : self.path == path)
  }

  /// Whether it meets the request that is the nth of those.
  package func meets(_ number: Int) -> Bool { number >= nth && number - nth < count }

  /// What it answers.
  package var response: SimulatedResponse {
    let fields = headers.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    return SimulatedResponse(
      status: status, headers: [("Content-Type", contentType)] + fields, body: Array(body.utf8))
  }

  /// The fault as a scenario has it.
  package var json: JSON {
    [
      "method": .string(method), "path": .string(path), "nth": .integer(nth), "count": .integer(count),
      "afterwards": .bool(afterwards), "status": .integer(status), "contentType": .string(contentType),
      "headers": .object(headers.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "body": .string(body),
    ]
  }
}
