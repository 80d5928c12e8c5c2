/// Sends one request at a time and returns its whole response, or says why there is none.
///
/// An HTTP status is data: only what keeps a response from arriving throws.
package protocol Transport: AnyObject {
  /// Sends `request` and waits for the whole response; no redirect is followed.
  func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse
}
