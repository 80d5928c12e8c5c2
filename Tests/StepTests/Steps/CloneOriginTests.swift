import StepTestSupport
import ServiceSimulation
import AstraClone
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What is there under the clone's name is taken only if it is known to be made from what was asked for.
@Suite(.eachService) struct CloneOriginTests {
  /// What a clone is made from.
  enum Origin: String, CaseIterable, Sendable {
    case live, backup, olderBackup, snapshot

    var arguments: [String] {
      switch self {
      case .live: []
      case .backup: ["-B", Magento.goodBackup]
      case .olderBackup: ["-B", "before-2-4-1-debian-10-r14"]
      case .snapshot: ["-S", "nightly-0213"]
      }
    }

    /// The rows that such a clone holds.
    var rows: [String] {
      switch self {
      case .live: Magento.brokenRows
      case .backup, .snapshot: Magento.goodRows
      case .olderBackup: ["order-1001"]
      }
    }
  }

  /// How much a server tells of where a clone came from.
  struct Server: CustomTestStringConvertible, Sendable {
    var isShown: Bool
    var keepsLabels: Bool
    var testDescription: String { "origin shown: \(isShown), labels kept: \(keepsLabels)" }

    static let all = [true, false].flatMap { shown in
      [true, false].map { Server(isShown: shown, keepsLabels: $0) }
    }
  }

  /// A site with a ready clone of that origin, made by a run that was called so.
  private func harness(_ there: Origin, by run: String?, _ server: Server) throws -> StepHarness {
    let harness = try Magento.harness(run: run) {
      ($0.showsCloneOrigin, $0.labels) = (server.isShown, server.keepsLabels ? .kept : .dropped)
    }
    // A snapshot does not leave its cluster.
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    try harness.run(CloneStep.self, arguments: there.arguments).expectSuccess()
    return harness
  }

  @Test(arguments: Origin.allCases, Server.all)
  func whatAnotherRunMadeIsTakenOnlyIfItIsThatAndOnRequest(there: Origin, server: Server) throws {
    guard server.keepsLabels && server.isShown || Magento.product.mayHideOrigins else { return }
    let harness = try harness(there, by: "run-1", server)
    let records = harness.files.contents
    harness.site.pass(.seconds(7200))
    for asked in Origin.allCases {
      for (run, keepsRecords) in [("run-2", false), ("run-2", true), (nil, false), (nil, true)] {
        // Without the word for it nothing of others is taken, whatever is told of it.
        for reuses in keepsRecords ? [false, true] : [true] {
          harness.files.contents = keepsRecords ? records : [:]
          harness.environment["BUILD_TAG"] = run
          let before = harness.site.service.changes
          let arguments = asked.arguments + (reuses ? ["--if-exists", "reuse"] : [])
          let result = try harness.run(CloneStep.self, arguments: arguments)
          let isTold = server.keepsLabels || keepsRecords || (server.isShown && there != .live)
          let story: Comment =
            "asked \(asked), run \(run ?? "none"), records \(keepsRecords), reuse \(reuses)"
          if asked == there, isTold, reuses {
            #expect(result.code == .success, story)
            #expect(result.standardError.contains("warning: "), story)
          } else {
            #expect(result.code == .protected, story)
            #expect(!result.report.claimsSuccess, story)
          }
          #expect(harness.site.service.changes == before, story)
        }
      }
    }
  }

  @Test(arguments: Origin.allCases, Server.all)
  func theRunItselfKnowsWhatItMade(there: Origin, server: Server) throws {
    for asked in Origin.allCases {
      let harness = try harness(there, by: "run-1", server)
      let before = harness.site.service.changes
      let result = try harness.run(CloneStep.self, arguments: asked.arguments)
      #expect(result.code == (asked == there ? .success : .protected), "\(asked): \(result.message)")
      #expect(harness.site.service.changes == before)
      #expect(harness.site.service.clones.first?.content?.rows == there.rows)
    }
  }

  @Test(arguments: Server.all)
  func withoutARunIDACloneOfAnotherOriginIsNone(server: Server) throws {
    let harness = try harness(.live, by: nil, server)
    harness.files.contents = [:]
    let result = try harness.run(CloneStep.self, "-B", Magento.goodBackup)
    result.expect(.protected, saying: "from", "\"\(Magento.goodBackup)\"")
    #expect(harness.site.service.tally.clonesCreated == 1)
  }

  @Test(.only { $0.clonesByOneRequest }) func aLiveCloneThatACopyCarriedIsTheRunsOwnAndNobodyElses() throws {
    let harness = try Magento.harness(run: "run-1") { $0.cloneLeavesOnSource = .backup }
    for _ in 1...2 { try harness.run(CloneStep.self).expectSuccess() }
    harness.environment["BUILD_TAG"] = "run-2"
    try harness.run(CloneStep.self, "--if-exists", "reuse").expect(
      .protected, saying: "another recovery point")
    #expect(harness.site.service.tally.clonesCreated == 1)
  }
}
