import AppProtection
import AstraBackup
import AstraCleanup
import AstraClone
import AstraPreflight
import AstraRestore
import AstraSnapshot
import AstraVerify
import Files
import HTTPTransport
import SimulatedBackend
import StepCommon
import StepReport
import Testing
import Timing

/// That the steps work with a backend that is no Astra Control: they are not told which one it is.
struct ToyStepTests {
  /// The toy as a backend that parameters can name.
  private struct Factory: BackendFactory {
    @TaskLocal static var service: ServiceBox?
    static let word = "toy"
    static let secretVariables = ["TOY_TOKEN"]
    static let credentialsHelp = "The toy asks for none."

    init(_: CommonOptions, _: ParameterReader, _: any FileWriter) {}
    var secrets: [Secret] { [] }
    var cautions: [BackendCaution] { [] }
    func connect(_: BackendPlace) throws(StepFailure) -> any Backend {
      guard let box = Self.service else { throw .badParameter("there is no toy") }
      return ToyBackend(box.toy)
    }
  }

  /// The toy, for the one task that has it.
  private struct ServiceBox: @unchecked Sendable {
    let toy: ToyService
  }

  /// A pipeline's workspace with a toy.
  private final class Workspace {
    let toy = ToyService()
    let files = MemoryFiles()
    var said = ""
    var variables = [
      "ASTRA_BACKEND": "toy", "PROD_APP_NAME": "shop", "PROD_KUBERNETES_CLUSTER": "here",
      "DEBUG_APP_NAME": "shop-debug", "DEBUG_NAMESPACE": "shop-debug", "DEBUG_KUBERNETES_CLUSTER": "here",
      "BACKUP_NAME": "good", "BUILD_TAG": "run-1",
    ]

    func run<S: Step>(_ step: S.Type, _ arguments: String...) -> ExitCode {
      said = ""
      var environment = StepEnvironment(
        arguments: arguments, variables: variables, time: toy.time, files: files, hostname: "ci-1",
        random: SeededRandom(seed: 7), writeError: { [self] in said += $0 }, writeOutput: { _ in },
        connect: { _, _, _ throws(TransportError) in
          throw TransportError(.cannotConnect, "the toy has no network", mayHaveBeenSent: false)
        })
      environment.backends = [Factory.self]
      return Factory.$service.withValue(ServiceBox(toy: toy)) { Runner<S>(environment).exitCode() }
    }
  }

  private let shop = Application.ID("toy:shop")

  @Test func thePipelineRunsOnIt() {
    let workspace = Workspace()
    let toy = workspace.toy
    workspace.variables["BACKUP_NAME"] = "before-the-release"
    #expect(workspace.run(BackupStep.self) == .success, "\(workspace.said)")
    let broken = toy.contents[shop]
    toy.contents[shop]?.append("order-3")
    // In two parts: a snapshot, and the clone of it.
    workspace.variables["BACKUP_NAME"] = nil
    #expect(workspace.run(CloneStep.self) == .success, "\(workspace.said)")
    let clone = toy.applications.first { $0.name == "shop-debug" }
    #expect(toy.points.count { $0.kind == .snapshot } == 1)
    #expect(clone.map { toy.contents[$0.id] } == toy.contents[shop])
    workspace.variables["BACKUP_NAME"] = "before-the-release"
    #expect(workspace.run(RestoreStep.self) == .success, "\(workspace.said)")
    #expect(toy.contents[shop] == broken)
    // Again changes nothing.
    let begun = toy.works.count
    #expect(workspace.run(RestoreStep.self) == .success, "\(workspace.said)")
    #expect(workspace.run(BackupStep.self) == .success, "\(workspace.said)")
    #expect(toy.works.count == begun)
  }

  /// Killed between the two parts of a clone, a further attempt makes the second and not the first again.
  @Test(arguments: ["run-1", nil]) func aCloneInTwoPartsIsContinued(run: String?) {
    let workspace = Workspace()
    let toy = workspace.toy
    workspace.variables["BUILD_TAG"] = run
    workspace.variables["BACKUP_NAME"] = nil
    #expect(workspace.run(CloneStep.self, "--timeout", "5s") == .deadlinePassed, "\(workspace.said)")
    #expect(toy.points.count { $0.kind == .snapshot } == 1 && toy.applications.count == 1)
    #expect(workspace.run(CloneStep.self) == .success, "\(workspace.said)")
    #expect(toy.points.count { $0.kind == .snapshot } == 1 && toy.applications.count == 2)
  }

  /// A copy of an earlier attempt is no copy of what the application holds by now: a clone of it would be no evidence.
  @Test(arguments: ["restored by others", "hours ago", "failed"])
  func aCopyThatIsNotOfThePresentStateIsNotCloned(what: String) throws {
    let workspace = Workspace()
    let toy = workspace.toy
    workspace.variables["BACKUP_NAME"] = nil
    if what == "failed" { toy.disturbance = .operationFails }
    #expect(
      workspace.run(CloneStep.self, "--timeout", what == "failed" ? "1h" : "5s") != .success,
      "\(workspace.said)")
    if what == "restored by others" {
      toy.time.advance(by: .seconds(20))
      toy.settle()
      try toy.restore(shop, from: RecoveryPoint.ID("backup:good"))
      toy.time.advance(by: .seconds(20))
    }
    if what == "hours ago" { toy.time.advance(by: .seconds(4 * 3600)) }
    toy.settle()
    toy.contents[shop]?.append("order-since")
    #expect(workspace.run(CloneStep.self) == .success, "\(workspace.said)")
    let clone = try #require(toy.applications.first { $0.name == "shop-debug" })
    #expect(toy.contents[clone.id] == toy.contents[shop], "\(workspace.said)")
    #expect(toy.points.count { $0.kind == .snapshot } == 2)
  }

  @Test func aRestoreWithoutACloneMakesEvidence() {
    let workspace = Workspace()
    let toy = workspace.toy
    let broken = toy.contents[shop]
    #expect(workspace.run(RestoreStep.self) == .success, "\(workspace.said)")
    let evidence = toy.points.first { $0.kind == .snapshot }
    #expect(evidence.map { toy.copies[$0.id] } == broken && broken != toy.contents[shop])
  }

  @Test func lostAnswersMakeNothingTwice() {
    for disturbance in [Disturbance.answerLost, .requestLost] {
      let workspace = Workspace()
      workspace.variables["BACKUP_NAME"] = "nightly"
      workspace.toy.disturbance = disturbance
      #expect(workspace.run(BackupStep.self) == .success, "\(workspace.said)")
      #expect(workspace.toy.points.count { $0.name == "nightly" } == 1)
    }
  }

  @Test func whatFailsIsRed() {
    let workspace = Workspace()
    workspace.toy.disturbance = .operationFails
    workspace.variables["BACKUP_NAME"] = nil
    #expect(workspace.run(CloneStep.self) == .operationFailed, "\(workspace.said)")
    workspace.toy.disturbance = .unreachable
    #expect(workspace.run(SnapshotStep.self) == .unreachable, "\(workspace.said)")
    workspace.toy.disturbance = .credentialsRefused
    #expect(workspace.run(SnapshotStep.self) == .credentialsRefused, "\(workspace.said)")
  }

  @Test func whatItDoesNotTellIsNoFailure() {
    let workspace = Workspace()
    #expect(workspace.run(PreflightStep.self) == .success, "\(workspace.said)")
    #expect(workspace.run(VerifyStep.self, "--for-seconds", "0") != .ourBug, "\(workspace.said)")
  }

  @Test func whatItCannotDoIsSaidBeforeAnything() {
    let workspace = Workspace()
    let toy = workspace.toy
    toy.limits = [.inPlaceRestore: "it writes on new shelves only"]
    for code in [workspace.run(RestoreStep.self), workspace.run(RestoreStep.self, "--dry-run")] {
      #expect(code == .badParameter && workspace.said.contains("Toy cannot do an in-place restore"))
    }
    #expect(workspace.run(PreflightStep.self, "--steps", "restore") == .badParameter, "\(workspace.said)")
    workspace.variables["BACKUP_NAME"] = "nightly"
    #expect(workspace.run(PreflightStep.self, "--steps", "backup") == .success, "\(workspace.said)")
    #expect(toy.works.isEmpty && toy.points.count == 1)
  }

  @Test func permissionsThatAreMissingAreNamed() {
    let workspace = Workspace()
    workspace.toy.permissions = .missing(["create backups in namespace shop"])
    #expect(workspace.run(PreflightStep.self) == .protected)
    #expect(workspace.said.contains("create backups in namespace shop"), "\(workspace.said)")
    // And everything else that is wrong is shown in the same run.
    workspace.variables["BACKUP_NAME"] = "nobody"
    #expect(workspace.run(PreflightStep.self) == .protected)
    #expect(workspace.said.contains("\"nobody\""), "\(workspace.said)")
    workspace.variables["BACKUP_NAME"] = "good"
    workspace.toy.permissions = .allowed
    #expect(workspace.run(PreflightStep.self) == .success, "\(workspace.said)")
  }

  @Test(arguments: [
    (NamespaceStanding.terminating, "being removed"), (.occupied(system: nil), "already exists"),
    (.occupied(system: "the toy's own"), "belongs to the cluster itself"), (.empty, "already exists"),
  ])
  func aNamespaceThatIsThereIsNotClonedInto(standing: NamespaceStanding, words: String) {
    let workspace = Workspace()
    workspace.variables["BACKUP_NAME"] = nil
    workspace.toy.namespaces["shop-debug"] = standing
    #expect(
      workspace.run(CloneStep.self) == .protected && workspace.said.contains(words), "\(workspace.said)")
    #expect(workspace.toy.works.isEmpty)
    workspace.toy.namespaces["shop-debug"] = .absent
    #expect(workspace.run(CloneStep.self) == .success, "\(workspace.said)")
  }

  /// A restore that would destroy things one after the other is not begun behind anybody's back.
  @Test func aRestoreInSeveralChangesIsRefused() {
    let workspace = Workspace()
    let toy = workspace.toy
    toy.restorePlan = .stepwise(
      RestoreChanges([
        RestoreChange(id: "empty", clause: "the shelf is emptied"),
        RestoreChange(id: "fill", clause: "the boxes are put back"),
      ]))
    for code in [workspace.run(PreflightStep.self, "--steps", "restore"), workspace.run(RestoreStep.self)] {
      #expect(code == .protected, "\(workspace.said)")
      #expect(workspace.said.contains("the shelf is emptied"))
    }
    #expect(toy.works.isEmpty && toy.contents[shop] == ["order-1", "order-2"])
    #expect(
      workspace.said.contains(
        "next: make a clone of that backup in a new namespace with astra-clone, which changes nothing here")
        && workspace.said.contains("exit code 78, destructive-plan;"), "\(workspace.said)")
    // And that helps: the clone holds what the backup holds, and production what it held.
    #expect(workspace.run(CloneStep.self, "--use-existing-backup", "good") == .success, "\(workspace.said)")
    let clone = toy.applications.first { $0.name == "shop-debug" }
    #expect(clone.map { toy.contents[$0.id] } == toy.copies[RecoveryPoint.ID("backup:good")])
    #expect(toy.contents[shop] == ["order-1", "order-2"])
  }

  private static let changes = RestoreChanges([
    RestoreChange(id: "empty", clause: "the shelf is emptied"),
    RestoreChange(id: "fill", clause: "the boxes are put back", details: ["point": "backup:good"]),
    RestoreChange(id: "dust", clause: "the shelf is dusted", isAfterwards: true),
  ])

  /// With the word for it they are made, in their order and each once.
  @Test func aRestoreInSeveralChangesIsMadeWhereThatIsWanted() {
    let workspace = Workspace()
    let toy = workspace.toy
    toy.restorePlan = .stepwise(Self.changes)
    #expect(workspace.run(RestoreStep.self, "--replace-volumes") == .success, "\(workspace.said)")
    #expect(toy.changesMade == ["empty", "fill", "dust"] && toy.contents[shop] == ["order-1"])
  }

  /// One that fails ends the step, with the way back; the next attempt goes on behind those that were made.
  @Test func aChangeThatFailsNamesTheWayBack() {
    let workspace = Workspace()
    let toy = workspace.toy
    toy.restorePlan = .stepwise(Self.changes)
    toy.changesThatFail["fill"] = "the boxes are too big"
    #expect(workspace.run(RestoreStep.self, "--replace-volumes") == .operationFailed)
    #expect(workspace.said.contains("the boxes are too big") && workspace.said.contains("toy undo empty"))
    #expect(toy.changesMade == ["empty"] && toy.contents[shop] == ["order-1", "order-2"])
    toy.changesThatFail = [:]
    #expect(workspace.run(RestoreStep.self, "--replace-volumes") == .success, "\(workspace.said)")
    #expect(toy.changesMade == ["empty", "fill", "dust"])
  }

  @Test func aBackendThatIsNotThereIsNamed() {
    let workspace = Workspace()
    workspace.variables["ASTRA_BACKEND"] = "astra-control"
    #expect(workspace.run(BackupStep.self) == .badParameter)
    #expect(workspace.said.contains("give toy"), "\(workspace.said)")
  }
}
