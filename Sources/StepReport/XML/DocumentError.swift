/// A report could not be made into a document, or the document is not what it should be.
package struct DocumentError: Error, Hashable, CustomStringConvertible {
  /// What went wrong, as a fragment: `libxml2 refused to write an attribute: …`.
  package var reason: String

  package var description: String { reason }
}
