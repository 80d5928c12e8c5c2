internal import PageProbe
internal import StructuredValues
internal import StepCommon
internal import Timing

/// What an `astra-verify` saw, as it hands it to a later one.
struct PageObservationFile {
  /// The form of the file.
  static let version = 1

  /// Where an application was seen at.
  struct Subject {
    var id: String
    var name: String
  }

  /// One page, as it was seen last.
  struct PageObservation {
    var url: String
    var at: String
    /// Nil if it did not answer.
    var status: Int?
    var address: String?
    var bodyBytes: Int?
    /// FNV-1a of what was read of the body: for equality, not for secrecy.
    var bodyDigest: String?
    var excerpt: String?
    /// Why it did not answer.
    var trouble: String?
  }

  var version: Int
  var run: String?
  var application: Subject
  var pages: [PageObservation]

  /// The file's text.
  var text: String {
    let application = StructuredValue.members([
      "id": .string(application.id), "name": .string(application.name),
    ])
    let json = StructuredValue.members([
      "version": .number(Double(version)), "run": run.map { .string($0) }, "application": application,
      "pages": .array(pages.map(\.json)),
    ])
    return json.indented + "\n"
  }

  /// Reads a file's text; throws a sentence about what is wrong with it.
  init(parsing text: String, path: String, of parameter: Parameter) throws(StepFailure) {
    let right = "name a file that astra-verify has written (--seen-file)"
    guard let json = StructuredValue(parsing: Array(text.utf8)), let version = json["version"]?.integer else {
      throw .badParameter("\(parameter.title): \(path) was not written by astra-verify: \(right)")
    }
    guard version == Self.version else {
      throw .badParameter(
        "\(parameter.title): \(path) has version \(version), but this program reads \(Self.version)",
        hint: "use one version of the steps in one pipeline")
    }
    guard let run = json.ifAny("run", \.string), let id = json["application"]?["id"]?.string,
      let name = json["application"]?["name"]?.string,
      let pages = json["pages"]?.list(of: PageObservation.init(json:))
    else {
      throw .badParameter("\(parameter.title): \(path) is incomplete: \(right)")
    }
    self.init(run: run, application: Subject(id: id, name: name), pages: pages)
  }

  /// What was seen in this run.
  init(run: String?, application: Subject, pages: [PageObservation]) {
    (version, self.run, self.application, self.pages) = (Self.version, run, application, pages)
  }
}

extension PageObservationFile.PageObservation {
  /// Reads a page of the file; nil if it is none.
  fileprivate init?(json: StructuredValue) {
    guard let url = json["url"]?.string, let at = json["at"]?.string,
      let status = json.ifAny("status", \.integer), let address = json.ifAny("address", \.string),
      let bodyBytes = json.ifAny("bodyBytes", \.integer), let bodyDigest = json.ifAny("bodyDigest", \.string),
      let excerpt = json.ifAny("excerpt", \.string), let trouble = json.ifAny("trouble", \.string)
    else { return nil }
    self.init(
      url: url, at: at, status: status, address: address, bodyBytes: bodyBytes, bodyDigest: bodyDigest,
      excerpt: excerpt, trouble: trouble)
  }

  fileprivate var json: StructuredValue {
    .members([
      "url": .string(url), "at": .string(at), "status": status.map { .number(Double($0)) },
      "address": address.map { .string($0) }, "bodyBytes": bodyBytes.map { .number(Double($0)) },
      "bodyDigest": bodyDigest.map { .string($0) }, "excerpt": excerpt.map { .string($0) },
      "trouble": trouble.map { .string($0) },
    ])
  }

  /// What a look showed; texts are cleaned before they are kept.
  init(_ look: PageLook, cleaned: (String) -> String) {
    self.init(url: look.page.description, at: look.at.text)
    switch look.outcome {
    case .answered(let answer):
      status = answer.status
      address = answer.address?.description
      bodyBytes = answer.body.count
      bodyDigest = "fnv1a64:\(digest(answer.body))"
      excerpt = answer.excerpt
    case .unreachable(let reason, _), .untrusted(let reason, _), .unseen(let reason, _):
      trouble = cleaned(reason)
    }
  }

  /// How this look differs from an earlier one, as a sentence.
  func difference(from earlier: PageObservationFile.PageObservation) -> String {
    func shown(_ sight: PageObservationFile.PageObservation) -> String {
      sight.status.map { "\($0) from \(sight.address ?? "an unknown address")" } ?? "no answer"
    }
    let body =
      switch (earlier.bodyDigest, bodyDigest) {
      case (let then?, let now?) where then == now: "the body is the same"
      case (_?, _?): "the body has changed (then: \"\(earlier.excerpt?.prefix(200) ?? "")\")"
      default: "one of the bodies is not known"
      }
    let status =
      earlier.status == status && earlier.address == address
      ? "\(shown(self)) as at \(earlier.at)" : "\(shown(earlier)) at \(earlier.at), \(shown(self)) now"
    return "\(status); \(body)"
  }

  private func digest(_ bytes: [UInt8]) -> String {
    let digest = bytes.reduce(UInt64(14_695_981_039_346_656_037)) {
      ($0 ^ UInt64($1)) &* 1_099_511_628_211
    }
    let digits = String(digest, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension PageLook {
  /// What it showed, in one line for log and report.
  var line: String {
    switch outcome {
    case .answered(let answer):
      let from =
        answer.address?.description ?? (answer.isThroughProxy ? "behind a proxy" : "an unknown address")
      let target =
        (300..<400).contains(answer.status) ? answer.fields.first { $0.name.lowercased() == "location" } : nil
      let redirect = target.map { ", a redirect to \($0.value.prefix(200)), which is not followed" } ?? ""
      let size = "\(answer.body.count) bytes" + (answer.gap.map { " (incomplete: \($0))" } ?? "")
      return
        "\(answer.status) from \(from) after \(duration.shortText)\(redirect), \(size): \"\(answer.excerpt)\""
    case .unreachable(let reason, _): return "no answer (\(reason))"
    case .unseen(let reason, _): return "not seen (\(reason))"
    case .untrusted(let reason, _): return "an answer that cannot be trusted (\(reason))"
    }
  }

  /// What makes one look another than the one before.
  var key: String {
    switch outcome {
    case .answered(let answer): "\(answer.status) \(answer.address?.description ?? "")"
    case .unreachable(let reason, _), .untrusted(let reason, _), .unseen(let reason, _): reason
    }
  }
}
