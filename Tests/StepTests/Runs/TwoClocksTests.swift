import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraClone
import AstraSnapshot
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What appears under a name after a request for it is this run's, whatever the clocks of server and machine say.
@Suite(.eachService) struct TwoClocksTests {
  /// What becomes of the request for a thing that is made.
  enum Loss: String, CaseIterable, Sendable {
    case answerLost, requestLost, answerCut, carriedOutLate, shownLate
    case killed, killedAndLate, killedBefore

    var effect: SiteFault.Effect {
      switch self {
      case .answerLost: .lostAnswer
      case .requestLost: .resetBefore
      case .answerCut: .cutAnswer
      case .carriedOutLate: .late(.seconds(10))
      case .shownLate: .several([.lag(.seconds(12)), .lostAnswer])
      case .killed: .killAfter
      case .killedAndLate: .several([.late(.seconds(10)), .killAfter])
      case .killedBefore: .killBefore
      }
    }
  }

  @Test(arguments: [-3600, -5, 0, 5, 3600], Loss.allCases)
  func aLostAnswerMakesNothingTwice(skew: Int, loss: Loss) throws {
    // Both at once where neither tells; the explorer plays the others.
    for (date, duplicates) in [(false, true), (true, false)] {
      func check<S: Step>(
        _ step: S.Type, _ subject: RequestPurpose.Subject, _ made: (any SimulatedService) -> Int
      ) throws {
        let harness = try Magento.harness {
          ($0.tellsTime, $0.clockSkew) = (date, .seconds(skew))
          ($0.duplicateBackupNames, $0.duplicateSnapshotNames, $0.duplicateApplicationNames) = (
            duplicates, duplicates, duplicates
          )
        }
        harness.environment["BACKUP_NAME"] = "before-2.4.3"
        harness.environment["SNAPSHOT_NAME"] = "before-2.4.3"
        harness.site.faults = [SiteFault(loss.effect, .create, subject)]
        var result = try harness.run(step)
        if result.wasKilled { result = try harness.run(step) }
        let story: Comment =
          "\(S.identity.name), Date \(date), duplicates \(duplicates)\n\(result.standardError)"
        #expect(result.code == .success && result.report.claimsSuccess, story)
        #expect(made(harness.site.service) == 1, story)
        // And once more it is recognised.
        #expect(try harness.run(step).code == .success && made(harness.site.service) == 1, story)
      }
      try check(BackupStep.self, .backup) { $0.tally.backupsCreated }
      try check(SnapshotStep.self, .snapshot) { $0.tally.snapshotsCreated }
      try check(CloneStep.self, .application) { $0.tally.clonesCreated }
    }
  }

  @Test(arguments: [-3600, 0, 3600])
  func whatOthersMadeBeforeIsNotOurs(skew: Int) throws {
    for date in [true, false] {
      let harness = try Magento.harness {
        ($0.tellsTime, $0.clockSkew, $0.duplicateBackupNames) = (date, .seconds(skew), false)
      }
      harness.environment["BACKUP_NAME"] = "before-2.4.3"
      // Somebody takes the name just before the request, which is refused.
      harness.site.beforeRequest = { [unowned harness] number in
        guard harness.site.purposes[number - 1].action == .create else { return }
        harness.site.beforeRequest = nil
        var seed = RecoveryPointSeed("before-2-4-3", content: Content())
        seed.age = .zero
        harness.site.service.addBackup(seed, of: Magento.production)
        harness.site.faults = [
          SiteFault(
            .answers(harness.site.service.refusal(.nameTaken)),
            atRequest: number)
        ]
      }
      let result = try harness.run(BackupStep.self)
      #expect(result.code == .protected, "\(result.standardError)")
      #expect(try harness.run(BackupStep.self).code == .protected)
      #expect(harness.site.service.tally.backupsCreated == 0)
    }
  }

  /// A bucket is imported while the fate of a request is unknown: what comes with it is new in the list, and a week old.
  @Test(.only { $0.allowsDuplicateNames }, arguments: [-3600, 0, 3600], [true, false])
  func whatAnImportBringsBackIsNotOurs(skew: Int, mayRepeat: Bool) throws {
    let harness = try Magento.harness {
      ($0.clockSkew, $0.duplicateBackupNames) = (.seconds(skew), mayRepeat)
    }
    harness.environment["BACKUP_NAME"] = "before-2.4.3"
    harness.site.faults = [
      SiteFault(
        .several([
          .world { service in
            var seed = RecoveryPointSeed("before-2-4-3", content: Content())
            seed.age = .seconds(7 * 86_400)
            service.addBackup(seed, of: Magento.production)
          }, .answers(ServiceResponse(status: 503)),
        ]), .create, .backup)
    ]
    let result = try harness.run(BackupStep.self)
    #expect(result.code == (mayRepeat ? .success : .protected), "\(result.standardError)")
    #expect(harness.site.service.tally.backupsCreated == (mayRepeat ? 1 : 0))
    let own = harness.site.service.recoveryPoints(named: "before-2-4-3").filter {
      $0.content?.rows == Magento.brokenRows
    }
    if mayRepeat { #expect(own.count == 1 && result.values["ASTRA_BACKUP_ID"] == own.first?.id) }
  }
}
