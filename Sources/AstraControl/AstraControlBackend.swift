internal import AppProtection
package import HTTPTransport
internal import StructuredValues
package import Timing

/// What a look at the place that the token came from has shown.
package enum TokenLook {
  case changed(Secret)
  case same
  /// Nothing that could be a token: perhaps it is just being written.
  case unreadable
}

/// NetApp Astra Control by its REST API, in the generation that the server speaks.
package final class AstraControlBackend: Backend {
  /// What it needs to know of the account, apart from where the server is.
  package struct Settings {
    package var host: String
    package var account: String
    package var token: Secret
    /// Looks whether the token has been replaced where it came from; nil if it cannot be.
    package var tokenRotation: (() -> TokenLook)?
    /// Where the jitter of its pauses comes from.
    package var random: SeededRandom
    package var log: (Event) -> Void

    /// Gathers the settings; `log` hears of each exchange and each repetition.
    package init(
      host: String, account: String, token: Secret, random: SeededRandom,
      tokenRotation: (() -> TokenLook)? = nil, log: @escaping (Event) -> Void
    ) {
      self.host = host
      self.account = account
      self.token = token
      self.random = random
      self.tokenRotation = tokenRotation
      self.log = log
    }
  }

  /// Something on the wire that a log may want to show.
  package enum Event: Sendable {
    /// Method, path, status, and how long it took.
    case exchange(String, String, Int, Duration)
    /// Method, path, why nothing came, and how long it took.
    case noAnswer(String, String, String, Duration)
    /// Why a read is repeated, and after which pause.
    case retry(String, Duration)
    /// Which generation of the API the server was found to speak.
    case generation(String)
  }

  private let host: String
  private let log: (Event) -> Void
  let client: AstraClient
  /// The generation that the server was found to speak; nil before the first list of applications.
  var detected: Generation? {
    didSet { if let detected, detected != oldValue { log(.generation(detected.description)) } }
  }
  /// The generation that requests are written in.
  var generation: Generation { detected ?? .current }

  /// Connects to an account; nothing is sent yet.
  package init(
    _ settings: Settings, transport: any Transport, time: any TimeSource, deadline: Deadline
  ) {
    host = settings.host
    log = settings.log
    client = AstraClient(settings, transport: transport, time: time, deadline: deadline)
  }

  package var label: String {
    "Astra Control at \(host)" + (detected.map { " (\($0.description))" } ?? "")
  }
  package var currentTime: Timestamp { client.currentTime }
  package var serverTime: Timestamp? { client.serverTime }
}

extension AstraControlBackend {
  /// Reads one resource; nil if it is not there.
  func resource<Value>(
    _ path: String, to attempt: String, _ decode: (StructuredValue) -> Value?
  ) throws(BackendError) -> Value? {
    switch try client.read(path, to: attempt, isWhole: { decode($0) != nil }) {
    case .value(let value): decode(value)
    case .absent: nil
    case .rejected(let problem): throw contractError(problem, path, attempt)
    }
  }

  /// Reads a collection page by page; `keep` sees each item once and returns what it wants of it.
  ///
  /// An item that cannot be read is an error: it could be the one that was asked for. Where the query asks for some
  /// `members` only, items come as lists of their values. With `whoeverSaysAbsent` a gateway's 404 ends the reading too.
  func collect<Value>(
    _ path: String, query: String? = nil, members: [String] = [], whoeverSaysAbsent: Bool = false,
    to attempt: String, _ decode: (StructuredValue) -> Value?,
    keep: (Value) -> Bool = { _ in true }
  ) throws(BackendError) -> Listing<Value> {
    var kept: [Value] = []
    var token: String?
    var seen: Set<String> = []
    repeat {
      let page = [query, token.map { "continue=\(Query.encode($0))" }].compactMap { $0 }.joined(
        separator: "&")
      let target = page.isEmpty ? path : "\(path)?\(page)"
      let reading = try client.read(target, to: attempt, whoeverSaysAbsent: whoeverSaysAbsent) { body in
        guard case .array(let items)? = body["items"] ?? (body["metadata"] != nil ? .array([]) : nil) else {
          return false
        }
        return items.allSatisfy { decode($0.named(members)) != nil }
      }
      switch reading {
      case .absent(let problem): return .absent(problem)
      case .rejected(let problem): return .rejected(problem)
      case .value(let body):
        kept += (body["items"]?.elements ?? []).compactMap { decode($0.named(members)) }.filter(keep)
        token = body["metadata"]?["continue"]?.text
      }
      if let token, !seen.insert(token).inserted {
        throw BackendError(
          .brokenContract,
          "cannot \(attempt): GET \(path) gave the same page token twice, so its list has no end")
      }
    } while token != nil
    return .items(kept)
  }

  /// What became of reading a collection.
  enum Listing<Value> {
    case items([Value])
    case absent(Problem)
    case rejected(Problem)
  }

  /// Reads a collection by name: the server's filter first, the whole list where the server refuses filters.
  ///
  /// With the filter goes, as `include`, which members of each item are wanted; none means all.
  func named<Value>(
    _ name: String, in path: String, members: [String] = [], to attempt: String,
    _ decode: (StructuredValue) -> Value?, nameOf: (Value) -> String
  ) throws(BackendError) -> [Value] {
    let include = members.isEmpty ? "" : "&include=\(members.joined(separator: ","))"
    return try named(name, in: path, to: attempt) { query throws(BackendError) in
      try collect(
        path, query: query.map { $0 + include }, members: query == nil ? [] : members, to: attempt, decode,
        keep: { nameOf($0) == name })
    }
  }

  /// The same, by a list that takes the query.
  func named<Value>(
    _ name: String, in path: String, to attempt: String,
    list: (String?) throws(BackendError) -> Listing<Value>
  ) throws(BackendError) -> [Value] {
    if let filter = Query.filter(name: name) {
      let listing = try list("filter=\(filter)")
      guard case .rejected(let problem) = listing, problem.status == 400 else {
        return try items(of: listing, path, attempt)
      }
    }
    return try items(of: try list(nil), path, attempt)
  }

  /// Reads a whole collection.
  func all<Value>(
    in path: String, to attempt: String, _ decode: (StructuredValue) -> Value?,
    keep: (Value) -> Bool = { _ in true }
  ) throws(BackendError) -> [Value] {
    try items(of: try collect(path, to: attempt, decode, keep: keep), path, attempt)
  }

  /// The items of a collection that has to be there.
  func items<Value>(
    of listing: Listing<Value>, _ path: String, _ attempt: String
  ) throws(BackendError) -> [Value] {
    switch listing {
    case .items(let items): return items
    case .absent(let problem): throw absentCollection(problem, path, attempt)
    case .rejected(let problem): throw contractError(problem, path, attempt)
    }
  }

  /// A collection of the account is not there: an account that does not exist, or another server.
  private func absentCollection(_ problem: Problem, _ path: String, _ attempt: String) -> BackendError {
    BackendError(
      .credentials, "cannot \(attempt): GET \(path) \(problem.clause)",
      hint: "check ASTRA_INSTANCE_ID: it is the account id of the API access page")
  }

  /// An answer that only a bug on one of the two sides explains.
  func contractError(_ problem: Problem, _ path: String, _ attempt: String) -> BackendError {
    BackendError(
      .brokenContract, "cannot \(attempt): GET \(path) \(problem.clause)", hint: problem.hint)
  }
}
