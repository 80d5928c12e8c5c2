/// A value that can stand in a scenario.
package protocol ScenarioValue {
  /// Reads the value found at `path`.
  init(scenario json: JSON, path: String) throws(ScenarioError)
}

/// Reads the members of one object and refuses the ones that nobody asked for.
package struct ObjectReader {
  package let path: String
  private let members: [JSON.Member]
  /// The names asked for so far, in order.
  package private(set) var known: [String] = []

  package init(_ json: JSON, path: String) throws(ScenarioError) {
    guard case .object(let members) = json else {
      throw ScenarioError(path, mustBe: "an object", not: json)
    }
    (self.members, self.path) = (members, path)
  }

  /// Reads the member into `value` if it is there; otherwise `value` keeps its default.
  package mutating func take<Value: ScenarioValue>(_ name: String, _ value: inout Value) throws(ScenarioError)
  {
    known.append(name)
    guard let member = members.first(where: { $0.name == name }) else { return }
    value = try Value(scenario: member.value, path: "\(path).\(name)")
  }

  /// Reads a member that must be there.
  package mutating func require<Value: ScenarioValue>(_ name: String) throws(ScenarioError) -> Value {
    known.append(name)
    guard let member = members.first(where: { $0.name == name }) else {
      throw ScenarioError("\(path) has no \"\(name)\", which must be given")
    }
    return try Value(scenario: member.value, path: "\(path).\(name)")
  }

  /// Lets a file name the schema that editors hold it against.
  package mutating func takeSchema() throws(ScenarioError) {
    var schema = ""
    try take("$schema", &schema)
  }

  /// Refuses members that nothing has read, and such as are there twice.
  package func finish() throws(ScenarioError) {
    var seen: Set<String> = []
    for member in members {
      guard known.contains(member.name) else {
        let names = known.joined(separator: ", ")
        throw ScenarioError("\(path).\(member.name) is an unknown member; known are \(names)")
      }
      guard seen.insert(member.name).inserted else {
        throw ScenarioError("\(path).\(member.name) is there twice: leave one out")
      }
    }
  }
}

extension String: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let text = json.string else { throw ScenarioError(path, mustBe: "a string", not: json) }
    self = text
  }
}

extension Bool: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let value = json.bool else { throw ScenarioError(path, mustBe: "true or false", not: json) }
    self = value
  }
}

extension Int: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    // 1.0 is as whole as 1 (JSON Schema, 6.1.1).
    guard let value = json.integer ?? json.number.flatMap({ Int(exactly: $0) }) else {
      throw ScenarioError(path, mustBe: "a whole number", not: json)
    }
    self = value
  }
}

extension Duration: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let seconds = json.number, abs(seconds) <= 1e10 else {
      throw ScenarioError(path, mustBe: "a number of seconds", not: json)
    }
    self = .seconds(seconds)
  }

  /// The duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}

extension WallTime: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let text = json.string, let time = WallTime(text) else {
      throw ScenarioError(path, mustBe: "a time like 2026-03-02T09:00:00Z", not: json)
    }
    self = time
  }
}

extension Array: ScenarioValue where Element: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let elements = json.array else { throw ScenarioError(path, mustBe: "an array", not: json) }
    self = []
    for (index, element) in elements.enumerated() {
      append(try Element(scenario: element, path: "\(path)[\(index)]"))
    }
  }
}

extension Optional: ScenarioValue where Wrapped: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    self = json == .null ? nil : try Wrapped(scenario: json, path: path)
  }
}

extension ScenarioValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let text = json.string, let value = Self(rawValue: text) else {
      let choices = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw ScenarioError(path, mustBe: "one of \(choices)", not: json)
    }
    self = value
  }
}

extension [String: String]: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let members = json.members else { throw ScenarioError(path, mustBe: "an object", not: json) }
    self = [:]
    for member in members {
      self[member.name] = try String(scenario: member.value, path: "\(path).\(member.name)")
    }
  }
}
