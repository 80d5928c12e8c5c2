package import AppProtection
package import HTTPTransport
package import Timing

/// The way to files that a service hands out by addresses of their own, such as the pre-signed ones of object storage.
///
/// Such an address lets in whoever has it. So nothing else is sent there that says who asks, no redirect is followed, and
/// what stands behind its `?` is in no message and no line of the log.
package struct FileDownload {
  /// Opens the way to a host; the certificates are trusted there besides the system's.
  package typealias Connect = (_ host: Endpoint, _ authority: CertificateData?) throws(TransportError) ->
    any Transport

  /// What may be received of a file, and how long one may take: 1 MiB, 5 s for the connection, 10 s in all.
  package static let limits = TransportLimits(connect: .seconds(5), idle: .seconds(5), bodyBytes: 1 << 20)
  private static let timeLimit = Duration.seconds(10)

  private let time: any TimeSource
  private let log: (TrafficEvent) -> Void
  private let connect: Connect

  /// Prepares; nothing is sent yet.
  package init(time: any TimeSource, log: @escaping (TrafficEvent) -> Void, connect: @escaping Connect) {
    (self.time, self.log, self.connect) = (time, log, connect)
  }

  /// Fetches a file, once.
  ///
  /// - Parameters:
  ///   - address: its address: `http://` or `https://`, to any host.
  ///   - authorities: certificates that are trusted there, each as base64 of PEM (a storage location's `caCert`); what is no
  ///     base64 is left out.
  ///   - limit: how long it may take at most.
  /// - Returns: its bytes.
  /// - Throws: `.interrupted`; `.unreachable` where no answer came; `.refused(.notFound)` for another status than 200.
  package func fetch(
    _ address: String, trusting authorities: [String] = [], within limit: Duration
  ) throws(BackendError) -> [UInt8] {
    let began = time.now
    var place = "a file"
    let response: HTTPResponse
    do throws(TransportError) {
      let (host, target) = try Self.parts(of: address)
      place = host.origin + target.prefix { $0 != "?" }
      var pem: [UInt8] = []
      for authority in authorities { pem += (base64Decoded(authority) ?? []) + [0x0A] }
      let transport = try connect(
        host, authorities.isEmpty ? nil : CertificateData(pem: pem, title: "the location's caCert"))
      response = try transport.send(
        HTTPRequest(.get, target, timeLimit: min(limit, Self.timeLimit)))
    } catch {
      log(.noAnswer("GET", place, error.message, time.now - began))
      let message = "cannot fetch \(place): \(error.message)"
      if case .interrupted(let interruption) = error.kind {
        throw BackendError(.interrupted(interruption), message)
      }
      throw BackendError(.unreachable, message)
    }
    log(.exchange("GET", place, response.status, time.now - began))
    guard response.status == 200 else {
      throw BackendError(.refused(.notFound), "cannot fetch \(place): the answer is \(response.status)")
    }
    return response.body
  }

  /// The host of an address, and its path with what follows; a fragment is none of an address to fetch from.
  private static func parts(of address: String) throws(TransportError) -> (host: Endpoint, target: String) {
    let scheme = address.firstRange(of: "://")
    guard let scheme, ["http", "https"].contains(address[..<scheme.lowerBound].lowercased()),
      !address.contains("#")
    else {
      throw TransportError(
        .misconfigured, "its address is none of the forms http://… and https://…", mayHaveBeenSent: false)
    }
    let start = address[scheme.upperBound...].firstIndex { "/?".contains($0) } ?? address.endIndex
    let target = address[start...]
    return (
      try Endpoint(page: String(address[..<start])), target.first == "/" ? String(target) : "/\(target)"
    )
  }
}
