/// A whole response.
package struct HTTPResponse: Sendable {
  /// The status code, 100-599.
  package var status: Int
  /// The header fields of the final response, in order.
  package var fields: [HTTPField]
  /// The body, complete.
  package var body: [UInt8]

  /// Makes a response.
  package init(status: Int, fields: [HTTPField] = [], body: [UInt8] = []) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The value of the first field of that name, whatever its case.
  package func field(_ name: String) -> String? {
    fields.first { $0.name.lowercased() == name.lowercased() }?.value
  }
}
