package import SimulatorSupport

/// What has gone over the wire for requests to the API; what is asked below `/_simulator/` is not in it.
package struct Traffic: Equatable, Sendable {
  /// Bytes of requests, as `SimulatedRequest.wireBytes` has them.
  package internal(set) var bytesReceived = 0
  /// Bytes of answers, as `SimulatedResponse.wireBytes` has them.
  package internal(set) var bytesSent = 0
  /// Connections over which something of the API has been asked, those that are closed among them; none in process.
  package internal(set) var connections = 0
  /// Those of them that are open.
  package internal(set) var openConnections = 0

  var json: JSON {
    [
      "bytesReceived": .integer(bytesReceived), "bytesSent": .integer(bytesSent),
      "connections": .integer(connections), "openConnections": .integer(openConnections),
    ]
  }
}

/// When one request to the API came, and what it asked.
package struct RequestTime: Equatable, Sendable {
  package var at: Duration
  package var method: String
  /// The path below the account with `{id}` for identifiers, under which requests are counted.
  package var path: String

  var json: JSON {
    ["at": .number(at.inSeconds), "method": .string(method), "path": .string(path)]
  }
}

extension World {
  /// What has happened, without what there is: small, however large the world.
  package var activity: JSON {
    var activity: JSON = [
      "now": .number(now.inSeconds), "tally": tally.json, "journal": .array(journal.map(\.json)),
      "requests": requestsJSON, "traffic": traffic.json,
    ]
    if settings.recordTimes { activity.append("times", .array(requestTimes.map(\.json))) }
    return activity
  }

  /// The number of requests, and that of each method and path.
  var requestsJSON: JSON {
    [
      "total": .integer(requestCount),
      "counts": .object(requests.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }),
    ]
  }
}

extension SimulatedRequest {
  /// Whether a target is one of the control endpoints, whose requests are not counted.
  package static func isControl(_ target: some StringProtocol) -> Bool { target.hasPrefix("/_simulator/") }

  /// The bytes of the message in HTTP/1.1 (RFC 9112): `METHOD TARGET HTTP/1.1`, a line `NAME: VALUE` for each field, an
  /// empty line, and the body.
  package var wireBytes: Int {
    let start = method.utf8.count + 1 + target.utf8.count + " HTTP/1.1\r\n".utf8.count
    return start + fieldBytes(headers) + body.count
  }
}

extension SimulatedResponse {
  /// The bytes of the message in HTTP/1.1 (RFC 9112): `HTTP/1.1 STATUS REASON`, a line `NAME: VALUE` for each field, an
  /// empty line, and the body; with the `Content-Length` that the server adds, and without what streams behind it.
  package var wireBytes: Int {
    var bytes = "HTTP/1.1 200 \r\n".utf8.count + (Self.reasons[status] ?? "Non-Standard Status").utf8.count
    bytes += fieldBytes(headers) + body.count
    let mayHaveBody = status >= 200 && status != 204
    if stream != nil {
      bytes += "Transfer-Encoding: chunked\r\n".utf8.count
    } else if mayHaveBody, header("Content-Length") == nil {
      bytes += "Content-Length: \r\n".utf8.count + String(body.count).utf8.count
    }
    return bytes
  }

  /// The words behind a status, as registered at IANA; what is not registered is called non-standard.
  private static let reasons = [
    200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content",
    205: "Reset Content", 206: "Partial Content", 207: "Multi-Status", 208: "Already Reported",
    226: "IM Used", 300: "Multiple Choices", 301: "Moved Permanently", 302: "Found", 303: "See Other",
    304: "Not Modified", 305: "Use Proxy", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
    413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
    416: "Range Not Satisfiable", 417: "Expectation Failed", 421: "Misdirected Request",
    422: "Unprocessable Content", 423: "Locked", 424: "Failed Dependency", 425: "Too Early",
    426: "Upgrade Required",
    428: "Precondition Required", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    451: "Unavailable For Legal Reasons", 500: "Internal Server Error", 501: "Not Implemented",
    502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
    505: "HTTP Version Not Supported", 506: "Variant Also Negotiates", 507: "Insufficient Storage",
    508: "Loop Detected", 510: "Not Extended", 511: "Network Authentication Required",
  ]
}

/// The bytes of header fields, a line each, and of the empty line behind them.
private func fieldBytes(_ fields: [SimulatedRequest.Field]) -> Int {
  fields.reduce(2) { $0 + $1.name.utf8.count + 2 + $1.value.utf8.count + 2 }
}
