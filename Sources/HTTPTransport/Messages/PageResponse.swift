/// What a page answered.
package struct PageResponse: Sendable {
  /// The status code.
  package var status: Int
  /// The header fields of the final response, in order.
  package var fields: [HTTPField]
  /// The body, or its beginning.
  package var body: [UInt8]
  /// Why this may be less than the whole body, as a clause: `only its first 1048576 bytes are read`; nil if it is whole.
  package var gap: String?
  /// The address that answered, in its canonical form; nil if it is not known.
  package var address: String?
  /// Whether a proxy stood between, so that the address is not known.
  package var isThroughProxy: Bool

  /// Makes a response.
  package init(
    status: Int, fields: [HTTPField] = [], body: [UInt8] = [], gap: String? = nil, address: String? = nil,
    isThroughProxy: Bool = false
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.gap = gap
    self.address = address
    self.isThroughProxy = isThroughProxy
  }
}
