import HTTPTransport
import Testing
import Timing

/// Responses that are less than they seem: an error, never half a document.
@Suite struct CutResponseTests {
  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"items\":[", "cut short"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"items\":[\r\n", "cut short"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\n{\"it", "cut short"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "cut short"),
    ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nnonsense", "broke"),
    ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}", "does not say how long it is"),
    ("HTTP/1.0 200 OK\r\n\r\n{}", "does not say how long it is"),
    ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}", ""),
    ("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n{}", ""),
    ("HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}", ""),
    ("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "content encoding gzip"),
    ("HTTP/1.1 200 OK\r\nContent-Le", ""),
    ("HTTP/1.1 100 Continue\r\n\r\n", ""),
    ("HTTP/1.1 700 Strange\r\nContent-Length: 2\r\n\r\n{}", "status 700"),
    ("", "without an answer"),
    ("SSH-2.0-OpenSSH_9.2\r\n", "not HTTP"),
    ("<html>\r\n\r\n", "not HTTP"),
    ("HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\n{}", ""),
  ])
  func `a response that is cut short or malformed is broken`(response: String, words: String) throws {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write(response)
    }
    let error = try failure(of: plainTransport(to: server.port))
    #expect(error.kind == .broken)
    #expect(error.mayHaveBeenSent)
    #expect(error.message.contains("127.0.0.1:\(server.port)"), "\(error.message)")
    #expect(words.isEmpty || error.message.contains(words), "\(error.message)")
  }

  @Test func `a reset in the middle of a body is broken`() throws {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"items\":[")
      connection.reset()
    }
    let error = try failure(of: plainTransport(to: server.port))
    #expect(error.kind == .broken)
  }

  @Test func `a token that the server echoes is not spread by the error`() throws {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write(
        "HTTP/1.1 200 OK\r\nContent-Encoding: \(fakeToken)\u{1B}[31m\r\nContent-Length: 0\r\n\r\n")
    }
    let error = try failure(of: plainTransport(to: server.port))
    #expect(error.message.contains("<secret>"))
  }
}
