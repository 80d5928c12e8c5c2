package import SimulatorSupport

// What tests and the control endpoints do to a world directly: the part of everyone who is not a client.

extension World {
  /// Rolls out a release at an application: production breaks, or is repaired, without the server's doing.
  ///
  /// - Parameters:
  ///   - version: The release that runs from now on.
  ///   - broken: Whether its pages answer with an error.
  ///   - rows: The rows of its database; nil leaves them.
  ///   - application: The application's id or name.
  /// - Returns: False if there is no such application.
  @discardableResult
  package mutating func deploy(
    version: String, broken: Bool, rows: [String]? = nil, to application: String
  ) -> Bool {
    guard let index = index(application) else { return false }
    let kept = rows ?? applicationTable[index].content?.rows ?? []
    applicationTable[index].content = Content(version: version, broken: broken, rows: kept)
    let app = applicationTable[index]
    record(.deployed, .application, id: app.id, name: app.name, related: version)
    return true
  }

  /// Adds rows to an application's database, as its customers do.
  @discardableResult
  package mutating func addRows(_ rows: [String], to application: String) -> Bool {
    guard let index = index(application), applicationTable[index].content != nil else { return false }
    applicationTable[index].content?.rows += rows
    return true
  }

  /// Takes resources away from an application, and puts config maps there, by their names.
  @discardableResult
  package mutating func changeAssets(
    of application: String, losing lost: Set<String> = [], gaining gained: [String] = []
  ) -> Bool {
    guard let index = index(application) else { return false }
    applicationTable[index].lostAssets = lost
    applicationTable[index].strayAssets = gained
    return true
  }

  /// Puts an application there; nil if its cluster is unknown.
  @discardableResult
  package mutating func addApplication(_ seed: ApplicationSeed) -> String? {
    guard let id = add(seed) else { return nil }
    record(.manipulated, .application, id: id, name: seed.name, related: "added")
    return id
  }

  /// Puts a backup there in the state that the seed says; nil if there is no such application.
  @discardableResult
  package mutating func addBackup(_ seed: RecoveryPointSeed, of application: String) -> String? {
    addPoint(seed, .backup, of: application)
  }

  /// Puts a snapshot there in the state that the seed says; nil if there is no such application.
  @discardableResult
  package mutating func addSnapshot(_ seed: RecoveryPointSeed, of application: String) -> String? {
    addPoint(seed, .snapshot, of: application)
  }

  private mutating func addPoint(
    _ seed: RecoveryPointSeed, _ kind: RecoveryPoint.Kind, of application: String
  ) -> String? {
    guard let app = self.application(application) else { return nil }
    let id = add(seed, kind, to: app)
    record(.manipulated, kind == .backup ? .backup : .snapshot, id: id, name: seed.name, related: "added")
    return id
  }

  /// Makes a namespace on a cluster, given by name or id; false if the cluster is unknown.
  @discardableResult
  package mutating func addNamespace(_ name: String, onCluster key: String) -> Bool {
    guard let cluster = clusters.first(where: { $0.id == key || $0.name == key }) else { return false }
    addNamespace(name, cluster: cluster.id)
    record(.manipulated, .namespace, id: cluster.id, name: name, related: "added")
    return true
  }

  /// Removes a namespace from a cluster, given by name or id.
  @discardableResult
  package mutating func removeNamespace(_ name: String, onCluster key: String) -> Bool {
    guard let cluster = clusters.first(where: { $0.id == key || $0.name == key }),
      let place = namespaceTable.firstIndex(named: name, where: { $0.cluster == cluster.id })
    else { return false }
    namespaceTable.remove(at: place)
    record(.manipulated, .namespace, id: cluster.id, name: name, related: "removed")
    return true
  }

  /// Shows an application, backup or snapshot in any state, known or not, and ends what was under way with it.
  @discardableResult
  package mutating func setState(_ state: String, of key: String) -> Bool {
    guard let (id, name, kind) = identify(key) else { return false }
    operations.removeAll { $0.subject == id }
    if let app = applicationTable.index(of: id) { applicationTable[app].state = state }
    if let point = pointTable.index(of: id) { pointTable[point].state = state }
    record(.manipulated, kind, id: id, name: name, related: state)
    return true
  }

  /// Adds a fault to come: the nth operation of its kind, counted from the scenario's start.
  package mutating func add(_ fault: OperationFault) {
    operationFaults.append(fault)
  }

  /// Adds a fault to come: the nth request of its method and path, counted from the scenario's start.
  package mutating func add(_ fault: ResponseFault) {
    responseFaults.append(fault)
  }

  /// Lets the next operation of that kind go wrong.
  package mutating func disturbNext(_ kind: Operation.Kind, _ effect: OperationFault.Effect) {
    add(OperationFault(kind, nth: startedOperations[kind, default: 0] + 1, effect))
  }

  /// How many operations of that kind have begun.
  package func started(_ kind: Operation.Kind) -> Int { startedOperations[kind, default: 0] }

  /// Lets the operation under way on an object fail now; false if there is none.
  @discardableResult
  package mutating func failOperation(of key: String) -> Bool {
    guard let index = operationIndex(key) else { return false }
    fail(operationAt: index)
    return true
  }

  /// Lets the operation under way on an object end well now, a stalled one too; false if there is none.
  @discardableResult
  package mutating func completeOperation(of key: String) -> Bool {
    guard let index = operationIndex(key) else { return false }
    let number = operations[index].number
    operations[index].isStalled = false
    operations[index].effect = nil
    while let index = operations.firstIndex(where: { $0.number == number }) {
      operations[index].stages[operations[index].stage].length = now - operations[index].stageBegan
      endStage(ofOperationAt: index)
    }
    return true
  }

  /// Lets the operation under way on an object stand still for ever; false if there is none.
  @discardableResult
  package mutating func stallOperation(of key: String) -> Bool {
    guard let index = operationIndex(key) else { return false }
    operations[index].isStalled = true
    return true
  }

  /// Removes an application, backup or snapshot, as when somebody else deleted it.
  @discardableResult
  package mutating func removeByOthers(_ key: String) -> Bool {
    guard let (id, _, _) = identify(key) else { return false }
    removeByOthers(id: id)
    return true
  }

  /// Changes the token: the old one is revoked.
  package mutating func changeToken(_ token: String) {
    self.token = token
    record(.manipulated, .token, id: "", name: "")
  }

  private func index(_ key: String) -> Int? {
    application(key).flatMap { applicationTable.index(of: $0.id) }
  }

  private func operationIndex(_ key: String) -> Int? {
    identify(key).flatMap { found in operations.firstIndex { $0.subject == found.id } }
  }

  private func identify(_ key: String) -> (id: String, name: String, kind: JournalEntry.Kind)? {
    if let app = application(key) {
      return (app.id, app.name, app.sourceAppID == nil ? .application : .clone)
    }
    return point(key).map { ($0.id, $0.name, $0.kind == .backup ? .backup : .snapshot) }
  }
}
