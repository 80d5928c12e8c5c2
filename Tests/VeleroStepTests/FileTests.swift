import AstraBackup
import AstraClone
import AstraRestore
import AstraSnapshot
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// The files of object storage: they say more where they come, and nothing is worse where they do not.
@Suite struct FileTests {
  private static let results = "BackupResults.gz"

  /// A backup whose data cannot be moved.
  private func partialBackup(
    _ change: (StepHarness) throws -> Void = { _ in }
  ) throws -> (result: StepHarness.Result, claim: String, took: Duration, requests: [String]) {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try change(harness)
    let began = harness.site.time.now
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    return (result, claim, harness.site.time.now - began, harness.site.requests)
  }

  // MARK: - Reasons

  @Test func aPartialBackupIsToldWithItsReasons() throws {
    // The bucket's host answers nobody who says who asks, or which trace that belongs to.
    let (result, claim, _, requests) = try partialBackup {
      $0.environment["TRACEPARENT"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    }
    let reason = "it is partial: 1 error: error moving the data of claim \(claim) (velero backup logs"
    result.expect(.operationFailed, reason)
    #expect(result.report.problem?.message.contains("error moving the data of claim \(claim)") == true)
    // Once, whatever the number of looks.
    #expect(requests.count { $0.hasPrefix("POST") && $0.contains("/downloadrequests") } == 1)
    #expect(requests.count { $0.contains(Self.results) } == 1)
  }

  @Test func aPartialCloneIsToldWithItsReasons() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.site.exchanged = { [unowned harness] request, _ in
      guard request.method == "POST", request.target.contains("/restores?") else { return }
      harness.site.exchanged = nil
      harness.behave { $0.failingData = [claim] }
    }
    let result = try harness.run(CloneStep.self, "--use-existing-backup", Magento.goodBackup)
    result.expect(
      .operationFailed, "is partial: 1 error: the data of claim \(claim) did not arrive (velero restore logs")
    // The server of the clone's cluster is asked.
    #expect(harness.objects("downloadrequests", of: "ocp-debug").count == 1)
    #expect(harness.objects("downloadrequests").isEmpty)
  }

  @Test func anInPlaceRestoreThatFailsIsToldWithItsReasons() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.failingData = [claim] }
    try harness.restoreInPlace("--discard-present-state").expect(
      .operationFailed, "1 error: the data of claim \(claim) did not arrive (velero restore logs")
  }

  @Test func warningsAreTold() throws {
    let harness = Bucket.harness {
      $0.backupWarnings = ["a pod is not running", "a\u{1B}[2Jnother", "a third", "a fourth"]
    }
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.success, "Velero counts 4 warnings: a pod is not running; ", "; a third; and 1 more")
    #expect(!result.standardError.contains("\u{1B}[2J"))
  }

  @Test func failedHooksAreTold() throws {
    let harness = Bucket.harness()
    harness.site.service.disturbNext(.backup, .hooksFail)
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    result.expect(.operationFailed, "hooks failed: ", "hook")
    let reads = harness.site.requests.count { $0.contains(Self.results) }
    #expect(reads == 1)
  }

  /// No file is asked for where there is nothing to tell, and none by a step that changes nothing.
  @Test func nothingIsFetchedWithoutNeed() throws {
    let harness = Bucket.harness()
    try harness.run(BackupStep.self, "--backup-name", "mine").expectSuccess()
    try harness.run(CloneStep.self).expectSuccess()
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(60))
    try harness.run(
      CloneStep.self, "--use-existing-backup", "by-hand", "--dry-run", "--clone-name", "other",
      "--clone-namespace", "other"
    )
    .expect(.success, "whether it holds the data of every volume is not told")
    #expect(!harness.site.requests.contains { $0.contains("downloadrequests") || $0.contains("_bucket") })
  }

  // MARK: - Where it does not come

  /// What keeps the file of a partial backup from coming.
  enum Trouble: String, CaseIterable, Sendable {
    case staysNew, noHost, expired, missing, refused, silent, cut, page, notGzip, truncated, notJSON,
      untrusted
    case forbidden, requestLost, requestFails, requestVanishes, badAddress

    func befall(_ harness: StepHarness) {
      func meet(_ effect: SiteFault.Effect) {
        harness.site.faults.append(SiteFault(effect, "GET", endingIn: FileTests.results))
      }
      func bend(_ change: @escaping @Sendable (inout ServiceResponse) -> Void) { meet(.bent(change)) }
      func request(_ effect: SiteFault.Effect) {
        harness.site.faults.append(SiteFault(effect, "POST", endingIn: "/downloadrequests"))
      }
      switch self {
      case .staysNew: harness.behave { $0.downloads = .never }
      case .noHost: harness.behave { $0.downloads = .unreachable }
      case .expired: harness.behave { $0.downloads = .expired }
      case .missing: harness.behave { $0.downloads = .missing }
      case .refused: meet(.refused)
      case .silent: meet(.silence)
      case .cut: meet(.cutAnswer)
      case .untrusted: meet(.untrusted)
      case .page: bend { ($0.status, $0.body) = (200, Array("<html>log in</html>".utf8)) }
      case .notGzip: bend { $0.body = Array(#"{"errors":{"velero":["told by nobody"]}}"#.utf8) }
      case .truncated: bend { $0.body.removeLast(9) }
      case .notJSON: bend { $0.body = [31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0] }
      case .forbidden:
        request(.answers(harness.site.service.refusal(.notPermitted)))
      case .requestLost: request(.lostAnswer)
      case .requestFails:
        answerRequests(harness) { $0["status"] = ["phase": "Failed", "message": "no such location"] }
      case .requestVanishes:
        harness.behave { $0.downloads = .never }
        harness.site.exchanged = { [unowned harness] request, _ in
          guard request.method == "POST", request.target.contains("/downloadrequests") else { return }
          for object in harness.objects("downloadrequests") {
            harness[cluster: "ocp-prod"].store.remove(
              ObjectKey("downloadrequests.velero.io", object.namespace, object.name ?? ""))
          }
        }
      case .badAddress:
        answerRequests(harness) {
          $0["status"] = ["phase": "Processed", "downloadURL": "file:///etc/passwd"]
        }
      }
    }

    /// Has requests answered so, and not by Velero.
    private func answerRequests(_ harness: StepHarness, _ answer: @escaping (inout JSON) -> Void) {
      harness.behave { $0.downloads = .never }
      harness.site.exchanged = { [unowned harness] request, _ in
        guard request.method == "POST", request.target.contains("/downloadrequests") else { return }
        for object in harness.objects("downloadrequests") {
          harness.change("downloadrequests", object.name ?? "", answer)
        }
      }
    }
  }

  @Test(arguments: Trouble.allCases) func nothingIsWorseWithoutIt(_ trouble: Trouble) throws {
    let (result, claim, took, requests) = try partialBackup { trouble.befall($0) }
    result.expect(
      .operationFailed, "it is partial: 1 error: volume claim \"\(claim)\": Failed",
      "(velero backup logs magento-prod-mine")
    #expect(!result.standardError.contains("of claim \(claim)"))
    let usual = try partialBackup()
    #expect(usual.result.code == result.code)
    #expect(took - usual.took < .seconds(25), "\(trouble) took \(took)")
    #expect(requests.count { $0.hasPrefix("POST") && $0.contains("/downloadrequests") } == 1)
    #expect(requests.count { $0.contains("GET") && $0.contains(Self.results) } <= 1)
  }

  /// What is left of the time is needed to see the end twice.
  @Test func littleTimeIsNotSpentOnIt() throws {
    let harness = Bucket.harness()
    harness.behave { $0.failingData = Set(harness.claims) }
    try harness.run(BackupStep.self, "--backup-name", "mine", "--timeout", "60s").expect(
      .operationFailed, "it is partial: 1 error: volume claim", "(velero backup logs")
    #expect(!harness.site.requests.contains { $0.contains("downloadrequests") })
  }

  @Test func aSignalEndsItAtOnce() throws {
    let (result, _, _, _) = try partialBackup { harness in
      harness.site.faults.append(SiteFault(.signalWithin(15), "GET", endingIn: Self.results))
    }
    #expect(result.code == .terminated, "\(result.standardError)")
  }

  // MARK: - Whose data a backup holds

  @Test func whatItsObjectsLeaveOpenIsInItsFiles() throws {
    let harness = Bucket.harness()
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(60))
    let result = try harness.run(CloneStep.self, "--use-existing-backup", "by-hand")
    result.expect(.success)
    #expect(!result.standardError.contains("is not told"), "\(result.standardError)")
    #expect(harness.cloneContent?.rows == Magento.brokenRows)
  }

  @Test func aBackupOfOthersThatLacksAClaimIsRefused() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.withoutData = [claim] }
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(60))
    let result = try harness.run(CloneStep.self, "--use-existing-backup", "by-hand")
    result.expect(.protected, "lacks the data of \(claim) (skipped")
    #expect(harness.objects("restores", of: "ocp-debug").isEmpty)
  }

  /// Whoever may not see what moves data reads of it in the file.
  @Test(arguments: [true, false]) func theFileTellsWhatMayNotBeSeen(_ isWhole: Bool) throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { if !isWhole { $0.withoutData = [claim] } }
    harness.hideMovements()
    let result = try harness.run(BackupStep.self, "--backup-name", "mine")
    if isWhole {
      result.expect(.success)
      #expect(!result.standardError.contains("is not told"))
    } else {
      result.expect(.operationFailed, "lacks the data of \(claim)")
    }
  }

  @Test(arguments: [VeleroSettings.Downloads.never, .unreachable, .missing, .expired])
  func withoutTheFileItIsNotTold(_ downloads: VeleroSettings.Downloads) throws {
    let harness = Bucket.harness { $0.downloads = downloads }
    _ = harness.site.service.backUpByOthers(Magento.production, as: "by-hand")
    harness.site.pass(.seconds(60))
    try harness.run(CloneStep.self, "--use-existing-backup", "by-hand").expect(
      .success, "whether it holds the data of every volume is not told")
  }

  /// A file that names all volumes as saved proves nothing of what an object says is lost.
  @Test func aFileOverrulesNoObject() throws {
    let harness = Bucket.harness()
    let claim = try #require(harness.claims.first)
    harness.behave { $0.withoutData = [claim] }
    try harness.run(BackupStep.self, "--backup-name", "mine").expect(
      .operationFailed, "lacks the data of \(claim)")
    #expect(!harness.site.requests.contains { $0.contains("BackupVolumeInfos") })
  }
}

extension StepHarness {
  /// Has the lists of what moves data refused, as by rules of access.
  fileprivate func hideMovements() {
    let answer = SiteFault.Effect.answers(site.service.refusal(.notPermitted))
    for list in ["/datauploads", "/podvolumebackups"] {
      var fault = SiteFault(answer, "GET", endingIn: list)
      fault.times = 1000
      site.faults.append(fault)
    }
  }
}
