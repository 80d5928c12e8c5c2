internal import StructuredValues

// How a server's JSON is read: without expectations, so that unknown members, and values of another kind than
// the API's documents say, do no harm.
extension StructuredValue {
  /// The text of a string that is not empty: real servers write "" for what they do not know.
  var text: String? {
    guard case .string(let text) = self, !text.isEmpty else { return nil }
    return text
  }

  /// A number, or a string that holds one: real servers write both.
  var number: Double? {
    switch self {
    case .number(let number): number
    case .string(let text): Double(text)
    default: nil
    }
  }

  /// A boolean, or a string that holds one: the API writes most of them as strings.
  var truth: Bool? {
    switch self {
    case .bool(let truth): truth
    case .string("true"): true
    case .string("false"): false
    default: nil
    }
  }

  /// The object that a list of the values of these members stands for; whatever is no such list, as it is.
  func named(_ members: [String]) -> StructuredValue {
    guard !members.isEmpty, case .array(let values) = self, values.count == members.count else { return self }
    return .object(zip(members, values).map { Member($0, $1) })
  }
}
