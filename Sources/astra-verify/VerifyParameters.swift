internal import AppProtection
internal import PageProbe
internal import StepCommon
internal import Timing

/// What `astra-verify` is asked.
struct VerifyParameters {
  static let application = Parameter(
    "application", "ASTRA_APP_NAME", "PROD_APP_NAME", meaning: "the application to look at (name or id)",
    isRequired: true)
  static let cluster = Parameter(
    "cluster", "ASTRA_CLUSTER", "PROD_KUBERNETES_CLUSTER", meaning: "the application's cluster (name or id)",
    fallback: "the one that has an application of that name")
  static let cloneOf = Parameter(
    "clone-of", "ASTRA_VERIFY_CLONE_OF", meaning: "the application that it must be a clone of (name or id)")
  static let backup = Parameter(
    "against-backup", "ASTRA_VERIFY_BACKUP",
    meaning: "the backup whose resources it must have (name or id)", detail: "For a clone, one of its source")
  static let snapshot = Parameter(
    "against-snapshot", "ASTRA_VERIFY_SNAPSHOT",
    meaning: "the snapshot whose resources it must have (name or id)",
    detail: "For a clone, one of its source")
  static let url = Parameter(
    "url", "ASTRA_VERIFY_URL",
    meaning: "a page to look at, as customers do",
    detail:
      "May be given several times; the variable takes several with spaces between. Without one, nothing is looked at from outside"
  )
  static let status = Parameter(
    "expect-status", "ASTRA_VERIFY_STATUS",
    meaning: "the statuses of a healthy page, such as 200,204 or 200-299", fallback: "200-299")
  static let text = Parameter(
    "expect-text", "ASTRA_VERIFY_TEXT", meaning: "a text that a healthy page holds, byte by byte")
  static let regex = Parameter(
    "expect-regex", "ASTRA_VERIFY_REGEX",
    meaning: "a regular expression (Perl's dialect, by PCRE2) that something on a healthy page matches")
  static let json = Parameter(
    "expect-json", "ASTRA_VERIFY_JSON",
    meaning: "a value that a healthy page's JSON holds, such as status.nodes[0].name=web")
  static let header = Parameter(
    "expect-header", "ASTRA_VERIFY_HEADER",
    meaning: "a header field that a healthy page comes with, its value in full (X-Release: 2.4.1)")
  static let address = Parameter(
    "expect-address", "ASTRA_VERIFY_ADDRESS", meaning: "the IP address that must answer")
  static let otherAddress = Parameter(
    "other-address", "ASTRA_VERIFY_OTHER_ADDRESS", meaning: "an IP address that must not answer"
  )
  static let broken = Parameter(
    "expect-broken", "ASTRA_EXPECT_BROKEN",
    meaning: "check that every page shows the fault: that it answers and is not healthy")
  static let brokenAs = Parameter(
    "broken-as", "ASTRA_VERIFY_BROKEN_AS",
    meaning: "the statuses that may count as the fault (500,503), and the word unreachable if no answer may",
    fallback: "200-299,500")
  static let seenFile = Parameter(
    "seen-file", "ASTRA_VERIFY_SEEN_FILE", meaning: "the file for what was seen, for a later astra-verify",
    fallback: "astra-verify.seen.json beside the report")
  static let compareWith = Parameter(
    "compare-with", "ASTRA_VERIFY_COMPARE_WITH",
    meaning: "a file that an earlier astra-verify of this run wrote: the same addresses must answer")
  static let within = Parameter(
    "within", "ASTRA_VERIFY_WITHIN", meaning: "how long each condition may take to come true",
    detail: "Never longer than the step's timeout", fallback: "5m")
  static let authorityFile = Parameter(
    "probe-ca-file", "ASTRA_VERIFY_CA_FILE",
    meaning: "a PEM file of certificate authorities to trust for pages, beside the system's",
    detail: "The backend's are not trusted for pages")
  static let verify = Parameter(
    "probe-tls-verify", "ASTRA_VERIFY_TLS_VERIFY", meaning: "whether certificates of pages are verified",
    detail: "If they are not, log and report say so each time", fallback: "true")
  static let resolve = Parameter(
    "probe-resolve", "ASTRA_VERIFY_RESOLVE",
    meaning:
      "an address to take for a page's host, since a clone often has no name (shop.example.com:443:192.0.2.10)",
    detail: "May be given several times")

  var application: String
  var cluster: String?
  var cloneOf: String?
  var point: (kind: RecoveryPoint.Kind, name: String)?
  var pages: [Page]
  var expectations: Expectations
  /// What counts as the fault; nil if the pages have to be healthy.
  var fault: FaultSigns?
  var address: PageAddress?
  var otherAddress: PageAddress?
  var seenFile: String?
  var compareWith: String?
  var within: Duration
  var pageSettings: PageSettings

  init(_ command: VerifyCommand, _ reader: ParameterReader) throws(StepFailure) {
    application = try reader.required(Self.application, flag: command.application)
    cluster = try reader.text(Self.cluster, flag: command.cluster)
    cloneOf = try reader.text(Self.cloneOf, flag: command.cloneOf)
    point = try Self.point(command, reader)
    pages = try reader.pages(Self.url, flags: command.url)
    expectations = try Expectations(command, reader)
    fault = try FaultSigns(command, reader)
    address = try reader.address(Self.address, flag: command.expectAddress)
    otherAddress = try reader.address(Self.otherAddress, flag: command.otherAddress)
    seenFile = try reader.text(Self.seenFile, flag: command.seenFile)
    compareWith = try reader.text(Self.compareWith, flag: command.compareWith)
    within = try Self.within(command, reader)
    pageSettings = PageSettings(
      authorityFile: try reader.text(Self.authorityFile, flag: command.probeCaFile),
      verifies: try reader.truth(Self.verify, flag: command.probeTlsVerify) ?? true,
      resolve: try Self.resolve(command, reader), urlTitle: Self.url.title,
      authorityTitle: Self.authorityFile.title, reader)
    if let address, address == otherAddress {
      throw .badParameter(
        "\(Self.address.title) and \(Self.otherAddress.title) are both \(address): give different addresses"
      )
    }
    if pages.isEmpty { try refuseExpectations() }
    try refuseContradictions(hasSignsFlag: command.brokenAs != nil)
    try checkResolve()
  }

  /// A green step must not have checked less than it was told to.
  private func refuseExpectations() throws(StepFailure) {
    let given: [(Parameter, Bool)] =
      expectations.given.map { ($0, true) } + [
        (Self.broken, fault != nil), (Self.address, address != nil),
        (Self.otherAddress, otherAddress != nil), (Self.compareWith, compareWith != nil),
      ]
    guard let parameter = given.first(where: \.1)?.0 else { return }
    throw .badParameter(
      "\(parameter.title) is set, but there is no page to look at: give one or more in \(Self.url.title)")
  }

  private static func point(
    _ command: VerifyCommand, _ reader: ParameterReader
  ) throws(StepFailure) -> (kind: RecoveryPoint.Kind, name: String)? {
    guard command.againstBackup == nil || command.againstSnapshot == nil else {
      throw .badParameter("--against-backup and --against-snapshot are both set: give one of them")
    }
    // A flag for the one overrides the variable of the other.
    let backup = command.againstSnapshot == nil ? try reader.text(backup, flag: command.againstBackup) : nil
    let snapshot =
      command.againstBackup == nil ? try reader.text(snapshot, flag: command.againstSnapshot) : nil
    switch (backup, snapshot) {
    case (let name?, nil): return (.backup, name)
    case (nil, let name?): return (.snapshot, name)
    case (nil, nil): return nil
    default:
      throw .badParameter("\(Self.backup.title) and \(Self.snapshot.title) are both set: give one of them")
    }
  }

  private static func within(
    _ command: VerifyCommand, _ reader: ParameterReader
  ) throws(StepFailure) -> Duration {
    guard let text = try reader.text(within, flag: command.within) else { return .seconds(300) }
    do throws(DurationTextError) {
      return try Duration(parameter: text)
    } catch {
      throw .badParameter("\(within.title) is \"\(text)\": it \(error.reason)")
    }
  }

  private static func resolve(
    _ command: VerifyCommand, _ reader: ParameterReader
  ) throws(StepFailure) -> [String] {
    let entries = try reader.words(resolve, flags: command.probeResolve)
    for entry in entries {
      let parts = entry.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      let bare = parts.count == 3 ? parts[2].drop { $0 == "[" } : ""
      guard parts.count == 3, !parts[0].isEmpty, parts[0].first != "-", parts[0].first != "+",
        let port = Int(parts[1]), (1...65_535).contains(port),
        PageAddress(String(bare.last == "]" ? bare.dropLast() : bare)) != nil
      else {
        // What stands before an @ may be a password.
        let shown = entry.contains("@") ? "is not valid" : "is \"\(entry)\""
        throw .badParameter(
          "\(resolve.title) \(shown): give host:port:address, such as shop.example.com:443:192.0.2.10")
      }
    }
    return entries
  }
}
