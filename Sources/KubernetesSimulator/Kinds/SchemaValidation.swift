internal import SimulatorSupport

extension KindDefinition {
  /// What is wrong with an object of this kind.
  func mistakes(in object: JSON, old: JSON?) -> [APIProblem.Cause] {
    guard let schema, case .object(let fields) = schema else { return [] }
    var causes: [APIProblem.Cause] = []
    for field in fields.fields {
      if let value = object[field.name] {
        Self.check(value, field.schema, field.name, &causes)
      } else if field.isRequired {
        causes.append(.required(field.name))
      }
    }
    guard !rules.isEmpty else { return causes }
    if causes.contains(where: { $0.reason != "FieldValueInvalid" }) {
      return causes + [
        .invalid(
          "<nil>", "null",
          "some validation rules were not checked because the object was invalid; correct the existing errors to "
            + "complete validation")
      ]
    }
    return causes + rules.compactMap { $0.mistake(object["spec"] ?? [:], old: old?["spec"]) }
  }

  private static func check(
    _ value: JSON, _ schema: Schema, _ path: String, _ causes: inout [APIProblem.Cause]
  ) {
    if value == .null { return }
    switch (schema, value) {
    case (.object(let fields), .object):
      for field in fields.fields {
        if let inner = value[field.name] { check(inner, field.schema, "\(path).\(field.name)", &causes) }
      }
      for field in fields.fields where field.isRequired && value[field.name] == nil {
        causes.append(.required("\(path).\(field.name)"))
      }
    case (.map(let inner), .object(let members)):
      for member in members { check(member.value, inner, "\(path).\(member.name)", &causes) }
    case (.array(let inner, let least, let most), .array(let elements)):
      if let most, elements.count > most {
        causes.append(
          APIProblem.Cause(
            field: path, reason: "FieldValueTooMany",
            message: "Too many: \(elements.count): must have at most \(most) items"))
      }
      if let least, elements.count < least {
        causes.append(
          .invalid(path, "\(elements.count)", "\(path) in body should have at least \(least) items"))
      }
      for (index, element) in elements.enumerated() { check(element, inner, "\(path)[\(index)]", &causes) }
    case (.string(let limits), .string(let text)): check(text, limits, path, &causes)
    case (.integer(let least), .integer(let number)):
      if let least, number < least {
        causes.append(
          .invalid(path, "\(number)", "\(path) in body should be greater than or equal to \(least)"))
      }
    case (.number, .integer), (.number, .number), (.boolean, .bool), (.any, _): break
    default:
      let found = value.typeName
      causes.append(
        APIProblem.Cause(
          field: path, reason: "FieldValueTypeInvalid",
          message:
            "Invalid value: \"\(found)\": \(path) in body must be of type \(schema.typeName): \"\(found)\""))
      if case .string(let limits) = schema, !limits.values.isEmpty {
        causes.append(.unsupported(path, value.text, limits.values))
      }
    }
  }

  private static func check(
    _ text: String, _ limits: Schema.StringSchema, _ path: String, _ causes: inout [APIProblem.Cause]
  ) {
    if let most = limits.maximum, text.utf8.count > most {
      causes.append(
        APIProblem.Cause(
          field: path, reason: "FieldValueTooLong", message: "Too long: may not be more than \(most) bytes"))
    }
    if let least = limits.minimum, text.count < least {
      causes.append(
        .invalid(path, JSON.string(text).text, "\(path) in body should be at least \(least) chars long"))
    }
    if !limits.values.isEmpty, !limits.values.contains(text) {
      causes.append(.unsupported(path, JSON.string(text).text, limits.values))
    }
    if let pattern = limits.pattern, !pattern.allows(text) {
      let how =
        pattern == .moment ? "must be of type date-time: \"\(text)\"" : "should match '\(pattern.rawValue)'"
      causes.append(.invalid(path, JSON.string(text).text, "\(path) in body \(how)"))
    }
  }
}

extension SchemaRule {
  /// What is wrong by this rule.
  fileprivate func mistake(_ spec: JSON, old: JSON?) -> APIProblem.Cause? {
    switch self {
    case .exactlyOne(let names):
      guard names.filter({ spec[$0] != nil }).count != 1 else { return nil }
      return .invalid("spec", "object", "exactly one of \(names.joined(separator: " and ")) has to be there")
    case .notBoth(let one, let other):
      guard spec[one] != nil, spec[other] != nil else { return nil }
      return .invalid("spec", "object", "\(one) and \(other) exclude each other")
    case .fixedOnceSet(let name):
      guard let before = old?[name], let after = spec[name], !before.isSame(as: after) else { return nil }
      return .invalid("spec.\(name)", before.typeName, "\(name) cannot be changed")
    case .notAddedLater(let name):
      guard let old, old[name] == nil, spec[name] != nil else { return nil }
      return .invalid("spec", "object", "\(name) cannot be added later")
    }
  }
}

extension JSON {
  /// The name of its type, in the words of a schema.
  fileprivate var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer: "integer"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

extension Schema {
  fileprivate var typeName: String {
    switch self {
    case .object, .map: "object"
    case .array: "array"
    case .string: "string"
    case .integer: "integer"
    case .number: "number"
    case .boolean: "boolean"
    case .any: "any"
    }
  }
}
