internal import SimulatorSupport

// What is wrong with the product for a while, or for good.
extension KubernetesWorld {
  /// Changes how the product behaves, and takes that back after a time; nil: never.
  package mutating func trouble(for length: Duration?, _ change: (inout ProductSettings) -> Void) {
    if let length { settingsToCome = (now + length, settings) }
    change(&settings)
  }

  mutating func endTrouble() {
    if let (due, settings) = veleroSettingsToCome, due <= now {
      veleroSettingsToCome = nil
      veleroSettings = settings
    }
    guard let (due, settings) = settingsToCome, due <= now else { return }
    settingsToCome = nil
    self.settings = settings
  }

  mutating func notice(changeFrom old: ProductSettings) {
    if settings.controllerIsAway, !old.controllerIsAway { awaySince = now }
    if !settings.controllerIsAway, let since = awaySince {
      awaySince = nil
      // What was under way goes on where it stood.
      for index in runs.indices { runs[index].stageBegan += now - max(since, runs[index].stageBegan) }
      takeUp()
    }
    if settings.vaultsAreUnavailable != old.vaultsAreUnavailable { showVaults() }
  }

  private mutating func showVaults() {
    let isAway = settings.vaultsAreUnavailable
    for cluster in clusters.indices {
      for vault in clusters[cluster].store.objects(Self.resource("appvaults")) {
        clusters[cluster].store.update(
          ObjectKey(Self.resource("appvaults"), vault.namespace, vault.name ?? "")
        ) {
          $0[path: ["status", "state"]] = isAway ? "Error" : "Available"
          $0[path: ["status", "error"]] = isAway ? .string(Self.vaultTrouble) : nil
        }
      }
    }
  }

  static let vaultTrouble = "the bucket cannot be reached: connection refused"
}
