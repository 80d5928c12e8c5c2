internal import Files
package import ServiceSimulation
package import Timing

/// A simulated site: a service, the virtual time that it shares with a step, and what goes wrong between them.
///
/// Whatever a step does that the service could notice is an event with a number: a request, a write, a pause.
/// Faults meet events.
package final class Site {
  package var service: any SimulatedService
  package let time: ManualTime
  /// What goes wrong, each once.
  package var faults: [SiteFault] = [] {
    didSet { remembers = remembers || faults.contains { if case .stale = $0.effect { true } else { false } } }
  }
  /// Whether past moments may be asked for; keeping them costs a copy for each request.
  private var remembers = false
  /// Every event so far, in order.
  package private(set) var events: [SiteEvent] = []
  /// Every request so far as `GET /path?query`, in order.
  package private(set) var requests: [String] = []
  /// What each request so far was for, in order.
  package private(set) var purposes: [RequestPurpose] = []
  /// How long each request takes.
  package var latency = Duration.milliseconds(5)
  /// Called before each request with its number, from 1.
  package var beforeRequest: ((Int) -> Void)?
  /// Sees each request that was answered, with the answer as it arrived, at that moment.
  package var exchanged: ((ServiceRequest, ServiceResponse) -> Void)?
  /// Hears of everything that happens, a line at a time; nil costs nothing.
  package var tell: ((String) -> Void)?
  /// Sees the service before each event, and before what meets it.
  package var observe: ((any SimulatedService) -> Void)?
  /// Whether the step in hand was killed: nothing that it does from then on reaches anything.
  package private(set) var isKilled = false

  /// Which addresses names stand for, beside those that a step is told.
  package var names: [String: String] = [:]
  /// What stands at `address:port` in the place of an application's front page.
  package var pages: [String: ServiceResponse] = [:]
  /// Whether looks at pages go through a proxy.
  package var pagesAreBehindProxy = false
  /// Whether the pages' certificates are not trusted.
  package var pagesAreUntrusted = false
  /// What pages truly showed when they were looked at, in order; nil where nothing is.
  package internal(set) var pageTruths: [FrontPage?] = []
  /// Until when no page answers; nil within is for good.
  var pageOutage: (until: Instant?, Void)?
  /// What happens to every page on its way.
  var pageBend: (@Sendable (inout ServiceResponse) -> Void)?

  /// The service as it was before each request, the oldest first; only the last few.
  private var past: [any SimulatedService] = []
  /// What a lagging replica shows, and until when.
  private var replica: (service: any SimulatedService, until: Instant)?
  /// What answers in the server's place, and until when; no response is a refused connection.
  private var outage: (response: ServiceResponse?, until: Instant?)?
  /// Requests that the server is going to carry out although their connections are gone.
  private var late: [(request: ServiceRequest, due: Instant)] = []
  /// Whether the step dies at its next system call, since its last one ended in the middle.
  var diesNext = false
  /// How many more writes fail, and why.
  private var unwritable: (code: FileError.Code, writes: Int)?

  /// Starts a service, and the time of its site.
  package init(_ setup: any ServiceSetup) {
    service = setup.start()
    time = ManualTime(wallTime: setup.startTime)
    time.onAdvance = { [unowned self] now in follow(to: now) }
    time.beforeSleep = { [unowned self] in rest($0) }
  }

  /// Lets time pass for the service and the steps alike.
  package func pass(_ duration: Duration) {
    time.advance(by: duration)
  }

  /// Makes ready for another process: what met the one before is over.
  package func beginAttempt() {
    (isKilled, diesNext) = (false, false)
    unwritable = nil
    if time.interruption != nil { time.clearInterruption() }
  }

  /// A step has come to its end, unless it died at its last system call.
  package func endAttempt() {
    if diesNext { kill() }
  }

  /// Ends everything that goes wrong, and all that was still to go wrong.
  package func endTroubles() {
    faults = []
    (replica, outage, late, pageOutage, pageBend) = (nil, nil, [], nil, nil)
    beginAttempt()
  }

  private func follow(to now: Instant) {
    while let index = late.indices.min(by: { late[$0].due < late[$1].due }), late[index].due <= now {
      let (request, due) = late.remove(at: index)
      service.advance(to: due.sinceOrigin)
      let response = service.respond(to: request)
      tell?("     the server carries out \(request.method) \(request.target) late: \(response.status)")
    }
    service.advance(to: now.sinceOrigin)
    // A step that is killed within a pause does nothing after it.
    if time.interruption?.signal == 9 { isKilled = true }
  }
}

// MARK: - Events

extension Site {
  /// Counts an event and takes the faults that meet it; carries out those that are not about its answer.
  func meet(_ event: SiteEvent) -> [SiteFault.Effect] {
    events.append(event)
    observe?(service)
    var met: [SiteFault.Effect] = []
    faults = faults.compactMap { fault in
      guard isMet(fault.position, by: event) else { return fault }
      if case .several(let effects) = fault.effect { met += effects } else { met.append(fault.effect) }
      var rest = fault
      rest.times -= 1
      return rest.times > 0 ? rest : nil
    }
    if tell != nil {
      tell?(
        "#\(events.count) \(event.text)\(met.isEmpty ? "" : "   <-- \(met.map(\.name).joined(separator: ", "))")"
      )
    }
    for effect in met {
      switch effect {
      case .world(let change): change(&service)
      case .clockJump(let duration): time.jumpWallTime(by: duration)
      case .unwritable(let code, let writes): unwritable = (code, writes)
      case .lag(let duration): replica = (service, time.now + duration)
      case .down(let duration): outage = (nil, duration.map { time.now + $0 })
      case .overload(let response, let duration): outage = (response, duration.map { time.now + $0 })
      case .killBefore: kill()
      case .signalBefore(let signal): time.interrupt(with: signal, at: time.now)
      default: break
      }
    }
    return met
  }

  private func isMet(_ position: SiteFault.Position, by event: SiteEvent) -> Bool {
    switch position {
    case .event(let number): number == events.count
    case .request(let number): if case .request = event { number == requests.count } else { false }
    case .nextOf(let action, let subject, let id, let owner):
      event.purpose.map {
        $0.action == action && $0.subject == subject && (id == nil || $0.names == id)
          && (owner == nil || $0.owner == owner)
      } ?? false
    case .next(let method, let ending):
      if case .probe(let url) = event {
        method == "LOOK" && url.hasSuffix(ending)
      } else if case .request(method, let target, _) = event {
        target.prefix { $0 != "?" }.hasSuffix(ending)
      } else {
        false
      }
    }
  }

  /// Kills the step: it unwinds without reaching anything, since a test cannot end its process.
  func kill() {
    isKilled = true
    time.interrupt(with: 9, at: time.now)
  }

  private func rest(_ duration: Duration) {
    if diesNext { kill() }
    guard !isKilled else { return }
    for effect in meet(.sleep(duration)) {
      switch effect {
      case .killAfter: time.interrupt(with: 9, at: time.now + duration)
      case .signalWithin(let signal): time.interrupt(with: signal, at: time.now + duration / 2)
      default: break
      }
    }
  }

  /// What becomes of a write.
  enum WriteOutcome {
    case done
    /// The process is dead: nothing is written, and nobody hears of it.
    case unheard
    case failed(FileError.Code)
  }

  /// A step writes a file; `write` does it.
  func write(to path: String, _ write: () -> Void) -> WriteOutcome {
    if diesNext { kill() }
    guard !isKilled else { return .unheard }
    let met = meet(.write(path: path))
    guard !isKilled else { return .unheard }
    if let (code, writes) = unwritable, writes > 0 {
      unwritable = (code, writes - 1)
      return .failed(code)
    }
    write()
    for effect in met {
      if case .killAfter = effect { kill() }
      if case .signalWithin(let signal) = effect { time.interrupt(with: signal, at: time.now) }
    }
    return .done
  }
}

extension Site {
  /// A step makes a system call for a file; returns what takes its place.
  func call(_ call: FileCall) -> FileFault? {
    if diesNext { kill() }
    // A dead process makes no calls; whatever fails from then on changes nothing on the disk.
    guard !isKilled else { return .fails(.inputOutput) }
    var fault: FileFault?
    for effect in meet(.fileCall(call)) {
      switch effect {
      case .callFails(let code): fault = .fails(code)
      case .killWithinWrite(let bytes): (fault, diesNext) = (.short(bytes), true)
      case .killAfter: diesNext = true
      case .signalWithin(let signal): time.interrupt(with: signal, at: time.now)
      default: break
      }
    }
    return isKilled ? .fails(.inputOutput) : fault
  }
}

// MARK: - Requests

/// Why a request got no answer.
enum Breakage: Error {
  case refused
  /// The connection broke after the request had begun to leave.
  case reset
  case timedOut
  case untrusted
  /// The step was killed or asked to end, before the request left or after it.
  case interrupted(Interruption, sent: Bool)
}

extension Site {
  /// Carries a request to the service and its answer back, as far as the faults let it.
  ///
  /// - Parameters:
  ///   - request: the request.
  ///   - limit: how long the client waits for the answer.
  /// - Returns: the answer that arrives.
  /// - Throws: why none does.
  func exchange(_ request: ServiceRequest, limit: Duration) throws(Breakage) -> ServiceResponse {
    if diesNext { kill() }
    if isKilled { throw .interrupted(Interruption(signal: 9), sent: false) }
    let purpose = service.purpose(of: request)
    requests.append("\(request.method) \(request.target)")
    purposes.append(purpose)
    beforeRequest?(requests.count)
    if remembers {
      past.append(service)
      if past.count > 9 { past.removeFirst() }
    }
    let met = meet(.request(method: request.method, target: request.target, purpose: purpose))
    if let interruption = time.interruption { throw .interrupted(interruption, sent: false) }
    time.advance(by: latency)
    do throws(Breakage) {
      let response = try answer(request, met, limit)
      exchanged?(request, response)
      if tell != nil {
        tell?("     \(response.status) \(String(decoding: response.body.prefix(300), as: UTF8.self))")
      }
      return response
    } catch {
      tell?("     \(error)")
      throw error
    }
  }

  private func answer(
    _ request: ServiceRequest, _ met: [SiteFault.Effect], _ limit: Duration
  ) throws(Breakage) -> ServiceResponse {
    if let (response, until) = outage, until.map({ time.now < $0 }) ?? true {
      for effect in met {
        switch effect {
        case .killAfter:
          kill()
          throw .interrupted(Interruption(signal: 9), sent: false)
        case .signalWithin(let signal):
          time.interrupt(with: signal, at: time.now)
          throw .interrupted(Interruption(signal: signal), sent: false)
        default: break
        }
      }
      guard let response else { throw .refused }
      return response
    }
    var response: ServiceResponse?
    for effect in met {
      switch effect {
      case .refused: throw .refused
      case .untrusted: throw .untrusted
      case .resetBefore: throw .reset
      case .lostAnswer, .cutAnswer:
        _ = carryOut(request)
        throw .reset
      case .silence:
        _ = carryOut(request)
        time.advance(by: limit)
        throw .timedOut
      case .slow(let duration):
        let answer = carryOut(request)
        time.advance(by: min(duration, limit))
        guard duration < limit else { throw .timedOut }
        response = answer
      case .late(let duration):
        late.append((request, time.now + duration))
        guard !met.contains(where: { if case .killAfter = $0 { true } else { false } }) else {
          kill()
          throw .interrupted(Interruption(signal: 9), sent: true)
        }
        throw .reset
      case .answers(let answer, let afterwards):
        if afterwards { _ = carryOut(request) }
        response = answer
      case .bent(let bend):
        var answer = response ?? carryOut(request)
        bend(&answer)
        response = answer
      case .stale(let count) where request.method == "GET":
        var then = past.dropLast().suffix(count).first ?? service
        response = then.respond(to: request)
      case .killAfter:
        _ = carryOut(request)
        kill()
        throw .interrupted(Interruption(signal: 9), sent: true)
      case .signalWithin(let signal):
        _ = carryOut(request)
        time.interrupt(with: signal, at: time.now)
        throw .interrupted(Interruption(signal: signal), sent: true)
      default: break
      }
    }
    return response ?? carryOut(request)
  }

  /// The server's own answer, or that of a replica that lags behind it.
  private func carryOut(_ request: ServiceRequest) -> ServiceResponse {
    guard request.method == "GET", let replica, time.now < replica.until else {
      return service.respond(to: request)
    }
    var replicated = replica.service
    return replicated.respond(to: request)
  }
}

extension SiteFault.Effect {
  /// The effect's case, for stories.
  fileprivate var name: String { String("\(self)".prefix { $0 != "(" }) }
}
