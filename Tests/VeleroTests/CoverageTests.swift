import AppProtection
import KubernetesAPI
import StructuredValues
import Testing
import Velero

/// Whether a backup that calls itself completed holds the data of every claim.
struct CoverageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var claims: Set<String>? = ["data", "media"]
    /// Claims and the phases of what moves their data; a claim that is `-` is not named, `.` is no claim's.
    var moved: [(String, String)]? = []
    var status = "{}"
    var isMoved = true
    /// Whether files are to be read into object storage, where the data of snapshots is not moved.
    var readsFiles = false
    var coverage: Coverage
  }

  private static let cases = [
    Case(
      testDescription: "each claim is named by a movement that ended well",
      moved: [("data", "Completed"), ("media", "Completed")], coverage: .whole),
    Case(
      testDescription: "one is named by none", moved: [("data", "Completed")],
      coverage: .partial(lacking: ["media"])),
    Case(
      testDescription: "one movement failed", moved: [("data", "Completed"), ("media", "Failed")],
      coverage: .partial(lacking: ["media"])),
    Case(
      testDescription: "one movement was cancelled", moved: [("data", "Canceled"), ("media", "Completed")],
      coverage: .partial(lacking: ["data"])),
    Case(
      testDescription: "one movement has not ended", moved: [("data", "InProgress"), ("media", "Completed")],
      coverage: .partial(lacking: ["data"])),
    Case(
      testDescription: "a movement of a claim that is not named counts as one",
      moved: [("data", "Completed"), ("-", "Completed")], coverage: .whole),
    Case(
      testDescription: "a volume of a pod's own is no claim",
      moved: [("data", "Completed"), (".", "Completed")], coverage: .partial(lacking: ["media"])),
    Case(
      testDescription: "nothing was moved at all", coverage: .partial(lacking: ["data", "media"])),
    Case(
      testDescription: "movements are gone, and were counted",
      status:
        #"{"backupItemOperationsAttempted":2,"backupItemOperationsCompleted":2}"#,
      coverage: .whole),
    Case(
      testDescription: "movements are gone, and only one was counted",
      status:
        #"{"backupItemOperationsAttempted":1,"backupItemOperationsCompleted":1}"#,
      coverage: .partial(lacking: ["1 of data, media"])),
    Case(
      testDescription: "an operation failed",
      status:
        #"{"csiVolumeSnapshotsAttempted":2,"csiVolumeSnapshotsCompleted":2,"backupItemOperationsCompleted":2,"backupItemOperationsFailed":1}"#,
      coverage: .partial(lacking: ["1 of the volumes whose copy was begun"])),
    Case(
      testDescription: "snapshots are counted",
      status: #"{"csiVolumeSnapshotsAttempted":2,"csiVolumeSnapshotsCompleted":2}"#, isMoved: false,
      coverage: .whole),
    Case(
      testDescription: "snapshots of another kind are counted",
      status: #"{"volumeSnapshotsAttempted":2,"volumeSnapshotsCompleted":2}"#, isMoved: false,
      coverage: .whole),
    Case(
      testDescription: "one snapshot too few",
      status: #"{"csiVolumeSnapshotsAttempted":1,"csiVolumeSnapshotsCompleted":1}"#, isMoved: false,
      coverage: .partial(lacking: ["1 of data, media"])),
    Case(
      testDescription: "no snapshot at all", isMoved: false, coverage: .partial(lacking: ["data", "media"])),
    Case(
      testDescription: "a snapshot was not completed",
      status: #"{"csiVolumeSnapshotsAttempted":3,"csiVolumeSnapshotsCompleted":2}"#, isMoved: false,
      coverage: .partial(lacking: ["1 of the volumes whose copy was begun"])),
    Case(
      testDescription: "files of one and a snapshot of the other", moved: [("data", "Completed")],
      status: #"{"csiVolumeSnapshotsAttempted":1,"csiVolumeSnapshotsCompleted":1}"#, isMoved: false,
      coverage: .whole),
    Case(
      testDescription: "files of one, and of the other a snapshot that stays in the cluster",
      moved: [("data", "Completed")],
      status: #"{"csiVolumeSnapshotsAttempted":1,"csiVolumeSnapshotsCompleted":1}"#, isMoved: false,
      readsFiles: true, coverage: .partial(lacking: ["media"])),
    Case(
      testDescription: "files of a claim that is not named",
      moved: [("data", "Completed"), ("-", "Completed")],
      isMoved: false, coverage: .whole),
    Case(testDescription: "no claims", claims: [], coverage: .whole),
    Case(testDescription: "nobody knows which claims there were", claims: nil, coverage: .notTold),
    Case(
      testDescription: "nobody knows, but something failed", claims: nil, moved: [("data", "Failed")],
      coverage: .partial(lacking: ["data"])),
    Case(testDescription: "movements may not be seen", moved: nil, coverage: .notTold),
    Case(
      testDescription: "movements may not be seen, and were counted", moved: nil,
      status:
        #"{"backupItemOperationsAttempted":2,"backupItemOperationsCompleted":2}"#,
      coverage: .whole),
  ]

  @Test(arguments: cases) func eachClaimIsAccountedFor(_ one: Case) throws {
    let movements = try one.moved?.map { claim, phase in
      let labels = claim == "-" ? #"{"velero.io/pvc-uid":"u-9"}"# : "{}"
      let spec = ["-", "."].contains(claim) ? "{}" : #"{"sourcePVC":"\#(claim)","sourceNamespace":"shop"}"#
      let text =
        #"{"metadata":{"name":"m","uid":"u-2","labels":\#(labels)},"spec":\#(spec),"status":{"phase":"\#(phase)"}}"#
      return Movement(
        try #require(StructuredValue(parsing: Array(text.utf8)).flatMap { KubernetesObject($0) }))
    }
    let coverage = Coverage.of(
      claims: one.claims, movements: movements, counts: VolumeCounts(try object(one.status)),
      isMoved: one.isMoved, leaves: one.isMoved || one.readsFiles)
    #expect(coverage == one.coverage)
  }

  @Test func aFileSystemBackupNamesItsClaimInAnAnnotation() throws {
    let text =
      #"{"metadata":{"name":"m","uid":"u","annotations":{"velero.io/pvc-name":"data"}},"spec":{"pod":{"namespace":"shop"}},"status":{"phase":"Completed"}}"#
    let movement = Movement(
      try #require(StructuredValue(parsing: Array(text.utf8)).flatMap { KubernetesObject($0) }))
    #expect(movement.claim == "data" && movement.namespace == "shop" && movement.isDone && !movement.isLost)
  }
}
