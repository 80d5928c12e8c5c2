internal import CCurl

/// What libcurl is told of every transfer to one server: where it is, who it has to be, and what stands between.
struct TransferOptions {
  private let endpoint: Endpoint
  private let trust: TLSTrust
  private let roots: TrustedRoots
  private let proxy: Proxy?
  private let certificate: ClientCertificate?
  private let limits: TransportLimits
  private let names: TransportParameterNames
  /// The name that the certificate has to hold, if it is not the host's.
  private let serverName: Endpoint?

  init(
    endpoint: Endpoint, trust: TLSTrust, roots: TrustedRoots, proxy: Proxy?, certificate: ClientCertificate?,
    limits: TransportLimits, names: TransportParameterNames
  ) throws(TransportError) {
    self.endpoint = endpoint
    self.trust = trust
    self.roots = roots
    self.proxy = proxy
    self.certificate = certificate
    self.limits = limits
    self.names = names
    let name = endpoint.scheme == .https ? trust.serverName : nil
    serverName = try name.map { name throws(TransportError) in try Self.certificateName(name) }
  }

  /// Where the host of the URL is to be found, as libcurl takes it (CURLOPT_CONNECT_TO); nil if it is itself.
  ///
  /// libcurl verifies the name that stands in the URL, so that is the certificate's where it is not the host's.
  var route: String? {
    serverName.map { name in
      "\(name.bracketedHost):\(endpoint.port):\(endpoint.bracketedHost):\(endpoint.port)"
    }
  }

  private static func certificateName(_ name: String) throws(TransportError) -> Endpoint {
    do throws(TransportError) {
      return try Endpoint(name.contains(":") ? "[\(name)]" : name)
    } catch {
      throw TransportError(
        .misconfigured, "the name for the server's certificate \(error.message)", mayHaveBeenSent: false)
    }
  }

  /// Sets every option of a transfer; nothing is left to libcurl's defaults that a promise rests on.
  func apply(to easy: borrowing EasyHandle, for request: HTTPRequest) throws(TransportError) {
    try easy.set(CURLOPT_URL, origin + endpoint.path + request.target)
    try easy.set(CURLOPT_PATH_AS_IS, true)
    try easy.set(CURLOPT_PROTOCOLS_STR, endpoint.scheme.rawValue)
    try easy.set(CURLOPT_FOLLOWLOCATION, false)
    try easy.set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    try easy.set(CURLOPT_HTTP09_ALLOWED, false)
    try easy.set(CURLOPT_NOSIGNAL, true)
    try easy.set(CURLOPT_NOPROGRESS, true)
    try easy.set(CURLOPT_TCP_KEEPALIVE, true)
    // A name that is being resolved must not hold the process at its end: the resolver's thread is left behind.
    try easy.set(CURLOPT_QUICK_EXIT, true)
    // The limits of time are ours, by our clock; this one, a second behind, only makes libcurl share the time
    // between a host's addresses instead of spending its own five minutes on the first.
    try easy.set(CURLOPT_CONNECTTIMEOUT_MS, (Int(limits.connect.components.seconds) + 2) * 1000)
    try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
    try easy.set(CURLOPT_HEADEROPT, Int(CURLHEADER_SEPARATE))
    try configureProxy(easy)
    try configureTLS(easy)
    try configureBody(of: request, easy)
  }

  /// The URL up to the endpoint's path, by the name that the certificate has to hold.
  private var origin: String {
    serverName.map { "\(endpoint.scheme.rawValue)://\($0.bracketedHost):\(endpoint.port)" } ?? endpoint.origin
  }

  /// Names the proxy, or none: libcurl's own reading of the environment never counts.
  private func configureProxy(_ easy: borrowing EasyHandle) throws(TransportError) {
    try easy.set(CURLOPT_PROXY, proxy?.url ?? "")
    try easy.set(CURLOPT_NOPROXY, proxy == nil ? "*" : "")
    if let user = proxy?.user {
      try easy.set(CURLOPT_PROXYUSERNAME, user)
      try easy.set(CURLOPT_PROXYPASSWORD, proxy?.password ?? "")
    }
  }

  private func configureTLS(_ easy: borrowing EasyHandle) throws(TransportError) {
    try easy.set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    try easy.set(CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2)
    try easy.set(CURLOPT_SSL_VERIFYPEER, trust.verify)
    try easy.set(CURLOPT_SSL_VERIFYHOST, trust.verify ? 2 : 0)
    guard endpoint.scheme == .https || proxy?.url.hasPrefix("https:") == true else { return }
    if let pem = roots.pem {
      try easy.set(CURLOPT_CAINFO_BLOB, copying: pem)
      try easy.set(CURLOPT_PROXY_CAINFO_BLOB, copying: pem)
      if !roots.trustsSystem {
        for option in [CURLOPT_CAPATH, CURLOPT_PROXY_CAPATH] { try unsafe easy.set(option, pointer: nil) }
      }
    } else if trust.verify {
      try roots.system.select(on: easy, names)
    }
    if let certificate {
      try easy.set(CURLOPT_SSLCERT_BLOB, copying: certificate.certificate)
      try easy.set(CURLOPT_SSLKEY_BLOB, copying: certificate.key.revealed)
      // Or the TLS library would ask the terminal for a passphrase.
      try easy.set(CURLOPT_KEYPASSWD, "")
    }
  }

  private func configureBody(
    of request: HTTPRequest, _ easy: borrowing EasyHandle
  ) throws(TransportError) {
    switch (request.method, request.body) {
    case (.get, nil): try easy.set(CURLOPT_HTTPGET, true)
    case (.delete, nil): try easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    case (_, let body):
      // With CURLOPT_UPLOAD the body would come from a callback and have to be rewound; this one is copied.
      try easy.set(CURLOPT_POST, true)
      try easy.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
      try easy.set(body: body ?? [])
    }
  }
}
