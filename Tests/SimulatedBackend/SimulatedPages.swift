internal import HTTPTransport
internal import PageProbe
internal import ServiceSimulation
internal import StepCommon
internal import Timing

/// The way to pages of tests: each application's front page at its simulated address.
final class SimulatedPages: PageTransport {
  private let site: Site
  private let settings: PageSettings

  init(_ site: Site, _ settings: PageSettings) {
    self.site = site
    self.settings = settings
  }

  func look(at page: PageURL, timeLimit: Duration) throws(TransportError) -> PageResponse {
    let (host, port) = (page.endpoint.host, page.endpoint.port)
    let told = settings.resolve.first { $0.hasPrefix("\(host):\(port):") }?.split(separator: ":").last
    guard let address = told.map({ String($0) }) ?? canonicalAddress(host) ?? site.names[host] else {
      throw TransportError(
        .cannotConnect, "the name \(host) cannot be resolved", hint: "check the host in \(settings.urlTitle)",
        mayHaveBeenSent: false)
    }
    do throws(Breakage) {
      let response = try site.probe(page.description, at: "\(address):\(port)", limit: timeLimit)
      let isCut = response.body.count > CurlPages.bodyBytes
      // As libcurl does with one that it does not know; what it knows it decodes, and a scenario sends that plain.
      let encoding = response.headers.first { $0.name.lowercased() == "content-encoding" }?.value
      let gap =
        encoding.map { "its content encoding \($0) cannot be decoded" }
        ?? (isCut ? "only its first \(CurlPages.bodyBytes) bytes are read" : nil)
      return PageResponse(
        status: response.status, fields: response.headers.map { HTTPField($0.name, $0.value) },
        body: encoding == nil ? Array(response.body.prefix(CurlPages.bodyBytes)) : [], gap: gap,
        address: site.pagesAreBehindProxy ? nil : address, isThroughProxy: site.pagesAreBehindProxy)
    } catch {
      throw failure(error, of: page)
    }
  }

  private func failure(_ breakage: Breakage, of page: PageURL) -> TransportError {
    let place = page.endpoint.description
    return switch breakage {
    case .refused:
      TransportError(.cannotConnect, "connection refused by \(place)", mayHaveBeenSent: false)
    case .reset: TransportError(.broken, "the connection to \(place) broke", mayHaveBeenSent: true)
    case .timedOut:
      TransportError(.timedOut, "no complete answer from \(place) in time", mayHaveBeenSent: true)
    case .untrusted:
      TransportError(
        .untrusted, "the certificate of \(place) is not trusted",
        hint: "add the server's CA with \(settings.authorityTitle)", mayHaveBeenSent: false)
    case .interrupted(let interruption, let sent):
      TransportError(.interrupted(interruption), "interrupted", mayHaveBeenSent: sent)
    }
  }
}
