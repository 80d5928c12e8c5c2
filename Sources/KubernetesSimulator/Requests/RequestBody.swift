internal import SimulatorSupport

extension Call {
  /// What an object is sent as.
  static let objectTypes = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

  /// The media type of the body, without parameters.
  var contentType: String {
    let header = request.header("Content-Type") ?? ""
    return (header.split(separator: ";").first ?? "").trimmed.lowercased()
  }

  /// The object in the body, with the names that it has twice.
  func object(_ kind: KindDefinition) throws(APIProblem) -> JSON {
    switch contentType {
    case "application/json", "", "application/yaml": break
    case "application/vnd.kubernetes.protobuf" where !kind.isCustom:
      guard let object = ProtobufBody.object(request.body) else {
        throw .unsupportedMediaType(Self.objectTypes)
      }
      return object
    default: throw .unsupportedMediaType(Self.objectTypes)
    }
    guard let object = JSON(request.body), object.members != nil else {
      let text = String(decoding: request.body, as: UTF8.self)
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(kind.kind)): couldn't get version/kind; json parse "
          + "error: unexpected end of JSON input (\(text.isEmpty ? "<empty>" : text))")
    }
    guard object["kind"]?.string != nil else {
      let text = String(decoding: request.body, as: UTF8.self)
      throw .badRequest(
        "the object provided is unrecognized (must be of type \(kind.kind)): Object 'Kind' is missing in '\(text)' "
          + "(\(text.prefix(31))...)")
    }
    return object
  }

  /// Whether nothing is kept of what is done.
  func isDryRun(_ options: String) throws(APIProblem) -> Bool {
    let values = query.all("dryRun")
    guard values.allSatisfy({ $0 == "All" }) else {
      let list = values.map { "\"\($0)\"" }.joined(separator: ",")
      throw .invalidOptions(options, .unsupported("dryRun", "[\(list)]", ["All"]))
    }
    return !values.isEmpty
  }

  /// What becomes of fields that the kind does not know.
  func strictness(_ options: String) throws(APIProblem) -> Strictness {
    guard let text = query["fieldValidation"] else { return .warn }
    guard let strictness = Strictness(rawValue: text) else {
      throw .invalidOptions(
        options, .unsupported("fieldValidation", "\"\(text)\"", ["", "Ignore", "Strict", "Warn"]))
    }
    return strictness
  }

  /// Who writes: `fieldManager`, or the first word of `User-Agent`.
  var manager: String {
    query["fieldManager"]
      ?? request.header("User-Agent")?.split(separator: "/").first.map(String.init) ?? "unknown"
  }
}

/// What becomes of fields that a kind does not know, or that are there twice.
enum Strictness: String, Sendable {
  case strict = "Strict"
  case warn = "Warn"
  case ignore = "Ignore"
}

extension JSON {
  /// The paths of names that an object has twice.
  func duplicates(_ path: String = "") -> [String] {
    switch self {
    case .object(let members):
      var found: [String] = []
      for (index, member) in members.enumerated() {
        let place = path.isEmpty ? member.name : "\(path).\(member.name)"
        if members[..<index].contains(where: { $0.name == member.name }) { found.append(place) }
        found += member.value.duplicates(place)
      }
      return found
    case .array(let elements):
      return elements.enumerated().flatMap { $1.duplicates("\(path)[\($0)]") }
    default: return []
    }
  }

  /// Without those names but for the last of each.
  var withoutDuplicates: JSON {
    switch self {
    case .object(let members):
      var kept: [Member] = []
      for member in members {
        let member = Member(member.name, member.value.withoutDuplicates)
        if let index = kept.firstIndex(where: { $0.name == member.name }) {
          kept[index] = member
        } else {
          kept.append(member)
        }
      }
      return .object(kept)
    case .array(let elements): return .array(elements.map(\.withoutDuplicates))
    default: return self
    }
  }
}
