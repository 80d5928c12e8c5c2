internal import AstraSimulator
internal import CMicroHTTPD
internal import SimulatorSupport

extension SimulatedResponse {
  /// Sends the answer; what the library cannot send (a status below 100 or above 999) closes the connection.
  func queue(on connection: OpaquePointer, descriptor: Int32, _ world: (any LiveService)?) -> MHD_Result {
    var made: OpaquePointer?
    if let stream, let world {
      unsafe made = StreamBody(body, stream, world, descriptor)?.response()
    } else {
      unsafe body.withUnsafeBytes { bytes in
        unsafe made = MHD_create_response_from_buffer(
          bytes.count, UnsafeMutableRawPointer(mutating: bytes.baseAddress), .RESPMEM_MUST_COPY)
      }
    }
    guard let response = unsafe made else { return .NO }
    defer { unsafe MHD_destroy_response(response) }
    for (name, value) in headers {
      // The library sets the length itself, and takes no empty value; to whoever reads it, a space is one.
      _ = unsafe MHD_add_response_header(response, name, value.isEmpty ? " " : value)
    }
    return unsafe MHD_queue_response(connection, UInt32(clamping: status), response)
  }
}

/// The body of an answer that goes on, which the connection's thread reads as fast as the client does.
private final class StreamBody {
  private var unsent: ArraySlice<UInt8>
  private var stream: any ResponseStream
  private let world: any LiveService
  private let descriptor: Int32
  private let bell: Bell

  init?(_ start: [UInt8], _ stream: any ResponseStream, _ world: any LiveService, _ descriptor: Int32) {
    guard let bell = Bell() else { return nil }
    (unsent, self.stream, self.world, self.descriptor) = (start[...], stream, world, descriptor)
    world.add(bell.id)
    self.bell = bell
  }

  deinit { world.remove(bell.id) }

  /// The library's response, which owns this body.
  func response() -> OpaquePointer? {
    unsafe MHD_create_response_from_callback(
      UInt64.max, 16_384,
      { body, _, buffer, size in
        guard let body = unsafe body, let buffer = unsafe buffer else { return astra_http_cut() }
        let reader = unsafe Unmanaged<StreamBody>.fromOpaque(body).takeUnretainedValue()
        return unsafe reader.read(UnsafeMutableRawBufferPointer(start: buffer, count: size))
      }, Unmanaged.passRetained(self).toOpaque(),
      { body in
        if let body = unsafe body { unsafe Unmanaged<StreamBody>.fromOpaque(body).release() }
      })
  }

  /// Reads on, once there is something.
  private func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    while unsent.isEmpty {
      guard let news = world.next(of: &stream) else { return astra_http_end() }
      unsent = news[...]
      if unsent.isEmpty, !bell.wait(milliseconds: world.millisecondsToNews, connection: descriptor) {
        return astra_http_cut()
      }
    }
    let part = unsent.prefix(buffer.count)
    unsafe buffer.copyBytes(from: part)
    unsent = unsent.dropFirst(part.count)
    return part.count
  }
}
