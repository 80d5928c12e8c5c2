internal import AstraSimulator
internal import CMicroHTTPD
internal import SimulatorSupport

/// A request on its way in; one thread at a time sees it.
final class IncomingRequest {
  /// How many bytes of a body are kept, more than the world takes; what lies beyond is read and dropped.
  private static let limit = 2 << 20

  /// The target as the client wrote it; of a whole URL (RFC 9112, 3.2.2) what stands behind its host.
  let target: String
  /// Whether its head was there.
  var hasBegun = false
  private(set) var body: [UInt8] = []

  init(target: String) {
    let isURL = target.hasPrefix("https://") || target.hasPrefix("http://")
    let parts = target.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    self.target = isURL ? "/" + (parts.count > 3 ? parts[3] : "") : target
  }

  /// Takes a part of the body.
  func take(_ part: UnsafeRawBufferPointer) {
    unsafe body.append(contentsOf: part.prefix(Self.limit - body.count))
  }

  /// The header fields of the request at hand, as they came.
  static func fields(_ connection: OpaquePointer) -> [SimulatedRequest.Field] {
    var fields: [SimulatedRequest.Field] = []
    unsafe withUnsafeMutablePointer(to: &fields) { list in
      _ = unsafe MHD_get_connection_values_n(
        connection, .HEADER_KIND,
        { list, _, name, nameSize, value, valueSize in
          unsafe list?.assumingMemoryBound(to: [SimulatedRequest.Field].self).pointee
            .append((text(name, nameSize), text(value, valueSize)))
          return .YES
        }, list)
    }
    return fields
  }
}

/// A name or a value as the library tells it.
private func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
  let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
  // White space behind a value is none of it (RFC 9110, 5.5).
  let end = unsafe bytes.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? 0
  return unsafe String(decoding: bytes[..<end], as: UTF8.self)
}
