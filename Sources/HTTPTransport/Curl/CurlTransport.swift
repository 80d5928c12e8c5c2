internal import CCurl
package import Timing

/// The transport over libcurl: one server, one connection kept between requests, one request at a time.
///
/// A final class, as `Transport` asks for one; the handles inside free themselves with it. Not `Sendable`: a
/// handle of libcurl belongs to one thread at a time.
package final class CurlTransport: LineTransport {
  /// Where requests go.
  package let endpoint: Endpoint

  private let trust: TLSTrust
  private let userAgent: String
  private let time: any TimeSource
  private let limits: TransportLimits
  private let roots: TrustedRoots
  private let purpose: Purpose
  private let options: TransferOptions
  /// The proxy on the way; nil if there is none.
  private let proxy: Proxy?
  /// Whether anything was ever answered, so that what fails now has worked before.
  private var hasWorked = false
  private let easy: EasyHandle
  private let multi: MultiHandle

  /// The longest wait without a look at the clock and at `interruption`.
  private static let slice = Duration.milliseconds(100)

  /// What it is for: a page is asked for as by a customer, without a token, and each time anew.
  package enum Purpose {
    /// With the names of parameters.
    case backend(TransportParameterNames)
    /// With the names that are resolved by the user's word, `host:port:address`, and the names of parameters.
    case page(resolve: [String], TransportParameterNames)

    fileprivate var names: TransportParameterNames {
      switch self {
      case .backend(let names), .page(_, let names): names
      }
    }
  }

  /// Sets up a transport to `endpoint`; nothing is sent yet.
  ///
  /// `userAgent` is `astra-steps/<version> (<step>)`, `certificate` is shown to a server that asks for one, and `names`
  /// are for hints. Throws `.misconfigured` if the CA file cannot be read or holds no certificate, and if libcurl cannot
  /// be set up.
  package convenience init(
    endpoint: Endpoint, trust: TLSTrust = TLSTrust(), userAgent: String, time: any TimeSource,
    limits: TransportLimits = TransportLimits(), proxies: Proxies = .ofProcess(),
    certificate: ClientCertificate? = nil, names: TransportParameterNames = TransportParameterNames()
  ) throws(TransportError) {
    try self.init(
      endpoint: endpoint, trust: trust, roots: TrustedRoots(trust), userAgent: userAgent, time: time,
      limits: limits, proxies: proxies, purpose: .backend(names), certificate: certificate)
  }

  /// Sets up a transport for that purpose, with certificates that were read before.
  package init(
    endpoint: Endpoint, trust: TLSTrust, roots: TrustedRoots, userAgent: String, time: any TimeSource,
    limits: TransportLimits, proxies: Proxies, purpose: Purpose, certificate: ClientCertificate? = nil
  ) throws(TransportError) {
    self.endpoint = endpoint
    self.trust = trust
    self.roots = roots
    self.userAgent = userAgent
    self.time = time
    self.limits = limits
    self.purpose = purpose
    let proxy = try Self.proxy(of: proxies, to: endpoint, purpose)
    self.proxy = proxy
    options = try TransferOptions(
      endpoint: endpoint, trust: trust, roots: roots, proxy: proxy, certificate: certificate, limits: limits,
      names: purpose.names)
    easy = try EasyHandle()
    multi = try MultiHandle()
    // One server, one connection at a time: an older one has no further use.
    try multi.keep(connections: 1)
  }

  private static func proxy(
    of proxies: Proxies, to endpoint: Endpoint, _ purpose: Purpose
  ) throws(TransportError) -> Proxy? {
    switch purpose {
    // In the clear to a proxy, the token would leave this machine.
    case .backend where endpoint.scheme == .http: nil
    // A proxy would resolve the name itself, and somebody else would be looked at.
    case .page(let resolve, _) where !resolve.isEmpty: nil
    default: try proxies.proxy(for: endpoint)
    }
  }

  package func send(_ request: HTTPRequest) throws(TransportError) -> HTTPResponse {
    try response(of: carryOut(request, reading: .whole), to: request)
  }

  package func receiveLines(
    of request: HTTPRequest, longestLine: Int, silence: Duration? = nil,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> LineStreamEnd {
    let transfer = try carryOut(request, reading: .lines(longest: longestLine), silence: silence, receive)
    let exchange = transfer.exchange
    guard exchange.isStreaming else { return .refused(try response(of: transfer, to: request)) }
    switch transfer.end {
    case .stopped: return .stopped
    case .failed(let error) where error.kind == .timedOut: return .timedOut
    case .failed(let error): return .broken(error)
    case .finished:
      guard exchange.isInsideLine else { return .closed }
      return .broken(
        TransportError(
          .broken, "the answer of \(endpoint) ends in the middle of a line", mayHaveBeenSent: true))
    }
  }

  private func response(
    of transfer: Transfer, to request: HTTPRequest
  ) throws(TransportError) -> HTTPResponse {
    let (exchange, peer) = (transfer.exchange, transfer.peer)
    try checkFraming(of: exchange, status: peer.status, request.authorization)
    return HTTPResponse(status: peer.status, fields: exchange.fields, body: exchange.body)
  }

  /// Looks at a page once: without a token, whatever the host, and with what arrives of a body that is too large.
  package func look(at target: String, timeLimit: Duration) throws(TransportError) -> PageResponse {
    let transfer: Transfer
    do throws(TransportError) {
      transfer = try carryOut(
        HTTPRequest(.get, target, fields: [HTTPField("Accept", "*/*")], timeLimit: timeLimit),
        reading: .beginning)
    } catch {
      guard proxy != nil, error.kind == .cannotConnect else { throw error }
      var failure = error
      failure.kind = .proxyFailed(forGood: false)
      throw failure
    }
    let (exchange, peer) = (transfer.exchange, transfer.peer)
    // Behind a proxy nobody can tell who answered.
    return PageResponse(
      status: peer.status, fields: exchange.fields, body: exchange.body,
      gap: exchange.gap ?? HTTPResponse(status: peer.status, fields: exchange.fields).pageGap,
      address: proxy == nil ? canonicalAddress(peer.address) : nil, isThroughProxy: proxy != nil)
  }

  /// What libcurl knows of a transfer that has ended.
  private struct Peer {
    var status: Int
    var address: String
  }

  private var isForBackend: Bool { if case .backend = purpose { true } else { false } }

  /// A transfer that has ended, one way or the other.
  private struct Transfer {
    var exchange: Exchange
    var peer: Peer
    var end: End

    enum End {
      case finished
      /// Whoever takes its lines wanted no more.
      case stopped
      /// It broke while its lines were taken.
      case failed(TransportError)
    }
  }

  /// Sends a request and receives its answer.
  private func carryOut(
    _ request: HTTPRequest, reading: Exchange.BodyReading, silence: Duration? = nil,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict = { _ in .goOn }
  ) throws(TransportError) -> Transfer {
    let began = time.now
    do throws(TransportError) {
      return try attempt(request, reading, silence ?? limits.idle, receive)
    } catch {
      // Refused before anything was sent, and perhaps only for want of the system's certificates.
      guard error.kind == .untrusted, roots.addSystem() else { throw error }
    }
    var again = request
    again.timeLimit -= time.now - began
    return try attempt(again, reading, silence ?? limits.idle, receive)
  }

  private func attempt(
    _ request: HTTPRequest, _ reading: Exchange.BodyReading, _ silence: Duration,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> Transfer {
    var fields = FieldList()
    try request.append(to: &fields, userAgent: userAgent)
    var route = FieldList()
    if let detour = options.route {
      try fields.append("Host: \(endpoint.authority)")
      try route.append(detour)
    }
    var resolved = FieldList()
    if case .page(let entries, _) = purpose { for entry in entries { try resolved.append(entry) } }
    let mayRepeat = request.method == .get
    let exchange = Exchange(mayRepeat: mayRepeat, reading: reading, limits: limits, time: time)
    // libcurl keeps pointers to the fields and to the exchange: both must outlive the transfer.
    defer { withExtendedLifetime(exchange) {} }
    easy.reset()
    defer { easy.reset() }
    try options.apply(to: easy, for: request)
    try easy.set(CURLOPT_HTTPHEADER, fields)
    if options.route != nil { try easy.set(CURLOPT_CONNECT_TO, route) }
    try exchange.attach(to: easy)
    if !isForBackend {
      // As a browser does: what comes encoded, asked for or not, is decoded.
      try easy.set(CURLOPT_ACCEPT_ENCODING, "")
      if unsafe resolved.raw != nil { try easy.set(CURLOPT_RESOLVE, resolved) }
    }
    try multi.add(easy)
    defer { multi.remove(easy) }
    let end: Transfer.End
    do throws(TransportError) {
      let code = try run(exchange, timeLimit: request.timeLimit, silence: silence, receive)
      exchange.takeBeginning(after: code ?? CURLE_OK)
      let isWhole = (code ?? CURLE_OK) == CURLE_OK || exchange.gap != nil
      if let code, !isWhole || exchange.brokenBound != nil {
        throw failure(
          of: exchange, code: code, systemError: systemError(of: code), request.authorization)
      }
      end = code == nil ? .stopped : .finished
    } catch {
      // A signal ends more than a stream.
      if case .interrupted = error.kind { throw error }
      guard exchange.isStreaming else { throw error }
      end = .failed(error)
    }
    hasWorked = true
    return Transfer(
      exchange: exchange,
      peer: Peer(status: easy.number(CURLINFO_RESPONSE_CODE), address: easy.text(CURLINFO_PRIMARY_IP)),
      end: end)
  }

  /// The system's error number where a connection failed; else zero.
  ///
  /// libcurl tells none where it could not even have a descriptor, so it is looked whether there are any.
  private func systemError(of code: CURLcode) -> Int32 {
    let known = Int32(truncatingIfNeeded: easy.number(CURLINFO_OS_ERRNO))
    guard known == 0 else { return known }
    return switch code {
    case CURLE_COULDNT_CONNECT: descriptorShortage(needing: 1)
    // Two wake its thread up, and what is left serves for files and sockets.
    case CURLE_COULDNT_RESOLVE_HOST: descriptorShortage(needing: 6)
    default: 0
    }
  }

  /// Runs the transfer to its end, in slices, within the limits of time; nil if whoever takes its lines ended it.
  private func run(
    _ exchange: Exchange, timeLimit: Duration, silence: Duration,
    _ receive: (ArraySlice<UInt8>) -> LineVerdict
  ) throws(TransportError) -> CURLcode? {
    while true {
      if let interruption = time.interruption {
        throw TransportError(
          .interrupted(interruption), "interrupted by signal \(interruption.signal)",
          mayHaveBeenSent: exchange.hasStarted)
      }
      let left = try timeLeft(exchange, timeLimit: timeLimit, idle: silence)
      let code = try multi.perform()
      for line in exchange.takeLines() where receive(line) == .stop { return nil }
      if let code { return code }
      let (seconds, attoseconds) = min(left, Self.slice).components
      try multi.poll(milliseconds: Int32(seconds * 1000 + attoseconds / 1_000_000_000_000_000 + 1))
    }
  }

  /// The time until the next limit; throws if one has passed.
  private func timeLeft(
    _ exchange: Exchange, timeLimit: Duration, idle: Duration
  ) throws(TransportError) -> Duration {
    let now = time.now
    let total = timeLimit - (now - exchange.start)
    guard total > .zero else {
      throw TransportError(
        .timedOut, "no complete answer from \(endpoint) within \(max(.zero, timeLimit).shortText)",
        mayHaveBeenSent: exchange.hasStarted)
    }
    guard exchange.hasStarted else {
      let connect = limits.connect - (now - exchange.start)
      guard connect > .zero else { throw connectLimitPassed }
      return min(total, connect)
    }
    let silence = idle - (now - exchange.lastSign)
    guard silence > .zero else {
      throw TransportError(
        .timedOut, "nothing came from \(endpoint) for \(idle.shortText)", mayHaveBeenSent: true)
    }
    return min(total, silence)
  }

  private var connectLimitPassed: TransportError {
    TransportError(
      .cannotConnect, "no connection to \(endpoint) within \(limits.connect.shortText)",
      mayHaveBeenSent: false)
  }

}

// Messages hold words of the server's: the token is taken out of them first, before anything is cut to length.
extension CurlTransport {
  private func checkFraming(
    of exchange: Exchange, status: Int, _ authorization: Authorization?
  ) throws(TransportError) {
    let fields = exchange.fields.map {
      HTTPField($0.name, authorization?.scrubbed(from: $0.value) ?? $0.value)
    }
    let response = HTTPResponse(status: status, fields: fields, body: exchange.body)
    guard let fault = response.framingFault else { return }
    throw TransportError(.broken, "the answer of \(endpoint) \(fault)", mayHaveBeenSent: true)
  }

  private func failure(
    of exchange: Exchange, code: CURLcode, systemError: Int32, _ authorization: Authorization?
  ) -> TransportError {
    if let bound = exchange.brokenBound {
      return TransportError(.tooLarge, "the answer of \(endpoint) has \(bound)", mayHaveBeenSent: true)
    }
    if code == CURLE_OPERATION_TIMEDOUT, !exchange.hasStarted { return connectLimitPassed }
    return CurlFailure(
      code: code, text: authorization?.scrubbed(from: exchange.errorText) ?? exchange.errorText,
      systemError: systemError, verifyResult: easy.number(CURLINFO_SSL_VERIFYRESULT), endpoint: endpoint,
      proxy: proxy, hasWorked: hasWorked, caFile: trust.caFile, caSource: trust.source,
      hasStarted: exchange.hasStarted, names: purpose.names
    ).error
  }
}
