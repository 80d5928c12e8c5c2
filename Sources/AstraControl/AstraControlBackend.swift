package import AppProtection
package import HTTPTransport
internal import StructuredValues
package import RESTClient
package import Timing

/// NetApp Astra Control by its REST API, in the generation that the server speaks.
package final class AstraControlBackend: Backend {
  /// What it needs to know of the account, apart from where the server is.
  package struct Settings {
    package var host: String
    package var account: String
    package var credentials: Credentials
    /// Where the jitter of its pauses comes from.
    package var random: SeededRandom
    package var log: (Event) -> Void

    /// Gathers the settings; `log` hears of each exchange and each repetition.
    package init(
      host: String, account: String, credentials: Credentials, random: SeededRandom,
      log: @escaping (Event) -> Void
    ) {
      self.host = host
      self.account = account
      self.credentials = credentials
      self.random = random
      self.log = log
    }
  }

  /// Something that a log may want to show.
  package enum Event: Sendable {
    case traffic(TrafficEvent)
    /// Which generation of the API the server was found to speak.
    case generation(String)
  }

  private let host: String
  private let log: (Event) -> Void
  let client: RESTClient<Problem>
  private let time: any TimeSource
  /// What was seen so far of each in-place restore that is looked at.
  var watches: [Operation.ID: RestoreWatch] = [:]
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
    self.time = time
    log = settings.log
    client = RESTClient(
      server: settings.host, root: "/accounts/\(PercentEncoding.encode(settings.account))",
      credentials: settings.credentials,
      transport: transport, time: time, deadline: deadline, random: settings.random,
      log: { settings.log(.traffic($0)) })
  }

  package var name: String { "Astra Control" }
  package var label: String {
    "\(name) at \(host)" + (detected.map { " (\($0.description))" } ?? "")
  }
  package var currentTime: Timestamp { client.currentTime }
  package var serverTime: Timestamp? { client.serverTime }
  /// Twice what was ever seen.
  package var longestLag: Duration { .seconds(60) }
  package var limits: [ProtectionOperation: String] { [:] }

  /// Which role a token has the API does not tell.
  package func permissions(for _: PlannedWork) -> Permissions { .notTold }
  /// The time by the clock that waiting goes by.
  var now: Instant { time.now }
}

extension AstraControlBackend {
  /// Reads a collection by name: the server's filter first, the whole list where the server refuses filters.
  ///
  /// With the filter goes, as `include`, which members of each item are wanted; none means all.
  func named<Value>(
    _ name: String, in path: String, members: [String] = [], to attempt: String,
    _ decode: (StructuredValue) -> Value?, nameOf: (Value) -> String
  ) throws(BackendError) -> [Value] {
    let include = members.isEmpty ? "" : "&include=\(members.joined(separator: ","))"
    return try named(name, in: path, to: attempt) { query throws(BackendError) in
      let listed = query == nil ? [] : members
      return try client.collect(
        path, query: query.map { $0 + include }, to: attempt, { decode($0.named(listed)) },
        keep: { nameOf($0) == name })
    }
  }

  /// The same, by a list that takes the query.
  func named<Value>(
    _ name: String, in path: String, to attempt: String,
    list: (String?) throws(BackendError) -> Listing<Value, Problem>
  ) throws(BackendError) -> [Value] {
    if let filter = filter(name: name) {
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
    try items(of: try client.collect(path, to: attempt, decode, keep: keep), path, attempt)
  }

  /// The items of a collection that has to be there.
  func items<Value>(
    of listing: Listing<Value, Problem>, _ path: String, _ attempt: String
  ) throws(BackendError) -> [Value] {
    switch listing {
    case .items(let items): return items
    case .absent(let problem): throw absentCollection(problem, path, attempt)
    case .rejected(let problem): throw .brokenContract(problem, path, attempt)
    }
  }

  /// A collection of the account is not there: an account that does not exist, or another server.
  private func absentCollection(_ problem: Problem, _ path: String, _ attempt: String) -> BackendError {
    BackendError(
      .credentials, "cannot \(attempt): GET \(path) \(problem.clause)",
      hint: "check ASTRA_INSTANCE_ID: it is the account id of the API access page")
  }

}

/// `name eq 'value'`, encoded; nil for a value that the filter's quotes could not hold.
private func filter(name value: String) -> String? {
  guard !value.contains("'"), !value.contains("\\") else { return nil }
  return PercentEncoding.encode("name eq '\(value)'")
}
