internal import Text

extension HTTPRequest {
  /// Adds the request's header lines, the authorization among them, after a look at every byte of them.
  ///
  /// A line break in a value would be a second field, or a second request; nothing of that kind is sent.
  /// Throws `.misconfigured`, naming the part but no secret.
  func append(to list: inout FieldList, userAgent: String) throws(TransportError) {
    guard target.first == "/", target.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else {
      throw Self.refused("the target \(printable(target, limit: 100)) is not a percent-encoded path")
    }
    for field in wireFields(userAgent: userAgent) {
      let name = field.name.lowercased()
      guard !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
        throw Self.refused("\(printable(field.name, limit: 40)) is not a name of a header field")
      }
      guard !Self.ownNames.contains(name) else {
        throw Self.refused("the header field \(field.name) is the transport's own")
      }
      guard field.value.utf8.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
        throw Self.refused(
          name == "authorization"
            ? "the token holds a character that cannot be sent, such as a line break"
            : "the value of the header field \(field.name) holds a character that cannot be sent")
      }
      try list.append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
    }
    // Fields that libcurl would add on its own: waiting for a permission to send the body, and a media type.
    try list.append("Expect:")
    let hasType = fields.contains { $0.name.lowercased() == "content-type" }
    if !hasType { try list.append("Content-Type:") }
  }

  /// Fields that say where a message ends or goes: two sources for them could contradict each other.
  private static let ownNames: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "expect", "te", "trailer", "upgrade",
  ]

  private static func refused(_ message: String) -> TransportError {
    TransportError(.misconfigured, message, mayHaveBeenSent: false)
  }
}

/// Whether a byte may be in the name of a header field (RFC 9110, 5.6.2).
private func isTokenByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
  }
}
