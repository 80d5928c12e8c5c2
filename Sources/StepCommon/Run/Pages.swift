internal import HTTPTransport
package import PageProbe
internal import Timing

/// How pages are looked at.
package struct PageSettings: Sendable {
  /// A PEM file of authorities to trust beside the system's.
  package var authorityFile: String?
  package var verifies: Bool
  /// Names that are resolved by the user's word: `host:port:address`.
  package var resolve: [String]
  /// The parameters that a hint may name.
  package var urlTitle: String
  package var authorityTitle: String
  /// The proxies that stand between.
  var proxies: Proxies
  /// Where the system's certificates lie.
  var systemRoots: SystemRoots

  /// Gathers the settings.
  package init(
    authorityFile: String?, verifies: Bool, resolve: [String], urlTitle: String, authorityTitle: String,
    _ reader: ParameterReader
  ) {
    self.authorityFile = authorityFile
    self.verifies = verifies
    self.resolve = resolve
    self.urlTitle = urlTitle
    self.authorityTitle = authorityTitle
    proxies = reader.proxies
    systemRoots = reader.systemRoots
  }
}

/// The step's way to pages: no token goes it, whatever host they are on.
package final class Pages {
  private let transport: any PageTransport
  private let time: any TimeSource
  private let log: Log

  init(_ transport: any PageTransport, time: any TimeSource, log: Log) {
    self.transport = transport
    self.time = time
    self.log = log
  }

  /// Looks at a page once.
  ///
  /// - Throws: a signal, a URL that holds the token, or a transport that cannot be set up.
  package func look(at page: Page, timeLimit: Duration) throws(StepFailure) -> PageLook {
    guard log.scrubbed(page.description) == page.description else {
      throw .badParameter("a page's URL holds the API token, which must not be sent there: leave it out")
    }
    let began = time.now
    var outcome: PageLook.Outcome
    do throws(TransportError) {
      let response = try transport.look(at: page.url, timeLimit: timeLimit)
      outcome = .answered(answer(response))
    } catch {
      switch error.kind {
      case .interrupted(let interruption): throw .interrupted(interruption, "ended by a signal")
      case .misconfigured: throw .badParameter(error.message, hint: error.hint)
      case .untrusted: outcome = .untrusted(error.message, hint: error.hint)
      case .timedOut, .cannotConnect, .broken, .tooLarge:
        outcome = .unreachable(error.message, hint: error.hint)
      case .proxyFailed(forGood: false): outcome = .unseen(error.message, hint: error.hint)
      case .proxyFailed(forGood: true):
        throw StepFailure.unreachable(error.message, hint: error.hint)
      }
    }
    return PageLook(page: page, outcome: outcome, at: time.wallTime, duration: time.now - began)
  }

  /// The response without the token, should a page show it: taken out before anything is cut to length.
  private func answer(_ response: PageResponse) -> PageAnswer {
    var body = response.body
    let shown = String(decoding: body, as: UTF8.self)
    let scrubbed = log.scrubbed(shown)
    if scrubbed != shown { body = Array(scrubbed.utf8) }
    let type = response.fields.first { $0.name.lowercased() == "content-type" }?.value
    let text = PageText(body, contentType: type)
    return PageAnswer(
      status: response.status, fields: response.fields.map { ($0.name, log.scrubbed($0.value)) }, body: body,
      excerpt: excerpt(of: body, text), gap: response.gap, text: text,
      address: response.address.flatMap { PageAddress($0) }, isThroughProxy: response.isThroughProxy)
  }

  private func excerpt(of body: [UInt8], _ text: PageText) -> String {
    let decoded = text.decoded.map { Array($0.utf8.prefix(16_384)) }
    let head = decoded ?? Array(body.prefix(16_384))
    guard !head.contains(0) else { return "(binary)" }
    let words = log.cleaned(String(decoding: head, as: UTF8.self)).split(separator: " ")
    let line = words.joined(separator: " ").unicodeScalars
    return line.count > 300 ? String(line.prefix(300)) + "…" : String(line)
  }
}

/// How a run gets its way to pages, once it knows its settings.
struct PageDoor {
  private let environment: StepEnvironment
  private let userAgent: String

  init(_ environment: StepEnvironment, userAgent: String) {
    self.environment = environment
    self.userAgent = userAgent
  }

  func open(_ settings: PageSettings, log: Log) throws(StepFailure) -> Pages {
    do throws(TransportError) {
      return Pages(
        try environment.connectToPages(settings, userAgent, environment.time), time: environment.time,
        log: log)
    } catch {
      throw .badParameter("\(settings.authorityTitle): \(error.message)", hint: error.hint)
    }
  }
}

extension PageSettings {
  /// The real way: over libcurl.
  func connect(userAgent: String, time: any TimeSource) throws(TransportError) -> any PageTransport {
    try CurlPages(
      trust: TLSTrust(caFile: authorityFile, verify: verifies, system: systemRoots), resolve: resolve,
      names: TransportParameterNames(host: urlTitle, authorityFile: authorityTitle), proxies: proxies,
      userAgent: userAgent, time: time)
  }
}

extension ParameterReader {
  /// The pages that a flag names, each time that it is given, or else a variable, between white space.
  package func pages(_ parameter: Parameter, flags: [String]) throws(StepFailure) -> [Page] {
    try words(parameter, flags: flags).map { text throws(StepFailure) in
      do throws(TransportError) {
        return Page(url: try PageURL(text))
      } catch {
        // What stands before an @ may be a password.
        let shown = text.contains("@") ? "" : " is \"\(text)\": it"
        throw .badParameter("\(parameter.title)\(shown) \(error.message)")
      }
    }
  }

  /// The values that a flag gives, each time that it is given, or else a variable, between white space.
  package func words(_ parameter: Parameter, flags: [String]) throws(StepFailure) -> [String] {
    guard flags.isEmpty else {
      return try flags.map { flag throws(StepFailure) in
        try text(parameter, flag: flag) ?? ""
      }
    }
    // A variable of many lines is welcome here; each word of it is then read as a flag of its own would be.
    for name in parameter.variables {
      let words = (variable(name) ?? "").split { $0 == " " || $0 == "\t" || $0.isNewline }.map(String.init)
      guard !words.isEmpty else { continue }
      return try words.map { word throws(StepFailure) in try text(parameter, flag: word) ?? "" }
    }
    return []
  }

  /// An IP address; nil if it is not set.
  package func address(_ parameter: Parameter, flag: String?) throws(StepFailure) -> PageAddress? {
    guard let value = try text(parameter, flag: flag) else { return nil }
    guard let address = PageAddress(value) else {
      throw .badParameter(
        "\(parameter.title) is \"\(value)\": give one IP address, such as 192.0.2.10 or 2001:db8::10")
    }
    return address
  }
}
