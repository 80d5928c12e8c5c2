package import SimulatorSupport

/// What a value may be.
package indirect enum Schema: Sendable {
  case object(ObjectSchema)
  /// An object of any member names, each value of the same schema.
  case map(Schema)
  case array(Schema, minimum: Int?, maximum: Int?)
  case string(StringSchema)
  case integer(minimum: Int?)
  case number
  case boolean
  /// Anything; nothing below it is unknown.
  case any

  /// An object of known members.
  package struct ObjectSchema: Sendable {
    /// In the order of their names.
    package var fields: [Field]
    /// Whether other members may stay.
    package var keepsUnknown = false

    /// An object of these members.
    package init(_ fields: [Field], keepsUnknown: Bool = false) {
      self.fields = fields.sorted { $0.name < $1.name }
      self.keepsUnknown = keepsUnknown
    }

    subscript(_ name: String) -> Field? { fields.first { $0.name == name } }
  }

  /// One member of an object.
  package struct Field: Sendable {
    package var name: String
    package var schema: Schema
    package var isRequired = false
    package var isNullable = false
    package var preset: JSON?

    /// A member; `preset` is what the server fills in.
    package init(
      _ name: String, _ schema: Schema, isRequired: Bool = false, isNullable: Bool = false,
      preset: JSON? = nil
    ) {
      (self.name, self.schema, self.isRequired) = (name, schema, isRequired)
      (self.isNullable, self.preset) = (isNullable, preset)
    }
  }

  /// What a string may be.
  package struct StringSchema: Sendable {
    package var values: [String] = []
    package var minimum: Int?
    package var maximum: Int?
    package var pattern: Pattern?

    /// Any string.
    package init() {}
  }

  /// The few patterns of the products' schemas.
  package enum Pattern: String, Sendable {
    /// Digits without a sign and without a leading zero.
    case count = "^(0|([1-9][0-9]*))$"
    /// A name of at least two characters, as a DNS label.
    case name = "^[a-z0-9][a-z0-9-]*[a-z0-9]$"
    /// A moment as RFC 3339 writes it.
    case moment = "date-time"

    func allows(_ text: String) -> Bool {
      let bytes = Array(text.utf8)
      let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
      switch self {
      case .count:
        guard let first = bytes.first, bytes.allSatisfy(digits.contains) else { return false }
        return bytes.count == 1 || first != UInt8(ascii: "0")
      case .name:
        let isFine = bytes.allSatisfy {
          digits.contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "-")
        }
        return bytes.count > 1 && isFine && bytes.first != UInt8(ascii: "-")
          && bytes.last != UInt8(ascii: "-")
      case .moment:
        return bytes.count >= 20 && bytes[4] == UInt8(ascii: "-") && bytes[10] == UInt8(ascii: "T")
      }
    }
  }
}

/// A rule that compares fields, with each other or with what they were.
package enum SchemaRule: Sendable {
  /// Of these members of `spec` exactly one may be there.
  case exactlyOne([String])
  /// The value at a path below `spec` cannot be changed once it is there, but removed.
  case fixedOnceSet(String)
  /// A member of `spec` that was not there at first cannot come later.
  case notAddedLater(String)
  /// Of two members of `spec` at most one may be there.
  case notBoth(String, String)
}
