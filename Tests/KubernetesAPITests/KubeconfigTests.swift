import Files
import HTTPTransport
import KubernetesAPI
import Testing

/// Certificates and keys that only look like ones: whatever reads them here looks at their frame.
enum Sample {
  /// A DER sequence in the frame of a certificate.
  static let certificate = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n"
  static let key = "-----BEGIN PRIVATE KEY-----\nnot-a-real-key\n-----END PRIVATE KEY-----\n"
  static let password = "not-a-real-password"

  static func encoded(_ text: String) -> String { base64(Array(text.utf8)) }

  /// A kubeconfig with one context `prod`, whose cluster and user have these members besides.
  static func config(
    cluster: [String] = ["server: https://kube.example.com:6443"], user: [String] = ["token: \(fakeToken)"],
    context: [String] = ["cluster: c", "user: u", "namespace: shop"], current: String = "prod"
  ) -> String {
    func members(_ lines: [String]) -> String {
      lines.isEmpty ? " {}" : "\n" + lines.map { "      \($0)" }.joined(separator: "\n")
    }
    return """
      apiVersion: v1
      kind: Config
      current-context: "\(current)"
      clusters:
      - name: c
        cluster:\(members(cluster))
      users:
      - name: u
        user:\(members(user))
      contexts:
      - name: prod
        context:\(members(context))
      """
  }
}

/// Files in memory, and the kubeconfig among them.
struct ConfigFixture {
  let files: MemoryFiles
  var variables = ["HOME": "/home/ci"]

  init(_ config: String, _ others: [String: String] = [:]) {
    var contents = others.mapValues { Array($0.utf8) }
    contents["/home/ci/.kube/config"] = Array(config.utf8)
    files = MemoryFiles(contents)
  }

  func find() throws(KubeconfigError) -> Kubeconfig? {
    try Kubeconfig.find(variables: { variables[$0] }, files: files)
  }

  func access(_ context: String? = nil, proxies: Proxies = Proxies(environment: [:])) throws(KubeconfigError)
    -> ClusterAccess
  {
    guard let config = try find() else { throw KubeconfigError(.parameter, "there is no kubeconfig") }
    return try config.access(context: context, files: files, proxies: proxies)
  }
}

func complaint<Value>(_ body: () throws -> Value) -> KubeconfigError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? KubeconfigError
  }
}

@Suite struct KubeconfigTests {
  @Test func aContextSaysWhereAndWho() throws {
    let access = try ConfigFixture(Sample.config()).access()
    #expect(access.name == "prod" && access.namespace == "shop")
    #expect(access.endpoint.origin == "https://kube.example.com:6443")
    #expect(access.trust.verify && access.trust.trustsSystem && access.trust.serverName == nil)
    #expect(access.cautions.isEmpty && access.impersonation.isEmpty && access.clientCertificate == nil)
    #expect(access.secrets.contains { $0.isSame(as: Secret(fakeToken)) })
    guard case .token(let token) = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
    #expect(token.isSame(as: Secret(fakeToken)))
    let config = try #require(try ConfigFixture(Sample.config()).find())
    let shown = String(reflecting: access) + "\(access)" + String(reflecting: config) + "\(config)"
    #expect(!shown.contains(fakeToken))
  }

  @Test func aJSONKubeconfigIsOneToo() throws {
    let json =
      #"{"current-context":"a","contexts":[{"name":"a","context":{"cluster":"c"}}],"clusters":[{"name":"c","cluster":{"server":"https://[::1]:6443/k8s/c-m-1/"}}]}"#
    let access = try ConfigFixture(json).access()
    #expect(access.endpoint.path == "/k8s/c-m-1" && access.endpoint.host == "::1")
    guard case .nothing = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
  }

  @Test func allThatAClusterCanSayIsRead() throws {
    let cluster = [
      "server: https://10.0.0.1", "certificate-authority-data: \(Sample.encoded(Sample.certificate))",
      "certificate-authority: /not/there", "tls-server-name: kube.internal",
      "proxy-url: http://u:\(Sample.password)@proxy.example.com:3128", "disable-compression: true",
    ]
    let access = try ConfigFixture(Sample.config(cluster: cluster)).access()
    #expect(access.trust.caData?.pem == Array(Sample.certificate.utf8))
    #expect(!access.trust.trustsSystem && access.trust.serverName == "kube.internal")
    #expect(access.secrets.contains { $0.isSame(as: Secret(Sample.password)) })
    let shown = String(reflecting: access) + "\(access)"
    #expect(!shown.contains(Sample.password))
  }

  @Test func withoutVerificationThereIsACaution() throws {
    let cluster = ["server: https://10.0.0.1", "insecure-skip-tls-verify: true"]
    let access = try ConfigFixture(Sample.config(cluster: cluster)).access()
    #expect(!access.trust.verify)
    #expect(access.cautions.count == 1 && access.cautions[0].contains("NOT verified"))
  }

  @Test func aRelativePathIsRelativeToItsFile() throws {
    let config = Sample.config(
      cluster: ["server: https://10.0.0.1", "certificate-authority: pki/ca.pem"],
      user: ["client-certificate: me.pem", "client-key: /abs/key.pem", "tokenFile: token"])
    let access = try ConfigFixture(
      config,
      [
        "/home/ci/.kube/pki/ca.pem": Sample.certificate, "/home/ci/.kube/me.pem": Sample.certificate,
        "/abs/key.pem": Sample.key,
      ]
    ).access()
    #expect(access.trust.caData?.pem == Array(Sample.certificate.utf8))
    #expect(access.clientCertificate != nil)
    guard case .tokenFile("/home/ci/.kube/token") = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
  }

  @Test func aTokenFileWinsOverAToken() throws {
    let access = try ConfigFixture(Sample.config(user: ["token: x", "tokenFile: /run/token"])).access()
    guard case .tokenFile("/run/token") = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
  }

  @Test func aPasswordIsBasicAuthorization() throws {
    let user = ["username: ci", "password: \(Sample.password)"]
    let access = try ConfigFixture(Sample.config(user: user)).access()
    guard case .basic("ci", let password) = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
    #expect(password.isSame(as: Secret(Sample.password)))
    let fixture = try ClientFixture([.json(200, "{}")], access: access)
    _ = try fixture.client.version()
    #expect(
      fixture.cluster.wireFields(0)["authorization"] == "Basic \(Sample.encoded("ci:\(Sample.password)"))")
  }

  @Test func itSaysWhomToActFor() throws {
    let user = [
      "token: \(fakeToken)", "as: system:serviceaccount:a:b", "as-uid: '7'", "as-groups: [devs, 'a b']",
      "as-user-extra: {example.com/Scopes: [view, edit]}",
    ]
    let access = try ConfigFixture(Sample.config(user: user)).access()
    #expect(
      access.impersonation == [
        HTTPField("Impersonate-User", "system:serviceaccount:a:b"), HTTPField("Impersonate-Uid", "7"),
        HTTPField("Impersonate-Group", "devs"), HTTPField("Impersonate-Group", "a b"),
        HTTPField("Impersonate-Extra-example.com%2FScopes", "view"),
        HTTPField("Impersonate-Extra-example.com%2FScopes", "edit"),
      ])
    let fixture = try ClientFixture([.json(200, "{}")], access: access)
    _ = try fixture.client.version()
    #expect(fixture.cluster.wireFields(0)["impersonate-user"] == "system:serviceaccount:a:b")
  }

  // MARK: - Files

  @Test func theFirstFileToSetAValueWins() throws {
    var fixture = ConfigFixture(
      Sample.config(),
      [
        "/a": "clusters: [{name: c, cluster: {server: 'https://a.example.com'}}]\n",
        "/b": Sample.config(cluster: ["server: https://b.example.com"], current: "other"),
        "/c": Sample.config(),
      ])
    fixture.variables["KUBECONFIG"] = "/missing::/a:/b:/c"
    let config = try #require(try fixture.find())
    #expect(
      config.paths == ["/a", "/b", "/c"] && config.contextNames == ["prod"]
        && config.currentContext == "other")
    #expect(try fixture.access("prod").endpoint.host == "a.example.com")
  }

  @Test func anEmptyVariableIsUnset() throws {
    var fixture = ConfigFixture(Sample.config())
    fixture.variables["KUBECONFIG"] = ""
    #expect(try fixture.find()?.contextNames == ["prod"])
    fixture.files.contents = [:]
    #expect(try fixture.find()?.contextNames == nil)
    fixture.variables = [:]
    #expect(try fixture.find()?.contextNames == nil)
  }

  @Test func anEmptyFileIsAKubeconfigWithoutAnything() throws {
    #expect(
      complaint { try ConfigFixture("").access() }
        == KubeconfigError(
          .parameter,
          "the kubeconfig /home/ci/.kube/config has no current-context, and no context was named",
          hint: "it has no contexts at all"))
  }

  @Test func filesThatAreNotThereOrCannotBeReadAreNamed() throws {
    var fixture = ConfigFixture(Sample.config())
    fixture.variables["KUBECONFIG"] = "/a"
    #expect(complaint { try fixture.find() }?.message == "KUBECONFIG names /a, which is not there")
    fixture.variables["KUBECONFIG"] = "/a:/b"
    #expect(complaint { try fixture.find() }?.message == "KUBECONFIG names /a, /b, and none of them is there")
    fixture.files.unreadable["/a"] = .noPermission
    #expect(
      complaint { try fixture.find() }?.message == "the kubeconfig /a cannot be read: permission denied")
    fixture.files.unreadable = [:]
    fixture.files.contents["/a"] = [UInt8](repeating: 0x20, count: 1 << 20 | 1)
    #expect(complaint { try fixture.find() }?.message == "the kubeconfig /a is larger than 1 MiB")
    #expect(
      complaint { try Kubeconfig.read("/none", files: fixture.files) }?.message
        == "the kubeconfig /none is not there")
    #expect(try Kubeconfig.read("/home/ci/.kube/config", files: fixture.files).contextNames == ["prod"])
  }
}
