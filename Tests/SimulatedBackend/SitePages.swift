internal import ServiceSimulation
internal import Timing

// Looks at pages: what a customer sees, as far as the faults let it through.

extension Site {
  /// Shows the page at `address:port`, as far as the faults let it.
  func probe(_ url: String, at address: String, limit: Duration) throws(Breakage) -> ServiceResponse {
    if diesNext { kill() }
    if isKilled { throw .interrupted(Interruption(signal: 9), sent: false) }
    let before = page(at: address)
    let met = meet(.probe(url: url))
    if let interruption = time.interruption { throw .interrupted(interruption, sent: false) }
    time.advance(by: latency)
    pageTruths.append(service.frontPage(at: address))
    do throws(Breakage) {
      let response = try show(page(at: address), before, met, limit)
      tell?("     \(response.status) \(String(decoding: response.body.prefix(300), as: UTF8.self))")
      return response
    } catch {
      tell?("     \(error)")
      throw error
    }
  }

  private func page(at address: String) -> ServiceResponse? {
    if let page = pages[address] { return page }
    return service.frontPage(at: address).map {
      ServiceResponse(
        status: $0.status, headers: [("Content-Type", "text/html; charset=utf-8")], body: Array($0.html.utf8))
    }
  }

  private func show(
    _ page: ServiceResponse?, _ before: ServiceResponse?, _ met: [SiteFault.Effect], _ limit: Duration
  ) throws(Breakage) -> ServiceResponse {
    var response = page
    for effect in met {
      switch effect {
      case .pagesDown(let duration): pageOutage = (duration.map { time.now + $0 }, ())
      case .pageOfBefore: response = before
      case .pagesBent(let bend): pageBend = bend
      case .refused: throw .refused
      case .untrusted: throw .untrusted
      case .resetBefore, .lostAnswer, .cutAnswer: throw .reset
      case .silence:
        time.advance(by: limit)
        throw .timedOut
      case .slow(let duration):
        time.advance(by: min(duration, limit))
        guard duration < limit else { throw .timedOut }
      case .answers(let answer, _): response = answer
      case .killAfter:
        kill()
        throw .interrupted(Interruption(signal: 9), sent: true)
      case .signalWithin(let signal):
        time.interrupt(with: signal, at: time.now)
        throw .interrupted(Interruption(signal: signal), sent: true)
      default: break
      }
    }
    if let pageOutage, pageOutage.until.map({ time.now < $0 }) ?? true { throw .refused }
    if pagesAreUntrusted { throw .untrusted }
    guard var response else { throw .refused }
    pageBend?(&response)
    return response
  }
}
