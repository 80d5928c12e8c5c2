import Foundation
import HTTPTransport
import PageProbe
import Testing
import Timing

/// The body of a page: decoded as a browser would, and known for a part where it is one.
@Suite struct PageBodyTests {
  private func look(head: String, _ body: [UInt8]) throws -> PageResponse {
    let server = try LoopbackServer { connection in
      guard connection.readRequest() != nil else { return }
      connection.write(Array("HTTP/1.1 \(head)\r\n\r\n".utf8) + body)
    }
    let pages = try CurlPages(
      trust: TLSTrust(), resolve: [], names: TransportParameterNames(), userAgent: "test", time: SystemTime())
    return try pages.look(at: PageURL("http://127.0.0.1:\(server.port)/"), timeLimit: .seconds(20))
  }

  private func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
    let (process, input, output) = (Process(), Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-c"]
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    Thread.detachNewThread {
      try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
      try? input.fileHandleForWriting.close()
    }
    return Array(output.fileHandleForReading.readDataToEndOfFile())
  }

  @Test func `a compressed body is decoded`() throws {
    let body = try compressed(Array("Release 2.4.1".utf8))
    let seen = try look(head: "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)", body)
    #expect(seen.body == Array("Release 2.4.1".utf8) && seen.gap == nil)
  }

  @Test func `a body that grows without end is cut where any other is`() throws {
    let body = try compressed([UInt8](repeating: 0x20, count: 64 << 20))
    let seen = try look(head: "200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)", body)
    #expect(seen.body.count == CurlPages.bodyBytes && seen.gap?.contains("bytes are read") == true)
  }

  @Test func `an encoding that cannot be decoded leaves the status`() throws {
    let seen = try look(head: "200 OK\r\nContent-Encoding: x-own\r\nContent-Length: 4", Array("abcd".utf8))
    #expect(seen.status == 200 && seen.body.isEmpty)
    #expect(seen.gap == "its content encoding x-own cannot be decoded")
  }

  @Test func `a body that is cut short leaves what has come of it`() throws {
    let seen = try look(head: "200 OK\r\nContent-Length: 100", Array("Release".utf8))
    #expect(seen.body == Array("Release".utf8) && seen.gap == "it broke off after 7 bytes")
  }

  @Test(arguments: [
    ("200 OK", "does not say how long"), ("206 Partial Content\r\nContent-Length: 2", "a part of it (206)"),
  ])
  func `what may be a part is known for one`(head: String, words: String) throws {
    #expect(try look(head: head, Array("ok".utf8)).gap?.contains(words) == true)
  }

  @Test func `no content is whole`() throws {
    #expect(try look(head: "204 No Content", []).gap == nil)
  }
}
