import AstraCleanup
import AstraClone
import AstraRestore
import AstraVerify
import Files
import ServiceSimulation
import SimulatedBackend
import StepCommon
import StepTestSupport
import Testing

/// What the page says of each end that a post-mortem can come to, made with the steps themselves.
@Suite struct EndTests {
  @Test(.eachService) func ofSuccess() throws {
    let scene = try Scene()
    try scene.see("--expect-broken", suffix: "fault")
    try scene.step(CloneStep.self)
    scene.harness.site.pass(.seconds(40))
    try scene.step(RestoreStep.self)
    try scene.see(suffix: "recovered")
    let told = scene.tell()
    #expect(told.code == .success, "\(told.said)")
    told.expect(
      nil, "What broke:** The page of \"magento-prod\" (\(Scene.url)) answered 500",
      "kept in the clone \"magento-debug\" in namespace \"magento-debug\" on cluster \"ocp-debug\"",
      "production was restored from backup \"before-2-4-2-debian-10-r14\" of ", "Find the cause in the clone")
    told.expect("What failed", "No phase failed.")
    told.expect(
      "When the fault was noticed", "First seen at **20", "** by `astra-verify-fault`")
    let backup = try #require(
      scene.harness.site.service.recoveryPoint(Magento.goodBackup), "the example has its backup")
    told.expect(
      "Production", "restored to: backup `before-2-4-2-debian-10-r14`",
      "the state before is in: the clone `magento-debug`", "may be in no copy**")
    told.expect("Ids to copy", backup.id)
    told.expect("What was seen", "HTTP 500", "HTTP 200", "| 3 |", "| \(Magento.goodVersion) |")
    told.expect("By whom, and by which build", "run: `jenkins-post-mortem-42`", "started by: not known")
    let context = Magento.product.hasTokenParameter ? "'<context of cluster ocp-debug>'" : "ocp-debug"
    #expect(
      told.commands.contains { $0.hasPrefix("kubectl --context \(context) --namespace magento-debug get") })
  }

  /// What customers wrote after the copy was asked for and before the restore was, is in no copy.
  @Test func whatIsInNoCopyIsToldByTheRecords() throws {
    let scene = try Scene()
    try scene.step(CloneStep.self)
    scene.harness.site.pass(.seconds(300))
    try scene.step(RestoreStep.self)
    let asked = try scene.harness.operation(.clone).askedAt
    let restored = try scene.harness.operation(.inPlaceRestore).askedAt
    scene.tell().expect(
      "Production", "until \(asked) it is in that copy", "from \(asked) to \(restored) may be in no copy")
  }

  @Test(.eachService) func ofACloneThatFailed() throws {
    let scene = try Scene()
    try scene.see("--expect-broken", suffix: "fault")
    scene.harness.site.service.disturbNext(.clone, .fails)
    try scene.step(CloneStep.self, ending: .operationFailed)
    try scene.step(RestoreStep.self)
    let told = scene.tell()
    #expect(told.code == .success)
    told.expect(
      nil, "FAILED, but the broken state is kept in the snapshot \"evidence-jenkins-post-mortem-42\"",
      "production was restored from backup", "make a clone of the snapshot")
    told.expect("What failed", "**astra-clone: wait for clone**", "exit code: 1")
    told.expect(
      "The clone", "state: **FAILED**",
      "The broken state is in the snapshot `evidence-jenkins-post-mortem-42`")
    #expect(told.commands.contains { $0.contains("--use-existing-snapshot evidence-jenkins-post-mortem-42") })
    #expect(told.commands.contains { $0.contains("--evidence-older-than 7d") })
  }

  @Test(.eachService) func ofARestoreThatFailed() throws {
    let scene = try Scene()
    try scene.see("--expect-broken", suffix: "fault")
    try scene.step(CloneStep.self)
    scene.harness.site.service.disturbNext(.restore, .fails)
    try scene.step(RestoreStep.self, ending: .operationFailed)
    let told = scene.tell()
    told.expect(
      nil, "the restore of production from backup \"before-2-4-2-debian-10-r14\" FAILED",
      "Run astra-restore again",
      "what production held is in the clone \"magento-debug\"")
    told.expect("Production", "restore: **FAILED**", "the state before is in: the clone `magento-debug`")
    told.expect("What failed", "next: run the step again to restore again")
    // The command of the page is what mends it.
    let command = try #require(told.commands.first { $0.hasPrefix("astra-restore ") })
    try scene.step(RestoreStep.self, command.split(separator: " ").dropFirst().map(String.init))
    #expect(scene.harness.site.service.productionContent?.version == Magento.goodVersion)
    scene.tell().expect(nil, "production was restored from backup")
  }

  @Test(.eachService) func ofADeadlineThatPassed() throws {
    let scene = try Scene()
    try scene.see("--expect-broken", suffix: "fault")
    scene.harness.site.service.disturbNext(.clone, .stalls)
    try scene.step(CloneStep.self, ["--timeout", "2m"], ending: .deadlinePassed)
    let told = scene.tell()
    told.expect(
      nil, "was begun and its end was not seen", "production was NOT restored: astra-restore was not run",
      "Run astra-clone again in the same run: it goes on waiting")
    told.expect("What failed", "exit code: 75", "next: ")
    told.expect("Production", "**Not restored**")
    // The command of the page goes on with the same clone.
    let id = try scene.harness.operation(.clone).id
    scene.harness.site.service.completeOperation(of: "magento-debug")
    let command = try #require(told.commands.first { $0.hasPrefix("astra-clone ") })
    try scene.step(CloneStep.self, command.split(separator: " ").dropFirst().map(String.init))
    #expect(try scene.harness.operation(.clone).id == id)
  }

  @Test(.eachService) func ofARefusal() throws {
    let scene = try Scene()
    scene.harness.environment["DEBUG_APP_NAME"] = nil
    scene.harness.site.service.disturbNext(.snapshot, .fails)
    try scene.step(RestoreStep.self, ending: .protected)
    let told = scene.tell()
    told.expect(
      nil, "This is not told here: no step looked at the page of \"magento-prod\"",
      "production was NOT restored and nothing of it was overwritten (astra-restore ended with exit code 78)",
      "Read below what astra-restore refused to risk")
    told.expect("What failed", "exit code: 78", "**astra-restore: secure evidence**")
    told.expect("When the fault was noticed", "is not known", "the first step, `astra-restore`, began at")
  }

  @Test(.eachService) func ofATokenThatWasRevoked() throws {
    let scene = try Scene()
    try scene.step(CloneStep.self)
    scene.harness.site.service.changeCredential("not-a-real-token-renewed")
    try scene.step(RestoreStep.self, ending: .credentialsRefused)
    let told = scene.tell()
    told.expect(
      nil, "kept in the clone \"magento-debug\"", "nothing of it was overwritten",
      "Give the pipeline a token that is accepted")
    told.expect("What failed", "exit code: 77", "401")
    // It got no further than its parameters, and those make the command.
    #expect(
      told.commands.contains { $0.contains("--use-backup before-2-4-2-debian-10-r14") }, "\(told.commands)")
  }

  @Test(.eachService) func ofAServiceThatIsAway() throws {
    let scene = try Scene()
    try scene.step(CloneStep.self)
    scene.harness.site.faults = [
      SiteFault(.down(nil), atRequest: scene.harness.site.requests.count + 1)
    ]
    try scene.step(RestoreStep.self, ending: .unreachable)
    let told = scene.tell()
    told.expect(nil, "astra-restore ended with exit code 69", "See that the service can be reached again")
    told.expect("What failed", "exit code: 69")
  }

  @Test(.eachService) func ofAStepThatWasKilled() throws {
    let scene = try Scene()
    scene.harness.environment["BUILD_URL"] = "https://ci.example.com/job/7/"
    try scene.step(CloneStep.self)
    scene.harness.site.faults = [SiteFault(.killAfter, .restore, .application)]
    #expect(try scene.harness.run(RestoreStep.self).wasKilled)
    let told = scene.tell()
    #expect(told.code == .success)
    told.expect(
      nil,
      "a restore of production from backup \"before-2-4-2-debian-10-r14\" was begun and its end was not seen",
      "astra-restore was cut off: run astra-restore again", "until then production may be in the middle of it"
    )
    told.expect("What failed", "did not finish", "exit code: unknown: it did not end by itself")
    told.expect("By whom, and by which build", "build: `https://ci.example.com/job/7/`")
    #expect(told.html.contains("<a href=\"https://ci.example.com/job/7/\" rel=\"noreferrer\">"))
  }

  @Test(.eachService) func ofAnAbort() throws {
    let scene = try Scene()
    scene.harness.site.faults = [SiteFault(.signalWithin(15), .create, .application)]
    try scene.step(CloneStep.self, ending: .terminated)
    let told = scene.tell()
    told.expect("What failed", "exit code: 143")
    told.expect(nil, "Run astra-clone again in the same run: it goes on waiting")
  }

  @Test(.eachService) func ofARehearsal() throws {
    let scene = try Scene()
    try scene.step(RestoreStep.self)
    // What was really done is not in the folder of the rehearsal.
    scene.harness.environment["ASTRA_REPORT_DIR"] = "rehearsal"
    scene.harness.environment["BUILD_TAG"] = "rehearsal-1"
    #expect(try scene.harness.run(CloneStep.self, "--dry-run").code == .success)
    let told = Told(scene.harness.files, ["--report-dir", "rehearsal"], page: "rehearsal/post-mortem")
    told.expect(nil, "Nothing was changed: this was a rehearsal", "Run the steps without --dry-run")
    told.expect("What the rehearsal says", "would clone \"magento-prod\" as \"magento-debug\"")
    told.expect("The clone", "It was rehearsed and not made.")
    #expect(told.commands.isEmpty)
  }

  @Test func ofAPageThatIsStillBrokenAfterTheRestore() throws {
    let scene = try Scene()
    try scene.step(RestoreStep.self)
    scene.harness.site.service.deploy(version: "2.4.2", broken: true, to: Magento.production)
    try scene.see("--within", "20s", suffix: "recovered", ending: .operationFailed)
    scene.tell().expect(
      nil, "production was restored from backup", "was not seen to be well",
      "run astra-verify-recovered again")
  }

  @Test func ofAWrongParameter() throws {
    let scene = try Scene()
    scene.harness.environment["BACKUP_NAME"] = nil
    try scene.step(RestoreStep.self, ending: .badParameter)
    let told = scene.tell()
    told.expect(
      nil, "no step got as far as finding the application", "Correct the parameter that astra-restore names")
    told.expect("By whom, and by which build", "run: `jenkins-post-mortem-42`")
    told.expect("What failed", "exit code: 64", "neither BACKUP\\_NAME")
  }

  @Test func ofACleanup() throws {
    let scene = try Scene()
    try scene.step(CloneStep.self)
    let command = try #require(scene.tell().commands.first { $0.hasPrefix("astra-cleanup ") })
    try scene.step(CleanupStep.self, command.split(separator: " ").dropFirst().map(String.init))
    #expect(scene.harness.site.service.application("magento-debug") == nil)
    let told = scene.tell()
    told.expect("How to clean up", "A clone was removed in this run already.")
    #expect(!told.commands.contains { $0.hasPrefix("astra-cleanup ") })
  }
}

extension StepHarness {
  /// The one operation of that kind that the records tell of.
  func operation(_ kind: RunRecord.Operation.Kind) throws -> RunRecord.Operation {
    let records = files.contents.filter { $0.key.hasSuffix(".json") }.compactMap {
      RunRecord(parsing: $0.value)
    }
    return try #require(records.flatMap(\.operations).last { $0.kind == kind })
  }
}
