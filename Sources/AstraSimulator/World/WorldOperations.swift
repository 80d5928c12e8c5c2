// How operations begin, go from stage to stage, and end.

extension World {
  /// Starts an operation; its object shows the first state at once.
  @discardableResult
  mutating func start(
    _ kind: Operation.Kind, subject: String, application: String, stages: [Operation.Stage],
    prepare: (inout Operation) -> Void = { _ in }
  ) -> Int {
    startedOperations[kind, default: 0] += 1
    let number = startedOperations.values.reduce(0, +)
    var operation = Operation(
      number: number, kind: kind, subject: subject, application: application, stages: stages,
      stageBegan: now, began: now)
    let nth = startedOperations[kind]
    if let fault = operationFaults.first(where: { $0.kind == kind && $0.nth == nth }) {
      operation.apply(fault)
    }
    prepare(&operation)
    operations.append(operation)
    enterStage(ofOperationAt: operations.count - 1)
    return number
  }

  /// The present stage of an operation is over.
  mutating func endStage(ofOperationAt index: Int) {
    let operation = operations[index]
    let stage = operation.stages[operation.stage]
    if stage.role == .copy || (operation.effect == .failsAtOnce && stage.role != .lag) {
      switch operation.effect {
      case .fails, .failsAtOnce:
        fail(operationAt: index)
        return
      case .vanishes:
        operations.remove(at: index)
        removeByOthers(id: operation.subject)
        return
      default: break
      }
      if stage.role == .copy {
        guard finishCopy(ofOperationAt: index) else { return }
      }
    }
    // What ended with this one (a clone's vehicle) may have stood before it.
    guard let index = operations.firstIndex(where: { $0.number == operation.number }) else { return }
    if operation.stage + 1 < operation.stages.count {
      operations[index].stage += 1
      operations[index].stageBegan += stage.length
      enterStage(ofOperationAt: index)
    } else {
      let operation = operations.remove(at: index)
      complete(operation)
    }
  }

  private mutating func enterStage(ofOperationAt index: Int) {
    let operation = operations[index]
    let stage = operation.stages[operation.stage]
    if operation.effect == .stalls, stage.role == .copy { operations[index].isStalled = true }
    if let state = stage.state { show(state, of: operation) }
    guard operation.kind == .restore, stage.role == .copy, operation.effect != .failsAtOnce,
      let app = applicationTable.index(of: operation.subject)
    else {
      if operation.kind == .clone, stage.role == .discover,
        let app = applicationTable.index(of: operation.subject)
      {
        applicationTable[app].namespaces = applicationTable[app].pendingNamespaces
      }
      return
    }
    guard operation.payload != nil, applicationTable[app].content != nil else { return }
    if operation.stages[..<operation.stage].contains(where: { $0.role == .copy }) { return }
    // From here on the old data is gone and the new data is not there yet.
    applicationTable[app].content = Content(version: operation.payload?.version ?? "", broken: true, rows: [])
    tally.restoresBegun += 1
    record(
      .restoreBegan, .application, id: operation.subject, name: applicationTable[app].name,
      related: operation.source)
  }

  private mutating func show(_ state: String, of operation: Operation) {
    if let point = pointTable.index(of: operation.subject) {
      pointTable[point].state = state
      pointTable[point].modified = now
    } else if let app = applicationTable.index(of: operation.subject) {
      applicationTable[app].state = state
      applicationTable[app].stateDetails = []
      if operation.kind == .restore {
        if settings.restoreModification == .atEachState { applicationTable[app].modified = now }
        if settings.restoreSourceShown == .atEachState { showSource(of: operation, at: app) }
      } else if operation.kind != .rediscovery {
        applicationTable[app].modified = now
      }
    }
  }

  /// Lets the application name the recovery point that it is being restored from.
  func sourceKind(of operation: Operation) -> RecoveryPoint.Kind? {
    operation.source.flatMap { pointTable[id: $0] }?.kind
  }

  mutating func showSource(of operation: Operation, at app: Int) {
    let kind = sourceKind(of: operation)
    applicationTable[app].backupID = kind == .backup ? operation.source : nil
    applicationTable[app].snapshotID = kind == .snapshot ? operation.source : nil
  }

  /// The data has moved; false if that ended the operation.
  private mutating func finishCopy(ofOperationAt index: Int) -> Bool {
    let operation = operations[index]
    switch operation.kind {
    case .backup, .snapshot:
      guard let point = pointTable.index(of: operation.subject) else { return true }
      let moment = operation.kind == .backup ? settings.backupCapture : settings.snapshotCapture
      if moment == .end, pointTable[point].content == nil {
        pointTable[point].content = application(pointTable[point].application)?.content
      }
    case .clone:
      if operation.meetsTakenNamespace {
        fail(operationAt: index)
        return false
      }
      guard let content = operation.payload ?? application(operation.application)?.content,
        let clone = applicationTable.index(of: operation.subject)
      else {
        fail(operationAt: index)
        return false
      }
      applicationTable[clone].content = content
      finishVehicle(of: operation)
    case .restore:
      guard let app = applicationTable.index(of: operation.subject), let payload = operation.payload else {
        return true
      }
      applicationTable[app].content = payload
      if !settings.restoreKeepsAddress { applicationTable[app].address = newAddress() }
      for name in applicationTable[app].namespaces {
        addNamespace(name, cluster: applicationTable[app].cluster)
      }
    case .definition, .deletion, .rediscovery: break
    }
    return true
  }

  /// A snapshot that carried a clone's data is removed when it has served; a backup stays.
  mutating func finishVehicle(of operation: Operation) {
    guard let vehicle = operation.vehicle, let point = point(vehicle), point.kind == .snapshot else { return }
    operations.removeAll { $0.subject == vehicle }
    while let place = pointTable.index(of: vehicle) { pointTable.remove(at: place) }
  }

  /// Ends an operation in success.
  private mutating func complete(_ operation: Operation) {
    switch operation.kind {
    case .backup, .snapshot: completePoint(operation)
    case .deletion: completeDeletion(operation)
    case .rediscovery:
      guard let app = applicationTable.index(of: operation.subject) else { return }
      applicationTable[app].state = "ready"
      applicationTable[app].collected = now
    case .clone, .definition:
      guard let app = applicationTable.index(of: operation.subject) else { return }
      applicationTable[app].state = "ready"
      applicationTable[app].namespaces = applicationTable[app].pendingNamespaces
      (applicationTable[app].modified, applicationTable[app].collected) = (now, now)
      let kind: JournalEntry.Kind = operation.kind == .clone ? .clone : .application
      record(.completed, kind, id: operation.subject, name: applicationTable[app].name)
    case .restore: completeRestore(operation)
    }
  }

  private mutating func completeDeletion(_ operation: Operation) {
    guard settings.deletionLeavesEntry, let app = applicationTable.index(of: operation.subject) else {
      return remove(operation.subject)
    }
    applicationTable[app].state = "removed"
    let kind: JournalEntry.Kind = applicationTable[app].sourceAppID == nil ? .application : .clone
    record(.deleted, kind, id: operation.subject, name: applicationTable[app].name)
  }

  private mutating func completePoint(_ operation: Operation) {
    guard let point = pointTable.index(of: operation.subject) else { return }
    pointTable[point].state = operation.effect == .removed ? "removed" : "completed"
    pointTable[point].hookState = operation.effect == .hooksFail ? "failed" : "success"
    pointTable[point].modified = now
    let kind: JournalEntry.Kind = operation.kind == .backup ? .backup : .snapshot
    record(
      .completed, kind, id: operation.subject, name: pointTable[point].name, related: operation.application)
    if operation.effect == .hooksFail {
      notify(pointTable[point], "hooks", "Execution hooks failed", "The execution hooks of")
    }
  }

  private mutating func completeRestore(_ operation: Operation) {
    guard let app = applicationTable.index(of: operation.subject) else { return }
    applicationTable[app].state = "ready"
    if [.atEachState, .atEnd].contains(settings.restoreModification) { applicationTable[app].modified = now }
    if settings.restoreSourceShown == .atEnd { showSource(of: operation, at: app) }
    if settings.restoreSourceForgottenAtEnd {
      (applicationTable[app].backupID, applicationTable[app].snapshotID) = (nil, nil)
    }
    if settings.restoreCollects { applicationTable[app].collected = now }
    if let source = operation.source { applicationTable[app].restoredFrom.append(source) }
    tally.restoresFinished += 1
    record(
      .restoreFinished, .application, id: operation.subject, name: applicationTable[app].name,
      related: operation.source)
  }
}

extension Operation {
  /// Bends the operation as the fault says.
  mutating func apply(_ fault: OperationFault) {
    effect = fault.effect
    guard let copy = stages.firstIndex(where: { $0.role == .copy }) else { return }
    switch fault.effect {
    case .unknownState:
      let half = stages[copy].length / 2
      stages[copy].length = half
      stages.insert(Stage(state: fault.state, length: half, role: .detour), at: copy)
    case .goesBack:
      let forth = stages.dropFirst(copy).filter { $0.role != .lag }
      let detours = forth.map { Stage(state: $0.state, length: $0.length / 2, role: .detour) }
      let first = stages.first { $0.state != nil }
      let back = Stage(state: first?.state, length: stages[copy].length / 2, role: .detour)
      stages.insert(contentsOf: detours + [back], at: copy)
    default: break
    }
  }
}
