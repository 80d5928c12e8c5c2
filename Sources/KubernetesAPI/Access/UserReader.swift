internal import Files
internal import HTTPTransport
internal import StructuredValues
internal import Text

/// Reads a user of a kubeconfig; one that a context does not name has nothing to say who he is.
struct UserReader {
  private let members: MemberReader?
  private let cluster: ClusterReader

  init(_ entry: Kubeconfig.Entry?, _ files: any FileWriter, _ cluster: ClusterReader) {
    members = entry.map { MemberReader(title: $0.title("user"), entry: $0, files: files) }
    self.cluster = cluster
  }

  // MARK: - Credentials

  /// What lets requests in; more than one way is an error, since nobody could tell which is meant.
  func credentials() throws(KubeconfigError) -> ClusterCredentials {
    guard let members else { return .nothing }
    guard members.entry.value["auth-provider"] == nil else {
      throw members.wrong(
        "it names an auth-provider, which Kubernetes has removed (1.26)",
        hint: "make the kubeconfig anew with the cloud's present tool, which names an exec plug-in")
    }
    let file = try members.text("tokenFile")
    let token = try members.text("token")
    let user = try members.text("username")
    let password = try members.text("password")
    let exec = members.entry.value["exec"]
    let ways = [
      file != nil || token != nil ? "a token" : nil, user != nil || password != nil ? "a password" : nil,
      exec != nil ? "an exec plug-in" : nil,
    ].compactMap { $0 }
    guard ways.count <= 1 else {
      throw members.wrong(
        "it has \(ways.joined(separator: " and ")), and only one of them can be meant",
        hint: "in that kubeconfig, keep the one way that this user is meant to log in by")
    }
    if let exec { return .plugin(try plugin(exec, members)) }
    if let file { return .tokenFile(members.entry.resolved(file)) }
    if let token {
      guard let token = TokenText.token(token) else {
        throw members.wrong("its token holds a blank, a line break or a character outside ASCII")
      }
      return .token(Secret(token))
    }
    guard user != nil || password != nil else { return .nothing }
    guard let user, let password else {
      throw members.wrong(
        user == nil ? "it has a password and no username" : "it has a username and no password")
    }
    guard !user.contains(":") else { throw members.wrong("its username holds a colon") }
    return .basic(user: user, password: Secret(password))
  }

  /// The client certificate and its key; nil if it has neither.
  func certificate() throws(KubeconfigError) -> ClientCertificate? {
    guard let members else { return nil }
    let certificate = try members.bytes("client-certificate")
    let key = try members.bytes("client-key")
    switch (certificate, key) {
    case (nil, nil): return nil
    case (nil, _): throw members.wrong("it has a client-key and no client-certificate")
    case (_, nil): throw members.wrong("it has a client-certificate and no client-key")
    case (let certificate?, let key?):
      do throws(TransportError) {
        return try ClientCertificate(certificate: certificate.bytes, key: PrivateKey(pem: key.bytes))
      } catch {
        throw members.wrong(error.message, hint: error.hint)
      }
    }
  }

  /// Whom to act for, as header fields.
  func impersonation() throws(KubeconfigError) -> [HTTPField] {
    guard let members else { return [] }
    var fields: [HTTPField] = []
    if let uid = try members.text("as-uid") { fields.append(HTTPField("Impersonate-Uid", uid)) }
    if let groups = members.entry.value["as-groups"] {
      guard let names = groups.list(of: \.string) else {
        throw members.wrong("its as-groups are not a list of texts")
      }
      fields += names.map { HTTPField("Impersonate-Group", $0) }
    }
    if let extra = members.entry.value["as-user-extra"] {
      guard case .object(let entries) = extra else { throw members.wrong("its as-user-extra is not a map") }
      for entry in entries {
        guard let values = entry.value.list(of: \.string) else {
          throw members.wrong("its as-user-extra \(printable(entry.name)) is not a list of texts")
        }
        fields += values.map { HTTPField("Impersonate-Extra-\(Self.fieldName(entry.name))", $0) }
      }
    }
    guard let name = try members.text("as") else {
      guard fields.isEmpty else {
        throw members.wrong("it names a uid, groups or more to act for, and no user (as)")
      }
      return []
    }
    fields.insert(HTTPField("Impersonate-User", name), at: 0)
    guard fields.allSatisfy({ $0.value.utf8.allSatisfy { (0x20...0x7E).contains($0) } }) else {
      throw members.wrong("whom it acts for holds a character that cannot be sent")
    }
    return fields
  }

  /// A key as a part of a field's name: what may not stand there, and the percent sign, is percent-encoded.
  private static func fieldName(_ key: String) -> String {
    key.utf8.map { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: String(UnicodeScalar(byte))
      case _ where "!#$&'*+-.^_`|~".utf8.contains(byte): String(UnicodeScalar(byte))
      default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }.joined()
  }

  // MARK: - Plug-ins

  private static let versions = ["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"]

  private func plugin(
    _ exec: StructuredValue, _ members: MemberReader
  ) throws(KubeconfigError) -> PluginCall {
    guard case .object = exec else { throw members.wrong("its exec is not a map") }
    guard let command = exec["command"]?.string, !command.isEmpty else {
      throw members.wrong("its exec names no command")
    }
    guard let version = exec["apiVersion"]?.string, Self.versions.contains(version) else {
      throw members.wrong(
        "its exec has no apiVersion that is known",
        hint:
          "it is \(Self.versions[0]) or \(Self.versions[1]): make the kubeconfig anew with the cloud's present tool"
      )
    }
    switch exec["interactiveMode"]?.string ?? "IfAvailable" {
    case "Never", "IfAvailable": break
    case "Always":
      throw members.wrong(
        "its exec plug-in has to ask somebody (interactiveMode Always), and nobody is there",
        hint: "give a user for machines, such as a service account's token")
    default: throw members.wrong("its exec has no interactiveMode that is known")
    }
    guard let arguments = (exec["args"] ?? .array([])).list(of: \.string) else {
      throw members.wrong("its exec's args are not a list of texts")
    }
    var environment: [String: String] = [:]
    let pairs = (exec["env"] ?? .array([])).list { entry -> (String, String)? in
      guard let name = entry["name"]?.string, !name.isEmpty, !name.contains("="),
        let value = entry.member("value") == nil ? "" : entry.member("value")?.string
      else { return nil }
      return (name, value)
    }
    guard let pairs else { throw members.wrong("its exec's env is not a list of names and values") }
    for (name, value) in pairs { environment[name] = value }
    let texts = [command] + arguments + pairs.flatMap { [$0.0, $0.1] }
    guard texts.allSatisfy({ !$0.utf8.contains(0) }) else {
      throw members.wrong("its exec holds a NUL character")
    }
    let tells = exec["provideClusterInfo"]?.bool ?? false
    let information = StructuredValue.members([
      "apiVersion": .string(version), "kind": .string("ExecCredential"),
      "spec": .members([
        "cluster": tells ? try cluster.information() : nil, "interactive": .bool(false),
      ]),
    ])
    return PluginCall(
      title: members.title,
      // A name without a slash is looked for in PATH.
      command: command.contains("/") ? members.entry.resolved(command) : command, arguments: arguments,
      environment: environment, apiVersion: version,
      installHint: exec["installHint"]?.string.flatMap { $0.isEmpty ? nil : $0 },
      information: information.oneLine)
  }
}
