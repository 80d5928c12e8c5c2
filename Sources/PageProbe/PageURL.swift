package import HTTPTransport

/// The address of a page, as a customer's browser would be given it: `http://` or `https://`, to any host.
package struct PageURL: Hashable, Sendable, CustomStringConvertible {
  /// Scheme, host and port.
  package let endpoint: Endpoint
  /// The path with its query, percent-encoded; at least `/`.
  package let target: String

  /// The address in one spelling: `https://shop.example.com/`.
  package var description: String { endpoint.origin + target }

  /// Reads `http[s]://host[:port][/path][?query]`.
  ///
  /// Throws `.misconfigured` with a clause that follows the value in a message.
  package init(_ text: String) throws(TransportError) {
    let right = "give the whole address of a page, like https://shop.example.com/"
    guard let colon = text.firstRange(of: "://") else {
      throw TransportError(.misconfigured, "has no scheme; \(right)", mayHaveBeenSent: false)
    }
    guard ["http", "https"].contains(text[..<colon.lowerBound].lowercased()) else {
      throw TransportError(
        .misconfigured, "has a scheme other than http and https; \(right)", mayHaveBeenSent: false)
    }
    guard !text.contains("#") else {
      throw TransportError(
        .misconfigured, "has a fragment after #, which no server sees; leave it out", mayHaveBeenSent: false)
    }
    let start = text[colon.upperBound...].firstIndex { "/?".contains($0) } ?? text.endIndex
    let path = text[start...]
    guard path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw TransportError(
        .misconfigured, "has a path that is not percent-encoded; write a space as %20", mayHaveBeenSent: false
      )
    }
    do throws(TransportError) {
      endpoint = try Endpoint(page: String(text[..<start]))
    } catch {
      // What would be right for a host alone is not what is right for a page.
      guard let end = error.message.firstRange(of: "; give the host alone") else { throw error }
      throw TransportError(
        .misconfigured, "\(error.message[..<end.lowerBound]); \(right)", mayHaveBeenSent: false)
    }
    target = path.first == "/" ? String(path) : "/" + path
  }
}

extension PageURL {
  /// Whether an entry `host:port:address` is about this page's host and port; `*` is any host.
  package func isNamed(by entry: String) -> Bool {
    let parts = entry.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    return parts.count == 3 && (parts[0] == "*" || parts[0].lowercased() == endpoint.host)
      && Int(parts[1]) == endpoint.port
  }
}
