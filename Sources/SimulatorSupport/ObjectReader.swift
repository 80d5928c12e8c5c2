/// Why a scenario or a control request cannot be read, as one sentence that names the place.
package struct ScenarioError: Error, Equatable, CustomStringConvertible {
  package var description: String

  /// Makes the error.
  package init(_ description: String) {
    self.description = description
  }
}

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
      throw ScenarioError("\(path) is \(json.kind), not an object")
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
      throw ScenarioError("\(path) has no \"\(name)\"")
    }
    return try Value(scenario: member.value, path: "\(path).\(name)")
  }

  /// Refuses members that nothing has read.
  package func finish() throws(ScenarioError) {
    guard let stray = members.first(where: { !known.contains($0.name) }) else { return }
    let names = known.joined(separator: ", ")
    throw ScenarioError("\(path) has an unknown key \"\(stray.name)\"; known are \(names)")
  }
}

extension String: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let text = json.string else { throw ScenarioError("\(path) is \(json.kind), not a string") }
    self = text
  }
}

extension Bool: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let value = json.bool else { throw ScenarioError("\(path) is \(json.kind), not true or false") }
    self = value
  }
}

extension Int: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let value = json.integer else {
      throw ScenarioError("\(path) is \(json.kind), not a whole number")
    }
    self = value
  }
}

extension Duration: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let seconds = json.number, abs(seconds) <= 1e10 else {
      throw ScenarioError("\(path) is \(json.kind), not a number of seconds")
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
      throw ScenarioError("\(path) is not a time like 2026-03-02T09:00:00Z")
    }
    self = time
  }
}

extension Array: ScenarioValue where Element: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let elements = json.array else { throw ScenarioError("\(path) is \(json.kind), not an array") }
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
      throw ScenarioError("\(path) is none of \(choices)")
    }
    self = value
  }
}

extension [String: String]: ScenarioValue {
  package init(scenario json: JSON, path: String) throws(ScenarioError) {
    guard let members = json.members else { throw ScenarioError("\(path) is \(json.kind), not an object") }
    self = [:]
    for member in members {
      self[member.name] = try String(scenario: member.value, path: "\(path).\(member.name)")
    }
  }
}
