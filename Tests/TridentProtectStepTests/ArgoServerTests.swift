import AstraPreflight
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import TridentProtectSimulation

/// Whether astra-preflight sees by the URL of its server that an Argo CD Application is for this cluster.
@Suite struct ArgoServerTests {
  private static let plain = "https://ocp-prod.example.com"
  private static let withPath = "https://ocp-prod.example.com/k8s/clusters/c-1"

  /// The server of the kubeconfig, and that of the Application.
  private static func situation(_ server: String, _ destination: String, isSame: Bool) -> Situation {
    var situation = Situation(
      "\(destination) at \(server)", PreflightStep.self, code: isSame ? .protected : .success,
      saying: isSame ? "Argo CD application \"shop\" will undo a restore" : "the restore would be accepted",
      prepare: { harness in
        let kubeconfig = try #require(harness.protect.files["kubeconfig"])
        harness.files.contents["kubeconfig"] = Array(
          kubeconfig.replacing("\"\(Self.plain)\"", with: "\"\(server)\"").utf8)
        harness.addArgo(to: destination)
      })
    situation.run = {
      try $0.run(PreflightStep.self, arguments: ["--steps", "restore", "--app-namespace", "magento-prod"])
    }
    return situation
  }

  private static func pairs(_ pairs: [(String, String)], areSame: Bool) -> [Situation] {
    pairs.map { situation($0.0, $0.1, isSame: areSame) }
  }

  private static let same: [Situation] = pairs(
    [
      (plain, plain), (plain, "\(plain)/"), (plain, "\(plain):443"), ("\(plain):443/", plain),
      (plain, "HTTPS://OCP-Prod.example.com"), ("https://OCP-PROD.example.com:6443", "\(plain):6443/"),
      (withPath, withPath), (withPath, "\(withPath)/"), ("\(withPath)/", withPath),
      (withPath, "https://ocp-prod.EXAMPLE.com:443/k8s/clusters/c-1"),
      (withPath, "https://kubernetes.default.svc"),
    ], areSame: true)

  private static let others: [Situation] = pairs(
    [
      (plain, "\(plain):6443"), ("\(plain):6443", plain), (plain, withPath), (withPath, plain),
      (withPath, "\(plain)/k8s/clusters/c-2"), (withPath, "\(plain)/K8S/clusters/c-1"),
      (withPath, "\(withPath)/api"), (plain, "http://ocp-prod.example.com:443"),
      (plain, "ocp-prod.example.com:443"), (plain, "\(plain).another.example"), (plain, ""),
    ], areSame: false)

  @Test(arguments: same) func isThisCluster(_ situation: Situation) throws { try situation.check() }
  @Test(arguments: others) func isAnotherCluster(_ situation: Situation) throws { try situation.check() }
}

extension StepHarness {
  /// Adds an Application that by itself puts something into production's namespace at a server.
  fileprivate func addArgo(to server: String) {
    _ = world.addEmptyNamespace("gitops", of: "ocp-prod")
    self[cluster: "ocp-prod"].store.create(
      "applications.argoproj.io",
      [
        "metadata": ["name": "shop", "namespace": "gitops"],
        "spec": [
          "destination": ["server": .string(server), "namespace": "magento-prod"],
          "syncPolicy": ["automated": [:]],
        ],
      ])
  }
}
