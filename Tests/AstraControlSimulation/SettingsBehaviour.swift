package import AstraSimulator
package import ServiceSimulation

extension SimulatorSettings {
  /// What these settings are in the words that every service shares.
  ///
  /// A switch that has more positions here than there is moved only where the shared one is.
  package var behaviour: ServiceBehaviour {
    get {
      var behaviour = ServiceBehaviour()
      behaviour.backup = backup
      behaviour.snapshot = snapshot
      behaviour.clone = clone
      behaviour.cloneDiscovery = cloneDiscovery
      behaviour.restore = restore
      behaviour.restoreLag = restoreLag
      behaviour.deletion = deletion
      behaviour.rediscoveryEvery = rediscoveryEvery
      behaviour.rediscovery = rediscovery
      behaviour.modificationEvery = modificationEvery
      behaviour.clockSkew = clockSkew
      behaviour.tellsTime = dateHeader
      behaviour.duplicateBackupNames = duplicateBackupNames
      behaviour.duplicateSnapshotNames = duplicateSnapshotNames
      behaviour.duplicateApplicationNames = duplicateAppNames
      behaviour.snapshotsLeaveTheirCluster = snapshotAcrossClusters == .allowed
      behaviour.restoresFailedApplications = restoreOfFailed == .accepted
      behaviour.labels = labelsRefused ? .refused : labelsWritable ? .kept : .dropped
      behaviour.failedCloneLeavesNamespace = failedCloneLeavesNamespace
      behaviour.cloneLeavesOnSource = cloneVehicle.recoveryPointKind
      behaviour.restoreKeepsAddress = restoreKeepsAddress
      behaviour.clonesInheritLabels = clonesInheritLabels
      behaviour.deletionTakesRecoveryPoints = deletionTakesPoints
      behaviour.showsCloneOrigin = cloneOriginShown
      behaviour.showsRestoreSource = restoreSourceShown != .never
      behaviour.keepsRestoreSource = !restoreSourceForgottenAtEnd
      behaviour.showsRestoreModification = restoreModification != .never
      behaviour.operationsModifySource = operationsTouchSource
      behaviour.showsModificationTime = modificationTimestampShown
      behaviour.showsHookResults = hookStateShown
      behaviour.pageSize = pageSize
      behaviour.hidesNewObjects = newHiddenFromToken
      return behaviour
    }
    set {
      let old = behaviour
      (backup, snapshot, clone) = (newValue.backup, newValue.snapshot, newValue.clone)
      (cloneDiscovery, restore) = (newValue.cloneDiscovery, newValue.restore)
      (restoreLag, deletion) = (newValue.restoreLag, newValue.deletion)
      rediscoveryEvery = newValue.rediscoveryEvery
      (rediscovery, modificationEvery) = (newValue.rediscovery, newValue.modificationEvery)
      (clockSkew, dateHeader) = (newValue.clockSkew, newValue.tellsTime)
      duplicateBackupNames = newValue.duplicateBackupNames
      duplicateSnapshotNames = newValue.duplicateSnapshotNames
      duplicateAppNames = newValue.duplicateApplicationNames
      if newValue.labels != old.labels {
        (labelsWritable, labelsRefused) = (newValue.labels == .kept, newValue.labels == .refused)
      }
      failedCloneLeavesNamespace = newValue.failedCloneLeavesNamespace
      restoreKeepsAddress = newValue.restoreKeepsAddress
      clonesInheritLabels = newValue.clonesInheritLabels
      deletionTakesPoints = newValue.deletionTakesRecoveryPoints
      cloneOriginShown = newValue.showsCloneOrigin
      restoreSourceForgottenAtEnd = !newValue.keepsRestoreSource
      operationsTouchSource = newValue.operationsModifySource
      modificationTimestampShown = newValue.showsModificationTime
      hookStateShown = newValue.showsHookResults
      (pageSize, newHiddenFromToken) = (newValue.pageSize, newValue.hidesNewObjects)
      if newValue.snapshotsLeaveTheirCluster != old.snapshotsLeaveTheirCluster {
        snapshotAcrossClusters = newValue.snapshotsLeaveTheirCluster ? .allowed : .refused
      }
      if newValue.restoresFailedApplications != old.restoresFailedApplications {
        restoreOfFailed = newValue.restoresFailedApplications ? .accepted : .refused
      }
      if newValue.cloneLeavesOnSource != old.cloneLeavesOnSource {
        cloneVehicle = CloneVehicle(newValue.cloneLeavesOnSource)
      }
      if newValue.showsRestoreSource != old.showsRestoreSource {
        restoreSourceShown = newValue.showsRestoreSource ? .atRequest : .never
      }
      if newValue.showsRestoreModification != old.showsRestoreModification {
        restoreModification = newValue.showsRestoreModification ? .atEachState : .never
      }
    }
  }
}

extension SimulatorSettings.CloneVehicle {
  fileprivate init(_ kind: RecoveryPointKind?) {
    self =
      switch kind {
      case nil: .nothing
      case .backup: .backup
      case .snapshot: .snapshot
      }
  }

  fileprivate var recoveryPointKind: RecoveryPointKind? {
    switch self {
    case .nothing: nil
    case .backup: .backup
    case .snapshot: .snapshot
    }
  }
}
