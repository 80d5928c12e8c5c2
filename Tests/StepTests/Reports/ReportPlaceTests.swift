import Files
import ServiceSimulation
import StepTestSupport
import SimulatedBackend
import StepCommon
import Testing
import Timing
import AstraBackup
import AstraClone
import AstraRestore

/// Where a step's files lie, and what happens when they cannot be written.
struct ReportPlaceTests {
  @Test func theReportSaysDidNotFinishUntilTheEnd() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    let versions = harness.files.history.filter { $0.path == "reports/TEST-astra-clone.xml" }
    #expect(versions.count == Runner<CloneStep>.phaseNames.count)
    for version in versions.dropLast() {
      let report = try ReadReport(version.bytes)
      #expect(!report.claimsSuccess && report.problem?.type == "AstraClone.didNotFinish")
    }
  }

  /// A CI system that shows only the class, or only its last part, tells the uses of one step apart.
  @Test(arguments: [
    ("", "AstraBackup"), ("eu", "AstraBackup_eu"), ("eu-west-1", "AstraBackup_eu_west_1"),
    ("eu.west", "AstraBackup_eu_west_1186675988"), ("eu_west", "AstraBackup_eu_west_4185403623"),
  ])
  func theSuffixIsInTheClassName(suffix: String, name: String) throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    harness.environment["ASTRA_REPORT_SUFFIX"] = suffix
    try harness.run(BackupStep.self).expectSuccess()
    let path = "reports/TEST-astra-backup\(suffix.isEmpty ? "" : "-\(suffix)").xml"
    let text = try #require(harness.files.text(path))
    let classes = Set(text.matches(of: /classname="([^"]*)"/).map { String($0.1) })
    #expect(classes == ["astra.backup.\(name)"])
    #expect(
      !harness.files.history.contains {
        String(decoding: $0.bytes, as: UTF8.self).contains("type=\"AstraBackup_")
      })
  }

  @Test func aSuffixAndAFolderKeepParallelUsesApart() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    harness.environment["ASTRA_REPORT_DIR"] = "build/reports"
    harness.environment["ASTRA_REPORT_SUFFIX"] = "eu"
    let result = try harness.run(BackupStep.self)
    result.expectSuccess()
    #expect(result.report.suite["name"] == "astra-backup-eu")
    #expect(harness.files.contents["build/reports/astra-backup-eu.json"] != nil)
  }

  @Test func anUnwritableReportHidesNoWorseResult() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    // The first version lies there; the disk is full from the second write on.
    harness.files.failures = Dictionary(uniqueKeysWithValues: (2...200).map { ($0, FileError.Code.noSpace) })
    let result = try harness.run(BackupStep.self)
    #expect(result.code == .cannotWrite, "\(result.standardError)")
    #expect(!result.report.claimsSuccess)
    #expect(harness.site.service.recoveryPoints(named: "one").map(\.state) == ["completed"])

    let failing = try Magento.harness()
    failing.environment["BACKUP_NAME"] = "one"
    failing.files.failures = Dictionary(uniqueKeysWithValues: (2...200).map { ($0, FileError.Code.noSpace) })
    failing.site.service.disturbNext(.backup, .fails)
    let worse = try failing.run(BackupStep.self)
    #expect(worse.code == .operationFailed)
    #expect(worse.standardError.contains("no space left on device"))
  }

  @Test func aStaleReportOfAnEarlierRunDoesNotStay() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    try harness.run(BackupStep.self).expectSuccess()
    let attempts = harness.files.attempts
    harness.files.failures = [attempts + 1: .noSpace]
    harness.site.faults = [SiteFault(.killBefore, atRequest: harness.site.requests.count + 1)]
    // The first version cannot be written and the step is killed in the first request of a later phase: what
    // lies there then is this run's, or nothing.
    let result = try harness.run(BackupStep.self)
    #expect(result.wasKilled && !result.report.claimsSuccess)
  }

  @Test func anOutputFileThatCannotBeWrittenIsSaid() throws {
    let harness = try Magento.harness()
    harness.environment["BACKUP_NAME"] = "one"
    try harness.files.createFolder("folder")
    harness.environment["ASTRA_OUTPUT_FILE"] = "folder"
    let result = try harness.run(BackupStep.self)
    result.expect(.cannotWrite, saying: "folder")
    #expect(result.report.problem?.name == "write output values")
    #expect(harness.site.service.recoveryPoints(named: "one").map(\.state) == ["completed"])
  }

  @Test func valuesOfAnEarlierRunDoNotStay() throws {
    let harness = try Magento.harness()
    harness.files.contents["out.env"] = Array("OTHER=1\nASTRA_CLONE_ID=last-week\n".utf8)
    harness.environment["PROD_APP_NAME"] = "no-such-application"
    try harness.run(CloneStep.self).expect(.notFound)
    #expect(harness.values == ["OTHER": "1"])
  }

  @Test func aRecordThatIsTornOrForeignIsNotBelieved() throws {
    let good = try Magento.harness()
    try good.run(CloneStep.self).expectSuccess()
    let record = try #require(good.files.contents["reports/astra-clone.json"])
    for bytes in [Array(record.prefix(record.count / 2)), [], Array("[]".utf8), Array("{\"run\":1}".utf8)] {
      let harness = try Magento.harness()
      try harness.run(CloneStep.self).expectSuccess()
      harness.files.contents["reports/astra-clone.json"] = bytes
      try harness.run(CloneStep.self).expect(.protected, saying: "earlier run")
      #expect(try harness.run(RestoreStep.self).values["ASTRA_RESTORE_EVIDENCE"] == "snapshot")
    }
  }

  @Test func helpAndVersionNeedNothing() throws {
    func said<S: Step>(_ step: S.Type, _ flags: String...) -> String {
      let harness = MemoryFiles()
      var output = ""
      let host = StepEnvironment(
        arguments: flags, variables: [:], time: ManualTime(), files: harness, hostname: "ci",
        random: SeededRandom(seed: 1), writeError: { _ in }, writeOutput: { output += $0 },
        connect: { _, _, _ in fatalError("nothing is to be asked") })
      #expect(Runner<S>(host).exitCode() == .success)
      #expect(harness.contents.isEmpty)
      return output
    }
    #expect(said(BackupStep.self, "--version") == "astra-backup \(Version.current)\n")
    let helps = [
      said(BackupStep.self, "--help"), said(CloneStep.self, "--help"), said(RestoreStep.self, "--help"),
    ]
    // Asked for alone it is answered without a parse, and says the same.
    #expect(said(BackupStep.self, "-h") == helps[0] && said(BackupStep.self, "--json", "--help") == helps[0])
    for help in helps {
      for entry in ExitCode.table { #expect(help.contains("  \(entry.code.rawValue)  ")) }
      for variable in [
        "ASTRA_FQDN", "ASTRA_INSTANCE_ID", "ASTRA_API_TOKEN", "ASTRA_TIMEOUT", "PROD_APP_NAME",
      ] {
        #expect(help.contains(variable))
      }
      #expect(!help.contains("--api-token "), "the token has no flag")
    }
  }
}

/// The tests' own reader of reports.
struct ReadReportTests {
  @Test func aTornReportIsNoticed() throws {
    let harness = try Magento.harness()
    try harness.run(CloneStep.self).expectSuccess()
    let whole = try #require(harness.files.contents["reports/TEST-astra-clone.xml"])
    for length in [0, 100, whole.count / 2, whole.count - 20] {
      #expect(throws: (any Error).self) { try ReadReport(Array(whole.prefix(length))) }
    }
  }
}
