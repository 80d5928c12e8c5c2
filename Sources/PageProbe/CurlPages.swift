package import HTTPTransport
package import Timing

/// Pages over libcurl.
///
/// Each look has a transport of its own, so that name and connection are new each time: a connection that is kept open
/// would go on to show the place where a page was.
package final class CurlPages: PageTransport {
  private let trust: TLSTrust
  private let roots: TrustedRoots
  private let resolve: [String]
  private let names: TransportParameterNames
  private let proxies: Proxies
  private let userAgent: String
  private let time: any TimeSource
  /// Whether any look has shown something.
  private var hasWorked = false

  /// The largest part of a body that is looked at: 1 MiB, far more than any page that says whether it is well.
  package static let bodyBytes = 1 << 20

  /// Prepares looks at pages; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - trust: which pages are believed to be who they say they are; apart from the backend's.
  ///   - resolve: names that are resolved by the user's word, each as `host:port:address`.
  ///   - names: what the user's parameters are called.
  ///   - proxies: those that stand between.
  ///   - userAgent: who asks.
  ///   - time: the clock.
  /// - Throws: `.misconfigured` if the CA file cannot be read or holds no certificate.
  package init(
    trust: TLSTrust, resolve: [String], names: TransportParameterNames,
    proxies: Proxies = .ofProcess(), userAgent: String, time: any TimeSource
  ) throws(TransportError) {
    self.trust = trust
    self.resolve = resolve
    self.names = names
    self.proxies = proxies
    self.userAgent = userAgent
    self.time = time
    roots = try TrustedRoots(trust)
  }

  package func look(at page: PageURL, timeLimit: Duration) throws(TransportError) -> PageResponse {
    let limits = TransportLimits(connect: .seconds(10), bodyBytes: Self.bodyBytes)
    let own = resolve.filter { page.isNamed(by: $0) }
    let transport = try CurlTransport(
      endpoint: page.endpoint, trust: trust, roots: roots, userAgent: userAgent, time: time, limits: limits,
      proxies: proxies, purpose: .page(resolve: own, names))
    do throws(TransportError) {
      let response = try transport.look(at: page.target, timeLimit: timeLimit)
      hasWorked = true
      return response
    } catch {
      guard case .proxyFailed(forGood: true) = error.kind, hasWorked else { throw error }
      var passing = error
      passing.kind = .proxyFailed(forGood: false)
      throw passing
    }
  }
}
