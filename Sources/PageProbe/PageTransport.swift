package import HTTPTransport

/// Looks at pages as a customer's browser would: there is no place for a token in it.
package protocol PageTransport: AnyObject {
  /// Looks at a page once; no redirect is followed.
  func look(at page: PageURL, timeLimit: Duration) throws(TransportError) -> PageResponse
}
