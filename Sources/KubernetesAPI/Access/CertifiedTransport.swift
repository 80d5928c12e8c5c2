package import HTTPTransport
internal import Timing

/// The way to a cluster with a login's certificate, made anew when the plug-in has made another certificate.
///
/// A server sees the certificate when the connection is made, and never again. Not `Sendable`: one step asks.
package final class CertifiedTransport: LineTransport {
  /// Makes a connection that shows this certificate.
  package typealias Connect = (ClientCertificate?) throws(TransportError) -> any LineTransport

  private let login: ClusterLogin
  private let connect: Connect
  private var transport: any LineTransport
  /// The login's `certificateCount` when `transport` was made.
  private var certificateCount: Int

  /// Makes the first connection; the login has been obtained.
  package init(_ login: ClusterLogin, connect: @escaping Connect) throws(TransportError) {
    self.login = login
    self.connect = connect
    certificateCount = login.certificateCount
    transport = try connect(login.clientCertificate)
  }

  package func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    let response = try current().send(request)
    // 401 is said at the door, before anything is begun, so a change may be sent again too.
    guard response.status == 401, login.renewCertificate() else { return response }
    var again = request
    // The plug-in has taken of the step's time.
    again.timeLimit = min(request.timeLimit, login.timeLeft)
    return try current().send(again)
  }

  /// A watch that is refused is left to the read that follows it.
  package func receiveLines(
    of request: HTTPRequest, longestLine: Int, silence: Duration?,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    try current().receiveLines(of: request, longestLine: longestLine, silence: silence, receive)
  }

  /// The connection with the login's present certificate.
  private func current() throws(TransportError) -> any LineTransport {
    if certificateCount != login.certificateCount {
      transport = try connect(login.clientCertificate)
      certificateCount = login.certificateCount
    }
    return transport
  }
}
