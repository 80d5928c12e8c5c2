/// A page that a customer can open, by its URL.
package struct Page: Hashable, Sendable, CustomStringConvertible {
  /// Its URL.
  package let url: PageURL

  /// Names a page.
  package init(url: PageURL) {
    self.url = url
  }

  /// The URL in one spelling.
  package var description: String { url.description }
}

extension Page {
  /// Whether an entry `host:port:address` is about this page.
  package func isNamed(by entry: String) -> Bool { url.isNamed(by: entry) }
}
