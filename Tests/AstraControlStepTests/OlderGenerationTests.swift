import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraBackup
import AstraClone
import AstraRestore
import AstraSimulator
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What is particular to servers of the older generation; all else is the conformance suite's (`EachGeneration`).
struct OlderGenerationTests {
  private func harness(_ change: (inout SimulatorSettings) -> Void = { _ in }) throws -> StepHarness {
    try Magento.astraControl {
      $0.beOlder()
      change(&$0)
    }
  }

  @Test func isFoundOutByOneMoreRequestAndSaid() throws {
    func requests(_ harness: StepHarness) throws -> [String] {
      harness.environment["BACKUP_NAME"] = "new"
      let result = try harness.run(BackupStep.self)
      result.expectSuccess()
      let name = harness.site.world.settings.apiGeneration == .v1 ? "k8s/v1/managedApps" : "k8s/v2/apps"
      #expect(result.standardError.contains(": the server speaks API generation \(name)"))
      let report = try #require(harness.files.text("reports/TEST-astra-backup.xml"))
      #expect(
        report.contains("\"Astra Control at astra.example.com:443 (API generation \(name)"), "\(report)")
      return harness.site.requests
    }
    let (newer, older) = (try requests(try Magento.astraControl()), try requests(try harness()))
    #expect(older.count == newer.count + 1)
    #expect(older.count { $0.contains("k8s/v2/") } == 1 && !newer.contains { $0.contains("managedApps") })
  }

  @Test func aServerOfBothIsSpokenToInTheNewer() throws {
    let harness = try Magento.astraControl { $0.apiGeneration = .both }
    try harness.run(CloneStep.self).expectSuccess()
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(!harness.site.requests.contains { $0.contains("managedApps") })
  }

  @Test func everyPassingTroubleOfTheDetectionIsOutlasted() throws {
    let page = Array("<html>no upstream</html>".utf8)
    let troubles: [SiteFault.Effect] = [
      .answers(ServiceResponse(status: 404, headers: [("Content-Type", "text/html")], body: page)),
      .answers(ServiceResponse(status: 404, body: Array(#"{"message":"no Route matched"}"#.utf8))),
      .answers(ServiceResponse(status: 503, body: page)), .refused, .resetBefore, .lostAnswer,
      .answers(ServiceResponse(status: 200, body: page)),
      .answers(ServiceResponse(status: 200, body: Array(#"{"items":[{"id":"1"}]}"#.utf8))),
    ]
    for generation in SimulatorSettings.APIGeneration.allCases {
      // Only a server of the older one has an answer to give.
      let answers = generation == .v1 ? SimulatorSettings.NewerAppsAnswer.allCases : [.problem2]
      for answer in answers {
        for trouble in troubles {
          for path in ["k8s/v2/apps", "k8s/v1/managedApps"] {
            let harness = try Magento.astraControl {
              ($0.apiGeneration, $0.newerAppsAnswer) = (generation, answer)
            }
            harness.environment["BACKUP_NAME"] = "new"
            harness.site.faults = [SiteFault(trouble, "GET", endingIn: path)]
            let result = try harness.run(BackupStep.self)
            result.expectSuccess()
            let isOlder = result.standardError.contains("the server speaks API generation k8s/v1/managedApps")
            #expect(isOlder == (generation == .v1), "\(generation) \(answer) \(trouble) \(path)")
          }
        }
      }
    }
  }

  @Test func refusedCredentialsAndOutagesAreNoGeneration() throws {
    let answers: [(status: Int, code: ExitCode)] = [(401, .credentialsRefused), (403, .credentialsRefused)]
    for (status, code) in answers {
      let harness = try Magento.astraControl { $0.apiGeneration = .both }
      let body = Array(#"{"type":"https://astra.netapp.io/problems/11","status":"\#(status)"}"#.utf8)
      harness.site.faults = [
        SiteFault(.answers(ServiceResponse(status: status, body: body)), "GET", endingIn: "k8s/v2/apps")
      ]
      try harness.run(RestoreStep.self).expect(code, saying: "\(status)", "look for application")
      #expect(!harness.site.requests.contains { $0.contains("managedApps") })
    }
    let harness = try Magento.astraControl { $0.apiGeneration = .both }
    harness.site.faults = [SiteFault(.down(nil), "GET", endingIn: "k8s/v2/apps")]
    try harness.run(RestoreStep.self).expect(.unreachable, saying: "look for application")
  }

  @Test func aNewerServerThatDeniesItsListOnceIsNoOlderOne() throws {
    for number in [1, 2, 30, 31] {
      let harness = try Magento.astraControl()
      let before = harness.site.world.changes
      let body = Array(#"{"type":"https://astra.netapp.io/problems/\#(number)","status":"404"}"#.utf8)
      harness.site.faults = [
        SiteFault(.answers(ServiceResponse(status: 404, body: body)), "GET", endingIn: "k8s/v2/apps")
      ]
      try harness.run(RestoreStep.self).expect(.credentialsRefused, saying: "k8s/v2/apps answered 404")
      #expect(harness.site.world.changes == before)
    }
  }

  /// A server of both that denies the newer list for once: one step of the run speaks the older generation.
  @Test func theStepsOfARunMaySpeakDifferentGenerations() throws {
    let body = Array(#"{"type":"https://astra.netapp.io/problems/2","status":"404"}"#.utf8)
    let denial = SiteFault(
      .answers(ServiceResponse(status: 404, body: body)), "GET", endingIn: "k8s/v2/apps")
    for denied in 0...2 {
      let harness = try Magento.astraControl {
        $0.beOlder()
        $0.apiGeneration = .both
      }
      for round in 1...2 {
        func run<S: Step>(_ step: S.Type, _ number: Int) throws {
          if number == denied { harness.site.faults = [denial] }
          let result = try harness.run(step)
          result.expectSuccess()
          let isOlder = result.standardError.contains("API generation k8s/v1/managedApps")
          #expect(isOlder == (number == denied), "round \(round), \(number)")
        }
        harness.environment["BACKUP_NAME"] = "before-2.4.3"
        try run(BackupStep.self, 0)
        harness.environment["BACKUP_NAME"] = Magento.goodBackup
        try run(CloneStep.self, 1)
        try run(RestoreStep.self, 2)
      }
      let world = harness.site.world
      #expect(world.productionContent == Content(version: Magento.goodVersion, rows: Magento.goodRows))
      #expect(world.clones.map { $0.content?.rows } == [Magento.brokenRows])
      #expect(world.tally.backupsCreated == 1 && world.tally.restoresRequested == 1)
      #expect(world.tally.snapshotsCreated == 0)
    }
  }

  @Test func severalNamespacesOrAStorageClassAreRefusedBeforeAnyChange() throws {
    let harness = try harness()
    let before = harness.site.world.changes
    func refuse(_ arguments: [String], saying words: String...) throws {
      for arguments in [arguments, arguments + ["--dry-run"]] {
        let result = try harness.run(CloneStep.self, arguments: arguments)
        result.expect(.badParameter)
        for word in words { #expect(result.message.contains(word), "\(result.message)") }
      }
    }
    try refuse(
      ["--namespace-mapping", "magento-prod=a,magento-db=b"], saying: "DEBUG_NAMESPACE_MAPPING",
      "spans magento-prod")
    try refuse(["--storage-class", "ontap-san-silver"], saying: "storage class", "k8s/v1/managedApps")
    try refuse(["--clone-namespace", "magento-prod"], saying: "source's namespace", "\"magento-prod\"")
    // An application that does not tell its namespace.
    harness.site.faults = [
      SiteFault(
        .bent { response in
          let text = String(decoding: response.body, as: UTF8.self)
          let parts = text.split(separator: #""namespace":"magento-prod""#, maxSplits: 1)
          response.body = Array(parts.joined(separator: #""namespace":null"#).utf8)
        }, "GET", endingIn: "k8s/v1/managedApps")
    ]
    let untold = try harness.run(CloneStep.self, "--namespace-mapping", "magento-prod=a,magento-db=b")
    untold.expect(.badParameter, saying: "one namespace there", "the mapping has 2")
    #expect(harness.site.world.changes == before)
    #expect(!harness.site.requests.contains { $0.hasPrefix("POST") })
  }

  @Test func aServerWithoutAListOfNamespacesRefusesATakenOneItself() throws {
    for answer in SimulatorSettings.TakenNamespace.allCases {
      let harness = try harness { ($0.missingCollections, $0.takenNamespace) = ([.namespaces], answer) }
      harness.environment["DEBUG_NAMESPACE"] = "jenkins"
      let result = try harness.run(CloneStep.self)
      #expect([.operationFailed, .protected].contains(result.code) && !result.report.claimsSuccess)
      #expect(harness.site.world.clones.allSatisfy { $0.state == "failed" })
      #expect(harness.site.world.application("jenkins")?.content?.rows == ["job-1"])
    }
  }

  @Test func aRestoreOfWhichNothingIsShownIsNoSuccess() throws {
    for appearance in SimulatorSettings.Appearance.allCases {
      for fails in [false, true] {
        let harness = try harness {
          $0.olderRestoreStateShown = false
          ($0.restoreModification, $0.restoreSourceShown) = (appearance, appearance)
        }
        if fails { harness.site.world.disturbNext(.restore, .fails) }
        let result = try harness.run(RestoreStep.self)
        if fails {
          result.expect(.operationFailed, saying: "failed", nature: "failure")
        } else {
          result.expect(.deadlinePassed, saying: "ready, as before the restore")
        }
        // Once more, in the same run: still nobody knows, and nothing but a wreck is overwritten a second time.
        #expect(try harness.run(RestoreStep.self).code != .success)
        #expect(harness.site.world.tally.restoresRequested == (fails ? 2 : 1))
      }
    }
  }

  @Test func whatAKilledAttemptHasSeenOfTheRestoreIsKnownToTheNext() throws {
    let harness = try harness { $0.restore = .seconds(30) }
    // It sees the state that passes, and dies; when the next one comes, all is as before but for the marks.
    harness.site.time.interrupt(with: 9, at: Instant(sinceOrigin: .seconds(15)))
    #expect(try harness.run(RestoreStep.self).wasKilled)
    #expect(harness.files.text("reports/astra-restore.json")?.contains(#""wasSeen" : true"#) == true)
    harness.site.pass(.seconds(600))
    try harness.run(RestoreStep.self).expectSuccess()
    #expect(harness.site.world.tally.restoresRequested == 1)

    // Where nobody has seen it, nobody knows.
    let blind = try self.harness { $0.restore = .seconds(30) }
    blind.site.faults = [SiteFault(.killAfter, "PUT")]
    #expect(try blind.run(RestoreStep.self).wasKilled)
    blind.site.pass(.seconds(600))
    let second = try blind.run(RestoreStep.self)
    #expect(second.code == .deadlinePassed && !second.report.claimsSuccess, "\(second.standardError)")
  }

  @Test func anUpgradeOfTheServerBetweenTwoAttemptsIsNoSignOfARestore() throws {
    // The restore of the first attempt is lost on the way; the newer server shows times that the older did not.
    for first in [SimulatorSettings.APIGeneration.v1, .v2] {
      let harness = try Magento.astraControl {
        if first == .v1 { $0.beOlder() }
        ($0.restoreLag, $0.restore) = (.seconds(300), .seconds(60))
        ($0.restoreModification, $0.restoreSourceShown) = (.atRequest, .atRequest)
      }
      try harness.run(RestoreStep.self, "--timeout", "20s").expect(.deadlinePassed)
      harness.site.world.settings.apiGeneration = first == .v1 ? .v2 : .v1
      let second = try harness.run(RestoreStep.self)
      #expect(second.report.claimsSuccess == (second.code == .success))
      if second.code == .success {
        #expect(harness.site.world.tally.restoresFinished == 1, "\(second.standardError)")
      }
    }
  }

  @Test func anUnknownStateIsWaitedOnInItsOwnWords() throws {
    let harness = try harness()
    harness.site.world.disturbNext(.clone, .unknownState)
    let result = try harness.run(CloneStep.self)
    result.expectSuccess()
    #expect(result.standardError.contains("quiescing"))
    // `running` is the good end here, and nothing at all in the newer generation.
    let newer = try Magento.astraControl()
    newer.site.world.setState("running", of: Magento.production)
    #expect(try newer.run(CloneStep.self, "--timeout", "30s").code != .success)
  }
}
