import Foundation
import Synchronization

/// A TLS server, or a proxy for one, in a process of Python's: nothing that the transport is built on.
///
/// It writes one JSON line per event to its standard output, and ends when its standard input does.
final class TLSServer: Sendable {
  /// What it does with a connection.
  enum Behaviour: String, Sendable {
    /// Answers every request with `ok`, and keeps the connection.
    case keep
    /// Sends a body without a length, and ends TLS in order.
    case close
    /// Sends half a body without a length, and drops the connection without TLS's closing alert.
    case drop
    /// Speaks nothing newer than TLS 1.1.
    case old
    /// Speaks TLS 1.2 and nothing else.
    case tls12
    /// Shows a certificate that its own library would refuse as too weak.
    case weak
    /// Wants a certificate of the client's, by the same authority.
    case client
    /// Is a proxy that connects to anything by the port alone.
    case proxy
  }

  let port: Int
  private let process: Process
  private let input = Pipe()
  private let output: Mutex<Output>

  private struct Output {
    var handle: FileHandle
    var lines: [String] = []
    var rest = ""
  }

  init(_ behaviour: Behaviour, leaf: TestCertificates.Leaf = .good) throws {
    let certificates = try TestCertificates.shared.get()
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-W", "ignore", "-c", Self.program, behaviour.rawValue, certificates.certificate(leaf),
      certificates.key(leaf),
    ]
    let pipe = Pipe()
    process.standardInput = input
    process.standardOutput = pipe
    try process.run()
    output = Mutex(Output(handle: pipe.fileHandleForReading))
    guard let first = Self.nextLine(output), let port = Int(first) else { throw CocoaError(.fileReadUnknown) }
    self.port = port
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Ends the server, and returns the events it has seen: `connection`, or the head of a request.
  func events() -> [String] {
    try? input.fileHandleForWriting.close()
    var events: [String] = []
    while let line = Self.nextLine(output) {
      events.append(line.replacingOccurrences(of: "\\n", with: "\n"))
    }
    return events
  }

  private static func nextLine(_ output: borrowing Mutex<Output>) -> String? {
    output.withLock { output in
      while true {
        if let end = output.rest.firstIndex(of: "\n") {
          let line = String(output.rest[..<end])
          output.rest = String(output.rest[output.rest.index(after: end)...])
          return line
        }
        let data = output.handle.availableData
        guard !data.isEmpty else { return nil }
        output.rest += String(decoding: data, as: UTF8.self)
      }
    }
  }

  private static let program = #"""
    import os, socket, ssl, sys, threading

    behaviour, certificate, key = sys.argv[1:4]
    lock = threading.Lock()

    def say(text):
        with lock:
            os.write(1, (text.replace("\r", "").replace("\n", "\\n") + "\n").encode())

    def head(stream):
        data = b""
        while b"\r\n\r\n" not in data:
            part = stream.recv(65536)
            if not part:
                return None
            data += part
        say(data.split(b"\r\n\r\n")[0].decode())
        return data

    def pump(source, sink):
        try:
            while part := source.recv(65536):
                sink.sendall(part)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def serve_proxy(raw):
        data = head(raw)
        if data is None:
            return
        target = data.split(b" ")[1].decode()
        peer = socket.create_connection(("127.0.0.1", int(target.rsplit(":", 1)[1])))
        raw.sendall(b"HTTP/1.1 200 Connection established\r\nProxy-Note: hello\r\n\r\n")
        other = threading.Thread(target=pump, args=(peer, raw), daemon=True)
        other.start()
        pump(raw, peer)
        other.join()

    def serve_tls(raw):
        stream = context.wrap_socket(raw, server_side=True)
        while head(stream) is not None:
            if behaviour in ("close", "drop"):
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"items\":[")
                if behaviour == "drop":
                    return raw_close(stream)
                stream.sendall(b"]}")
                stream.unwrap()
                return
            stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    def raw_close(stream):
        os.close(stream.detach())

    def serve(raw):
        say("connection")
        try:
            serve_proxy(raw) if behaviour == "proxy" else serve_tls(raw)
        except (OSError, ssl.SSLError):
            pass

    if behaviour != "proxy":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if behaviour == "old":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        if behaviour == "weak":
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        if behaviour == "tls12":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, key)
        if behaviour == "client":
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(os.path.join(os.path.dirname(certificate), "ca.pem"))
    listener = socket.create_server(("127.0.0.1", 0))
    os.write(1, f"{listener.getsockname()[1]}\n".encode())

    def loop():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()
    sys.stdin.read()
    os._exit(0)
    """#
}
