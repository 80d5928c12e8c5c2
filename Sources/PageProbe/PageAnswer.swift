/// A whole answer of a page.
package struct PageAnswer: Sendable {
  package var status: Int
  package var fields: [(name: String, value: String)]
  /// The body, or its first mebibyte.
  package var body: [UInt8]
  /// The beginning of the body as one line that may be shown: at most 300 characters; a binary one is only named.
  package var excerpt: String
  /// Why the body may be less than the whole, as a clause; nil if it is whole.
  package var gap: String?
  /// The body as text, in the charset that it is in.
  package var text: PageText
  /// The address that answered; nil if it is not known.
  package var address: PageAddress?
  /// Whether a proxy stood between, which hides the address.
  package var isThroughProxy: Bool

  /// Makes an answer.
  package init(
    status: Int, fields: [(name: String, value: String)], body: [UInt8], excerpt: String, gap: String?,
    text: PageText, address: PageAddress?, isThroughProxy: Bool
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.excerpt = excerpt
    self.gap = gap
    self.text = text
    self.address = address
    self.isThroughProxy = isThroughProxy
  }
}
