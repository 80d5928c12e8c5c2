internal import AppProtection
internal import StepCommon
internal import Timing

/// A complete copy of the state that an in-place restore will overwrite.
enum Evidence: CustomStringConvertible {
  /// A clone of the live application, made in this run; the application looked like this.
  case clone(Application, ApplicationMarks)
  /// A snapshot that the step made for this; the application looked like this.
  case snapshot(RecoveryPoint, ApplicationMarks)
  /// The evidence of a failed in-place restore of this run: it is intact, and the failed application needs no copy.
  case standing(RunRecord.Copy, ApplicationMarks)
  /// The user said in so many words that the present state may be lost.
  case discarded
  /// A dry run: a snapshot would be made.
  case planned

  /// How old a snapshot may be when the restore is asked for.
  static var longestAge: Duration { PresentStateCopy.longestAge }

  /// The name of the evidence of a run: `evidence-<run>`, and from the second on with a number.
  static func name(run: String, number: Int) -> String {
    let ending = number == 1 ? "" : "-\(number)"
    return ResourceName.label(for: "\(EvidenceMark.prefix)\(run)\(ending)")
      ?? "\(EvidenceMark.prefix)\(number)"
  }

  var description: String {
    switch self {
    case .clone(let clone, _): "clone \"\(clone.name)\" (\(clone.whereabouts)) holds the present state"
    case .snapshot(let point, _): "snapshot \"\(point.name)\" (\(point.whereabouts)) holds the present state"
    case .standing(let copy, _): "\(copy) holds the state from before the failed in-place restore"
    case .discarded: "the present state is thrown away, as --\(RestoreParameters.discard.flag) says"
    case .planned: "dry run: would make a snapshot of the present state first"
    }
  }

  /// `clone`, `snapshot` or `none`.
  var word: String { copy?.kind.rawValue ?? "none" }

  /// The copy, for the record; nil where there is none.
  var copy: RunRecord.Copy? {
    switch self {
    case .clone(let clone, _):
      RunRecord.Copy(
        .clone, id: clone.id.text, name: clone.name, cluster: clone.clusterName ?? clone.clusterID?.text)
    case .snapshot(let point, _):
      RunRecord.Copy(.snapshot, id: point.id.text, name: point.name, cluster: nil)
    case .standing(let copy, _): copy
    case .discarded, .planned: nil
    }
  }

  /// Whether the application shows no sign of having been overwritten since.
  ///
  /// A snapshot is minutes old at most (`longestAge`), so only a restore counts against it; a clone is older, and any
  /// change might have been one.
  func stillFits(_ application: Application, by backend: any Backend) -> Bool {
    switch self {
    case .clone(_, let then):
      backend.overwriteSigns(on: application, since: then, or: nil) == .unchanged
    case .snapshot(_, let then):
      backend.overwriteSigns(on: application, since: then, or: nil) != .overwritten
    case .standing(_, let then): application.marks == then
    case .discarded, .planned: true
    }
  }
}
