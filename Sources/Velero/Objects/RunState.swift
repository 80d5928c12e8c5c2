internal import AppProtection
package import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

/// How a backup or a restore stands, as its object says in `status` (velero.io/docs, "Backup API Type").
///
/// A phase that nobody knows is shown and waited on. `…PartiallyFailed` with something before it is no end.
package struct RunState: Hashable {
  package enum Progress: Hashable {
    case running(String)
    /// It waits for others; for what.
    case blocked(String)
    case completed
    /// It has ended, and lacks something: what, as a clause.
    case partial(String)
    case failed(String)
    /// It is being deleted.
    case goes
  }

  package var progress: Progress
  /// That hooks failed, as a clause; nil if none did.
  package var hookFailure: String?
  /// Whether hooks ran, and none failed.
  package var hooksRan: Bool
  /// How many warnings it tells of.
  package var warnings: Int

  /// Reads an object.
  package init(_ object: KubernetesObject) {
    let status = object["status"]
    let attempted = status?["hookStatus"]?["hooksAttempted"]?.integer ?? 0
    let failed = status?["hookStatus"]?["hooksFailed"]?.integer ?? 0
    let errors = status?["errors"]?.integer ?? 0
    warnings = status?["warnings"]?.integer ?? 0
    hooksRan = attempted > 0 && failed == 0
    hookFailure = failed > 0 ? "\(failed) of \(max(attempted, failed)) hooks failed" : nil
    // Each failed hook is an error of the whole, too.
    let others = max(0, errors - failed)
    let lacks = others > 0 ? "\(others) error\(others == 1 ? "" : "s")" : nil
    let reason = status?["failureReason"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    let refusals = status?["validationErrors"]?.texts ?? []
    let phase = status?["phase"]?.string ?? ""
    progress =
      switch phase {
      case "", "New", "ReadyToStart": .running("pending")
      case "Queued":
        .blocked(
          "queued behind other backups"
            + (status?["queuePosition"]?.integer.map { $0 > 0 ? " (position \($0))" : "" } ?? ""))
      case "InProgress": .running("running")
      case "Completed": lacks.map { .partial($0) } ?? .completed
      case "PartiallyFailed":
        failed > 0 && lacks == nil ? .completed : .partial(reason ?? lacks ?? "errors that are not told")
      case "Failed": .failed(reason ?? "the service says no more")
      case "FailedValidation":
        .failed(
          "it was refused: \(refusals.isEmpty ? "the service says no more" : refusals.joined(separator: "; "))"
        )
      case "Deleting": .goes
      default: .running(Self.word(phase))
      }
  }

  /// A phase as a word: `waiting for plugin operations`.
  private static func word(_ phase: String) -> String {
    var word = ""
    for character in phase {
      if character.isUppercase, !word.isEmpty { word.append(" ") }
      word.append(contentsOf: character.lowercased())
    }
    return word
  }

  /// Whether it has ended, well or badly.
  package var isTerminal: Bool {
    switch progress {
    case .running, .blocked: false
    case .completed, .partial, .failed, .goes: true
    }
  }
}
