internal import KubernetesSimulator
internal import ServiceSimulation

// The simulator's values in the words that every service shares, and back.

extension Content {
  init(_ content: WorldContent) {
    self.init(version: content.version, broken: content.broken, rows: content.rows)
  }
}

extension WorldContent {
  init(_ content: Content) {
    self.init(version: content.version, broken: content.broken, rows: content.rows)
  }
}

extension ServiceApplication {
  init(_ view: KubernetesWorld.ApplicationView) {
    self.init(
      id: view.uid, name: view.name, cluster: view.cluster, namespaces: view.namespaces, state: view.state,
      content: view.content.map { Content($0) }, address: view.address, sourceID: view.source)
  }
}

extension JournalEntry.Kind {
  init(_ kind: Happening.Kind) { self = Self(rawValue: kind.rawValue) ?? .application }
}

extension OperationKind {
  init(_ kind: Run.Kind) { self = Self(rawValue: kind.rawValue) ?? .rediscovery }
}

extension Run.Kind {
  init(_ kind: OperationKind) { self = Self(rawValue: kind.rawValue) ?? .rediscovery }
}

extension RunFault.Effect {
  init(_ effect: OperationEffect) { self = Self(rawValue: effect.rawValue) ?? .fails }
}

extension ProductSettings {
  /// Behaves as the shared words say, as far as it knows them.
  mutating func apply(_ behaviour: ServiceBehaviour) {
    (backup, snapshot, clone) = (behaviour.backup, behaviour.snapshot, behaviour.clone)
    (settling, restore, restoreLag) = (behaviour.cloneDiscovery, behaviour.restore, behaviour.restoreLag)
    deletion = behaviour.deletion
    tellsTime = behaviour.tellsTime
    deletionTakesCopies = behaviour.deletionTakesRecoveryPoints
    failedCloneLeavesContent = behaviour.failedCloneLeavesNamespace
    restoreKeepsAddress = behaviour.restoreKeepsAddress
    showsHookResults = behaviour.showsHookResults
  }
}
