package import StructuredValues

/// A `LabelSelector` of the API as the text of a query: `app=shop,tier in (web,db),!draft` (Kubernetes, "Labels and
/// Selectors").
///
/// - Parameter selector: `{"matchLabels": {…}, "matchExpressions": [{"key", "operator", "values"}]}`.
/// - Returns: the text; nil for one that selects all.
package func labelSelectorText(_ selector: StructuredValue) -> String? {
  var parts: [String] = []
  if case .object(let labels)? = selector["matchLabels"] {
    parts += labels.map { "\($0.name)=\($0.value.string ?? "")" }
  }
  for requirement in selector["matchExpressions"]?.elements ?? [] {
    guard let key = requirement["key"]?.string else { continue }
    let values = (requirement["values"]?.texts ?? []).joined(separator: ",")
    switch requirement["operator"]?.string {
    case "In": parts.append("\(key) in (\(values))")
    case "NotIn": parts.append("\(key) notin (\(values))")
    case "Exists": parts.append(key)
    case "DoesNotExist": parts.append("!\(key)")
    default: continue
    }
  }
  return parts.isEmpty ? nil : parts.joined(separator: ",")
}
