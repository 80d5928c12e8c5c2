import AstraBackup
import AstraClone
import AstraRestore
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import Timing
import VeleroSimulation

/// The table that sets the steps beside Velero's own command line: each situation is played, and the page says what came of it.
///
/// `ASTRA_WRITE_PAGES=1 ./test --filter BesideVelero` writes it anew. What Velero's commands do is from their source and
/// documentation, and the page says so.
@Suite struct BesideVeleroTests {
  /// Something that happens while somebody waits for a backup or a restore.
  struct Situation: Sendable {
    var title: String
    /// What `velero … --wait` says, and its exit code; nil: it does not end.
    var velero: (says: String, code: Int?)
    var step: String
    var code: ExitCode
    /// What the step says that matters.
    var words: String
    var play: @Sendable () throws -> StepHarness.Result
  }

  /// The line that Velero's commands print at an end.
  private static func completed(_ phase: String) -> String { "`completed with status: \(phase)`" }

  /// Makes a backup, after something has been prepared.
  private static func backUp(
    _ prepare: (StepHarness) throws -> Void, settings change: (inout VeleroSettings) -> Void = { _ in }
  ) throws -> StepHarness.Result {
    let harness = Bucket.harness(change)
    try prepare(harness)
    return try harness.run(BackupStep.self, "--backup-name", "mine", "--timeout", "1h")
  }

  static let situations = [
    Situation(
      title: "the backup fails", velero: (completed("Failed"), 0), step: "astra-backup",
      code: .operationFailed, words: "is failed"
    ) {
      try backUp { $0.site.service.disturbNext(.backup, .fails) }
    },
    Situation(
      title: "the data of a volume cannot be moved: `PartiallyFailed`",
      velero: (completed("PartiallyFailed"), 0), step: "astra-backup", code: .operationFailed,
      words: "partial"
    ) {
      try backUp { harness in harness.behave { $0.failingData = Set(harness.claims) } }
    },
    Situation(
      title: "a hook of the backup fails: `PartiallyFailed` too", velero: (completed("PartiallyFailed"), 0),
      step: "astra-backup", code: .operationFailed, words: "hook"
    ) {
      try backUp { $0.site.service.disturbNext(.backup, .hooksFail) }
    },
    Situation(
      title: "the backup lacks the data of a volume, and is `Completed`", velero: (completed("Completed"), 0),
      step: "astra-backup", code: .operationFailed, words: "lacks the data of"
    ) {
      try backUp { harness in harness.behave { $0.withoutData = Set(harness.claims) } }
    },
    Situation(
      title: "… and a clone is made of it: its volumes are empty", velero: (completed("Completed"), 0),
      step: "astra-clone", code: .protected, words: "lacks the data of"
    ) {
      let harness = Bucket.harness()
      harness.behave { $0.withoutData = Set(harness.claims) }
      _ = try harness.run(BackupStep.self, "--backup-name", "mine")
      harness.environment["BUILD_TAG"] = "another-run"
      return try harness.run(CloneStep.self, "--use-existing-backup", "mine")
    },
    Situation(
      title: "a restore in place, and the volumes are there: they are left as they are",
      velero: (completed("Completed"), 0), step: "astra-restore", code: .protected,
      words: "in place by 7 changes"
    ) {
      let harness = Bucket.harness()
      harness.environment["ASTRA_REPLACE_VOLUMES"] = nil
      return try harness.run(RestoreStep.self)
    },
    Situation(
      title: "the object is deleted while somebody waits", velero: ("dots, for ever", nil),
      step: "astra-backup", code: .operationFailed, words: "has vanished"
    ) {
      try backUp { $0.site.service.disturbNext(.backup, .vanishes) }
    },
    Situation(
      title: "Velero's server is restarted", velero: (completed("Failed"), 0), step: "astra-backup",
      code: .operationFailed, words: "is failed"
    ) {
      let prepare: (StepHarness) -> Void = { harness in
        harness.site.exchanged = { [unowned harness] request, response in
          guard request.method == "GET", request.target.contains("/backups/magento-prod-mine"),
            String(decoding: response.body, as: UTF8.self).contains("InProgress")
          else { return }
          harness.site.exchanged = nil
          var world = harness.world
          _ = world.restartServer(of: "ocp-prod")
          harness.world = world
        }
      }
      return try backUp(prepare, settings: { $0.backup = .seconds(60) })
    },
    Situation(
      title: "it takes longer than it may", velero: ("dots, for ever: there is no limit", nil),
      step: "astra-backup", code: .deadlinePassed, words: "1h"
    ) {
      try backUp { $0.site.service.disturbNext(.backup, .stalls) }
    },
    Situation(
      title: "the storage location is `Unavailable`", velero: (completed("FailedValidation"), 0),
      step: "astra-backup", code: .operationFailed, words: "is Unavailable"
    ) {
      try backUp { harness in harness.behave { $0.locationsAreUnavailable = true } }
    },
    Situation(
      title: "other backups are before it in the queue",
      velero: ("dots, and then \(completed("Completed"))", 0),
      step: "astra-backup", code: .success, words: "queued behind other backups"
    ) {
      try backUp(
        { _ = $0.site.service.backUpByOthers(Magento.production, as: "by-hand") },
        settings: { $0.dataMovement = .seconds(60) })
    },
    Situation(
      title: "the backup to restore from is `PartiallyFailed`", velero: (completed("Completed"), 0),
      step: "astra-restore", code: .protected, words: "partial"
    ) {
      let harness = Bucket.harness()
      harness.behave { $0.failingData = Set(harness.claims) }
      _ = try harness.run(BackupStep.self, "--backup-name", "mine")
      return try harness.restoreInPlace("--use-backup", "mine")
    },
    Situation(
      title: "the data of a volume does not arrive", velero: (completed("PartiallyFailed"), 0),
      step: "astra-clone", code: .operationFailed, words: "is partial"
    ) {
      let harness = Bucket.harness()
      harness.behave { $0.failingData = Set(harness.claims) }
      return try harness.run(CloneStep.self, "--use-existing-backup", Magento.goodBackup)
    },
    Situation(
      title: "all was restored, and its pods never become ready", velero: (completed("Completed"), 0),
      step: "astra-clone", code: .deadlinePassed, words: "magento"
    ) {
      let harness = Bucket.harness()
      harness.behave { $0.platform.podsStayPending = true }
      return try harness.run(
        CloneStep.self, "--use-existing-backup", Magento.goodBackup, "--timeout", "1h")
    },
  ]

  @Test func theTableIsWhatComesOfEachSituation() throws {
    try Page.expect("docs/beside-velero.md", below: "Beside") { _ in
      var text = """
        | Situation | `velero … --wait` says | Exit code | The step says | Exit code |
        | --- | --- | --- | --- | --- |

        """
      for situation in Self.situations {
        let result = try situation.play()
        result.expect(situation.code)
        let said = Self.said(in: result, situation.words)
        #expect(!said.isEmpty, "\(situation.title): \(result.standardError)")
        let velero = situation.velero
        text += "| \(situation.title) | \(velero.says) | \(velero.code.map { "\($0)" } ?? "none") "
        text += "| `\(situation.step)`: \(said) | \(result.code.rawValue) |\n"
      }
      return text
    }
  }

  /// The first line that a step says these words in, as a cell of a table.
  private static func said(in result: StepHarness.Result, _ words: String) -> String {
    let lines = result.standardError.split(separator: "\n").filter { !$0.contains(": debug: ") }
    let isWanted: (Substring) -> Bool = {
      $0.contains(words) && ($0.contains(": error: ") || result.code == .success)
    }
    guard let line = lines.first(where: isWanted) else { return "" }
    var text = line.split(separator: " ").dropFirst(2).joined(separator: " ")
    if text.count > 180, let end = text.prefix(180).lastIndex(of: " ") { text = "\(text[..<end]) …" }
    return String(text.trimmingPrefix("error: ")).replacing("|", with: "\\|").replacing("<", with: "&lt;")
  }
}
