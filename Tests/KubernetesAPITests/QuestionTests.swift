import AppProtection
import HTTPTransport
import KubernetesAPI
import StructuredValues
import Testing

@Suite struct QuestionTests {
  private static func review(_ status: String) -> ScriptedCluster.Answer {
    .json(
      201,
      #"{"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{},"spec":{},"status":\#(status)}"#
    )
  }

  @Test(
    arguments: [
      (review(#"{"allowed":true,"reason":"RBAC: allowed by RoleBinding"}"#), true),
      (review(#"{"allowed":false}"#), false), (review(#"{"allowed":true,"evaluationError":"x"}"#), true),
      (review(#"{"allowed":false,"evaluationError":"a role is not there"}"#), nil), (review("{}"), nil),
      (
        .status(
          403, "Forbidden", #"User "system:anonymous" cannot create resource "selfsubjectaccessreviews""#),
        nil
      ),
    ] as [(ScriptedCluster.Answer, Bool?)])
  func theAPIIsAskedWhatIsAllowed(answer: ScriptedCluster.Answer, expected: Bool?) throws {
    let fixture = try ClientFixture([.reset, answer])
    let allowed = try fixture.client.isAllowed(
      "create", .backup, subresource: "status", in: "velero", name: "b1")
    #expect(allowed == expected)
    let request = fixture.cluster.requests[0]
    #expect(
      request.target == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" && request.method == .post)
    #expect(
      StructuredValue(parsing: request.body ?? [])?["spec"]?["resourceAttributes"]
        == .members([
          "group": .string("velero.io"), "name": .string("b1"), "namespace": .string("velero"),
          "resource": .string("backups"), "subresource": .string("status"), "verb": .string("create"),
        ]))
  }

  @Test func theKindsOfAGroupAreToldOnce() throws {
    let list =
      #"{"kind":"APIResourceList","groupVersion":"p.io/v1","resources":[{"name":"snapshots","kind":"Snapshot"},{"name":"snapshots/status","kind":"Snapshot"},{"name":"snapshots/scale","kind":"Scale"},{"name":"backups","kind":"Backup"}]}"#
    let fixture = try ClientFixture([.json(200, list), .pageNotFound, .groups("p.io"), .json(200, list)])
    #expect(try fixture.client.kinds(of: "p.io", version: "v1") == ["Snapshot", "Backup"])
    #expect(try fixture.client.kinds(of: "q.io", version: "v1") == nil)
    _ = try fixture.client.kinds(of: "", version: "v1")
    #expect(fixture.cluster.requests.map(\.target) == ["/apis/p.io/v1", "/apis/q.io/v1", "/apis", "/api/v1"])
  }

  @Test func refusedCredentialsAreNoAnswer() throws {
    let answer = ScriptedCluster.Answer.status(401, "Unauthorized", "Unauthorized")
    #expect(
      failure { try ClientFixture([answer]).client.isAllowed("get", .pod, in: nil) }?.kind == .credentials)
    #expect(failure { try ClientFixture([answer]).client.version() }?.kind == .credentials)
  }
}
