import Files
import HTTPTransport
import KubernetesAPI
import Testing

@Suite struct ServiceAccountTests {
  private static let folder = "/var/run/secrets/kubernetes.io/serviceaccount"

  private func access(
    _ files: [String: String], host: String? = "10.96.0.1"
  ) throws(KubeconfigError) -> ClusterAccess? {
    let variables = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"]
    let contents = Dictionary(uniqueKeysWithValues: files.map { ("\(Self.folder)/\($0)", Array($1.utf8)) })
    return try ServiceAccount.access(
      variables: { variables[$0] ?? nil }, files: MemoryFiles(contents), proxies: Proxies(environment: [:]))
  }

  @Test func aPodAsksAsItself() throws {
    let access = try #require(
      try access(["token": fakeToken, "ca.crt": Sample.certificate, "namespace": "ci\n"], host: "fd00::1"))
    #expect(access.name == "in-cluster" && access.namespace == "ci")
    #expect(access.endpoint.origin == "https://[fd00::1]")
    #expect(access.trust.caData?.pem == Array(Sample.certificate.utf8) && !access.trust.trustsSystem)
    guard case .tokenFile("\(Self.folder)/token") = access.credentials else {
      Issue.record("\(access.credentials)")
      return
    }
  }

  @Test func outsideOfAClusterThereIsNone() throws {
    #expect(try access(["token": fakeToken], host: nil) == nil)
  }

  @Test func aPodWithoutATokenSaysSo() throws {
    let error = complaint { try access([:]) }
    #expect(error?.kind == .credentials)
    #expect(error?.message == "this pod has no token of a service account: \(Self.folder)/token is not there")
  }

  @Test func whatIsWrongWithItIsAParameter() throws {
    #expect(
      complaint { try access(["token": fakeToken, "ca.crt": "x"]) }?.message
        == "\(Self.folder)/ca.crt holds no certificate")
    #expect(complaint { try access(["token": fakeToken], host: "a b") }?.kind == .parameter)
    let without = try access(["token": fakeToken])
    #expect(without?.trust.trustsSystem == true && without?.namespace == nil)
  }
}
