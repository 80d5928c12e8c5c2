internal import Text

/// The names in a report that must be of a few characters only.
package enum ReportName {
  /// A suite's name of `[A-Za-z0-9._-]`: Jenkins shows other characters differently from version to version.
  package static func suite(_ name: String) -> String {
    let name = replacing(name) { isWordCharacter($0) || $0 == "." || $0 == "-" }
    return name.isEmpty ? "astra" : name
  }

  /// A suite's name for a step and, where one step runs several times at once, its suffix: `astra-clone-eu`.
  package static func suite(step: String, suffix: String) -> String {
    suite(suffix.isEmpty ? step : "\(step)-\(suffix)")
  }

  /// A text as the end of a class name's part: dashes become `_`; if anything else did, a number tells it from others.
  package static func classPart(_ text: String) -> String {
    let part = replacing(text, unless: isWordCharacter)
    let isPlain = text.unicodeScalars.allSatisfy { $0 == "-" || isWordCharacter($0) && $0 != "_" }
    return isPlain ? part : "\(part)_\(FNV.hash(text.utf8))"
  }

  /// A dotted class name of `[A-Za-z0-9_]` parts: one reader takes its last part for a pattern of file names.
  static func className(_ name: String) -> String {
    dotted(name, prefix: "astra", substitute: "Step")
  }

  /// A dotted type of `[A-Za-z0-9_]` parts: GitLab refuses a report with `symbol` or `yaml`, and converts others.
  static func problemType(_ type: String, step: String) -> String {
    let step = replacing(step, unless: isWordCharacter)
    return dotted(type, prefix: step.isEmpty ? "Step" : step, substitute: "unknown")
  }

  /// At least two parts, none of them empty.
  private static func dotted(_ name: String, prefix: String, substitute: String) -> String {
    let parts = replacing(name) { isWordCharacter($0) || $0 == "." }.split(separator: ".")
    switch parts.count {
    case 0: return "\(prefix).\(substitute)"
    case 1: return "\(prefix).\(parts[0])"
    default: return parts.joined(separator: ".")
    }
  }

  private static func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }

  private static func replacing(_ text: String, unless isAllowed: (Unicode.Scalar) -> Bool) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(200) {
      result.append(isAllowed(scalar) ? scalar : "_")
    }
    return String(result)
  }
}
