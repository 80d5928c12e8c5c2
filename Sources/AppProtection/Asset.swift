/// One Kubernetes resource of an application, by what stays the same when it is restored.
package struct Asset: Hashable, Sendable {
  /// The API group; empty for the core one.
  package var group: String
  package var kind: String
  package var name: String
  /// The namespace; nil for a resource of the whole cluster.
  package var namespace: String?

  /// Makes an asset.
  package init(group: String, kind: String, name: String, namespace: String?) {
    self.group = group
    self.kind = kind
    self.name = name
    self.namespace = namespace
  }

  /// The resource for messages: `Deployment magento`.
  package var title: String { "\(kind) \(name)" }

  /// Whether Kubernetes makes it by itself under a name of its own making, so that no two times it is the same.
  package var isGenerated: Bool {
    switch kind {
    case "Pod", "ReplicaSet", "ControllerRevision", "EndpointSlice", "Endpoints", "Event", "Lease": true
    // Names that end in a token's or a puller's five random characters.
    case "Secret": endsInFiveRandomCharacters
    default: false
    }
  }

  /// Whether the name ends as in `builder-token-x7k2p` or `builder-dockercfg-x7k2p`.
  private var endsInFiveRandomCharacters: Bool {
    let random = name.utf8.suffix(5)
    let rest = name.dropLast(5)
    return random.count == 5 && (rest.hasSuffix("-token-") || rest.hasSuffix("-dockercfg-"))
      && random.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
  }
}

/// Kinds of resources that come and go at a site, so that whether they are there proves nothing.
package struct IgnoredKinds: Hashable, Sendable {
  /// As they were given: `CronJob`, `CronJob.batch`.
  package private(set) var words: [String] = []

  /// None.
  package init() {}

  /// Why a word names no kind to leave aside.
  package enum Refusal: Error {
    /// It is no kind as objects say theirs.
    case noKind
    /// Its objects hold what an application is restored for.
    case holdsData
  }

  /// Adds a kind: `CronJob` of any group, `CronJob.batch` of that one.
  package mutating func add(_ word: String) throws(Refusal) {
    let parts = word.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let isKind =
      parts[0].first.map { ("A"..."Z").contains($0) } == true
      && parts[0].allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let group = parts.count == 2 ? parts[1] : nil
    let isGroup = group.map { group in
      !group.isEmpty && group.first != "." && group.last != "."
        && group.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "." || $0 == "-" }
    }
    guard isKind, isGroup != false else { throw .noKind }
    guard parts[0] != "PersistentVolumeClaim" else { throw .holdsData }
    if !words.contains(word) { words.append(word) }
  }

  /// Whether resources of a kind are left aside.
  package func contains(_ kind: String, group: String) -> Bool {
    words.contains(kind) || words.contains("\(kind).\(group)")
  }
}
