import AstraPreflight
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import TridentProtectSimulation

/// What astra-preflight finds out at Trident protect about a clone: what it would claim, whether it fits, and what makes it.
@Suite struct PreflightCloneTests {
  private static let clone: [String] = ["--steps", "clone", "--destination-cluster", "ocp-prod"]

  private static func shared(
    _ description: String, code: ExitCode = .protected, arguments: [String] = clone, saying words: String...,
    prepare: @escaping @Sendable (StepHarness) throws -> Void
  ) -> Situation {
    var situation = Situation(
      description, PreflightStep.self, code: code, saying: "", prepare: prepare)
    situation.words = words
    situation.run = { try $0.run(PreflightStep.self, arguments: arguments) }
    return situation
  }

  private static let addresses: [Situation] = [
    shared(
      "a host of an Ingress", saying: "host \"shop.example.com\" of Ingress \"shop\"",
      "clone onto another cluster with", "--accept-shared-addresses"
    ) { $0.addIngress("shop.example.com") },
    shared(
      "an Ingress without a host", saying: "every other host, by Ingress \"shop\", which names none"
    ) { $0.addIngress(nil) },
    shared(
      "a host of a Route", saying: "host \"shop.example.com/admin\" of Route \"shop\""
    ) {
      $0.add("routes.route.openshift.io", "shop", ["spec": ["host": "shop.example.com", "path": "/admin"]])
    },
    shared(
      "a fixed address of a load balancer", saying: "loadBalancerIP \"192.0.2.7\" of Service \"magento-prod\""
    ) { $0.changeService { $0[path: ["spec", "loadBalancerIP"]] = "192.0.2.7" } },
    shared("external addresses", saying: "external IP \"192.0.2.8\" of Service \"magento-prod\"") {
      $0.changeService { $0[path: ["spec", "externalIPs"]] = ["192.0.2.8"] }
    },
    shared(
      "an address for MetalLB",
      saying: "metallb.universe.tf/loadBalancerIPs \"192.0.2.9\" of Service \"magento-prod\""
    ) {
      $0.changeService {
        $0[path: ["metadata", "annotations", "metallb.universe.tf/loadBalancerIPs"]] = "192.0.2.9"
      }
    },
    shared(
      "a name for ExternalDNS, which gives it the addresses of both",
      saying: "name \"shop.example.com\" of Service \"magento-prod\"",
      "name \"www.example.com\" of Service \"magento-prod\""
    ) {
      $0.changeService {
        $0[path: ["metadata", "annotations", "external-dns.alpha.kubernetes.io/hostname"]] =
          "shop.example.com, www.example.com"
      }
    },
    shared(
      "a node port, which the cluster may have chosen", code: .success,
      saying: "warning: the clone may claim what \"magento-prod\" has in the same cluster: node port 30080"
    ) { $0.changeService { $0[path: ["spec", "ports"]] = [["port": 80, "nodePort": 30080]] } },
    shared(
      "a host that was accepted", code: .success, arguments: clone + ["--accept-shared-addresses"],
      saying: "warning: the clone would claim", "accepted by --accept-shared-addresses"
    ) { $0.addIngress("shop.example.com") },
    shared(
      "a host on another cluster", code: .success, arguments: ["--steps", "clone"],
      saying: "on its own cluster, the clone claims what \"magento-prod\" has: host \"shop.example.com\""
    ) { $0.addIngress("shop.example.com") },
    shared(
      "Ingresses that may not be seen", code: .success,
      arguments: clone + ["--app-namespace", "magento-prod"],
      saying: "the backend does not tell the ingresses in namespace \"magento-prod\""
    ) { harness in
      harness.become(allowed: [
        ("magento-debug", ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]),
        ("trident-protect", ["verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]]),
        (
          "magento-prod",
          [
            "verbs": ["*"], "apiGroups": ["", "apps", "protect.trident.netapp.io", "route.openshift.io"],
            "resources": ["*"],
          ]
        ),
      ])
      _ = harness.world.addEmptyNamespace("magento-debug", of: "ocp-prod")
    },
  ]

  @Test(arguments: addresses) func claimsOfAClone(_ situation: Situation) throws { try situation.check() }

  private static func limited(
    _ description: String, code: ExitCode = .protected, arguments: String..., saying words: String...,
    by object: JSON, _ resource: String = "resourcequotas"
  ) -> Situation {
    var object = object
    object["metadata"] = ["name": "team", "namespace": "magento-debug"]
    let (limit, words) = (object, words)
    var situation = Situation(
      description, PreflightStep.self, code: code, saying: "",
      prepare: { harness in
        _ = harness.world.addEmptyNamespace("magento-debug", of: "ocp-debug")
        harness[cluster: "ocp-debug"].store.create(resource, limit)
      })
    situation.words = words
    situation.run = { try $0.run(PreflightStep.self, arguments: ["--steps", "clone"] + arguments) }
    return situation
  }

  private static func quota(_ hard: JSON, used: JSON = [:]) -> JSON {
    ["spec": ["hard": hard], "status": ["hard": hard, "used": used]]
  }

  private static let limits: [Situation] = [
    limited(
      "too little storage",
      saying:
        "quota \"team\" of namespace \"magento-debug\": requests.storage: 3Gi of 10Gi used, 8Gi needed",
      by: quota(["requests.storage": "10Gi"], used: ["requests.storage": "3Gi"])),
    limited(
      "just enough storage", code: .success, saying: "the clone",
      by: quota(["requests.storage": "10Gi"], used: ["requests.storage": "2Gi"])),
    limited(
      "too few claims", saying: "persistentvolumeclaims: 5 of 5 used, 1 needed",
      by: quota(["persistentvolumeclaims": "5"], used: ["persistentvolumeclaims": "5"])),
    limited(
      "too few claims, counted as objects", saying: "count/persistentvolumeclaims: 0 of 0 used, 1 needed",
      by: quota(["count/persistentvolumeclaims": "0"])),
    limited(
      "too little storage of a class",
      saying: "ontap-san.storageclass.storage.k8s.io/requests.storage: 1Gi of 4000M used, 8Gi needed",
      by: quota(
        ["ontap-san.storageclass.storage.k8s.io/requests.storage": "4000M"],
        used: ["ontap-san.storageclass.storage.k8s.io/requests.storage": "1Gi"])),
    limited(
      "too little of a class that the clone does not take", code: .success,
      arguments: "--storage-class", "ontap-san-silver", saying: "the clone",
      by: quota(["ontap-san.storageclass.storage.k8s.io/requests.storage": "1Gi"])),
    limited(
      "too little of the class that it takes", arguments: "--storage-class", "ontap-san-silver",
      saying: "ontap-san-silver.storageclass.storage.k8s.io/persistentvolumeclaims: 0 of 0 used",
      by: quota(["ontap-san-silver.storageclass.storage.k8s.io/persistentvolumeclaims": "0"])),
    limited(
      "too few workloads", saying: "count/deployments.apps: 2 of 2 used, 1 needed",
      by: quota(["count/deployments.apps": "2"], used: ["count/deployments.apps": "2"])),
    limited(
      "too few load balancers", saying: "services.loadbalancers: 0 of 0 used, 1 needed",
      by: quota(["services.loadbalancers": "0"])),
    limited(
      "a quota of pods alone", code: .success, saying: "the clone",
      by: [
        "spec": ["hard": ["persistentvolumeclaims": "0"], "scopes": ["BestEffort"]],
        "status": ["hard": ["persistentvolumeclaims": "0"]],
      ]),
    limited(
      "a quota over several namespaces",
      saying:
        "cluster quota \"team\" (for namespace \"magento-debug\"): requests.storage: 95Gi of 100Gi used",
      by: [
        "spec": ["quota": ["hard": ["requests.storage": "100Gi"]]],
        "status": ["total": ["hard": ["requests.storage": "100Gi"], "used": ["requests.storage": "95Gi"]]],
      ], "appliedclusterresourcequotas.quota.openshift.io"),
    limited(
      "claims that are too large",
      saying:
        "limit range \"team\" of namespace \"magento-debug\": largest size of volume claim \"magento-prod-db\"",
      by: ["spec": ["limits": [["type": "PersistentVolumeClaim", "max": ["storage": "5Gi"]]]]], "limitranges"),
    limited(
      "a limit of containers", code: .success, saying: "the clone",
      by: ["spec": ["limits": [["type": "Container", "max": ["storage": "5Gi"]]]]], "limitranges"),
  ]

  @Test(arguments: limits) func roomForAClone(_ situation: Situation) throws { try situation.check() }

  /// A namespace that is not there has no limits, and nothing is said of it.
  @Test func aNamespaceThatIsNotThere() throws {
    let result = try Protect.harness().run(PreflightStep.self, "--steps", "clone")
    result.expectSuccess()
    #expect(!result.standardError.contains("quota"), "\(result.standardError)")
    #expect(!result.standardError.contains("there is no room"))
  }

  private static func installed(
    _ description: String, saying words: String...,
    setup: @escaping @Sendable (inout TridentProtectSetup) -> Void
  ) -> Situation {
    var situation = Situation(description, PreflightStep.self, code: .success, saying: "", setup: setup)
    situation.words = words
    return situation
  }

  private static let versions: [Situation] = [
    installed("a new version", saying: "Trident protect on cluster \"ocp-prod\" is of version 26.06.0") { _ in
    },
    installed(
      "an old version",
      saying:
        "warning: Trident protect on cluster \"ocp-prod\" is of version 25.10.0: 26.02 or newer is recommended"
    ) { $0.settings.version = "25.10.0" },
    installed("the oldest that is recommended", saying: "is of version 26.02\n") {
      $0.settings.version = "v26.02"
    },
    installed("a version in a label", saying: "is of version 25.06.1: 26.02") {
      ($0.settings.version, $0.settings.labelledVersion) = ("", "25.06.1")
    },
    installed("a version of a chart", saying: "is of version 26.02.0\n") {
      ($0.settings.version, $0.settings.chartVersion) = ("", "100.2602.0")
    },
    installed("no version", saying: "the version of Trident protect") { $0.settings.version = "" },
    installed("two versions", saying: "the version of Trident protect") {
      ($0.settings.version, $0.settings.labelledVersion) = ("25.10.0", "26.06")
    },
  ]

  @Test(arguments: versions) func versionOfTheProduct(_ situation: Situation) throws { try situation.check() }
}

extension StepHarness {
  /// Adds an object to production's namespace.
  fileprivate func add(_ resource: String, _ name: String, _ object: JSON) {
    var object = object
    object["metadata"] = ["name": .string(name), "namespace": "magento-prod"]
    self[cluster: "ocp-prod"].store.create(resource, object)
  }

  fileprivate func addIngress(_ host: String?) {
    let rules: JSON = host.map { [["host": .string($0)]] } ?? [["http": [:]]]
    add("ingresses.networking.k8s.io", "shop", ["spec": ["rules": rules]])
  }

  fileprivate func changeService(_ change: (inout JSON) -> Void) {
    self[cluster: "ocp-prod"].store.update(ObjectKey("services", "magento-prod", "magento-prod"), change)
  }
}
