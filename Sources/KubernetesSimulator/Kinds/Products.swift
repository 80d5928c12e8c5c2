internal import SimulatorSupport

extension KindDefinition {
  /// The 35 kinds of Trident protect 26.05.1.
  package static let tridentProtect: [KindDefinition] =
    tridentProtectRecoveryPoints + tridentProtectRestores + tridentProtectOthers

  /// The 13 kinds of Velero 1.18.2.
  package static let velero: [KindDefinition] = veleroObjects + veleroDataObjects

  /// A kind of a product, its fields as `SchemaText` reads them.
  static func product(
    _ apiVersion: String, _ kind: String, plural: String, shortNames: [String], hasStatus: Bool,
    needsSpec: Bool, columns: [Column] = [], rules: [SchemaRule] = [], spec: String = "", status: String = ""
  ) -> KindDefinition {
    var definition = KindDefinition(apiVersion, kind, plural: plural, shortNames: shortNames)
    definition.hasStatusSubresource = hasStatus
    definition.columns = columns
    definition.rules = rules
    let parts = [("spec", spec, needsSpec), ("status", status, false)].map { name, text, isRequired in
      Schema.Field(
        name,
        .object(Schema.ObjectSchema(SchemaText.fields(text, fragments: SchemaFragments.all))),
        isRequired: isRequired)
    }
    definition.schema = .object(Schema.ObjectSchema(parts))
    return definition
  }

  /// Kinds that no step of ours writes: anything goes in their spec and status.
  private static let tridentProtectOthers: [KindDefinition] = [
    ("AppMirrorRelationship", "amr"), ("AppMirrorUpdate", "amu"), ("AppVaultTargets", "avt"),
    ("AutoSupportBundle", "asb"), ("AutoSupportBundleSchedule", "asbs"), ("CBSRelationship", "cbsr"),
    ("CBSVolumeBackup", nil), ("CBSVolumeRestore", nil), ("HelmUpgrade", nil), ("KopiaVolumeBackup", nil),
    ("KopiaVolumeRestore", nil), ("PVCCopy", nil), ("PVCErase", nil), ("ReplicateSnapshotRestore", "rsr"),
    ("ResourceBackup", nil), ("ResourceDelete", nil), ("ResourceRestore", nil),
    ("ResourceSummaryUpload", nil), ("ResourceTransformationClusterRule", nil),
    ("ResourceTransformationRule", nil), ("ResourceViewer", nil), ("ResticVolumeBackup", nil),
    ("ResticVolumeRestore", nil), ("ShutdownSnapshot", nil),
  ].map { kind, shortName in
    let plurals = ["AppVaultTargets": "appvaulttargets", "PVCCopy": "pvccopies"]
    var definition = KindDefinition(
      "protect.trident.netapp.io/v1", kind, plural: plurals[kind], shortNames: shortName.map { [$0] } ?? [])
    definition.isNamespaced = kind != "ResourceTransformationClusterRule"
    return definition
  }
}
