internal import Files
internal import ServiceSimulation
internal import SimulatedBackend
internal import Timing

// What goes wrong elsewhere: in the world, on the step's machine, with its process.
extension FaultKind {
  /// Others, and fate, change the world under the step.
  static let world: [FaultKind] = [
    .request("operationFails", .world { $0.failWhatIsUnderWay() }, .ends(0, 1, 75, 78)).thatBreaks,
    .request("operationStalls", .world { $0.stallWhatIsUnderWay() }, .ends(0, 75)).thatBreaks,
    .request("subjectVanishes", .world { $0.removeWhatIsUnderWay() }, .ends(0, 1, 65, 78)).thatBreaks,
    .request(
      "productionVanishes", .world { _ = $0.removeByOthers(WorkedExample.production) },
      .breaks(0, 1, 65, 75, 77, 78)),
    .request(
      "goodBackupVanishes", .world { _ = $0.removeByOthers(WorkedExample.goodBackupID) },
      .breaks(0, 1, 65, 78)),
    .request(
      "goodBackupFails", .world { _ = $0.setState("failed", of: WorkedExample.goodBackupID) },
      .breaks(0, 1, 65, 78)),
    .request("twinOfProduction", .world { $0.add("magento-prod", on: "ocp-prod") }, .breaks(0, 65)),
    .request("namesakeOfProduction", .world { $0.add("magento-prod", on: "ocp-debug") }, .passes),
    .request(
      "strangerOfClonesName", .world { $0.add(WorkedExample.cloneName, on: "ocp-debug") }, .breaks(0, 65, 78)),
    .request(
      "namespaceAppears", .world { _ = $0.addNamespace("magento-debug", onCluster: "ocp-debug") },
      .breaks(0, 1, 78)),
    .request(
      "twinOfGoodBackup",
      .world { _ = $0.addBackup(RecoveryPointSeed(WorkedExample.goodBackup), of: WorkedExample.production) },
      .breaks(0, 65, 78)),
    .request("twinOfNewBackup", .world { $0.addForeignBackup() }, .breaks(0, 65, 78)),
    .request(
      "restoredByOthers",
      .world { $0.restoreByOthers(WorkedExample.production, from: WorkedExample.olderBackupID) },
      .breaks(0, 1, 75, 78)),
    .request("tokenRevoked", .world { $0.changeCredential("not-a-real-token-but-a-new-one") }, .breaks(77)),
  ]

  /// The calendar clock of the step's machine.
  static let clocks: [FaultKind] = [
    .anywhere("clock+1d", .clockJump(.seconds(86_400)), .passes),
    .anywhere("clock-1d", .clockJump(.seconds(-86_400)), .passes),
    .anywhere("clock+90s", .clockJump(.seconds(90)), .passes),
    .anywhere("clock-90s", .clockJump(.seconds(-90)), .passes),
  ]

  /// Its disk.
  static let disks: [FaultKind] = [
    .write("diskFull-once", .unwritable(.noSpace, writes: 1), .ends(0, 73)),
    // Without its record a further attempt knows nothing of this one.
    .write("diskFull", .unwritable(.noSpace, writes: .max), .breaks(0, 73)),
    .write("readOnly", .unwritable(.readOnly, writes: .max), .breaks(0, 73)),
    .write("noPermission-once", .unwritable(.noPermission, writes: 1), .ends(0, 73)),
  ]

  /// The system calls by which files are written.
  static let calls: [FaultKind] = [
    .call("noSpaceInCall", .callFails(.noSpace), .ends(0, 73)),
    .call("inputOutputErrorInCall", .callFails(.inputOutput), .ends(0, 73)),
  ]

  /// The step's process is killed; the exit code is then nobody's.
  static let deaths: [FaultKind] =
    [
      .anywhere("killBefore", .killBefore, .ends()),
      .anywhere("killAfter", .killAfter, .ends()),
    ]
    // The next attempt does not see yet what this one has asked for, or the server does not know it yet itself.
    + with(.blinds, [.request("killAfter-lag-20s", .several([.lag(.seconds(20)), .killAfter]), .ends())]) + [
      .request("killAfter-late-10s", .several([.late(.seconds(10)), .killAfter]), .ends()),
      .call("killWithinWrite", .killWithinWrite(bytes: 10), .ends()),
    ]

  /// The step's process is asked to end.
  static let signals: [FaultKind] = [
    .anywhere("terminatedBefore", .signalBefore(15), .ends(0, 143)),
    .anywhere("terminatedWithin", .signalWithin(15), .ends(0, 143)),
    // The second changes nothing: it is the first that counts.
    .anywhere("terminatedTwice", .several([.signalBefore(15), .signalWithin(15)]), .ends(0, 143)),
    .anywhere("interruptedWithin", .signalWithin(2), .ends(0, 130)),
  ]

  /// The same, for a fault after which an undisturbed end cannot be asked for.
  private var thatBreaks: FaultKind {
    var kind = self
    kind.expectation = { [expectation] event in
      var weaker = expectation(event)
      weaker.recovers = false
      return weaker
    }
    return kind
  }
}

extension SimulatedService {
  /// What clients have asked for and what is not over.
  private var subjects: [String] {
    operations.filter { [.backup, .snapshot, .clone, .restore].contains($0.kind) }.map(\.subject)
  }

  fileprivate mutating func failWhatIsUnderWay() {
    for subject in subjects { failOperation(of: subject) }
  }

  fileprivate mutating func stallWhatIsUnderWay() {
    for subject in subjects { stallOperation(of: subject) }
  }

  fileprivate mutating func removeWhatIsUnderWay() {
    for subject in subjects { removeByOthers(subject) }
  }

  fileprivate mutating func add(_ name: String, on cluster: String) {
    add(ApplicationSeed(name, cluster: cluster, namespaces: ["\(name)-of-others"]))
  }

  /// Somebody else makes a backup of the name that the pipeline is about to use, or uses already.
  fileprivate mutating func addForeignBackup() {
    var seed = RecoveryPointSeed(Mission.newBackup)
    // Made long before the run, and only now in the server's books: an import of a bucket does that.
    seed.age = .seconds(7 * 86_400)
    addBackup(seed, of: WorkedExample.production)
  }
}
