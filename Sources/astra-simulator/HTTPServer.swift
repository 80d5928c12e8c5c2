internal import AstraSimulator
internal import CMicroHTTPD
internal import Glibc
internal import SimulatorSupport

/// One client's connection.
struct HTTPConnection {
  /// What tells open connections apart.
  struct ID: Hashable, Sendable {
    fileprivate let address: Int
  }

  let id: ID
  /// Its socket.
  let descriptor: Int32

  fileprivate init(_ connection: OpaquePointer) {
    id = ID(address: Int(bitPattern: connection))
    descriptor = unsafe astra_http_socket(connection)
  }
}

/// HTTP/1.1 with a thread for each connection, until the process ends.
///
/// The handler is called in the connection's thread and may block; so may a stream's reader.
@safe final class HTTPServer {
  /// What answers the requests.
  struct Handler: Sendable {
    var answer: @Sendable (SimulatedRequest, HTTPConnection) -> SimulatedResponse
    /// Whose streams the answers hold; nil: none do.
    var world: (any LiveService)?
    /// Hears of every connection that is closed.
    var closed: @Sendable (HTTPConnection.ID) -> Void = { _ in }
  }

  private let handler: Handler
  private var daemon: OpaquePointer?

  /// Starts a server; without a listener connections are handed to it, without an identity it speaks plain HTTP.
  init(_ listener: ListeningSocket?, _ identity: ServerIdentity?, _ handler: Handler) throws(Failure) {
    self.handler = handler
    let handlers = unsafe astra_http_handlers(
      // Never released: the server runs until the process ends.
      context: Unmanaged.passRetained(self).toOpaque(),
      access: { context, connection, _, method, _, data, size, exchange in
        guard let context = unsafe context, let connection = unsafe connection, let method = unsafe method,
          let size = unsafe size, let exchange = unsafe exchange?.pointee
        else { return .NO }
        let server = unsafe Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
        let request = unsafe Unmanaged<IncomingRequest>.fromOpaque(exchange).takeUnretainedValue()
        if !request.hasBegun {
          request.hasBegun = true
          return .YES
        }
        if let data = unsafe data, unsafe size.pointee > 0 {
          unsafe request.take(UnsafeRawBufferPointer(start: data, count: size.pointee))
          unsafe size.pointee = 0
          return .YES
        }
        return unsafe server.answer(request, String(cString: method), connection)
      },
      begin: { _, target, _ in
        unsafe Unmanaged.passRetained(IncomingRequest(target: String(cString: target))).toOpaque()
      },
      completed: { _, _, exchange, _ in
        guard let request = unsafe exchange?.pointee else { return }
        unsafe Unmanaged<IncomingRequest>.fromOpaque(request).release()
        unsafe exchange?.pointee = nil
      },
      connection: { context, connection, _, code in
        guard code == .CONNECTION_NOTIFY_CLOSED, let context = unsafe context,
          let connection = unsafe connection
        else { return }
        let server = unsafe Unmanaged<HTTPServer>.fromOpaque(context).takeUnretainedValue()
        server.handler.closed(unsafe HTTPConnection(connection).id)
      })
    unsafe daemon = astra_http_start(
      listener?.descriptor ?? -1, identity?.key, identity?.certificate, handlers)
    guard unsafe daemon != nil else {
      throw .cannotCreate("cannot start the server, perhaps for lack of file descriptors (ulimit -n)")
    }
  }

  /// Serves a connection that was accepted elsewhere; the socket is the server's from now on.
  func serve(_ connection: Int32) {
    var name = sockaddr_storage()
    var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
    unsafe withUnsafeMutablePointer(to: &name) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe getpeername(connection, $0, &size)
        // It closes what it cannot serve.
        _ = unsafe MHD_add_connection(daemon, connection, $0, size)
      }
    }
  }

  private func answer(_ request: IncomingRequest, _ method: String, _ connection: OpaquePointer) -> MHD_Result
  {
    let whole = SimulatedRequest(
      method, request.target, headers: unsafe IncomingRequest.fields(connection), body: request.body)
    let peer = unsafe HTTPConnection(connection)
    // The library lets a space in a target by, which is none (RFC 9112, 3.2).
    let response =
      request.target.contains(" ")
      ? SimulatedResponse(status: 400, headers: [("Connection", "close")]) : handler.answer(whole, peer)
    return unsafe response.queue(on: connection, descriptor: peer.descriptor, handler.world)
  }
}
