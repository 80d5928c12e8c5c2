internal import PageProbe
internal import RegularExpressions
internal import StepCommon

/// Statuses as a user lists them: `200,204`, `200-299`.
struct StatusSet: Hashable {
  private(set) var ranges: [ClosedRange<Int>]
  /// The list as it was given.
  let text: String

  func contains(_ status: Int) -> Bool { ranges.contains { $0.contains(status) } }

  /// Whether every status of this one is of another too.
  func isSubset(of other: StatusSet) -> Bool { ranges.allSatisfy { $0.allSatisfy(other.contains) } }

  /// Reads a list; nil if it is none.
  init?(_ text: String) {
    self.text = text
    ranges = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false)
        .map { Self.status(String($0).trimmed) }
      guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1], first <= last
      else { return nil }
      ranges.append(first...last)
    }
  }

  private static func status(_ text: String) -> Int? {
    guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let status = Int(text),
      (100...599).contains(status)
    else { return nil }
    return status
  }
}

/// What a healthy page shows.
struct Expectations {
  var status: StatusSet
  var text: String?
  var regex: RegularExpression?
  var json: JSONExpectation?
  var header: (name: String, value: String)?
  /// Those that were given, for messages.
  private(set) var given: [Parameter] = []

  init(_ command: VerifyCommand, _ reader: ParameterReader) throws(StepFailure) {
    let list = try reader.text(VerifyParameters.status, flag: command.expectStatus)
    guard let status = StatusSet(list ?? "200-299") else {
      throw .badParameter(
        "\(VerifyParameters.status.title) is \"\(list ?? "")\": give statuses of 100 to 599, such as 200,204 or 200-299"
      )
    }
    self.status = status
    text = try reader.text(VerifyParameters.text, flag: command.expectText)
    regex = try Self.regex(command, reader)
    if let text = try reader.text(VerifyParameters.json, flag: command.expectJson) {
      guard let expectation = JSONExpectation(text) else {
        throw .badParameter(
          "\(VerifyParameters.json.title) is \"\(text)\": give a path and a value, such as status.nodes[0].name=web"
        )
      }
      json = expectation
    }
    if let text = try reader.text(VerifyParameters.header, flag: command.expectHeader) {
      let parts = text.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !parts[0].contains(" ") else {
        throw .badParameter(
          "\(VerifyParameters.header.title) is \"\(text)\": give a name and a value, such as X-Release: 2.4.1"
        )
      }
      header = (parts[0], parts[1])
    }
    given = [
      (VerifyParameters.status, list != nil), (VerifyParameters.text, text != nil),
      (VerifyParameters.regex, regex != nil), (VerifyParameters.json, json != nil),
      (VerifyParameters.header, header != nil),
    ].filter(\.1).map(\.0)
  }

  /// What one answer shows of these: what is not as on a healthy page, and what cannot be told either way.
  struct Findings: Hashable {
    var faults: [String] = []
    var doubts: [String] = []
  }

  /// Whether something is expected of what a page holds.
  var isAboutContent: Bool { text != nil || regex != nil || json != nil }

  /// Holds an answer against the expectations.
  ///
  /// What is found in a part of a page is there; what is not found in it is no evidence of anything.
  ///
  /// - Throws: a regular expression that takes too many steps.
  func findings(on answer: PageAnswer) throws(StepFailure) -> Findings {
    var findings = Findings()
    if !status.contains(answer.status) {
      findings.faults.append("the status is \(answer.status) instead of \(status.text)")
    }
    if let text {
      var found = answer.text.find(text, in: answer.body)
      if found == .absent, let gap = answer.gap { found = .unknown(gap) }
      switch found {
      case .found: break
      case .absent: findings.faults.append("the text \"\(text)\" is not there")
      case .unknown(let reason): findings.doubts.append("the text \"\(text)\" was not found, but \(reason)")
      }
    }
    if let regex, try !matches(regex, answer) {
      let words = "nothing matches the regular expression \"\(regex.pattern)\""
      let isLong =
        answer.body.count > Self.regexBytes ? "it was run on the first \(Self.regexBytes) bytes only" : nil
      let isASCII = regex.pattern.utf8.allSatisfy { $0 < 0x80 }
      if let doubt = answer.gap ?? isLong ?? answer.text.doubt(isASCII: isASCII) {
        findings.doubts.append("\(words), but \(doubt)")
      } else {
        findings.faults.append(words)
      }
    }
    if let json, let fault = json.fault(in: answer) {
      if let gap = answer.gap {
        findings.doubts.append("\(fault), but \(gap)")
      } else {
        findings.faults.append(fault)
      }
    }
    if let header, let fault = Self.fault(of: header, in: answer) { findings.faults.append(fault) }
    return findings
  }

  /// The largest part of a page that a regular expression is run on: 256 KiB.
  private static let regexBytes = 256 << 10

  private static func regex(
    _ command: VerifyCommand, _ reader: ParameterReader
  ) throws(StepFailure) -> RegularExpression? {
    guard let pattern = try reader.text(VerifyParameters.regex, flag: command.expectRegex) else { return nil }
    do throws(RegularExpressionError) {
      return try RegularExpression(pattern)
    } catch {
      throw unusable(pattern, error, bytes: 0)
    }
  }

  private func matches(_ regex: RegularExpression, _ answer: PageAnswer) throws(StepFailure) -> Bool {
    let known = answer.text.readings
    let readings = known.isEmpty ? [String(decoding: answer.body, as: UTF8.self)] : known
    do throws(RegularExpressionError) {
      for reading in readings {
        if try regex.matches(String(decoding: reading.utf8.prefix(Self.regexBytes), as: UTF8.self)) {
          return true
        }
      }
      return false
    } catch {
      throw Self.unusable(regex.pattern, error, bytes: answer.body.count)
    }
  }

  private static func unusable(_ pattern: String, _ error: RegularExpressionError, bytes: Int) -> StepFailure
  {
    let title = "\(VerifyParameters.regex.title) is \"\(pattern)\""
    return switch error {
    case .invalid(let reason):
      .badParameter(
        "\(title): that is not a regular expression (\(reason)); write one such as Release \\d+\\.\\d+")
    case .tooMuchWork:
      .badParameter(
        "\(title): it needs more than \(RegularExpression.stepLimit / 1_000_000) million steps on a page of \(bytes) bytes",
        hint: "a repetition within a repetition, such as (a+)+, may take for ever: write it with one")
    }
  }

  private static func fault(of wanted: (name: String, value: String), in answer: PageAnswer) -> String? {
    let values = answer.fields.filter { $0.name.lowercased() == wanted.name.lowercased() }.map(\.value)
    if values.contains(wanted.value) { return nil }
    return values.isEmpty
      ? "the header field \(wanted.name) is not there"
      : "the header field \(wanted.name) is \"\(values.joined(separator: ", "))\" instead of \"\(wanted.value)\""
  }
}

/// What counts as the fault that a broken page shows.
struct FaultSigns {
  var statuses: StatusSet?
  /// Whether a page that does not answer shows it.
  var isUnreachable = false
  let text: String

  /// Nil if pages are not expected to be broken.
  init?(_ command: VerifyCommand, _ reader: ParameterReader) throws(StepFailure) {
    let list = try reader.text(VerifyParameters.brokenAs, flag: command.brokenAs) ?? "200-299,500"
    var words = list.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmed }
    let count = words.count
    words.removeAll { $0 == "unreachable" }
    isUnreachable = words.count < count
    text = list
    if !words.isEmpty {
      guard let set = StatusSet(words.joined(separator: ",")) else {
        throw .badParameter(
          "\(VerifyParameters.brokenAs.title) is \"\(list)\": give statuses of 100 to 599 and the word unreachable, such as 500,503 or 503,unreachable"
        )
      }
      statuses = set
    }
    guard try reader.truth(VerifyParameters.broken, flag: command.expectBroken) else { return nil }
  }
}
