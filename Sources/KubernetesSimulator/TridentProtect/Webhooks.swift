internal import SimulatorSupport

/// The product's validators, as far as is known what they judge (`kinds.json`, admission webhooks).
struct ProtectWebhooks: AdmissionPlugin {
  var settings: ProductSettings

  init(_ settings: ProductSettings) { self.settings = settings }

  var name: String { "validate.protect.trident.netapp.io" }

  func review(
    _ object: JSON, old: JSON?, _ operation: AdmissionOperation, _ resource: String, user: String,
    in store: ObjectStore
  ) -> AdmissionAnswer? {
    guard operation == .create, resource.hasSuffix(".\(KubernetesWorld.group)") else { return nil }
    if settings.webhooksAreDown { return .unreachable }
    if settings.webhooksHang { return .timesOut }
    let plural = resource.prefix { $0 != "." }
    guard ["backups", "snapshots"].contains(plural) || plural.hasSuffix("restores") else { return nil }
    if object.namespace == KubernetesWorld.systemNamespace {
      return .denied(
        message: "objects of this kind are not made in namespace \(KubernetesWorld.systemNamespace)")
    }
    if let vault = object.value(at: "spec.appVaultRef")?.string,
      store.object(
        ObjectKey(KubernetesWorld.resource("appvaults"), KubernetesWorld.systemNamespace, vault)) == nil
    {
      return .denied(message: "AppVault \"\(vault)\" not found")
    }
    if let application = object.value(at: "spec.applicationRef")?.string,
      store.object(
        ObjectKey(KubernetesWorld.resource("applications"), object.namespace, application)) == nil
    {
      return .denied(message: "Application \"\(application)\" not found")
    }
    if settings.refusesSecondRestore, plural.hasSuffix("inplacerestores"),
      isRestoring(object.namespace, store)
    {
      return .denied(message: "another in-place restore is in progress")
    }
    return nil
  }

  private func isRestoring(_ namespace: String?, _ store: ObjectStore) -> Bool {
    ["backupinplacerestores", "snapshotinplacerestores"].contains { plural in
      store.objects(KubernetesWorld.resource(plural), in: namespace).contains {
        let state = $0.value(at: "status.state")?.string?.lowercased() ?? ""
        return !["completed", "failed", "error", "removed"].contains(state)
      }
    }
  }
}
