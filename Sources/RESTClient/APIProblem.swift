package import AppProtection
package import HTTPTransport

/// What an answer other than success says, in the words of one API.
///
/// A client of an API brings its own: only it knows what a status and a body mean there.
package protocol APIProblem: Sendable {
  /// Reads an answer; a gateway's page or an empty body is one too, of which only the status is known.
  init(_ response: HTTPResponse)

  /// The HTTP status of the answer, which counts, whatever the body says.
  var status: Int { get }
  /// The answer as a clause: `answered 409 (a snapshot is already in progress)`.
  var clause: String { get }
  /// What the user can do about it, where that is plain.
  var hint: String? { get }
  /// Whether the API itself said it, and not a gateway before it.
  var isFromAPI: Bool { get }
  /// Whether the server refuses the credentials or the permission.
  var refusesCredentials: Bool { get }
  /// Whether it ends a reading at once; where it does not, whoever reads is told of the refusal.
  var endsReading: Bool { get }
  /// Which kind of "no" it is.
  var refusal: BackendError.Refusal { get }
  /// How long its body asks to wait before the request is made again; nil where it asks for nothing.
  var retryAfter: Duration? { get }

  /// What helps where the address seems to be another server's: `is ASTRA_FQDN the address of Astra Control itself?`
  static var wrongServerHint: String { get }
}

extension APIProblem {
  package var retryAfter: Duration? { nil }
  package var endsReading: Bool { refusesCredentials }
}

extension BackendError {
  /// An answer that only a bug on one of the two sides explains.
  package static func brokenContract(
    _ problem: some APIProblem, _ path: String, _ attempt: String
  ) -> BackendError {
    BackendError(.brokenContract, "cannot \(attempt): GET \(path) \(problem.clause)", hint: problem.hint)
  }
}
