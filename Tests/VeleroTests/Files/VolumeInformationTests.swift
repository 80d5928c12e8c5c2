import AppProtection
import StructuredValues
import Testing
import Velero

/// What the file of a backup's volumes says of each claim.
struct VolumeInformationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var claims: Set<String>? = ["data", "media"]
    /// The members of each entry beside the namespace.
    var entries: [String]
    var isMoved = true
    var coverage: Coverage
  }

  private static let moved =
    #""backupMethod":"CSISnapshot","snapshotDataMoved":true,"skipped":false,"result":"succeeded""#
  private static let kept =
    #""backupMethod":"CSISnapshot","snapshotDataMoved":false,"skipped":false,"result":"succeeded""#
  private static let files =
    #""backupMethod":"PodVolumeBackup","snapshotDataMoved":false,"skipped":false,"result":"succeeded""#

  private static let cases = [
    Case(
      testDescription: "each claim has its data",
      entries: [#""pvcName":"data",\#(moved)"#, #""pvcName":"media",\#(files)"#], coverage: .whole),
    Case(
      testDescription: "one is not there", entries: [#""pvcName":"data",\#(moved)"#],
      coverage: .partial(lacking: ["media (not among its volumes)"])),
    Case(
      testDescription: "there are none", entries: [],
      coverage: .partial(lacking: ["data (not among its volumes)", "media (not among its volumes)"])),
    Case(
      testDescription: "one was skipped",
      entries: [
        #""pvcName":"data",\#(moved)"#,
        #""pvcName":"media","skipped":true,"skippedReason":"podvolume: opted out\n;""#,
      ], coverage: .partial(lacking: ["media (skipped: podvolume: opted out ;)"])),
    Case(
      testDescription: "one was skipped, and nobody says why",
      entries: [#""pvcName":"data",\#(moved)"#, #""pvcName":"media","skipped":true"#],
      coverage: .partial(lacking: ["media (skipped)"])),
    Case(
      testDescription: "one failed",
      entries: [
        #""pvcName":"data",\#(moved)"#,
        #""pvcName":"media","backupMethod":"CSISnapshot","snapshotDataMoved":true,"result":"failed""#,
      ], coverage: .partial(lacking: ["media (failed)"])),
    Case(
      testDescription: "one was skipped by one way and taken by another",
      entries: [
        #""pvcName":"data","skipped":true"#, #""pvcName":"data",\#(files)"#, #""pvcName":"media",\#(moved)"#,
      ], coverage: .whole),
    Case(
      testDescription: "one failed by one way and was taken by another, which comes first",
      entries: [
        #""pvcName":"data",\#(files)"#, #""pvcName":"data","backupMethod":"CSISnapshot","result":"failed""#,
        #""pvcName":"media",\#(moved)"#,
      ], coverage: .whole),
    Case(
      testDescription: "a snapshot has not left the cluster",
      entries: [#""pvcName":"data",\#(moved)"#, #""pvcName":"media",\#(kept)"#],
      coverage: .partial(lacking: ["media (its data did not leave the cluster)"])),
    Case(
      testDescription: "a snapshot need not leave the cluster",
      entries: [#""pvcName":"data",\#(kept)"#, #""pvcName":"media",\#(kept)"#], isMoved: false,
      coverage: .whole),
    Case(
      testDescription: "an older release says of none how it ended",
      entries: [
        #""pvcName":"data",\#(moved)"#,
        #""pvcName":"media","backupMethod":"CSISnapshot","snapshotDataMoved":true"#,
      ], coverage: .notTold),
    Case(
      testDescription: "one ended well by no way",
      entries: [
        #""pvcName":"data",\#(moved)"#, #""pvcName":"media","result":"succeeded","snapshotDataMoved":true"#,
      ],
      coverage: .notTold),
    Case(
      testDescription: "a claim that there was not is of no matter", claims: ["data"],
      entries: [#""pvcName":"data",\#(moved)"#, #""pvcName":"new","skipped":true"#], coverage: .whole),
    Case(testDescription: "there were no claims", claims: [], entries: [], coverage: .whole),
    Case(
      testDescription: "nobody knows which there were", claims: nil,
      entries: [#""pvcName":"data",\#(moved)"#],
      coverage: .notTold),
    Case(
      testDescription: "nobody knows, but one was skipped", claims: nil,
      entries: [#""pvcName":"data",\#(moved)"#, #""pvcName":"media","skipped":true"#],
      coverage: .partial(lacking: ["media (skipped)"])),
  ]

  private func information(_ text: String, isMoved: Bool = true) throws -> VolumeInformation? {
    VolumeInformation(
      try #require(StructuredValue(parsing: Array(text.utf8))), of: ["shop"], isMoved: isMoved)
  }

  @Test(arguments: cases) func eachClaimIsJudged(_ one: Case) throws {
    let entries = one.entries.map { #"{"pvcNamespace":"shop",\#($0)}"# }.joined(separator: ",")
    let information = try #require(try information("[\(entries)]", isMoved: one.isMoved))
    #expect(information.coverage(of: one.claims) == one.coverage)
  }

  /// A namespace of the backup may be another application's, and a volume without a claim nobody's.
  @Test func onlyClaimsOfTheApplicationCount() throws {
    let text =
      #"[{"pvcNamespace":"blog","pvcName":"data",\#(Self.moved)},{"pvName":"pv-1",\#(Self.moved)},{"pvcName":"data",\#(Self.moved)}]"#
    #expect(try information(text)?.fates.isEmpty == true)
  }

  @Test(arguments: ["{}", "[1]", #"["data"]"#, "[[]]", #"{"errors":{}}"#])
  func anotherDocumentIsNone(_ text: String) throws {
    #expect(try information(text) == nil)
  }
}
