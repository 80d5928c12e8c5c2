import KubernetesAPI
import Testing

@Suite struct ResourceKindTests {
  @Test func aKindNamesItselfAsTheAPIDoes() {
    #expect(ResourceKind.pod.apiVersion == "v1")
    #expect(ResourceKind.deployment.apiVersion == "apps/v1")
    #expect(ResourceKind.pod.title == "pods")
    #expect(ResourceKind.deployment.title == "deployments.apps")
  }
}
