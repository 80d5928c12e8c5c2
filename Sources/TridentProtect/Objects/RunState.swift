internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

/// How a piece of work stands, as its object says in `status`.
///
/// `status.state` is free text; it is compared without case. A word that nobody knows is shown and waited on, and so is an
/// `error`, which may pass.
struct RunState: Hashable {
  enum Progress: Hashable {
    case running(String)
    /// It waits for a lock; the service's words.
    case blocked(String)
    case completed
    case failed(String)
    /// Its data is gone.
    case removed
  }

  var progress: Progress
  /// Hooks that failed, each in one clause.
  var hookFailures: [String]
  /// Whether hooks ran, and none failed.
  var hooksRan: Bool
  var warnings: [String]
  /// The service's own word on what is wrong, which may be transient; often empty.
  var error: String

  init(_ object: KubernetesObject) {
    let status = object["status"]
    let word = status?["state"]?.string ?? ""
    error = status?["error"]?.string ?? ""
    warnings = status?["warnings"]?.texts ?? []
    let results = status?.hookResults ?? []
    hookFailures = results.compactMap(\.failure)
    hooksRan = !results.isEmpty
    progress =
      switch word.lowercased() {
      case "": .running("pending")
      case "pending", "running": .running(word.lowercased())
      case "blocked": .blocked(error.isEmpty ? "waiting for a lock" : error)
      case "completed": .completed
      case "failed", "error": .failed(error.isEmpty ? "the service says no more" : error)
      case "removed": .removed
      default: .running(word)
      }
  }

  /// Whether it has ended, well or badly.
  var isTerminal: Bool {
    switch progress {
    case .running, .blocked: false
    case .completed, .failed, .removed: true
    }
  }

  /// What is not as it should be with one that is completed; nil if nothing is.
  var flaw: String? {
    let clauses = hookFailures.map { "hook \($0)" } + warnings.map { "warning: \($0)" }
    return clauses.isEmpty ? nil : clauses.joined(separator: "; ")
  }
}

/// How one execution hook ended in one container (`…ExecHooksRunResults[]`).
struct HookResult {
  /// What went wrong, as a clause; nil if nothing did.
  var failure: String?
  /// Whether it has ended.
  var hasEnded: Bool
}

extension StructuredValue {
  /// The results of all hooks that a status tells of.
  var hookResults: [HookResult] {
    guard case .object(let members) = self else { return [] }
    return members.filter { $0.name.hasSuffix("ExecHooksRunResults") }.flatMap { $0.value.elements }
      .map { result in
        let name = result["execHookRef"]?.string ?? "without a name"
        let place = [result["podName"], result["containerName"]].compactMap { $0?.string }.joined(
          separator: "/")
        let reasons = (result["failures"]?.elements ?? []).map { failure in
          let words = [failure["error"], failure["stderr"]].compactMap { $0?.string }.filter { !$0.isEmpty }
          if let words = words.first { return words }
          if failure["isTimeout"]?.bool == true { return "timed out" }
          return failure["exitCode"]?.integer.map { "exit code \($0)" } ?? "failed"
        }
        return HookResult(
          failure: reasons.isEmpty
            ? nil
            : "\"\(name)\"\(place.isEmpty ? "" : " in \(place)") failed: \(reasons.joined(separator: ", "))",
          hasEnded: result["completionTimestamp"]?.string != nil)
      }
  }
}
