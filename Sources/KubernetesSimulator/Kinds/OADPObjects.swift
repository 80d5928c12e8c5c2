extension KindDefinition {
  /// The kinds of OADP 1.5 that users meet.
  package static let oadp: [KindDefinition] = [
    ("DataProtectionApplication", "dpa"), ("NonAdminBackup", "nab"), ("NonAdminRestore", "nar"),
    ("NonAdminBackupStorageLocation", "nabsl"), ("NonAdminDownloadRequest", "nadr"),
  ].map { kind, shortName in
    var definition = KindDefinition("oadp.openshift.io/v1alpha1", kind, shortNames: [shortName])
    definition.columns = [Column("Phase", "status.phase")]
    return definition
  }
}
