internal import AstraSimulator
internal import ServiceSimulation
internal import SimulatorSupport

// The simulator's values in the words that every service shares, and back.

extension SimulatedRequest {
  init(_ request: ServiceRequest) {
    self.init(request.method, request.target, headers: request.headers, body: request.body)
  }
}

extension ServiceResponse {
  init(_ response: SimulatedResponse) {
    self.init(status: response.status, headers: response.headers, body: response.body)
  }
}

extension ServiceSimulation.Content {
  init(_ content: AstraSimulator.Content) {
    self.init(version: content.version, broken: content.broken, rows: content.rows)
  }
}

extension AstraSimulator.Content {
  init(_ content: ServiceSimulation.Content) {
    self.init(version: content.version, broken: content.broken, rows: content.rows)
  }
}

extension ServiceApplication {
  init(_ app: Application) {
    self.init(
      id: app.id, name: app.name, cluster: app.cluster, namespaces: app.namespaces, state: app.state,
      content: app.content.map { ServiceSimulation.Content($0) }, address: app.address,
      sourceID: app.sourceAppID)
  }
}

extension ServiceRecoveryPoint {
  init(_ point: RecoveryPoint) {
    self.init(
      kind: point.kind == .backup ? .backup : .snapshot, id: point.id, name: point.name,
      application: point.application, state: point.state, hookState: point.hookState,
      content: point.content.map { ServiceSimulation.Content($0) })
  }
}

extension AstraSimulator.ApplicationSeed {
  init(_ seed: ServiceSimulation.ApplicationSeed) {
    self.init(
      seed.name, cluster: seed.cluster, namespaces: seed.namespaces,
      content: AstraSimulator.Content(seed.content))
    (state, source) = (seed.state, seed.source)
    backups = seed.backups.map { AstraSimulator.RecoveryPointSeed($0) }
    snapshots = seed.snapshots.map { AstraSimulator.RecoveryPointSeed($0) }
  }
}

extension AstraSimulator.RecoveryPointSeed {
  init(_ seed: ServiceSimulation.RecoveryPointSeed) {
    self.init(seed.name, content: seed.content.map { AstraSimulator.Content($0) })
    (state, hookState, age, schedule) = (seed.state, seed.hookState, seed.age, seed.schedule)
  }
}

extension ServiceSimulation.JournalEntry {
  init(_ entry: AstraSimulator.JournalEntry) {
    self.init(
      at: entry.at, event: Event(entry.event), kind: Kind(entry.kind), id: entry.id, name: entry.name,
      related: entry.related)
  }
}

extension ServiceSimulation.JournalEntry.Event {
  fileprivate init(_ event: AstraSimulator.JournalEntry.Event) {
    self =
      switch event {
      case .created: .created
      case .completed: .completed
      case .failed: .failed
      case .deleted: .deleted
      case .renamed: .renamed
      case .restoreRequested: .restoreRequested
      case .restoreBegan: .restoreBegan
      case .restoreFinished: .restoreFinished
      case .restoreFailed: .restoreFailed
      case .deployed: .deployed
      case .manipulated: .manipulated
      }
  }
}

extension ServiceSimulation.JournalEntry.Kind {
  fileprivate init(_ kind: AstraSimulator.JournalEntry.Kind) {
    self =
      switch kind {
      case .application: .application
      case .clone: .clone
      case .backup: .backup
      case .snapshot: .snapshot
      case .namespace: .namespace
      case .token: .credential
      }
  }
}

extension ServiceSimulation.Tally {
  init(_ tally: AstraSimulator.Tally) {
    self.init()
    (backupsCreated, snapshotsCreated) = (tally.backupsCreated, tally.snapshotsCreated)
    (clonesCreated, deletions) = (tally.clonesCreated, tally.deletions)
    (restoresRequested, restoresBegun) = (tally.restoresRequested, tally.restoresBegun)
    restoresFinished = tally.restoresFinished
  }
}

extension OperationKind {
  init(_ kind: Operation.Kind) {
    self =
      switch kind {
      case .backup: .backup
      case .snapshot: .snapshot
      case .clone: .clone
      case .restore: .restore
      case .definition: .definition
      case .deletion: .deletion
      case .rediscovery: .rediscovery
      }
  }
}

extension AstraSimulator.Operation.Kind {
  init(_ kind: OperationKind) {
    self =
      switch kind {
      case .backup: .backup
      case .snapshot: .snapshot
      case .clone: .clone
      case .restore: .restore
      case .definition: .definition
      case .deletion: .deletion
      case .rediscovery: .rediscovery
      }
  }
}

extension OperationEffect {
  init(_ effect: AstraSimulator.OperationFault.Effect) {
    self =
      switch effect {
      case .fails: .fails
      case .failsAtOnce: .failsAtOnce
      case .stalls: .stalls
      case .vanishes: .vanishes
      case .hooksFail: .hooksFail
      case .unknownState: .unknownState
      case .goesBack: .goesBack
      case .removed: .removed
      }
  }
}

extension AstraSimulator.OperationFault.Effect {
  init(_ effect: OperationEffect) {
    self =
      switch effect {
      case .fails: .fails
      case .failsAtOnce: .failsAtOnce
      case .stalls: .stalls
      case .vanishes: .vanishes
      case .hooksFail: .hooksFail
      case .unknownState: .unknownState
      case .goesBack: .goesBack
      case .removed: .removed
      }
  }
}
