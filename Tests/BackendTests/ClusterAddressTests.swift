import AstraClone
import Files
import HTTPTransport
import ServiceSimulation
import SimulatedBackend
import StepCommon
import Testing
import TridentProtectSimulation

/// Clusters behind one host, as Rancher has them: they differ by the paths of their addresses alone.
@Suite struct ClusterAddressTests {
  @Test func twoPathsOfOneHostAreTwoClusters() throws {
    let harness = StepHarness(TridentProtectSetup())
    var kubeconfig = try #require(harness.site.service.files["kubeconfig"])
    for context in ["ocp-prod", "ocp-debug"] {
      kubeconfig = kubeconfig.replacing(
        "https://\(context).example.com", with: "https://rancher.example.com/k8s/clusters/\(context)/")
    }
    harness.files.contents["kubeconfig"] = Array(kubeconfig.utf8)

    var host = harness.host(arguments: [])
    var said = ""
    host.writeError = { said += $0 }
    // The proxy leads on by the path.
    host.connect = { [site = harness.site] connection, userAgent, _ throws(TransportError) in
      let context = connection.endpoint.path.split(separator: "/").last ?? ""
      return site.transport(userAgent: userAgent, host: "\(context).example.com")
    }
    let code = Runner<CloneStep>(host).exitCode()

    #expect(code == .success, "\(said)")
    // Within one cluster it would have been a snapshot, which cannot leave it.
    let tally = harness.site.service.tally
    #expect(tally.backupsCreated == 1 && tally.snapshotsCreated == 0 && tally.clonesCreated == 1)
    let report = harness.files.text(harness.reportPath(of: "astra-clone")) ?? ""
    #expect(report.contains("rancher.example.com:443/k8s/clusters/ocp-prod (ocp-prod)"), "\(report)")
  }
}
