internal import AppProtection
package import StepCommon

/// Makes a snapshot of an application under a name, and ends when the snapshot is complete.
package final class SnapshotStep: Step {
  package static let identity = StepIdentity(.snapshot)
  package static let outputKeys = RecoveryPointCreation.outputKeys(.snapshot)

  package static var phases: [Phase<SnapshotStep>] {
    [
      Phase("find application") { $0.snapshot.findApplication },
      Phase("look for a snapshot of that name") { $0.snapshot.lookForExisting },
      Phase("request snapshot") { $0.snapshot.request },
      Phase("wait for snapshot") { $0.snapshot.wait },
      Phase("check execution hooks") { $0.snapshot.checkHooks },
    ]
  }

  private let snapshot: RecoveryPointCreation

  package init(_ command: SnapshotCommand, _ reader: ParameterReader, _ settings: Settings)
    throws(StepFailure)
  {
    snapshot = RecoveryPointCreation(
      .snapshot,
      try RecoveryPointParameters(
        command.making, name: SnapshotCommand.name, flag: command.snapshotName, reader, settings))
  }
}
