internal import Files
internal import StructuredValues

/// The `config.yaml` of NetApp's toolkit: another place where credentials may already lie.
///
/// Its keys (toolkit, `astraSDK/common.py`): `headers.Authorization` (`Bearer …`), `uid` (the account id),
/// `astra_project` (a host, or the short name of one below astra.netapp.io), `verifySSL` (optional).
struct ToolkitConfiguration {
  var host: String
  var account: String
  var token: String
  var verifies: Bool?

  /// Reads the first such file there is, in the toolkit's own order; nil if there is none.
  static func find(_ reader: ParameterReader, _ files: any FileWriter) throws(StepFailure) -> Self? {
    let folders = [
      ".", reader.variable("HOME").map { "\($0)/.config/astra-toolkits" }, "/etc/astra-toolkits",
      reader.variable("ASTRATOOLKITS_CONF"),
    ]
    for folder in folders.compactMap({ $0 }) {
      let path = "\(folder)/config.yaml"
      guard files.exists(path) else { continue }
      let text = try files.text(at: path, named: "config.yaml")
      let entries = FlatYAML.entries(of: text)
      // A file of that name in the working folder may be anybody's.
      guard folder != "." || entries?["astra_project"] != nil else { continue }
      guard let entries else {
        throw .badParameter("config.yaml: \(path) is not YAML that the toolkit could read")
      }
      return try Self(entries, path: path)
    }
    return nil
  }

  private init(_ entries: [String: String], path: String) throws(StepFailure) {
    func entry(_ key: String) throws(StepFailure) -> String {
      guard let value = entries[key]?.trimmed, !value.isEmpty else {
        throw .badParameter(
          "config.yaml: \(path) has no \(key): it needs headers.Authorization, uid and astra_project")
      }
      return value
    }
    let project = try entry("astra_project")
    host = project.contains(".") ? project : "\(project).astra.netapp.io"
    account = try entry("uid")
    let authorization = try entry("headers.Authorization")
    guard authorization.lowercased().hasPrefix("bearer ") else {
      throw .badParameter("config.yaml: \(path): headers.Authorization must begin with \"Bearer \"")
    }
    token = String(authorization.dropFirst("bearer ".count)).trimmed
    switch entries["verifySSL"]?.lowercased() {
    case nil: verifies = nil
    case "true", "yes", "on": verifies = true
    case "false", "no", "off": verifies = false
    case .some(let value):
      throw .badParameter("config.yaml: \(path): verifySSL is \"\(value)\": give True or False")
    }
  }
}
