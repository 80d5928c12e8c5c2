import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraStatus
import AstraVerify
import StepCommon

/// Every step, as pages tell of them.
enum StepTypes {
  static var all: [any Step.Type] {
    [
      PreflightStep.self, BackupStep.self, SnapshotStep.self, CloneStep.self, VerifyStep.self,
      RestoreStep.self, CleanupStep.self, StatusStep.self,
    ]
  }
}
