internal import Text

/// The CI systems that a step has something to say to; each is known by a variable that it sets itself.
package enum CISystem: CaseIterable, Sendable {
  case gitHub
  case azure
  case gitLab
  case buildkite
  case teamCity

  /// Whether a step with these variables runs in it.
  package func isThere(_ variables: [String: String]) -> Bool {
    switch self {
    case .gitHub: variables["GITHUB_ACTIONS"] == "true"
    case .azure: variables["TF_BUILD"]?.lowercased() == "true"
    case .gitLab: variables["GITLAB_CI"] == "true"
    case .buildkite: variables["BUILDKITE"] == "true"
    case .teamCity: variables["TEAMCITY_VERSION"]?.isEmpty == false
    }
  }

  /// The line that begins a part of the log, as it is written.
  ///
  /// - Parameters:
  ///   - title: what the reader sees.
  ///   - name: a name for the part, which no other part of the job's log has.
  ///   - seconds: the time, since 1970.
  /// - Returns: the line without its end; nil where the system knows no such thing.
  package func beginning(of title: String, name: String, at seconds: Int64) -> String? {
    switch self {
    case .gitHub: "::group::\(escaped(title))"
    case .azure: "##[group]\(escaped(title))"
    case .gitLab:
      "\u{1B}[0Ksection_start:\(seconds):\(Self.word(name))[collapsed=true]\r\u{1B}[0K\(cleanLine(title))"
    case .buildkite: nil
    case .teamCity: "##teamcity[blockOpened name='\(escaped(title))']"
    }
  }

  /// The line that ends a part of the log.
  package func end(of title: String, name: String, at seconds: Int64) -> String? {
    switch self {
    case .gitHub: "::endgroup::"
    case .azure: "##[endgroup]"
    case .gitLab: "\u{1B}[0Ksection_end:\(seconds):\(Self.word(name))\r\u{1B}[0K"
    case .buildkite: nil
    case .teamCity: "##teamcity[blockClosed name='\(escaped(title))']"
    }
  }

  /// The line that shows an error where the system lists a build's errors; nil where the log cannot say so.
  package func problem(_ message: String, title: String) -> String? {
    switch self {
    case .gitHub: "::error title=\(property(title))::\(escaped(message))"
    case .azure: "##vso[task.logissue type=error]\(escaped("\(title): \(message)"))"
    case .gitLab, .buildkite: nil
    case .teamCity: "##teamcity[message text='\(escaped("\(title): \(message)"))' status='ERROR']"
    }
  }

  /// The line that gives a value to later steps; nil where that is not said in the log.
  package func variable(_ name: String, _ value: String) -> String? {
    guard self == .azure else { return nil }
    return "##vso[task.setvariable variable=\(property(name));isOutput=true]\(escaped(value))"
  }

  /// The line that names a file with a summary, by its absolute path.
  package func summary(at path: String) -> String? {
    self == .azure ? "##vso[task.uploadsummary]\(escaped(path))" : nil
  }

  /// A text as what comes behind a command of this system, so that it is read back as it was, on one line.
  package func escaped(_ text: String) -> String {
    switch self {
    case .gitHub: Self.replacing(text, ["%": "%25", "\r": "%0D", "\n": "%0A"])
    case .azure:
      // Older agents do not read %AZP25 back, so only what they would take for an escape is written so.
      Self.replacing(Self.withoutEscapes(text), ["\r": "%0D", "\n": "%0A"])
    case .gitLab, .buildkite: cleanLine(text)
    case .teamCity: Self.teamCity(text)
    }
  }

  /// A text as a property of a command.
  private func property(_ text: String) -> String {
    switch self {
    case .gitHub:
      Self.replacing(text, ["%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"])
    case .azure:
      Self.replacing(Self.withoutEscapes(text), [";": "%3B", "\r": "%0D", "\n": "%0A", "]": "%5D"])
    case .gitLab, .buildkite, .teamCity: escaped(text)
    }
  }

  private static func replacing(_ text: String, _ replacements: [Unicode.Scalar: String]) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if let replacement = replacements[scalar] {
        result += replacement
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The text with each `%` written anew that stands before what an agent of Azure reads as an escape.
  private static func withoutEscapes(_ text: String) -> String {
    let codes = ["3B", "0D", "0A", "5D", "AZP25", "VSTS"].map { Array($0.utf8) }
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      result.append(byte)
      if byte == UInt8(ascii: "%"), codes.contains(where: { rest.starts(with: $0) }) {
        result += Array("AZP25".utf8)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// By TeamCity's rules: `|` before what has a meaning there, and `|0x` with four digits for what is not ASCII.
  private static func teamCity(_ text: String) -> String {
    var result = ""
    for unit in text.utf16 {
      switch unit {
      case 0x0A: result += "|n"
      case 0x0D: result += "|r"
      case 0x27, 0x5B, 0x5D, 0x7C: result += "|\(Character(Unicode.Scalar(UInt8(unit))))"
      case 0x20..<0x7F: result.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      default:
        let digits = String(unit, radix: 16)
        result += "|0x" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }

  /// A name as GitLab takes it for a section: letters, digits, `.`, `_` and `-`.
  private static func word(_ name: String) -> String {
    String(
      name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_" })
  }
}
