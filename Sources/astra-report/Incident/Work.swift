package import StepCommon
internal import StepReport
package import Timing

/// How far a piece of work has got, as far as it was seen.
package enum Progress: Hashable, Sendable {
  /// Its step was not run.
  case notRun
  /// Its step ended before it asked for it: nothing was changed.
  case notBegun
  /// It was asked for, and its end was not seen.
  case begun
  case failed
  case done
}

/// A clone that the run has made, or was to make.
package struct CloneWork {
  package let result: StepResult?
  package let progress: Progress
  package let name: String?
  package let namespaces: [String]
  package let cluster: String?
  package let id: String?
  package let operation: RunRecord.Operation?
}

/// The in-place restore that the run has made, or was to make.
package struct RestoreWork {
  package let result: StepResult?
  package let progress: Progress
  /// `backup` or `snapshot`.
  package let kind: String?
  package let name: String?
  package let id: String?
  package let createdAt: Timestamp?
  package let operation: RunRecord.Operation?
  /// The copy of the state that it has overwritten: `clone`, `snapshot` or `none`; nil if that is not told.
  package let evidence: String?
  package let evidenceName: String?
  package let evidenceID: String?
  /// The volumes that hold the data of before, where it was put aside.
  package let keptVolumes: [String]

  /// Whether it is made by several changes, which a parameter has to allow.
  var takesChanges: Bool { operation?.changes != nil || !keptVolumes.isEmpty }

  /// When it was asked for, by the step's report.
  var requestedAt: Timestamp? {
    guard let result, result.hasPassed("request in-place restore") else { return nil }
    return result.phase("request in-place restore")?.startedAt.wholeSeconds
  }

  /// What it restores from: `backup "before-2-4-2"`.
  package var point: String? {
    guard let name else { return nil }
    return "\(kind ?? "recovery point") \"\(name)\""
  }
}

extension Incident {
  /// The clone; nil if no step was to make one.
  package var clone: CloneWork? {
    let result = result(of: .clone)
    let made = operations.last { $0.kind == .clone && $0.stage != .refused }
    guard result != nil || made != nil else { return nil }
    let words = result?["astra.clone"]?.firstRange(of: " in ").map { range in
      let fact = result?["astra.clone"] ?? ""
      return (name: String(fact[..<range.lowerBound]), places: String(fact[range.upperBound...]))
    }
    let places = result?["ASTRA_CLONE_NAMESPACE"].map { $0.split(separator: "+").map(String.init) }
    return CloneWork(
      result: result,
      progress: progress(
        result, made, asked: "request clone", waited: "wait for clone",
        isThere: result?["ASTRA_CLONE_ID"] != nil),
      name: result?["ASTRA_CLONE_NAME"] ?? words?.name ?? made?.name,
      namespaces: places ?? words?.places.split(separator: ", ").map(String.init) ?? [],
      cluster: result?["ASTRA_CLONE_CLUSTER"], id: result?["ASTRA_CLONE_ID"] ?? made?.id, operation: made)
  }

  /// The in-place restore; its result is nil if no step was to make one.
  package var restore: RestoreWork {
    let result = result(of: .restore)
    let asked = operations.last { $0.kind == .inPlaceRestore && $0.stage != .refused }
    let told = result?["ASTRA_RESTORE_EVIDENCE"]
    // Without a restore, what a check of its parameters has found.
    let wanted = (result?["astra.wantedPoint"] ?? results.lazy.compactMap { $0["astra.recoveryPoint"] }.first)
      .flatMap(Self.point)
    return RestoreWork(
      result: result,
      progress: progress(
        result, asked, asked: "request in-place restore", waited: "wait for in-place restore", isThere: false),
      kind: result?["ASTRA_RESTORE_POINT_KIND"] ?? wanted?.kind,
      name: result?["ASTRA_RESTORE_POINT_NAME"] ?? wanted?.name,
      id: result?["ASTRA_RESTORE_POINT_ID"] ?? asked?.point,
      createdAt: result?["ASTRA_RESTORE_POINT_CREATED"].flatMap { Timestamp($0) }, operation: asked,
      evidence: told ?? asked?.evidence?.kind.rawValue,
      evidenceName: result?["ASTRA_RESTORE_EVIDENCE_NAME"] ?? asked?.evidence?.name,
      evidenceID: result?["ASTRA_RESTORE_EVIDENCE_ID"] ?? asked?.evidence?.id,
      keptVolumes: result?["ASTRA_RESTORE_KEPT_VOLUMES"]?.split(separator: " ").map(String.init) ?? [])
  }

  /// The kind and the name of a recovery point: `backup before-2-4-2 (of …)`.
  private static func point(_ fact: String) -> (kind: String, name: String)? {
    let words = fact.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return nil }
    return (String(words[0]), NamedThing(String(words[1])).name)
  }

  private func progress(
    _ result: StepResult?, _ operation: RunRecord.Operation?, asked: String, waited: String, isThere: Bool
  ) -> Progress {
    if result?.end == .succeeded { return .done }
    switch operation?.stage {
    case .finished: return .done
    case .failed: return .failed
    case .accepted, .asked: return .begun
    case .refused, nil: break
    }
    guard let result else { return .notRun }
    guard result.hasPassed(asked) || result.phase(waited).map(Self.wasReached) == true || isThere else {
      return .notBegun
    }
    return result.exitCode == 1 ? .failed : .begun
  }

  private static func wasReached(_ phase: StepResult.Phase) -> Bool {
    if case .skipped = phase.outcome { return false }
    return true
  }

  /// From when to when what customers wrote is in no copy; nil if nothing was overwritten, or it is not told.
  package var gap: (from: Timestamp, to: Timestamp)? {
    let restore = self.restore
    guard [.begun, .failed, .done].contains(restore.progress), restore.evidence != "none",
      let to = restore.operation?.askedTime ?? restore.requestedAt, let from = evidenceAskedAt, from <= to
    else { return nil }
    return (from, to)
  }

  /// When the copy that a restore was begun with was asked for.
  private var evidenceAskedAt: Timestamp? {
    let restore = self.restore
    if let copy = operations.last(where: {
      [.clone, .evidence].contains($0.kind) && $0.id != nil && $0.id == restore.evidenceID
    }) {
      return copy.askedTime
    }
    switch restore.evidence {
    case "clone": return clone?.result?.phase("request clone")?.startedAt.wholeSeconds
    case "snapshot": return restore.result?.phase("secure evidence")?.startedAt.wholeSeconds
    default: return nil
    }
  }
}
