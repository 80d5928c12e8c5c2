internal import KubernetesSimulator
internal import SimulatorSupport

/// Plays recorded exchanges in their order, with what happened between them.
struct Replay {
  private var cluster = makeCluster()
  /// Uids, versions and tokens as they were recorded, and as they are here.
  private var known: [String: String] = [:]

  /// Plays one; what is different in the answer, nil: nothing.
  mutating func play(_ exchange: JSON, _ name: String) -> String? {
    Self.prepare(name, &cluster, &known)
    let response = cluster.handle(request(exchange))
    guard let wanted = exchange["answer"] else { return "no answer in the recording" }
    if response.status != wanted["status"]?.integer {
      return
        "\(response.status) for \(wanted["status"]?.text ?? ""): \(String(decoding: response.body, as: UTF8.self))"
    }
    for header in wanted["headers"]?.members ?? [] {
      guard let value = header.value.string, header.name != "Content-Type" || !value.contains("g=") else {
        continue
      }
      if response.header(header.name) != value {
        return "\(header.name): \(response.header(header.name) ?? "none") for \(value)"
      }
    }
    if let events = wanted["events"]?.array { return different(stream(response), events) }
    if let text = wanted["text"]?.string {
      let found = String(decoding: response.body, as: UTF8.self)
      return wanted["textCut"] == true || found == text ? nil : "\(found) for \(text)"
    }
    guard let json = wanted["json"] else { return nil }
    guard let found = response.json else { return "no JSON" }
    learn(json, found)
    return different(found, substituted(json))
  }

  private func request(_ exchange: JSON) -> SimulatedRequest {
    var path = exchange["path"]?.string ?? ""
    for (recorded, here) in known where recorded.count > 2 && path.contains(recorded) {
      path = path.replacing(recorded, with: here)
    }
    var request = SimulatedRequest(exchange["method"]?.string ?? "", path)
    request.headers = (exchange["headers"]?.members ?? []).map { ($0.name, $0.value.string ?? "") }
    let user = exchange["as"]?.string ?? ""
    if user != "nobody" { request.headers.append(("Authorization", "Bearer FAKE-TOKEN-\(user)")) }
    if let json = exchange["json"] { request.body = substituted(json).bytes }
    if let text = exchange["text"]?.string { request.body = Array(text.utf8) }
    switch exchange["name"]?.string {
    case "413-too-large": request.body = [UInt8](repeating: 0x20, count: 3_145_873)
    case "annotations-too-long":
      request.body = Self.big("metadata.annotations.a", 307_000).setting("metadata.name", "big").bytes
    case "etcd-too-large":
      request.body = Self.big("spec.ttl", 1_920_000).setting("metadata.name", "big2").bytes
    default: break
    }
    return request
  }

  private static func big(_ path: String, _ count: Int) -> JSON {
    let object: JSON = ["apiVersion": "velero.io/v1", "kind": "Backup", "metadata": [:], "spec": [:]]
    return object.setting(path, .string(String(repeating: "x", count: count)))
  }

  private mutating func stream(_ response: SimulatedResponse) -> JSON {
    var bytes = response.body
    guard var stream = response.stream else { return .array(lines(bytes)) }
    while let more = stream.next(of: cluster) {
      bytes += more
      cluster.advance(to: cluster.now + .seconds(1))
    }
    return .array(lines(bytes))
  }

  // MARK: Names that are made up

  private mutating func learn(_ recorded: JSON, _ here: JSON) {
    switch (recorded, here) {
    case (.object(let members), .object):
      for member in members {
        guard let value = here[member.name] else { continue }
        if ["uid", "resourceVersion", "continue"].contains(member.name), let old = member.value.string,
          let new = value.string, old.count > 2
        {
          known[old] = new
        } else {
          learn(member.value, value)
        }
      }
    case (.array(let old), .array(let new)): for (one, other) in zip(old, new) { learn(one, other) }
    default: break
    }
  }

  private func substituted(_ json: JSON) -> JSON {
    switch json {
    case .string(let text):
      if let here = known[text] { return .string(here) }
      var text = text
      for (recorded, here) in known where recorded.count == 36 && text.contains(recorded) {
        text = text.replacing(recorded, with: here)
      }
      return .string(text)
    case .array(let elements): return .array(elements.map(substituted))
    case .object(let members): return .object(members.map { JSON.Member($0.name, substituted($0.value)) })
    default: return json
    }
  }

  // MARK: Comparing

  private func different(_ found: JSON, _ wanted: JSON) -> String? {
    let (one, other) = (Self.plain(found), Self.plain(wanted))
    return one.isSame(as: other) ? nil : "\(one.sorted.text)\n   for \(other.sorted.text)"
  }

  private func different(_ found: JSON, _ wanted: [JSON]) -> String? { different(found, .array(wanted)) }

  /// Without what is made up, and of objects of Kubernetes' own kinds without what controllers and presets add.
  private static func plain(_ json: JSON) -> JSON {
    switch json {
    case .array(let elements): return .array(elements.map(plain))
    case .object(let members):
      let gone = [
        "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "managedFields", "time",
        "continue",
        "description", "serverAddress", "storageVersionHash", "emulationMajor", "emulationMinor",
        "minCompatibilityMajor", "minCompatibilityMinor",
      ]
      let isOwn = json["apiVersion"] == "v1" || json["apiVersion"] == "apps/v1"
      let isObject = isOwn && json["metadata"]?["name"] != nil && json["kind"] != "Namespace"
      return .object(
        members.compactMap { member in
          if gone.contains(member.name) { return nil }
          if isObject, ["spec", "status"].contains(member.name) { return nil }
          if isObject, member.name == "metadata" {
            return JSON.Member(
              "metadata", .object((plain(member.value).members ?? []).filter { $0.name != "generation" }))
          }
          if member.name == "message" {
            return JSON.Member("message", .string(numberless(member.value.string ?? "")))
          }
          if member.name == "resources", json["groupVersion"] != nil {
            return JSON.Member(
              "resources",
              .array(
                (member.value.array ?? []).map(plain).sorted {
                  $0["name"]?.string ?? "" < $1["name"]?.string ?? ""
                }))
          }
          if member.name == "name", let name = member.value.string, name.hasPrefix("nightly-") {
            return JSON.Member("name", "nightly-")
          }
          if member.name == "cells" {
            return JSON.Member("cells", .array((member.value.array ?? []).filter { !isAge($0) }))
          }
          return JSON.Member(member.name, plain(member.value))
        })
    default: return json
    }
  }

  private static func isAge(_ cell: JSON) -> Bool {
    cell.string.map { $0.hasSuffix("s") && Int($0.dropLast()) != nil } ?? false
  }

  /// Versions in a sentence, and the sentences of rules that are the product's own.
  private static func numberless(_ text: String) -> String {
    if text.contains("Invalid value: {message of") || text.contains("has to be there")
      || text.contains("cannot be changed")
    {
      return String(text.components(before: "Invalid value"))
    }
    // The whole object is quoted there.
    if text.contains("is invalid: patch") || text.hasPrefix("Invalid value: \"{") { return "patch" }
    let text = String(text.components(before: ": failed to call webhook"))
    var words: [String] = []
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      words.append(
        word.contains(where: \.isNumber) && !word.contains { $0.isLetter && $0 != "v" } ? "N" : String(word))
    }
    return words.joined(separator: " ")
  }
}

extension String {
  fileprivate func components(before text: String) -> Substring {
    firstRange(of: text).map { self[..<$0.lowerBound] } ?? self[...]
  }
}
