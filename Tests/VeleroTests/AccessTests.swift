import AppProtection
import KubernetesAPI
import StructuredValues
import Testing
import Velero

/// The one place where OADP's non-admin kinds and Velero's own are told apart.
@Suite struct AccessTests {
  private func object(_ status: String, spec: String = "{}") throws -> KubernetesObject {
    let text = """
      {"metadata": {"name": "mine", "namespace": "shop", "uid": "u1"},
       "spec": {"backupSpec": \(spec)}, "status": \(status)}
      """
    let value = try #require(StructuredValue(parsing: Array(text.utf8)))
    return try #require(KubernetesObject(value))
  }

  private func progress(_ status: String) throws -> RunState.Progress {
    RunState(Access.nonAdmin.read(try object(status), as: Kinds.backup)).progress
  }

  @Test func whatIsVelerosOwnStaysAsItIs() throws {
    let access = Access.velero(namespace: "velero")
    let own = try object(#"{"phase": "Completed"}"#)
    #expect(access.read(own, as: Kinds.backup) == own && access.kind(Kinds.backup) == Kinds.backup)
    #expect(access.home(of: "shop") == "velero" && access.cloneLimit == nil)
    #expect(access.write(own.value, as: Kinds.backup) == own.value)
  }

  @Test func objectsLieBesideTheApplication() {
    #expect(Access.nonAdmin.home(of: "shop") == "shop" && Access.nonAdmin.cloneLimit != nil)
    let titles = [Kinds.backup, Kinds.restore, Kinds.location].map { Access.nonAdmin.kind($0).title }
    #expect(
      titles == [
        "nonadminbackups.oadp.openshift.io", "nonadminrestores.oadp.openshift.io",
        "nonadminbackupstoragelocations.oadp.openshift.io",
      ])
  }

  @Test(arguments: [
    ("{}", RunState.Progress.running("pending")),
    (#"{"phase": "New"}"#, .running("pending")),
    (#"{"phase": "Created"}"#, .running("pending")),
    (#"{"phase": "Created", "queueInfo": {"estimatedQueuePosition": 1}}"#, .running("pending")),
    (
      #"{"phase": "Created", "queueInfo": {"estimatedQueuePosition": 3}}"#,
      .blocked("queued behind other backups (position 2)")
    ),
    (#"{"phase": "Created", "veleroBackup": {"status": {"phase": "InProgress"}}}"#, .running("running")),
    (#"{"phase": "Created", "veleroBackup": {"status": {"phase": "Completed"}}}"#, .completed),
    (#"{"phase": "Deleting", "veleroBackup": {"status": {"phase": "Completed"}}}"#, .goes),
    (#"{"phase": "Pondering", "veleroBackup": {"status": {"phase": "Completed"}}}"#, .running("pondering")),
    (
      #"{"phase": "BackingOff", "conditions": [{"status": "False", "reason": "InvalidBackupSpec", "message": "no"}]}"#,
      .failed("it was refused: no")
    ),
    (
      #"{"phase": "BackingOff", "conditions": [{"status": "True", "message": "queued"}, {"status": "False", "reason": "VeleroBackupNotFound", "message": "gone"}], "veleroBackup": {"status": {"phase": "Completed"}}}"#,
      .failed("gone")
    ),
  ])
  func phasesAreReadTogether(_ status: String, _ expected: RunState.Progress) throws {
    #expect(try progress(status) == expected)
  }

  /// What the administrator enforces shows in Velero's own object alone; what the controller adds is no part left out.
  @Test func whatVeleroWasToldCounts() throws {
    let status = """
      {"phase": "Created", "veleroBackup": {"name": "shop-mine-1", "spec": {"storageLocation": "default",
       "includedResources": ["deployments"], "excludedResources": ["nonadminbackups", "secrets"]}}}
      """
    let read = Access.nonAdmin.read(try object(status), as: Kinds.backup)
    #expect(read["spec", "includedResources"] == .array([.string("deployments")]))
    #expect(read["spec", "excludedResources"] == .array([.string("secrets")]))
    #expect(read["spec", "includedNamespaces"] == .array([.string("shop")]))
    #expect(read["spec", "storageLocation"] == nil)
    #expect(read.name == "mine" && read.uid == "u1")
  }

  /// The controller refuses a restore that names any namespace.
  @Test func noNamespaceIsNamed() throws {
    let body = try #require(
      StructuredValue(
        parsing: Array(
          #"{"metadata": {"name": "r"}, "spec": {"backupName": "b", "includedNamespaces": ["shop"]}}"#.utf8)))
    let sent = Access.nonAdmin.write(body, as: Kinds.restore)
    #expect(sent["spec"]?.oneLine == #"{"restoreSpec":{"backupName":"b"}}"#)
    #expect(sent["metadata"] == body["metadata"])
  }

  @Test(arguments: [
    // Every claim's data has left.
    (#"{"completed": 2, "total": 2}"#, "{}", Coverage.whole),
    (#"{"completed": 1, "total": 1}"#, "{}", .partial(lacking: ["1 of a, b"])),
    ("{}", "{}", .partial(lacking: ["a, b"])),
    (
      #"{"completed": 1, "failed": 1, "total": 2}"#, "{}",
      .partial(lacking: ["1 of the volumes whose copy was begun"])
    ),
    // Files of two volumes were read, one of which may be no claim's.
    ("{}", #"{"completed": 2, "total": 2}"#, .notTold),
  ])
  func countsTellOfData(_ uploads: String, _ files: String, _ expected: Coverage) throws {
    let status = """
      {"phase": "Created", "veleroBackup": {"status": {"phase": "Completed"}},
       "dataMoverDataUploads": \(uploads), "fileSystemPodVolumeBackups": \(files)}
      """
    let read = Access.nonAdmin.read(try object(status), as: Kinds.backup)
    let coverage = Coverage.of(
      claims: ["a", "b"], movements: nil, counts: VolumeCounts(read), isMoved: files == "{}", leaves: true)
    #expect(coverage == expected)
  }
}
