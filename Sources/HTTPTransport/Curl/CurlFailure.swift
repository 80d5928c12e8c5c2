internal import CCurl
internal import Text

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A transfer that libcurl gave up, in the transport's own terms.
struct CurlFailure {
  var code: CURLcode
  /// libcurl's text on this failure; may be empty.
  var text: String
  /// The system's error number, where a connection failed; else zero.
  var systemError: Int32
  /// OpenSSL's verdict on the certificate (`X509_V_ERR_…`); zero without one.
  var verifyResult: Int
  var endpoint: Endpoint
  /// The proxy on the way; nil if there is none.
  var proxy: Proxy?
  /// Whether the same way has worked before.
  var hasWorked: Bool
  var caFile: String?
  /// What holds the certificates that are trusted beside the system's, for hints; nil if nothing does.
  var caSource: String?
  /// Whether the request had begun to leave.
  var hasStarted: Bool
  /// Where the user has given the host, and the CA file: for hints.
  var names = TransportParameterNames()

  /// The error for the caller.
  var error: TransportError {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
      if let shortage = threadShortage { return shortage }
      if let proxy, code == CURLE_COULDNT_RESOLVE_PROXY { return unknown(proxy) }
      guard systemError == 0 else {
        return make(
          .cannotConnect, "the name \(endpoint.host) cannot be resolved (\(reason))", hint: descriptorHint)
      }
      return make(
        .cannotConnect, "the name \(endpoint.host) cannot be resolved",
        hint: "check the host in \(names.host)")
    case CURLE_PROXY:
      return make(
        .cannotConnect, "no connection to \(endpoint) through the proxy (\(cause))", hint: proxyHint)
    case CURLE_COULDNT_CONNECT: return noConnection
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: return untrusted
    case CURLE_SSL_CACERT_BADFILE:
      let what =
        caFile.map { "the CA file \(printable($0))" } ?? caSource ?? "the system's root certificates"
      return make(.misconfigured, "\(what) cannot be read by the TLS library (\(cause))")
    case CURLE_SSL_CERTPROBLEM:
      return make(.misconfigured, "the client certificate or its key cannot be used (\(cause))")
    case CURLE_SSL_CONNECT_ERROR:
      let isVersion = ["version", "protocol", "cipher"].contains { text.contains($0) }
      return make(
        .cannotConnect, "no TLS session with \(endpoint) (\(cause))",
        hint: isVersion ? "the server must speak TLS 1.2 or newer at this port" : nil)
    // Whatever its words: once the request is on its way this is about the answer. libcurl 7.88 calls a header line
    // with a lone CR before its colon a bad argument of its own function.
    case _ where hasStarted: return brokenOff
    case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT, CURLE_NOT_BUILT_IN, CURLE_UNKNOWN_OPTION,
      CURLE_BAD_FUNCTION_ARGUMENT, CURLE_URL_MALFORMAT:
      return make(.misconfigured, "libcurl cannot send to \(endpoint) (\(cause))")
    default:
      // A proxy that refuses the tunnel shows only here: "CONNECT tunnel failed, response 403".
      return make(
        .cannotConnect, "no connection to \(endpoint) (\(cause))",
        hint: text.contains("CONNECT tunnel") ? proxyHint : nil)
    }
  }

  /// libcurl looks names up in a thread of their own, and says so where there can be none.
  ///
  /// It says the same where there is no descriptor left to hear of that thread.
  private var threadShortage: TransportError? {
    guard systemError != EMFILE,
      text.contains("thread failed to start") || (systemError == EAGAIN && text.contains("thread"))
    else {
      return nil
    }
    return make(
      .cannotConnect, "no name can be resolved: this process may not start a thread (a limit of processes)",
      hint: "raise the limit of processes (ulimit -u; in a container pids.max)")
  }

  private func unknown(_ proxy: Proxy) -> TransportError {
    guard systemError == 0 else {
      return make(
        .cannotConnect, "the name of the proxy \(proxy.place) cannot be resolved (\(reason))",
        hint: descriptorHint)
    }
    return make(
      .proxyFailed(forGood: !hasWorked), "the name of the proxy \(proxy.place) cannot be resolved",
      hint: proxy.nameHint)
  }

  private var noConnection: TransportError {
    // Before a tunnel stands, it is the proxy that is connected to.
    if let proxy {
      return make(.cannotConnect, "no connection to the proxy \(proxy.place) (\(reason))", hint: proxyHint)
    }
    return systemError == ECONNREFUSED
      ? make(.cannotConnect, "connection refused by \(endpoint)")
      : make(
        .cannotConnect, "no connection to \(endpoint) (\(reason))",
        hint: descriptorHint)
  }

  private var brokenOff: TransportError {
    switch code {
    case CURLE_GOT_NOTHING: make(.broken, "\(endpoint) closed the connection without an answer")
    case CURLE_PARTIAL_FILE: make(.broken, "the answer of \(endpoint) was cut short (\(cause))")
    case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_FUNCTION_ARGUMENT:
      make(.broken, "the answer of \(endpoint) is not HTTP/1 (\(cause))")
    case CURLE_ABORTED_BY_CALLBACK:
      make(.broken, "the connection to \(endpoint) ended before an answer, and the request is not repeated")
    default: make(.broken, "the connection to \(endpoint) broke (\(cause))")
    }
  }

  private var untrusted: TransportError {
    let prefix = "SSL certificate problem: "
    if let start = text.firstRange(of: prefix) {
      let problem = printable(text[start.upperBound...])
      return make(
        .untrusted, "the certificate of \(endpoint) is not trusted (\(problem))", hint: trustHint(problem))
    }
    if text.contains("subject name") {
      return make(
        .untrusted, "the certificate of \(endpoint) is for another host (\(cause))",
        hint: "give the host in \(names.host) by a name that the certificate holds")
    }
    return make(
      .untrusted, "the certificate of \(endpoint) is not trusted (\(cause))", hint: trustHint(cause))
  }

  private func trustHint(_ problem: String) -> String {
    switch CertificateFault(verifyResult) {
    case .time: return "renew the server's certificate, or set this machine's clock right"
    case .tooWeak:
      return
        "renew it with a longer key and a newer digest (RSA 2048 or EC P-256, SHA-256): the TLS library refuses weaker ones"
    case .purpose: return "give the server a certificate for TLS servers (extended key usage serverAuth)"
    case .authority:
      return "a certificate in the chain may not sign others (basic constraints, key usage): renew it"
    case .revoked: return "renew the server's certificate"
    case .host: return "give the host in \(names.host) by a name that the certificate holds"
    case .selfSigned:
      return caSource.map { "\($0) does not hold the CA that signed it" }
        ?? "add the server's CA with \(names.authorityFile)"
    case .issuerUnknown:
      let missing = "or the server does not send its intermediate certificates"
      return caSource.map { "\($0) does not hold the CA that signed it, \(missing)" }
        ?? "add the server's CA with \(names.authorityFile), \(missing)"
    case .other: return "look at it: openssl s_client -connect \(endpoint) -showcerts"
    }
  }

  private var descriptorHint: String? {
    systemError == EMFILE ? "raise the limit of open files (ulimit -n)" : nil
  }

  private var proxyHint: String { proxy?.hint ?? "check https_proxy and no_proxy" }

  /// libcurl's text without its prefixes, or its words for the code.
  private var cause: String {
    var text = text.isEmpty ? words(code) : self.text
    // "error:0A000102:SSL routines::unsupported protocol": the last part is the one for people.
    if let start = text.firstRange(of: "error:"),
      let parts = text[start.upperBound...].firstRange(of: "::")
    {
      text = String(text[parts.upperBound...])
    }
    return printable(lowerCaseStart(text))
  }

  /// The system's words where it has any, else libcurl's.
  private var reason: String { systemError == 0 ? cause : systemMessage(systemError) }

  private func make(_ kind: TransportError.Kind, _ message: String, hint: String? = nil) -> TransportError {
    TransportError(kind, message, hint: hint, mayHaveBeenSent: hasStarted)
  }
}
