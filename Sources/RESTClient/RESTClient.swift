package import AppProtection
package import HTTPTransport
package import StructuredValues
package import Timing

/// A JSON API as requests: paths, retries of reads, the fate of changes, and the server's clock.
///
/// Reads are repeated while trouble may pass; a change is sent once. What an answer other than success means is the
/// API's own business, its `Problem`.
package final class RESTClient<Problem: APIProblem> {
  private let transport: any Transport
  private let time: any TimeSource
  /// When everything has to be over.
  package var deadline: Deadline
  private let policy = RetryPolicy.firstContact
  private var random: SeededRandom
  private var credentials: Credentials
  private let log: (TrafficEvent) -> Void
  /// What messages call the server.
  package let server: String
  /// The front of every path: `/accounts/{account_id}`.
  private let root: String
  /// The last document that was read: while an operation is waited for, answer after answer is the same.
  private var lastDocument: (bytes: [UInt8], value: StructuredValue)?
  /// The server's time of the last answer, and when it came.
  private var serverClock: (date: Timestamp, at: Instant)?

  /// Prepares requests below `root`; nothing is sent yet.
  ///
  /// - Parameters:
  ///   - server: what messages call the server: its host, or its name.
  ///   - root: the front of every path, percent-encoded.
  ///   - credentials: who asks.
  ///   - transport: the way to the server.
  ///   - time: the clock.
  ///   - deadline: when everything has to be over.
  ///   - random: where the jitter of its pauses comes from.
  ///   - log: hears of each exchange and each repetition.
  package init(
    server: String, root: String, credentials: Credentials, transport: any Transport, time: any TimeSource,
    deadline: Deadline,
    random: SeededRandom, log: @escaping (TrafficEvent) -> Void
  ) {
    self.server = server
    self.root = root
    self.credentials = credentials
    self.transport = transport
    self.time = time
    self.deadline = deadline
    self.random = random
    self.log = log
  }

  /// The server's time, carried on from its last `Date` header; this machine's until it has sent one.
  package var currentTime: Timestamp { serverTime ?? time.wallTime }

  /// The server's time, carried on from its last `Date` header; nil until it has sent one.
  package var serverTime: Timestamp? { serverClock.map { $0.date + (time.now - $0.at) } }

  /// What a read ended with, once it was answered.
  package enum Reading {
    case value(StructuredValue)
    /// 404 by the API's own word.
    case absent(Problem)
    /// Another answer of the 400s that no repetition changes.
    case rejected(Problem)
  }

  /// Reads a path below the account, again and again while the trouble may pass.
  ///
  /// With a `body` it is a POST that changes nothing (a question, a rehearsal), and repeated all the same. `isWhole` says whether the document holds what it must; one that does not counts as unreadable. With
  /// `acceptsGatewayAbsence` a 404 is no passing trouble, even if it is not the API that says it.
  package func read(
    _ path: String, posting body: [UInt8]? = nil, to attempt: String, acceptsGatewayAbsence: Bool = false,
    isWhole: (StructuredValue) -> Bool = { _ in true }
  ) throws(BackendError) -> Reading {
    let method: HTTPRequest.Method = body == nil ? .get : .post
    let fields = body == nil ? [] : [HTTPField("Content-Type", "application/json")]
    let began = time.now
    var tries = 0
    while true {
      tries += 1
      let trouble: Trouble
      switch try authorized(method, path, fields: fields, body: body, limit: Self.readLimit, attempt) {
      case .failure(let failure): trouble = failure
      case .success(let response)
      where acceptsGatewayAbsence && response.status == 404
        && !Problem(response).refusesCredentials:
        return .absent(Problem(response))
      case .success(let response):
        switch judge(response, attempt, method, path, isWhole) {
        case .success(let reading): return reading
        case .failure(.final(let error)): throw error
        case .failure(.passing(let failure)): trouble = failure
        }
      }
      let patience = min(Self.patience - (time.now - began), deadline.remaining(on: time))
      try pause(after: trouble, attempt: tries, patience: patience)
    }
  }

  /// How much longer a read that this class does not repeat by itself is to be repeated.
  package struct Patience {
    fileprivate var began: Instant
    fileprivate var tries = 0
  }

  /// Begins to count how long a read is repeated.
  package func patience() -> Patience { Patience(began: time.now) }

  /// Waits before a read is repeated that a gateway answered with 404, or throws that when it is time.
  package func pause(
    because problem: Problem, _ path: String, _ attempt: String, _ patience: inout Patience
  ) throws(BackendError) {
    patience.tries += 1
    let left = min(Self.patience - (time.now - patience.began), deadline.remaining(on: time))
    try pause(
      after: Trouble(error: gatewayError(problem, .get, path, attempt)), attempt: patience.tries,
      patience: left)
  }

  /// What a change ended with, once it was answered.
  package enum ChangeAnswer {
    case done(HTTPResponse)
    /// Another answer than success; of a server's failure (5xx) nobody knows what became of the change.
    case problem(Problem)
  }

  /// Sends a change once; repeats it only where the server certainly did not begin it.
  package func change(
    _ method: HTTPRequest.Method, _ path: String, fields: [HTTPField] = [], body: [UInt8]?, to attempt: String
  ) throws(BackendError) -> HTTPResponse {
    switch try answer(to: method, path, fields: fields, body: body, to: attempt) {
    case .done(let response): return response
    case .problem(let problem): throw error(for: problem, method, attempt)
    }
  }

  /// Sends a change as `change` does, for whoever reads a refusal himself.
  package func answer(
    to method: HTTPRequest.Method, _ path: String, fields: [HTTPField] = [], body: [UInt8]?,
    to attempt: String
  ) throws(BackendError) -> ChangeAnswer {
    let began = time.now
    var tries = 0
    while true {
      tries += 1
      let trouble: Trouble
      switch try authorized(method, path, fields: fields, body: body, limit: Self.changeLimit, attempt) {
      case .failure(let failure):
        guard failure.isHarmless else {
          throw BackendError(.fateUnknown, failure.error.message, hint: failure.error.hint)
        }
        trouble = failure
      case .success(let response):
        switch response.status {
        case 200..<300: return .done(response)
        // Turned away at the door, so nothing was begun.
        case 429:
          let problem = Problem(response)
          trouble = Trouble(
            error: BackendError(
              .unreachable, "cannot \(attempt): \(server) \(problem.clause)"),
            isHarmless: true, retryAfter: retryAfter(of: response, problem))
        default: return .problem(Problem(response))
        }
      }
      let patience = min(Self.patience - (time.now - began), deadline.remaining(on: time))
      try pause(after: trouble, attempt: tries, patience: patience)
    }
  }

  /// The error that an answer other than success amounts to.
  package func error(
    for problem: Problem, _ method: HTTPRequest.Method, _ attempt: String
  ) -> BackendError {
    let kind: BackendError.Kind =
      switch problem.status {
      case _ where problem.refusesCredentials: .credentials
      case 500...: method == .get ? .unreachable : .fateUnknown
      // A gateway that has lost its server says so in its own words; what became of the request is not known.
      case 404 where method != .get && !problem.isFromAPI: .fateUnknown
      case 400..<500: .refused(problem.refusal)
      default: .brokenContract
      }
    return BackendError(
      kind, "cannot \(attempt): \(server) \(problem.clause)", hint: problem.hint)
  }

  /// How long one read may take: 30 s.
  private static var readLimit: Duration { .seconds(30) }
  /// How long one change may take: 60 s; a server under load is slow to accept.
  private static var changeLimit: Duration { .seconds(60) }
  /// How long a read is repeated before the backend counts as unreachable: 60 s.
  private static var patience: Duration { .seconds(60) }

  // MARK: - One exchange

  /// Why an exchange gave nothing to use, and whether trying again can help.
  private struct Trouble: Error {
    var error: BackendError
    /// Whether the server certainly did not begin what was asked.
    var isHarmless = false
    var retryAfter: Duration?
  }

  private enum Verdict: Error {
    case passing(Trouble)
    case final(BackendError)
  }

  /// One exchange, repeated with another token where the one that was used is refused and has been replaced.
  ///
  /// 401 is said at the door, before anything is begun, so a change may be sent again too.
  private func authorized(
    _ method: HTTPRequest.Method, _ path: String, fields: [HTTPField] = [], body: [UInt8]?, limit: Duration,
    _ attempt: String
  ) throws(BackendError) -> Result<HTTPResponse, Trouble> {
    if let renewed = try credentials.renewal?() { credentials.authorization = renewed }
    var replacements = 0
    while true {
      let result = try exchange(method, path, fields: fields, body: body, limit: limit, attempt)
      guard case .success(let response) = result, response.status == 401,
        replacements < Self.mostReplacements, let another = try replacement(afterAnother: replacements > 0)
      else { return result }
      credentials.authorization = .bearer(another)
      replacements += 1
    }
  }

  /// How many other tokens a request is tried with: a program that makes them may make another each time.
  private static var mostReplacements: Int { 5 }

  /// The token that has taken the place of the refused one; nil if none has.
  ///
  /// A file that holds no token, or one that is refused at once, may be in the middle of being written: it is given a
  /// few seconds.
  private func replacement(afterAnother wasReplaced: Bool) throws(BackendError) -> Secret? {
    guard let rotation = credentials.rotation else { return nil }
    for _ in 1...Self.rotationLooks {
      switch rotation() {
      case .changed(let token): return token
      case .same where !wasReplaced: return nil
      case .final(let error?): throw error
      case .final(nil): return nil
      case .same, .unreadable: break
      }
      guard deadline.remaining(on: time) > .seconds(1) else { return nil }
      do throws(Interruption) {
        try time.sleep(for: .seconds(1))
      } catch {
        throw BackendError(.interrupted(error), "interrupted while waiting for another token")
      }
    }
    return nil
  }

  /// How often a token file that is being written is looked at again, a second apart.
  private static var rotationLooks: Int { 5 }

  /// A request for a path below the account with all that says who asks, for whoever sends it himself.
  package func request(
    _ method: HTTPRequest.Method, _ path: String, fields: [HTTPField] = [], body: [UInt8]? = nil,
    timeLimit: Duration
  ) -> HTTPRequest {
    HTTPRequest(
      method, root + path,
      fields: [HTTPField("Accept", "application/json, */*;q=0.1")] + credentials.fields + fields,
      authorization: credentials.authorization, body: body, timeLimit: timeLimit)
  }

  /// An answer other than success without what it echoes of the credentials.
  ///
  /// Before it is read: a message that is cut to length may cut a secret in two, which nobody would find then.
  package func withoutSecrets(_ response: HTTPResponse) -> HTTPResponse {
    guard !(200..<300).contains(response.status), let authorization = credentials.authorization else {
      return response
    }
    var response = response
    let text = String(decoding: response.body, as: UTF8.self)
    let clean = authorization.secrets.reduce(text) { $1.scrubbed(from: $0) }
    if clean != text { response.body = Array(clean.utf8) }
    return response
  }

  private func exchange(
    _ method: HTTPRequest.Method, _ path: String, fields: [HTTPField] = [], body: [UInt8]?, limit: Duration,
    _ attempt: String
  ) throws(BackendError) -> Result<HTTPResponse, Trouble> {
    if let interruption = time.interruption {
      throw BackendError(.interrupted(interruption), "interrupted before \(server) was asked")
    }
    let left = deadline.remaining(on: time)
    guard left > .zero else {
      throw BackendError(.deadline, "cannot \(attempt): the time was up before \(server) was asked")
    }
    let request = request(method, path, fields: fields, body: body, timeLimit: min(limit, left))
    let began = time.now
    do throws(TransportError) {
      let response = try transport.send(request)
      log(.exchange(method.rawValue, path, response.status, time.now - began))
      if let date = response.field("Date").flatMap({ Timestamp(httpDate: $0) }) {
        serverClock = (date, time.now)
      }
      return .success(withoutSecrets(response))
    } catch {
      log(.noAnswer(method.rawValue, path, error.message, time.now - began))
      let message = "cannot \(attempt): \(server): \(error.message)"
      switch error.kind {
      case .interrupted(let interruption):
        throw BackendError(.interrupted(interruption), message)
      // Whatever was wrong with the answer: the change may have been carried out, and the caller has to look.
      case _ where method != .get && error.mayHaveBeenSent:
        return .failure(Trouble(error: BackendError(.unreachable, message, hint: error.hint)))
      case .untrusted: throw BackendError(.untrusted, message, hint: error.hint)
      case .misconfigured: throw BackendError(.misconfigured, message, hint: error.hint)
      case .tooLarge: throw BackendError(.brokenContract, message, hint: error.hint)
      // As with a certificate, waiting does not mend it.
      case .proxyFailed(forGood: true): throw BackendError(.untrusted, message, hint: error.hint)
      case .timedOut, .cannotConnect, .broken, .proxyFailed:
        return .failure(
          Trouble(
            error: BackendError(.unreachable, message, hint: error.hint),
            isHarmless: !error.mayHaveBeenSent))
      }
    }
  }

  private func judge(
    _ response: HTTPResponse, _ attempt: String, _ method: HTTPRequest.Method, _ path: String,
    _ isWhole: (StructuredValue) -> Bool
  ) -> Result<Reading, Verdict> {
    if (200..<300).contains(response.status) {
      let value = document(response.body)
      if let value, isWhole(value) { return .success(.value(value)) }
      let kind = value == nil ? "not JSON" : "not what the API promises"
      return .failure(
        .passing(
          Trouble(
            error: BackendError(
              .brokenContract,
              "cannot \(attempt): \(server) answered \(response.status), but the body is \(kind)",
              hint: Problem.wrongServerHint))))
    }
    let problem = Problem(response)
    let error = error(for: problem, method, attempt)
    switch response.status {
    case _ where problem.endsReading: return .failure(.final(error))
    case 404 where problem.isFromAPI: return .success(.absent(problem))
    // A gateway whose server is restarting answers 404 with a page of its own.
    case 404: return .failure(.passing(Trouble(error: gatewayError(problem, method, path, attempt))))
    case 429, 500...:
      let failure = BackendError(.unreachable, error.message, hint: error.hint)
      return .failure(.passing(Trouble(error: failure, retryAfter: retryAfter(of: response, problem))))
    case 400..<500: return .success(.rejected(problem))
    default:
      return .failure(
        .final(
          BackendError(
            .brokenContract, error.message, hint: "redirects are not followed: name the final host")))
    }
  }

  /// Somebody on the way says that a path is not there.
  private func gatewayError(
    _ problem: Problem, _ method: HTTPRequest.Method, _ path: String, _ attempt: String
  ) -> BackendError {
    BackendError(
      .brokenContract,
      error(for: problem, method, attempt).message + ", but the answer is not from the API",
      hint: Problem.wrongServerHint)
  }

  private func document(_ bytes: [UInt8]) -> StructuredValue? {
    if let lastDocument, lastDocument.bytes == bytes { return lastDocument.value }
    guard let value = StructuredValue(parsing: bytes) else { return nil }
    lastDocument = (bytes, value)
    return value
  }

  private func retryAfter(of response: HTTPResponse, _ problem: Problem) -> Duration? {
    response.field("Retry-After").flatMap { Timing.retryAfter($0, now: currentTime) } ?? problem.retryAfter
  }

  /// Waits before the next attempt, or throws the trouble when there is to be none.
  private func pause(after trouble: Trouble, attempt: Int, patience: Duration) throws(BackendError) {
    let decision = policy.decision(
      afterAttempt: attempt, outcome: .transient, remaining: patience, retryAfter: trouble.retryAfter,
      using: &random)
    guard case .retry(let wait) = decision else { throw trouble.error }
    log(.retry(trouble.error.message, wait))
    do throws(Interruption) {
      try time.sleep(for: wait)
    } catch {
      throw BackendError(.interrupted(error), "interrupted while waiting to try again")
    }
  }
}
