import HTTPTransport
import Testing
import Timing

/// One exchange with a server that behaves.
@Suite struct ExchangeTests {
  private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  @Test func `a response arrives with its status, fields and body`() throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nX-Empty:\r\nContent-Length: 2\r\n\r\n{}")
    let response = try plainTransport(to: server.port).send(get("/accounts/a?x=%20y"))
    #expect(response.status == 201)
    #expect(response.body == Array("{}".utf8))
    #expect(response.field("content-type") == "application/json")
    #expect(response.field("X-Empty")?.isEmpty == true)
    #expect(server.requests.first?.hasPrefix("GET /accounts/a?x=%20y HTTP/1.1\r\n") == true)
  }

  @Test func `the token is in one field of the request, and nothing is added that was not asked for`() throws
  {
    let server = try LoopbackServer.answering(Self.ok)
    let request = HTTPRequest(
      .get, "/", fields: [HTTPField("Accept", "application/json"), HTTPField("X-Empty", "")],
      token: Secret(fakeToken), timeLimit: .seconds(600))
    _ = try plainTransport(to: server.port).send(request)
    #expect(
      server.requests == [
        """
        GET / HTTP/1.1\r
        Host: 127.0.0.1:\(server.port)\r
        Accept: application/json\r
        X-Empty:\r
        Authorization: Bearer \(fakeToken)\r
        User-Agent: astra-steps/0.0.0 (astra-test)\r
        \r

        """
      ])
  }

  @Test(arguments: [
    (HTTPRequest.Method.get, nil, nil), (.delete, nil, nil), (.post, nil, "0"), (.post, "", "0"),
    (.post, #"{"name":"é"}"#, "13"), (.put, "{}", "2"), (.delete, "{}", "2"), (.get, "{}", "2"),
  ])
  func `method and body arrive as given`(
    method: HTTPRequest.Method, body: String?, length: String?
  ) throws {
    let server = try LoopbackServer.answering(Self.ok)
    _ = try plainTransport(to: server.port).send(
      HTTPRequest(
        method, "/x", fields: [HTTPField("Content-Type", "application/astra-app+json")],
        body: body.map { Array($0.utf8) }, timeLimit: .seconds(600)))
    let request = try #require(server.requests.first)
    #expect(request.hasPrefix("\(method.rawValue) /x HTTP/1.1\r\n"))
    #expect(request.hasSuffix("\r\n\r\n" + (body ?? "")))
    #expect(request.contains("Content-Type: application/astra-app+json\r\n"))
    #expect(!request.contains("Expect"))
    #expect(!request.contains("Transfer-Encoding"))
    let announced = request.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }?.dropFirst(16)
    #expect(announced.map(String.init) == length)
  }

  @Test func `a large body is sent whole and without asking for permission`() throws {
    let server = try LoopbackServer.answering(Self.ok)
    let body = [UInt8](repeating: 0x61, count: 3 << 20)
    _ = try plainTransport(to: server.port).send(HTTPRequest(.put, "/", body: body, timeLimit: .seconds(600)))
    let request = try #require(server.requests.first)
    #expect(request.utf8.count > body.count)
    #expect(!request.contains("Expect"))
    #expect(!request.contains("Content-Type"))
  }

  @Test(arguments: [301, 302, 303, 307, 308, 400, 401, 404, 409, 429, 500, 503])
  func `a status is data, and no redirect is followed`(status: Int) throws {
    let elsewhere = try LoopbackServer.answering(Self.ok)
    let server = try LoopbackServer.answering(
      "HTTP/1.1 \(status) X\r\nLocation: http://127.0.0.1:\(elsewhere.port)/\r\nContent-Length: 1\r\n\r\nx")
    let response = try plainTransport(to: server.port).send(get())
    #expect(response.status == status)
    #expect(response.field("location") == "http://127.0.0.1:\(elsewhere.port)/")
    #expect(elsewhere.connections == 0)
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    ("HTTP/1.1 204 No Content\r\n\r\n", ""),
    ("HTTP/1.1 304 Not Modified\r\n\r\n", ""),
    ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n3\r\n!!!\r\n0\r\n\r\n", "ok!!!"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nTrailer: z\r\n\r\n", "ok"),
    ("HTTP/1.1 100 Continue\r\nInterim: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
    ("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 2\r\n\r\nok", "ok"),
    ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
  ])
  func `every whole form of a body is taken`(response: String, body: String) throws {
    let server = try LoopbackServer.answering(response)
    let answer = try plainTransport(to: server.port).send(get())
    #expect(answer.body == Array(body.utf8))
    #expect(answer.field("Interim") == nil, "only the final response counts")
    #expect(answer.field("Trailer") == nil)
  }

  @Test func `a header line that libcurl cannot take is a broken answer and no mistake of the user`() throws {
    let server = try LoopbackServer.answering(
      "HTTP/1.1 201 Created\r\nX\rY: z\r\nContent-Length: 2\r\n\r\nok")
    let error = try #require(throws: TransportError.self) { try plainTransport(to: server.port).send(get()) }
    #expect(error.kind == .broken)
    #expect(error.mayHaveBeenSent)
  }

  @Test func `an error page without a length is taken, as its status says it all`() throws {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.0 503 Service Unavailable\r\nConnection: close\r\n\r\n<html>no</html>")
    }
    let response = try plainTransport(to: server.port).send(get())
    #expect(response.status == 503)
    #expect(response.body == Array("<html>no</html>".utf8))
  }

  @Test(arguments: [
    "accounts", "/a b", "/a\r\nX: y", "/a#b", "/é", "", "http://127.0.0.1/",
  ])
  func `a target that is no path is refused before anything is sent`(target: String) throws {
    let server = try LoopbackServer.answering(Self.ok)
    let error = try failure(of: plainTransport(to: server.port), get(target))
    #expect(error.kind == .misconfigured)
    #expect(!error.mayHaveBeenSent)
    #expect(server.connections == 0)
  }

  @Test(arguments: [
    HTTPField("X", "a\r\nEvil: b"), HTTPField("X\r\nEvil", "b"), HTTPField("X y", "b"), HTTPField("", "b"),
    HTTPField("X", "\u{0}"), HTTPField("Content-Length", "3"), HTTPField("transfer-encoding", "chunked"),
    HTTPField("Host", "elsewhere.test"),
  ])
  func `a field that could make two of one is refused`(field: HTTPField) throws {
    let server = try LoopbackServer.answering(Self.ok)
    let request = HTTPRequest(.get, "/", fields: [field], token: Secret(fakeToken), timeLimit: .seconds(600))
    let error = try failure(of: plainTransport(to: server.port), request)
    #expect(error.kind == .misconfigured)
    #expect(server.connections == 0)
  }

  @Test func `a token that holds a line break is refused and not shown`() throws {
    let server = try LoopbackServer.answering(Self.ok)
    let request = HTTPRequest(
      .get, "/", token: Secret("\(fakeToken)\r\nEvil: x"), timeLimit: .seconds(600))
    let error = try failure(of: plainTransport(to: server.port), request)
    #expect(error.message == "the token holds a character that cannot be sent, such as a line break")
    #expect(server.connections == 0)
  }
}
