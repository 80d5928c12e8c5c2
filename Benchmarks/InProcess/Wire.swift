package import AstraSimulator

/// The size of messages, as HTTP/1.1 writes them: what crosses the network but for TLS and TCP.
package enum Wire {
  /// How a message is counted, for the reader of a document.
  static let formula =
    "request: METHOD target HTTP/1.1 CRLF, then each field as Name: value CRLF, then CRLF and the body; answer: "
    + "HTTP/1.1 status reason CRLF, then the same. Host, and Content-Length where there is a body, are counted too"

  /// The bytes of a request; `Host` and `Content-Length` count where the client leaves them to its transport.
  package static func size(of request: SimulatedRequest) -> Int {
    let line = request.method.utf8.count + 1 + request.target.utf8.count + " HTTP/1.1\r\n".utf8.count
    let host = request.header("Host") == nil ? field("Host", "astra.example.com") : 0
    return line + host + rest(request.headers, request.body)
  }

  /// The bytes of an answer.
  package static func size(of response: SimulatedResponse) -> Int {
    let line = "HTTP/1.1 \(response.status) \(reason(response.status))\r\n"
    return line.utf8.count + rest(response.headers, response.body)
  }

  /// The fields, the empty line and the body.
  private static func rest(_ fields: [SimulatedRequest.Field], _ body: [UInt8]) -> Int {
    let isLong = fields.contains { $0.name.lowercased() == "content-length" }
    let length = body.isEmpty || isLong ? 0 : field("Content-Length", "\(body.count)")
    return fields.reduce(length + 2 + body.count) { $0 + field($1.name, $1.value) }
  }

  private static func field(_ name: String, _ value: String) -> Int {
    name.utf8.count + 2 + value.utf8.count + 2
  }

  private static func reason(_ status: Int) -> String {
    switch status {
    case 200: "OK"
    case 201: "Created"
    case 202: "Accepted"
    case 204: "No Content"
    case 400: "Bad Request"
    case 403: "Forbidden"
    case 404: "Not Found"
    case 409: "Conflict"
    default: ""
    }
  }
}

/// One request and its answer, when the server saw it.
package struct Exchange: Equatable, Sendable {
  /// The virtual time at which the server saw it, since the start of the world (or, in a record, of the pipeline).
  package var at: Duration
  /// The bytes of the request and of the answer.
  package var sent: Int
  package var received: Int
}

/// What a client did at one operation of the server.
package struct Measured: Equatable, Sendable {
  /// Its exchanges, in order.
  package var exchanges: [Exchange] = []
  /// Which of them asked for the operation; nil for a step that asks for nothing.
  package var asked: Int?
  /// When the server ended the operation.
  package var operationEnd: Duration?
  /// When the client began and ended.
  package var began = Duration.zero
  package var ended = Duration.zero
  /// Whether it noticed the end of the operation at all.
  package var noticed = true
  /// How many connections it opened.
  package var connections = 1

  /// The requests before the operation was asked for; all, where none is.
  package var requestsBefore: Int { asked ?? exchanges.count }
  /// The exchanges before the operation was asked for.
  var before: ArraySlice<Exchange> { exchanges.prefix(requestsBefore) }
  /// When the operation was asked for.
  package var askedAt: Duration? { asked.map { exchanges[$0].at } }

  /// From the server's end of the operation to the first look that showed it.
  package var firstSight: Duration? {
    guard noticed, let asked, let operationEnd else { return nil }
    return exchanges.dropFirst(asked + 1).first { $0.at >= operationEnd }.map { $0.at - operationEnd }
  }

  /// From the server's end of the operation to the client's last look, which confirms it.
  package var lastLook: Duration? {
    guard noticed, let operationEnd, let last = exchanges.last else { return nil }
    return last.at - operationEnd
  }

  /// From the server's end of the operation to the client's own end.
  package var end: Duration? {
    guard noticed, let operationEnd else { return nil }
    return ended - operationEnd
  }
}
