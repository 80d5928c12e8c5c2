internal import AppProtection

/// The variables of a pipeline that say in which namespaces its clones are, for those who may not look everywhere.
enum CloneNamespaceVariables {
  private static let namespace = "DEBUG_NAMESPACE"
  private static let mapping = "DEBUG_NAMESPACE_MAPPING"

  /// Whether one of them is there.
  static func areSaid(_ reader: ParameterReader) -> Bool {
    [namespace, mapping].contains { reader.variable($0) != nil }
  }

  /// The namespaces that those of the application are mapped to: `shop=shop-debug,db=db-debug`.
  static func mapped(_ reader: ParameterReader) -> [String] {
    (reader.variable(mapping) ?? "").split(separator: ",").compactMap { pair in
      pair.split(separator: "=").last.flatMap { ResourceName.label(for: String($0)) }
    }
  }
}
