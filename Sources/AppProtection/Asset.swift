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
