package import AstraSimulator

extension SimulatorSettings {
  /// Makes the server one of the older generation, with what is known of servers of that age.
  package mutating func beOlder() {
    apiGeneration = .v1
    // Refused since 23.01 and 24.02.
    (duplicateBackupNames, duplicateSnapshotNames) = (true, true)
    // Since 24.02.
    deletionTakesPoints = false
  }
}
