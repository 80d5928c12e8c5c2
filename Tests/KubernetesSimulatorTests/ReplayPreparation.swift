internal import KubernetesSimulator
internal import SimulatorSupport

extension Replay {
  /// What happened between the recorded exchanges.
  static func prepare(_ name: String, _ cluster: inout KubernetesCluster, _ known: inout [String: String]) {
    func backup(_ name: String, _ labels: JSON? = nil, finalizers: JSON? = nil) {
      var object: JSON = [
        "metadata": ["name": .string(name), "namespace": "velero"], "spec": ["includedNamespaces": ["shop"]],
      ]
      object.set("metadata.labels", labels)
      object.set("metadata.finalizers", finalizers)
      cluster.store.create("backups.velero.io", object)
    }
    func clear() {
      for object in cluster.store.objects("backups.velero.io") {
        cluster.store.remove(key(object.name ?? ""))
      }
    }
    func key(_ name: String) -> ObjectKey { ObjectKey("backups.velero.io", "velero", name) }
    switch name {
    case "ns-delete":
      cluster.settings.stuckNamespaces = ["*"]
      cluster.store.create("configmaps", ["metadata": ["name": "c", "namespace": "debug-1"]])
    case "cr-create-again": backup("b1")
    case "get":
      clear()
      cluster.store.remove(ObjectKey("snapshots.protect.trident.netapp.io", "shop", "s1"))
      for (name, tier) in [
        ("b1", "gold"), ("b2", "silver"), ("b3", "gold"), ("b4", "silver"), ("b5", "gold"),
      ] {
        backup(name, ["tier": .string(tier), "velero.io/storage-location": "default"])
      }
    case "list-continue-after-write": backup("b6")
    case "list-continue-bad": cluster.store.remove(key("b6"))
    case "json-patch": cluster.store.update(key("b1")) { $0.set("metadata.annotations", nil) }
    case "status-get-subresource":
      cluster.store.update(ObjectKey("snapshots.protect.trident.netapp.io", "shop", "sn1")) {
        $0.set("status.state", "Completed")
      }
    case "apply-no-manager": cluster.store.update(key("ssa1")) { $0.set("spec.ttl", "2h0m0s") }
    case "delete-bad-policy": cluster.store.remove(key("b4"))
    case "delete-foreground": backup("fg")
    case "delete-orphan": backup("orp")
    case "delete-finalizer":
      cluster.advance(to: cluster.now + .seconds(1))
      backup("fin", finalizers: ["example.com/hold"])
    case "delete-collection": for name in ["dc1", "dc2"] { backup(name, ["dc": "1"]) }
    case "watch-no-rv":
      clear()
      for name in ["w1", "w2"] { backup(name) }
    case "watch-selector":
      known["437"] = String(cluster.store.revision)
      for tier in ["gold", "tin"] {
        cluster.store.update(key("w1")) { $0.set("metadata.labels", ["tier": .string(tier)]) }
      }
      cluster.store.update(key("w2")) { $0.set("status.phase", "Completed") }
    case "watch-too-old": cluster.store.compact(upTo: 103)
    case "webhook-deny-code":
      cluster.admissionPlugins = [Judge(answer: .denied(message: "the vault is not available", code: 422))]
    case "webhook-warn": cluster.admissionPlugins = [Judge(answer: .warns("this field is on its way out"))]
    case "webhook-down":
      cluster.store.remove(ObjectKey("snapshots.protect.trident.netapp.io", "shop", "hk"))
      cluster.admissionPlugins = [Judge(answer: .unreachable)]
    case "service-status":
      cluster.store.create(
        "services", ["metadata": ["name": "web", "namespace": "shop"], "spec": ["type": "LoadBalancer"]])
    case "no-token-anon-off": cluster.settings.allowsAnonymous = false
    default: break
    }
  }
}

/// A validator that always says the same of snapshots.
struct Judge: AdmissionPlugin {
  let name = "vdemo.example.com"
  var answer: AdmissionAnswer

  func review(
    _ object: JSON, old: JSON?, _ operation: AdmissionOperation, _ resource: String, user: String,
    in store: ObjectStore
  ) -> AdmissionAnswer? {
    resource == "snapshots.protect.trident.netapp.io" ? answer : nil
  }
}
