internal import HTTPTransport

/// An IP address in one spelling, so that two of them can be compared.
package struct PageAddress: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// Reads an address; nil if the text is none.
  package init?(_ text: String) {
    guard let address = canonicalAddress(text) else { return nil }
    description = address
  }
}
