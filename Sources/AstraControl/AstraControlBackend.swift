internal import AppProtection
package import HTTPTransport
package import Timing

/// NetApp Astra Control by its REST API, generation `k8s/v2/apps` (release 22.08 to 24.02).
package final class AstraControlBackend: Backend {
  /// What it needs to know of the account, apart from where the server is.
  package struct Settings {
    package var host: String
    package var account: String
    package var token: Secret
    /// Where the jitter of its pauses comes from.
    package var random: SeededRandom
    package var log: (Event) -> Void

    /// Gathers the settings; `log` hears of each exchange and each repetition.
    package init(
      host: String, account: String, token: Secret, random: SeededRandom, log: @escaping (Event) -> Void
    ) {
      self.host = host
      self.account = account
      self.token = token
      self.random = random
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
  }

  package let label: String
  let client: AstraClient

  /// Connects to an account; nothing is sent yet.
  package init(
    _ settings: Settings, transport: any Transport, time: any TimeSource, deadline: Deadline
  ) {
    label = "Astra Control at \(settings.host)"
    client = AstraClient(settings, transport: transport, time: time, deadline: deadline)
  }

  package var currentTime: Timestamp { client.currentTime }
}

extension AstraControlBackend {
  /// Reads one resource; nil if it is not there.
  func resource<Value>(
    _ path: String, to attempt: String, _ decode: (JSONValue) -> Value?
  ) throws(BackendError) -> Value? {
    switch try client.read(path, to: attempt, isWhole: { decode($0) != nil }) {
    case .value(let value): decode(value)
    case .absent: nil
    case .rejected(let problem): throw contractError(problem, path, attempt)
    }
  }

  /// Reads a collection page by page; `keep` sees each item once and returns what it wants of it.
  ///
  /// An item that cannot be read is an error: it could be the one that was asked for.
  func collect<Value>(
    _ path: String, query: String? = nil, to attempt: String, _ decode: (JSONValue) -> Value?,
    keep: (Value) -> Bool = { _ in true }
  ) throws(BackendError) -> Listing<Value> {
    var kept: [Value] = []
    var token: String?
    var seen: Set<String> = []
    repeat {
      let page = [query, token.map { "continue=\(Query.encode($0))" }].compactMap { $0 }.joined(
        separator: "&")
      let target = page.isEmpty ? path : "\(path)?\(page)"
      let reading = try client.read(target, to: attempt) { body in
        guard case .array(let items)? = body["items"] ?? (body["metadata"] != nil ? .array([]) : nil) else {
          return false
        }
        return items.allSatisfy { decode($0) != nil }
      }
      switch reading {
      case .absent(let problem): return .absent(problem)
      case .rejected(let problem): return .rejected(problem)
      case .value(let body):
        kept += (body["items"]?.elements ?? []).compactMap(decode).filter(keep)
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
  func named<Value>(
    _ name: String, in path: String, to attempt: String, _ decode: (JSONValue) -> Value?,
    nameOf: (Value) -> String
  ) throws(BackendError) -> [Value] {
    if let filter = Query.filter(name: name) {
      switch try collect(path, query: "filter=\(filter)", to: attempt, decode, keep: { nameOf($0) == name }) {
      case .items(let items): return items
      case .absent(let problem): throw absentCollection(problem, path, attempt)
      case .rejected(let problem) where problem.status == 400: break
      case .rejected(let problem): throw contractError(problem, path, attempt)
      }
    }
    return try all(in: path, to: attempt, decode) { nameOf($0) == name }
  }

  /// Reads a whole collection.
  func all<Value>(
    in path: String, to attempt: String, _ decode: (JSONValue) -> Value?,
    keep: (Value) -> Bool = { _ in true }
  ) throws(BackendError) -> [Value] {
    switch try collect(path, to: attempt, decode, keep: keep) {
    case .items(let items): return items
    case .absent(let problem): throw absentCollection(problem, path, attempt)
    case .rejected(let problem): throw contractError(problem, path, attempt)
    }
  }

  /// A collection of the account is not there: an account that does not exist, or another server.
  private func absentCollection(_ problem: Problem, _ path: String, _ attempt: String) -> BackendError {
    BackendError(
      .credentials, "cannot \(attempt): GET \(path) \(problem.clause)",
      hint: "check ASTRA_INSTANCE_ID (the account id), and that the server is of release 22.08 or newer")
  }

  /// An answer that only a bug on one of the two sides explains.
  func contractError(_ problem: Problem, _ path: String, _ attempt: String) -> BackendError {
    BackendError(
      .brokenContract, "cannot \(attempt): GET \(path) \(problem.clause)", hint: problem.hint)
  }
}
