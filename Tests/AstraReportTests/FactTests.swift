import AstraBackup
import AstraReport
import AstraRestore
import Files
import SimulatedBackend
import StepCommon
import StepReport
import StepTestSupport
import Testing
import Timing

/// What the steps write into their reports for whoever tells of them, and how it is read.
@Suite struct FactTests {
  private func facts(_ harness: StepHarness, of program: String) throws -> [String: String] {
    let bytes = try #require(harness.files.contents[harness.reportPath(of: program)])
    return Dictionary(
      try Report(parsing: bytes).properties.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
  }

  @Test func aReportSaysWhoAndWhere() throws {
    let harness = try Magento.harness()
    harness.environment["BUILD_URL"] = "https://user:secret@ci.example.com/job/7/"
    harness.environment["BUILD_USER_ID"] = "k.ono"
    harness.environment["USER"] = "jenkins"
    try harness.run(BackupStep.self, "-b", "one").expectSuccess()
    let facts = try facts(harness, of: "astra-backup")
    #expect(facts["astra.user"] == "k.ono (by BUILD_USER_ID)" && facts["astra.exitCode"] == "0")
    #expect(facts["astra.build"]?.hasSuffix("ci.example.com/job/7/") == true)
    #expect(facts["astra.build"]?.contains("secret") == false)
    #expect(facts["astra.run"] == "jenkins-post-mortem-42" && facts["ASTRA_BACKUP_NAME"] == "one")
  }

  @Test(arguments: [
    (
      [
        "GITHUB_SERVER_URL": "https://github.example.com", "GITHUB_REPOSITORY": "shop/ci",
        "GITHUB_RUN_ID": "9",
      ],
      "https://github.example.com/shop/ci/actions/runs/9"
    ),
    (["CI_PIPELINE_URL": "https://gitlab.example.com/p/1"], "https://gitlab.example.com/p/1"),
    (
      [
        "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI": "https://azure.example.com/o/", "SYSTEM_TEAMPROJECT": "p",
        "BUILD_BUILDID": "4",
      ], "https://azure.example.com/o/p/_build/results?buildId=4"
    ),
  ])
  func everyCISystemHasItsOwnWord(variables: [String: String], page: String) throws {
    let harness = try Magento.harness()
    harness.environment.merge(variables) { $1 }
    try harness.run(BackupStep.self, "-b", "one").expectSuccess()
    #expect(try facts(harness, of: "astra-backup")["astra.build"] == page)
  }

  @Test func aStepThatIsKilledSaysWhoseItWas() throws {
    let harness = try Magento.harness()
    harness.site.faults = [SiteFault(.killBefore, atRequest: 1)]
    #expect(try harness.run(RestoreStep.self).wasKilled)
    let facts = try facts(harness, of: "astra-restore")
    #expect(facts["astra.run"] == "jenkins-post-mortem-42" && facts["astra.exitCode"] == nil)
    #expect(facts["astra.wantedPoint"] == "backup \(Magento.goodBackup)")
  }

  @Test func aParameterThatIsMissingIsToldWithTheRun() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = nil
    _ = try harness.run(RestoreStep.self)
    let facts = try facts(harness, of: "astra-restore")
    #expect(facts["astra.exitCode"] == "64" && facts["astra.run"] == "jenkins-post-mortem-42")
  }

  @Test func namesAreReadFromWhatStepsSayOfThem() {
    let whole = NamedThing("shop (old) (on cluster \"a (b)\", id x-1)")
    #expect((whole.name, whole.cluster, whole.id) == ("shop (old)", "a (b)", "x-1"))
    let point = NamedThing("before-2 (of 2026-03-01T07:00:00Z, completed, id 62)")
    #expect((point.name, point.cluster, point.id) == ("before-2", nil, "62"))
    #expect(NamedThing("plain") == NamedThing("plain") && NamedThing("plain").id == nil)
  }

  @Test func looksAtPagesAreRead() throws {
    let sight = try #require(
      PageSight(
        "http://a.example.com/ at 2026-03-02T09:00:00Z: 200 from 192.0.2.7 after 3ms, 120 bytes: \"<html><title>no</title><h1>Release 2.4.1</h1><p>1 row &lt;b&gt;</p></ht"
          + "\""))
    #expect((sight.status, sight.address, sight.version, sight.rows) == (200, "192.0.2.7", "2.4.1", 1))
    #expect(sight.text == "Release 2.4.1 1 row <b>")
    let dark = try #require(PageSight("http://a.example.com/ at 2026-03-02T09:00:00Z: no answer (refused)"))
    #expect(
      dark.status == nil && dark.text == "no answer (refused)" && dark.version == nil && dark.rows == nil)
    #expect(PageSight("nonsense") == nil)
  }
}
