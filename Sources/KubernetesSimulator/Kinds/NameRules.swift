internal import SimulatorSupport

/// What names, labels and annotations may be.
enum NameRules {
  private static let subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and "
    + "end with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    + #"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"#
  private static let label =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with "
    + "an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is "
    + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
  private static let value =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end "
    + "with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
    + "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

  /// What is wrong with an object's metadata.
  static func mistakes(in object: JSON, _ kind: KindDefinition) -> [APIProblem.Cause] {
    let name = object.name ?? ""
    guard !name.isEmpty else {
      return [.required("metadata.name", ": name or generateName is required")]
    }
    var causes: [APIProblem.Cause] = []
    if let why = mistake(in: name, kind) {
      causes.append(.invalid("metadata.name", JSON.string(name).text, why))
    }
    for label in object.labels {
      guard let text = label.value.string else {
        causes.append(.invalid("metadata.labels", label.value.text, "must be a string"))
        continue
      }
      if text.utf8.count > 63 {
        causes.append(
          .invalid("metadata.labels", JSON.string(text).text, "must be no more than 63 bytes"))
      }
      if !isLabelValue(text) { causes.append(.invalid("metadata.labels", JSON.string(text).text, value)) }
    }
    let annotations = object.value(at: "metadata.annotations")?.members ?? []
    let size = annotations.reduce(0) { $0 + $1.name.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    if size > 262_144 {
      causes.append(
        APIProblem.Cause(
          field: "metadata.annotations", reason: "FieldValueTooLong",
          message: "Too long: may not be more than 262144 bytes"))
    }
    return causes
  }

  private static func mistake(in name: String, _ kind: KindDefinition) -> String? {
    // Names of roles and their bindings are only parts of a path.
    if kind.group == "rbac.authorization.k8s.io" {
      return name.contains("/") || name.contains("%") ? "may not contain '/' or '%'" : nil
    }
    let most = kind.namesAreLabels ? 63 : 253
    if name.utf8.count > most { return "must be no more than \(most) bytes" }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    if kind.namesAreLabels, parts.count > 1 { return "must not contain dots" }
    guard parts.allSatisfy(isPart) else { return kind.namesAreLabels ? label : subdomain }
    return nil
  }

  private static func isPart(_ part: Substring) -> Bool {
    let hyphen = UInt8(ascii: "-")
    return part.utf8.allSatisfy { isDigit($0) || (0x61...0x7A).contains($0) || $0 == hyphen }
      && part.utf8.first.map { $0 != hyphen } == true && part.utf8.last != hyphen
  }

  private static func isLabelValue(_ text: String) -> Bool {
    guard let first = text.utf8.first, let last = text.utf8.last else { return true }
    let others = Array("-_.".utf8)
    return isAlphanumeric(first) && isAlphanumeric(last)
      && text.utf8.allSatisfy { isAlphanumeric($0) || others.contains($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte)
  }
}
