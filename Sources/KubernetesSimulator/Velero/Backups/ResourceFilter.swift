internal import SimulatorSupport

/// Which objects a backup or a restore is about.
struct ResourceFilter {
  private var included: [String]
  private var excluded: [String]
  private var namespaces: [String]
  private var excludedNamespaces: [String]
  private var selectors: [JSON]
  /// Whether objects of no namespace are in it; nil: those that belong to others that are.
  var clusterResources: Bool?

  /// Reads the spec of a backup or a restore.
  init(_ spec: JSON) {
    func names(_ member: String) -> [String] { (spec[member]?.array ?? []).compactMap(\.string) }
    included =
      names("includedResources") + names("includedNamespaceScopedResources")
      + names("includedClusterScopedResources")
    excluded =
      names("excludedResources") + names("excludedNamespaceScopedResources")
      + names("excludedClusterScopedResources")
    (namespaces, excludedNamespaces) = (names("includedNamespaces"), names("excludedNamespaces"))
    selectors =
      [spec["labelSelector"]].compactMap { $0 == .null ? nil : $0 }
      + (spec["orLabelSelectors"]?.array ?? [])
    clusterResources = spec["includeClusterResources"]?.bool
  }

  /// Whether a kind of objects is in it.
  func has(_ kind: KindDefinition) -> Bool {
    (included.isEmpty || included.contains { Self.names(kind, $0) })
      && !excluded.contains { Self.names(kind, $0) }
  }

  func has(namespace: String) -> Bool {
    (namespaces.isEmpty || namespaces.contains { Self.matches(namespace, $0) })
      && !excludedNamespaces.contains { Self.matches(namespace, $0) }
  }

  /// Whether an object's labels are those that are wanted.
  func selects(_ object: JSON) -> Bool {
    object.label("velero.io/exclude-from-backup") != "true"
      && (selectors.isEmpty || selectors.contains { Self.selects(object, $0) })
  }

  private static func names(_ kind: KindDefinition, _ name: String) -> Bool {
    let name = name.lowercased()
    return name == "*" || name == kind.resource || name == kind.plural || name == kind.singular
      || kind.shortNames.contains(name)
  }

  /// Whether a name is the one in the list, where `*` stands for any letters.
  private static func matches(_ name: String, _ pattern: String) -> Bool {
    guard pattern.contains("*") else { return name == pattern }
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false).map { String($0) }
    guard name.hasPrefix(parts[0]), name.hasSuffix(parts[parts.count - 1]) else { return false }
    var rest = name.dropFirst(parts[0].count)
    for part in parts.dropFirst().dropLast() {
      guard let range = rest.firstRange(of: part) else { return false }
      rest = rest[range.upperBound...]
    }
    return rest.count >= parts[parts.count - 1].count
  }

  /// Whether a selector as objects write it (`matchLabels`, `matchExpressions`) selects an object.
  static func selects(_ object: JSON, _ selector: JSON) -> Bool {
    let labels = (selector["matchLabels"]?.members ?? []).allSatisfy {
      object.label($0.name) == $0.value.string
    }
    return labels
      && (selector["matchExpressions"]?.array ?? []).allSatisfy { expression in
        let value = expression["key"]?.string.flatMap { object.label($0) }
        let values = (expression["values"]?.array ?? []).compactMap(\.string)
        switch expression["operator"]?.string {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return !(value.map(values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        default: return false
        }
      }
  }
}
