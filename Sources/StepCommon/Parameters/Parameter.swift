internal import AppProtection
package import HTTPTransport
package import Timing

/// One parameter of a step: its flag, the variables behind it, and what it is for.
package struct Parameter: Sendable {
  /// The flag without its dashes.
  package var flag: String
  /// The environment variables behind the flag; the first that is set counts.
  package var variables: [String]
  /// What it is, as a noun phrase: `the application to restore`.
  package var meaning: String
  /// What else is to be known of it, as a sentence or two without the last point.
  package var detail: String?
  /// The default, in words, if there is one.
  package var fallback: String?
  /// Whether a step refuses to work without it.
  package var isRequired: Bool

  /// Makes a parameter.
  package init(
    _ flag: String, _ variables: String..., meaning: String, detail: String? = nil, fallback: String? = nil,
    isRequired: Bool = false
  ) {
    self.flag = flag
    self.variables = variables
    self.meaning = meaning
    self.detail = detail
    self.fallback = fallback
    self.isRequired = isRequired
  }

  /// The help text of its flag; the tables of the documentation are made from it.
  ///
  /// Every start makes those of all flags, so it is put together plainly.
  package var help: String {
    var text = Self.capitalized(meaning)
    text.reserveCapacity(256)
    text.append(".")
    if let detail { Self.append(" ", detail, to: &text) }
    if isRequired { text.append(" Required.") }
    if let fallback { Self.append(" Default: ", fallback, to: &text) }
    var separator = " ["
    for variable in variables {
      text.append(separator)
      text.append(variable)
      separator = ", then "
    }
    if !variables.isEmpty { text.append("]") }
    return text
  }

  private static func append(_ beginning: String, _ sentence: String, to text: inout String) {
    text.append(beginning)
    text.append(sentence)
    text.append(".")
  }

  /// A phrase with a capital at its beginning, if that is one of a-z.
  private static func capitalized(_ phrase: String) -> String {
    guard let first = phrase.utf8.first, (0x61...0x7A).contains(first) else { return phrase }
    var bytes = Array(phrase.utf8)
    bytes[0] = first - 0x20
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The help text of its flag in `astra-preflight`, where it counts only if that step is planned.
  package func help(with step: StepName) -> String {
    var planned = self
    planned.meaning = "with \(step.rawValue): \(meaning)"
    if isRequired {
      planned.isRequired = false
      planned.detail = [detail, "Required then"].compactMap { $0 }.joined(separator: ". ")
    }
    return planned.help
  }

  /// How messages name it: `ASTRA_APP_NAME or PROD_APP_NAME (--application)`.
  package var title: String {
    variables.isEmpty ? "--\(flag)" : "\(variables.joined(separator: " or ")) (--\(flag))"
  }
}

/// Reads parameters: a flag counts before its variables, and an empty variable is an unset one.
package struct ParameterReader {
  private let environment: [String: String]
  /// The kinds of service that there are.
  let backends: [any BackendFactory.Type]
  /// Where a further fault is looked for, what takes the place of those that are known.
  let survey: ParameterSurvey

  /// Reads from these variables.
  package init(
    environment: [String: String], backends: [any BackendFactory.Type] = BackendRegistry.all
  ) {
    self.environment = environment
    self.backends = backends
    survey = ParameterSurvey(secretVariables: backends.flatMap { $0.secretVariables })
  }

  /// The variables that hold credentials themselves.
  var secretVariables: [String] { backends.flatMap { $0.secretVariables } }

  /// The value, without white space around it; nil if it is not set.
  package func text(_ parameter: Parameter, flag: String?) throws(StepFailure) -> String? {
    let standIn = survey.read(parameter)
    if standIn.isStandIn { return standIn.value }
    if flag?.trimmed.isEmpty == true {
      throw .badParameter("--\(parameter.flag) is empty: give \(parameter.meaning)")
    }
    let candidates = [(flag, "--\(parameter.flag)")] + parameter.variables.map { (environment[$0], $0) }
    for (candidate, origin) in candidates {
      guard let value = candidate?.trimmed, !value.isEmpty else { continue }
      guard value.utf8.count <= 4096,
        value.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
      else {
        throw .badParameter(
          "\(origin) holds a control character or is longer than 4096 bytes: \(parameter.meaning) is one line of text"
        )
      }
      try refuseToken(in: value, of: origin)
      return value
    }
    return nil
  }

  /// Refuses a value that holds the token, put into the wrong place: it would become a name, a path or a record.
  ///
  /// A token of few letters may be part of any value; a real one has many.
  func refuseToken(in value: String, of origin: String) throws(StepFailure) {
    for variable in secretVariables {
      guard let token = environment[variable]?.trimmed.utf8, token.count >= 20 else { continue }
      if Array(value.utf8).firstRange(of: Array(token)) != nil {
        throw .badParameter("\(origin) holds the API token, which belongs only in \(variable)")
      }
    }
  }

  /// The value, which has to be there.
  package func required(_ parameter: Parameter, flag: String?) throws(StepFailure) -> String {
    guard let value = try text(parameter, flag: flag) else {
      throw .badParameter("\(parameter.title) is not set: give \(parameter.meaning)")
    }
    return value
  }

  /// The value as a DNS-1123 label, by the one rule of all steps.
  package func label(_ parameter: Parameter, flag: String?) throws(StepFailure) -> String? {
    guard let value = try text(parameter, flag: flag) else { return nil }
    guard let label = ResourceName.label(for: value) else {
      throw .badParameter(
        "\(parameter.title) is \"\(value)\", which leaves no name: give at least one letter a-z or digit 0-9"
      )
    }
    return label
  }

  /// The name of what is made: as given, or after the pipeline run.
  package func name(
    _ parameter: Parameter, flag: String?, orRunOf settings: Settings
  ) throws(StepFailure) -> String {
    if let label = try label(parameter, flag: flag) {
      try ReservedName.check(label, isCopy: true, from: parameter.title)
      return label
    }
    guard let label = settings.run.flatMap({ ResourceName.label(for: $0) }) else {
      throw .badParameter(
        "\(parameter.title) is not set, and there is no run to name it after: give \(parameter.meaning), or "
          + "\(Common.run.title)")
    }
    try ReservedName.check(label, isCopy: true, from: "the name of the pipeline run, by \(Common.run.title),")
    return label
  }

  /// A switch: the flag turns it on, the variable says true or false (1/0, yes/no).
  package func truth(_ parameter: Parameter, flag: Bool) throws(StepFailure) -> Bool {
    if flag { return true }
    return try truth(parameter, flag: String?.none) ?? false
  }

  /// A yes or no given as text; nil if it is not set.
  package func truth(_ parameter: Parameter, flag: String?) throws(StepFailure) -> Bool? {
    guard let value = try text(parameter, flag: flag) else { return nil }
    switch value.lowercased() {
    case "true", "1", "yes": return true
    case "false", "0", "no": return false
    default: throw .badParameter("\(parameter.title) is \"\(value)\": give true or false")
    }
  }

  /// One of a few words.
  package func choice<Choice: RawRepresentable & CaseIterable>(
    _ parameter: Parameter, flag: String?, default fallback: Choice
  ) throws(StepFailure) -> Choice where Choice.RawValue == String {
    guard let value = try text(parameter, flag: flag) else { return fallback }
    guard let choice = Choice(rawValue: value.lowercased()) else {
      let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
      throw .badParameter("\(parameter.title) is \"\(value)\": give \(words)")
    }
    return choice
  }

  /// A point in time, RFC 3339; nil if it is not set.
  package func timestamp(_ parameter: Parameter, flag: String?) throws(StepFailure) -> Timestamp? {
    guard let value = try text(parameter, flag: flag) else { return nil }
    guard let timestamp = Timestamp(value) else {
      throw .badParameter(
        "\(parameter.title) is \"\(value)\": give a time with its zone, such as 2026-11-23T10:00:00Z")
    }
    return timestamp
  }

  /// The proxies that the environment names.
  package var proxies: Proxies { Proxies(environment: environment) }

  /// Where the system's certificates lie, by the environment or as usual.
  package var systemRoots: SystemRoots { .usual(environment: environment) }

  /// The raw value of a variable that is no parameter of its own (`HOME`); nil if unset or empty.
  package func variable(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }
}

extension String {
  /// Without spaces, tabs and line ends around it.
  package var trimmed: String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0.isNewline }
    guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) })
    else {
      return ""
    }
    return String(self[first...last])
  }
}
