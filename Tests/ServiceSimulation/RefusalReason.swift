/// Why a service refuses a change, for a while or for good.
package enum RefusalReason: Sendable {
  /// A recovery point is not ready.
  case recoveryPointNotReady
  /// The application is not ready.
  case applicationNotReady
  /// A snapshot of the application is being made.
  case snapshotUnderWay
  /// A backup of the application is being made.
  case backupUnderWay
  /// Something of that name is there already.
  case nameTaken
  /// The change conflicts with what there is.
  case conflict
  /// The request is not valid.
  case invalid
  /// The user may not do it.
  case notPermitted
}
