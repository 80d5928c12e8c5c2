internal import AppProtection
internal import StructuredValues
internal import Timing

/// The marks that an application shows, and that change when an in-place restore overwrites it.
struct RestoreMarks: Hashable {
  var state: String
  /// When its entry changed last, for whatever reason; as the server wrote it.
  var modifiedAt: String?
  /// When its resources were looked through last; as the server wrote it.
  var collectedAt: String?
  /// The recovery point that its content came from last, as far as the server shows that; more than one where it keeps
  /// an older mark beside a newer one.
  var restoredFrom: [String]

  /// Reads them from an application's resource.
  init(_ resource: StructuredValue, state: Application.State) {
    func moment(_ value: StructuredValue?) -> String? {
      value?.text.flatMap { Timestamp($0) == nil ? nil : $0 }
    }
    self.state = state.rawValue
    modifiedAt = moment(resource["metadata"]?["modificationTimestamp"])
    collectedAt = moment(resource["lastResourceCollectionTimestamp"])
    restoredFrom = ["backupID", "snapshotID"].compactMap { resource[$0]?.text }
  }

  /// Reads them from what was kept of them.
  init(_ marks: ApplicationMarks) {
    state = marks.texts["state"] ?? ""
    modifiedAt = marks.texts["modifiedAt"]
    collectedAt = marks.texts["collectedAt"]
    restoredFrom = marks.lists["restoredFrom"] ?? []
  }

  /// The same, for keeping.
  var kept: ApplicationMarks {
    var texts = ["state": state]
    texts["modifiedAt"] = modifiedAt
    texts["collectedAt"] = collectedAt
    return ApplicationMarks(texts: texts, lists: ["restoredFrom": restoredFrom])
  }
}

extension Application {
  /// Its marks, as they are read here.
  var restoreMarks: RestoreMarks { RestoreMarks(marks) }
}
