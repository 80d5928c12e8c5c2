import HTTPTransport
import Testing
import Timing

@Suite struct ExchangeTests {
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
}
