import StepTestSupport
import ServiceSimulation
import AstraBackup
import AstraClone
import AstraRestore
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// A token that is replaced while a step waits.
@Suite(.eachService) struct TokenRotationTests {
  private static let path = "/run/secrets/token"
  private static let newToken = "not-a-real-token-that-came-after-the-rotation"

  private func harness(inFile: Bool = true) throws -> StepHarness {
    let harness = try Magento.harness()
    if inFile {
      harness.files.contents[Self.path] = Array(harness.site.service.credential.utf8)
      harness.environment["ASTRA_API_TOKEN"] = nil
      harness.environment["ASTRA_API_TOKEN_FILE"] = Self.path
    }
    return harness
  }

  /// Replaces the token at the server once the operation runs, and in the file what each look at it is to show.
  private func rotate(_ harness: StepHarness, _ contents: [String], afterRequests count: Int) {
    let files = Contents(harness: harness, path: Self.path, contents: contents)
    harness.site.faults = [
      SiteFault(
        .world { world in
          world.changeCredential(Self.newToken)
          files.next()
        }, atRequest: count)
    ]
    // A file that is being written: each pause of a second shows it a little later.
    for later in 1..<max(2, contents.count) {
      harness.site.faults.append(SiteFault(.world { _ in files.next() }, atRequest: count + later))
    }
  }

  private struct Contents: @unchecked Sendable {
    let harness: StepHarness
    let path: String
    let box: Box

    final class Box { var contents: [String]; init(_ contents: [String]) { self.contents = contents } }

    init(harness: StepHarness, path: String, contents: [String]) {
      (self.harness, self.path, box) = (harness, path, Box(contents))
    }

    func next() {
      guard !box.contents.isEmpty else { return }
      harness.files.contents[path] = Array(box.contents.removeFirst().utf8)
    }
  }

  /// How many requests an undisturbed run takes, and how often it changes the world.
  private func undisturbed<S: Step>(_ step: S.Type, _ arguments: [String]) throws -> (
    requests: Int, changes: Int
  ) {
    let harness = try harness()
    let result = try harness.run(step, arguments: arguments)
    result.expectSuccess()
    return (result.requests, harness.site.service.changes)
  }

  /// A request within the wait for a backup.
  private func lateRequest() throws -> Int { try undisturbed(BackupStep.self, ["-b", "one"]).requests - 2 }

  @Test(.only { $0.hasTokenParameter }) func theWaitGoesOnWithTheNewToken() throws {
    func one<S: Step>(_ step: S.Type, _ arguments: [String] = []) throws {
      let (last, changes) = try undisturbed(step, arguments)
      // Whatever the request is that meets it, a change among them.
      for number in 2..<last {
        let harness = try harness()
        rotate(harness, [Self.newToken + "\n"], afterRequests: number)
        let old = harness.site.service.credential
        let result = try harness.run(step, arguments: arguments)
        result.expectSuccess()
        #expect(result.standardError.contains("\(Self.path) now holds another one"), "\(number)")
        #expect(!harness.hasTold(Self.newToken) && !harness.hasTold(old))
        // The new token is one change more, and nothing was asked for twice.
        #expect(harness.site.service.changes == changes + 1, "\(number)")
      }
    }
    try one(BackupStep.self, ["-b", "one"])
    try one(CloneStep.self)
    try one(RestoreStep.self)
  }

  @Test func aTokenInAVariableCannotBeReplaced() throws {
    let request = try lateRequest()
    let harness = try harness(inFile: false)
    rotate(harness, [], afterRequests: request)
    let result = try harness.run(BackupStep.self, "-b", "one")
    result.expect(.credentialsRefused, saying: "401")
    #expect(result.standardError.contains("goes on in the backend"))
    #expect(harness.site.service.recoveryPoints.count > 0)
  }

  @Test(.only { $0.hasTokenParameter }) func aFileThatDidNotChangeEndsIt() throws {
    let request = try lateRequest()
    let harness = try harness()
    rotate(harness, [], afterRequests: request)
    let before = harness.site.time.now
    let result = try harness.run(BackupStep.self, "-b", "one")
    result.expect(.credentialsRefused, saying: "401")
    #expect(result.standardError.contains("goes on in the backend"))
    #expect(harness.site.time.now - before < .seconds(3600))
    // Anew with the token that is accepted: it is the same backup.
    let made = harness.site.service.recoveryPoints.count
    harness.files.contents[Self.path] = Array(Self.newToken.utf8)
    try harness.run(BackupStep.self, "-b", "one").expectSuccess()
    #expect(harness.site.service.recoveryPoints.count == made)
  }

  @Test(arguments: [["", "not-a-real-token"], ["not-a-real-token-that", " \n"], ["a b"]])
  func aFileThatNeverHoldsTheTokenEndsIt(contents: [String]) throws {
    let request = try lateRequest()
    let harness = try harness()
    rotate(harness, contents, afterRequests: request)
    try harness.run(BackupStep.self, "-b", "one").expect(.credentialsRefused, saying: "401")
  }

  @Test(.only { $0.hasTokenParameter }) func aTornFileIsReadAgain() throws {
    let request = try lateRequest()
    let harness = try harness()
    // The first look shows the beginning, with which the next request is refused, and then it is whole.
    rotate(harness, [String(Self.newToken.prefix(20)), Self.newToken], afterRequests: request)
    try harness.run(BackupStep.self, "-b", "one").expectSuccess()
    #expect(!harness.hasTold(Self.newToken))
  }
}
