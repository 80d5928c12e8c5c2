internal import AppProtection
internal import HTTPTransport
internal import StructuredValues
internal import RESTClient

/// What an error response says (`application/problem+json`), read as far as it can be.
///
/// Gateways answer with HTML or nothing at all; then only the status is known.
struct Problem: APIProblem {
  /// The HTTP status of the response, which counts, whatever the body says.
  var status: Int
  /// The number at the end of `type`: `https://astra.netapp.io/problems/143` is 143.
  var number: Int?
  var title: String?
  var detail: String?
  var correlationID: String?
  /// `name: reason` of each `invalidFields` and `invalidParams` entry, the schema failure, nested problems.
  var reasons: [String] = []
  /// Whether the body was a JSON object, so that it came from the API and not from a gateway.
  var isFromAPI = false
  /// Whether the body speaks of the account header, as it does for a wrong account id (toolkit, common.py).
  var namesAccount = false

  static let wrongServerHint = "is ASTRA_FQDN the address of Astra Control itself?"

  init(_ response: HTTPResponse) {
    status = response.status
    namesAccount = String(decoding: response.body.prefix(65_536), as: UTF8.self).lowercased()
      .contains("x-pcloud-accountid")
    guard let body = StructuredValue(parsing: response.body), case .object = body else { return }
    isFromAPI = true
    number = body["type"]?.text?.split(separator: "/").last.flatMap { Int($0) }
    title = body["title"]?.text
    detail = body["detail"]?.text
    correlationID = body["correlationID"]?.text
    reasons = Self.reasons(in: body)
  }

  private static func reasons(in body: StructuredValue) -> [String] {
    let named = ["invalidFields", "invalidParams"].flatMap { body[$0]?.elements ?? [] }
      .compactMap { entry -> String? in
        let parts = [entry["name"]?.text, entry["reason"]?.text].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: ": ")
      }
    let nested = (body["problemDetails"]?.elements ?? []).compactMap { inner -> String? in
      let parts = [inner["title"]?.text, inner["detail"]?.text].compactMap { $0 }
      return parts.isEmpty ? nil : parts.joined(separator: ": ")
    }
    return named + [body["schemaValidationFailure"]?.text].compactMap { $0 } + nested
  }

  /// The answer as a clause: `answered 409 (A snapshot is already in progress: …; name: taken; correlation id …)`.
  var clause: String {
    var parts = [[title, detail].compactMap { $0 }.joined(separator: ": ")] + reasons
    if let correlationID { parts.append("correlation id \(correlationID)") }
    let inside = parts.filter { !$0.isEmpty }.joined(separator: "; ")
    return inside.isEmpty ? "answered \(status)" : "answered \(status) (\(inside))"
  }

  /// Whether it is of the API's own catalogue: a gateway may speak JSON, too.
  var isOfTheCatalogue: Bool { isFromAPI && number != nil }

  /// Whether the server refuses the token, the account or the permission.
  var refusesCredentials: Bool {
    switch (status, number) {
    // 403 of these numbers is about the request, not about who asks: a missing header, a foreign copy,
    // an application that is not managed, a feature that is off.
    case (403, 47), (403, 76), (403, 77), (403, 78), (403, 79), (403, 120), (403, 168): false
    case (401, _), (403, _): true
    case (_, 33), (_, 18): true
    case (400..<500, _): namesAccount
    default: false
    }
  }

  /// Which kind of "no" this is, by the catalogue of the API.
  var refusal: BackendError.Refusal {
    switch number {
    case 48, 107, 142, 144, 148, 152, 157, 164, 174: .busy
    case 111, 112: .notReady
    case 121, 123, 136, 143, 176: .nameTaken
    case 46, 74, 75, 106, 122, 124, 129, 156: .notFound
    case 47, 76: .notOfThisApplication
    case 8: .malformed
    case 9 where reasons.contains { $0.contains("metadata") || $0.contains("label") }: .malformed
    default: status == 404 ? .notFound : .other
    }
  }

  /// What the user can do about a refusal, where the catalogue makes that plain.
  var hint: String? {
    switch number {
    case 3, 4, 166: "the token (ASTRA_API_TOKEN) is not accepted: make a new one on the API access page"
    case 11: "the token's role does not allow this: it needs at least the role Member"
    case 14: "the token's user is disabled"
    case 18, 33: "check ASTRA_INSTANCE_ID: it is the account id of the API access page"
    case 25, 26, 43: "Astra Control's licence does not allow this"
    case 127, 170: "give the cloud a default bucket"
    case 130, 131, 145, 158, 161: "the cluster needs a VolumeSnapshotClass that Astra Control supports"
    case 156, 167: "name a storage class of the destination cluster, or none"
    default:
      if namesAccount { "check ASTRA_INSTANCE_ID: it is the account id of the API access page" } else { nil }
    }
  }
}
