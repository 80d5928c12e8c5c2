internal import SimulatorSupport

/// The body of a POST or PUT, checked against the schema of its resource.
struct RequestBody {
  /// What the schema of a resource says.
  struct Schema {
    var type: String
    var versions: [String]
    var required: [String] = []
    var allowed: [String]
  }

  /// The largest body that is read, in bytes.
  static let limit = 1 << 20

  let json: JSON

  /// Parses and checks a body: size (85), JSON (7), members, types and version (8).
  init(_ bytes: [UInt8], _ schema: Schema) throws(Problem) {
    guard bytes.count <= Self.limit else { throw Problem(85) }
    guard let json = JSON(bytes) else { throw Problem(7) }
    guard case .object(let members) = json else { throw .schema("body: is \(json.kind), not an object") }
    self.json = json
    for name in ["type", "version"] + schema.required where json[name] == nil {
      throw .schema("\(name): is required")
    }
    for member in members where !(["type", "version"] + schema.allowed).contains(member.name) {
      throw .schema("\(member.name): additional property is not allowed")
    }
    guard json["type"]?.string == schema.type else { throw .schema("type: is not '\(schema.type)'") }
    guard let version = json["version"]?.string, schema.versions.contains(version) else {
      throw .schema("version: is none of \(schema.versions.joined(separator: ", "))")
    }
  }

  /// A string member; problem 8 if it is something else.
  func text(_ name: String) throws(Problem) -> String? {
    guard let value = json[name] else { return nil }
    guard let text = value.string else { throw .schema("\(name): is \(value.kind), not a string") }
    return text
  }

  /// A member that is an identifier; problem 8 if it has not the shape of one.
  func id(_ name: String) throws(Problem) -> String? {
    guard let text = try text(name) else { return nil }
    guard isUUID(text) else { throw .schema("\(name): is not a UUID") }
    return text.lowercased()
  }

  /// The resource's name: a DNS-1123 label of 1 to 63 characters; problem 8 if it is none.
  func name() throws(Problem) -> String? {
    guard let text = try text("name") else { return nil }
    try Self.checkLabel(text, "name")
    return text
  }

  static func checkLabel(_ text: String, _ place: String) throws(Problem) {
    let isLabel =
      (1...63).contains(text.utf8.count) && text.first != "-" && text.last != "-"
      && text.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "-") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      }
    guard isLabel else {
      throw .schema("\(place): does not match pattern ^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
    }
  }

  /// The elements of an array of objects, each with string members and no others.
  func objects(_ name: String, members: [String], others: [String] = []) throws(Problem) -> [JSON]? {
    guard let value = json[name] else { return nil }
    guard let elements = value.array else { throw .schema("\(name): is \(value.kind), not an array") }
    for element in elements {
      guard let present = element.members else { throw .schema("\(name): holds \(element.kind)") }
      for member in members where element[member]?.string == nil {
        throw .schema("\(name).\(member): is required, as a string")
      }
      for member in present where !(members + others).contains(member.name) {
        throw .schema("\(name).\(member.name): additional property is not allowed")
      }
    }
    return elements
  }

  /// `namespaceMapping` or `storageClassMapping`.
  func mapping(_ name: String) throws(Problem) -> [Mapping]? {
    try objects(name, members: ["source", "destination"])?.map { element in
      Mapping(
        source: element["source"]?.string ?? "", destination: element["destination"]?.string ?? "")
    }
  }

  /// `metadata.labels`.
  func labels() throws(Problem) -> [Mapping] {
    guard let metadata = json["metadata"] else { return [] }
    guard metadata.members != nil else { throw .schema("metadata: is \(metadata.kind), not an object") }
    return (metadata["labels"]?.array ?? []).compactMap { label in
      guard let name = label["name"]?.string, let value = label["value"]?.string else { return nil }
      return Mapping(source: name, destination: value)
    }
  }

  /// Checks `restoreFilter`; true if there is one.
  func hasRestoreFilter() throws(Problem) -> Bool {
    guard let filter = json["restoreFilter"] else { return false }
    guard let choice = filter["resourceSelectionCriteria"]?.string,
      ["include", "exclude"].contains(choice), let elements = filter["GVKN"]?.array
    else { throw .schema("restoreFilter: resourceSelectionCriteria and GVKN are required") }
    guard elements.allSatisfy({ $0.members?.isEmpty == false }) else { throw Problem(147) }
    return true
  }
}
