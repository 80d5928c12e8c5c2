import AstraBackup
import Files
import HTTPTransport
import KubernetesAPI
import ServiceSimulation
import SimulatedBackend
import StepCommon
import Testing
import Timing
import TridentProtectSimulation

/// A step whose credential plug-in makes certificates that end while it waits, as those of Pinniped do.
@Suite struct ConnectionRenewalTests {
  /// A plug-in whose certificates are replaced a second after they were made: ten seconds before their end.
  private final class BriefPlugin: CredentialPlugin {
    private let time: any TimeSource
    private(set) var count = 0

    init(_ time: any TimeSource) { self.time = time }

    func run(_: PluginCall, timeLimit _: Duration) throws(KubeconfigError) -> [UInt8] {
      count += 1
      let end = (time.wallTime + .seconds(11)).text
      let members = [
        // The simulator lets in by tokens alone.
        #""token":"not-a-real-token-of-ocp-prod""#, #""expirationTimestamp":"\#(end)""#,
        #""clientCertificateData":"-----BEGIN CERTIFICATE-----\n\#(count)\n-----END CERTIFICATE-----\n""#,
        #""clientKeyData":"-----BEGIN PRIVATE KEY-----\nnot-a-real-key\n-----END PRIVATE KEY-----\n""#,
      ]
      let status = "{\(members.joined(separator: ","))}"
      let version = "client.authentication.k8s.io/v1"
      return Array(#"{"apiVersion":"\#(version)","kind":"ExecCredential","status":\#(status)}"#.utf8)
    }
  }

  @Test func aStepGoesOnWithTheNewCertificate() throws {
    let harness = StepHarness(TridentProtectSetup())
    let kubeconfig = try #require(harness.site.service.files["kubeconfig"])
    harness.files.contents["kubeconfig"] = Array(
      kubeconfig.replacing(
        "{token: not-a-real-token-of-ocp-prod}",
        with: "{exec: {apiVersion: client.authentication.k8s.io/v1, command: pinniped}}"
      ).utf8)

    var host = harness.host(arguments: ["-b", "mine"])
    var said = ""
    host.writeError = { said += $0 }
    let plugin = BriefPlugin(harness.site.time)
    host.plugin = plugin
    var certificates: [[UInt8]] = []
    host.connect = { [site = harness.site] connection, userAgent, _ throws(TransportError) in
      if let certificate = connection.clientCertificate {
        // Only the transport reads a certificate, so it is looked at from outside.
        certificates.append(Mirror(reflecting: certificate).descendant("certificate") as? [UInt8] ?? [])
      }
      return site.transport(userAgent: userAgent, host: connection.endpoint.description)
    }
    let code = Runner<BackupStep>(host).exitCode()

    #expect(code == .success, "\(said)")
    // Each that the plug-in has made is shown by a connection of its own.
    #expect(certificates.count > 1 && certificates.count == plugin.count)
    #expect(Set(certificates).count == certificates.count)
    #expect(harness.site.service.tally.backupsCreated == 1)
  }
}
