internal import SimulatorSupport

/// Reads the few objects that kubectl sends as protobuf: namespaces, and questions about one's own rights.
enum ProtobufBody {
  /// The object as JSON; nil: it is none of these.
  static func object(_ body: [UInt8]) -> JSON? {
    guard body.starts(with: [0x6B, 0x38, 0x73, 0x00]), let unknown = Message(body[4...]),
      let type = unknown.message(1), let raw = unknown.message(2)
    else { return nil }
    var object: JSON = [
      "apiVersion": .string(type.text(1) ?? ""), "kind": .string(type.text(2) ?? ""), "metadata": [:],
    ]
    if let metadata = raw.message(1) {
      for (number, name) in [(1, "name"), (2, "generateName"), (3, "namespace")] {
        if let text = metadata.text(number), !text.isEmpty {
          object[path: ["metadata", name]] = .string(text)
        }
      }
      for pair in metadata.messages(11) {
        object[path: ["metadata", "labels", pair.text(1) ?? ""]] = .string(pair.text(2) ?? "")
      }
    }
    switch type.text(2) {
    case "Namespace": return object
    case "SelfSubjectAccessReview":
      object["spec"] = [:]
      if let resource = raw.message(2)?.message(1) {
        let names = ["namespace", "verb", "group", "version", "resource", "subresource", "name"]
        object.set("spec.resourceAttributes", resource.texts(names))
      }
      if let path = raw.message(2)?.message(2) {
        object.set("spec.nonResourceAttributes", path.texts(["path", "verb"]))
      }
      return object
    case "SelfSubjectRulesReview":
      object["spec"] = raw.message(2)?.texts(["namespace"]) ?? [:]
      return object
    default: return nil
    }
  }

  /// The fields of one message.
  private struct Message {
    private var fields: [(number: Int, bytes: ArraySlice<UInt8>)] = []

    /// Nil: the bytes are no message.
    init?(_ bytes: ArraySlice<UInt8>) {
      var rest = bytes
      while !rest.isEmpty {
        guard let key = Self.number(&rest) else { return nil }
        switch key & 7 {
        case 0: guard Self.number(&rest) != nil else { return nil }
        case 1: rest = rest.dropFirst(8)
        case 2:
          guard let length = Self.number(&rest), length <= rest.count else { return nil }
          fields.append((key >> 3, rest.prefix(length)))
          rest = rest.dropFirst(length)
        case 5: rest = rest.dropFirst(4)
        default: return nil
        }
      }
    }

    func messages(_ number: Int) -> [Message] {
      fields.filter { $0.number == number }.compactMap { Message($0.bytes) }
    }

    func message(_ number: Int) -> Message? { messages(number).first }

    func text(_ number: Int) -> String? {
      fields.first { $0.number == number }.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    /// The texts with these names in the order of their numbers, without the empty ones.
    func texts(_ names: [String]) -> JSON {
      .object(
        names.enumerated().compactMap { index, name in
          text(index + 1).flatMap { $0.isEmpty ? nil : JSON.Member(name, .string($0)) }
        })
    }

    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
      var (value, shift) = (0, 0)
      while let byte = rest.popFirst(), shift < 63 {
        value |= Int(byte & 0x7F) << shift
        if byte & 0x80 == 0 { return value }
        shift += 7
      }
      return nil
    }
  }
}
