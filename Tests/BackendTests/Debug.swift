import AppProtection
import SimulatedBackend
import Testing
import TridentProtectSimulation
import ServiceSimulation

struct DebugTests {
  @Test func look() throws {
    let site = Site(TridentProtectSetup())
    for path in ["/apis/protect.trident.netapp.io/v1/namespaces/magento-prod/applications/magento-prod", "/apis/protect.trident.netapp.io/v1/namespaces/magento-prod/backups?limit=500"] {
      var request = ServiceRequest("GET", path, headers: [("Authorization", "Bearer not-a-real-token-of-ocp-prod"), ("Accept", "application/json, */*;q=0.1")])
      request.host = "ocp-prod.example.com:443"
      let answer = site.service.respond(to: request)
      print(answer.status, String(decoding: answer.body, as: UTF8.self))
    }
  }
}
