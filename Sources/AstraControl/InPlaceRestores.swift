package import AppProtection
internal import HTTPTransport
internal import StructuredValues
internal import RESTClient
package import Timing

// In-place restores. The server has no object for one: the application shows a state and a few marks, and what has become
// of a restore is concluded from these.
extension AstraControlBackend {
  package func plan(restoreOf _: Application, from _: RecoveryPoint) -> RestorePlan { .atomic }

  package func startInPlaceRestore(
    of application: Application, from point: RecoveryPoint
  ) throws(BackendError) {
    let attempt = "restore \"\(application.name)\" in place from \(point.kind.rawValue) \"\(point.name)\""
    let type = generation.applicationType
    // One of the two ids.
    let body = StructuredValue.members([
      "type": .string(type), "version": .string(generation.restoreVersion),
      "backupID": point.kind == .backup ? .string(point.id.text) : nil,
      "snapshotID": point.kind == .snapshot ? .string(point.id.text) : nil,
    ])
    _ = try client.change(
      .put, generation.path(of: application.id),
      fields: [
        HTTPField("Content-Type", "\(type)+json"),
        // What the user interface asks a person to type: the present state is overwritten.
        HTTPField("ForceUpdate", "true"),
      ],
      body: Array(body.oneLine.utf8), to: attempt)
  }

  package func restoring(_ restore: InPlaceRestore) throws(BackendError) -> Operation? {
    guard let application = try self.application(restore.application) else { return nil }
    let id = Operation.ID("\(restore.application)/\(restore.requestedAt)")
    var watch = watches[id] ?? RestoreWatch(restore, longestLag: longestLag)
    let state = watch.state(of: application, sinceRequest: now - restore.requestedAt)
    watches[id] = watch
    return Operation(
      id: id, kind: .inPlaceRestore, state: state, points: [restore.point], application: application,
      wasSeen: watch.sawRestoring)
  }

  package func operations(on application: Application) throws(BackendError) -> [Operation]? {
    guard application.state == .restoring else { return [] }
    return [
      Operation(
        id: Operation.ID(application.id.text), kind: .inPlaceRestore,
        state: .running(application.state.rawValue), points: shownOrigins(of: application),
        application: application, wasSeen: true)
    ]
  }

  package func shownOrigins(of application: Application) -> [RecoveryPoint.ID] {
    application.restoreMarks.restoredFrom.map { RecoveryPoint.ID($0) }
  }

  package func showsBeginning(
    of restore: InPlaceRestore, on application: Application
  ) throws(BackendError) -> Bool {
    let (before, now) = (RestoreMarks(restore.before), application.restoreMarks)
    if application.state == .restoring { return true }
    if now.restoredFrom.contains(restore.point.text), !before.restoredFrom.contains(restore.point.text) {
      return true
    }
    return now.state != before.state && now.modifiedAt != before.modifiedAt
  }

  package func overwriteSigns(
    on application: Application, since marks: ApplicationMarks?, or moment: Timestamp?
  ) -> OverwriteSigns {
    let now = application.restoreMarks
    let before = marks.map { RestoreMarks($0) }
    if let before, before.restoredFrom != now.restoredFrom { return .overwritten }
    guard let modified = now.modifiedAt else { return .notExcluded }
    if modified == before?.modifiedAt { return .unchanged }
    guard let moment, let time = Timestamp(modified), time <= moment else { return .notExcluded }
    return .unchanged
  }

  package func mayHold(
    _ restore: InPlaceRestore, _ application: Application
  ) throws(BackendError) -> Bool {
    let from = application.restoreMarks.restoredFrom
    return from.isEmpty || from.contains(restore.point.text)
      || from == RestoreMarks(restore.before).restoredFrom
  }

  package func isUntouched(
    _ application: Application, sinceFailureOf restore: InPlaceRestore, _ marks: ApplicationMarks?
  ) -> Bool {
    let (before, now) = (RestoreMarks(restore.before), application.restoreMarks)
    // It was restored from elsewhere meanwhile.
    guard Set(now.restoredFrom).isSubset(of: before.restoredFrom + [restore.point.text]) else { return false }
    guard let after = marks.map({ RestoreMarks($0) }) else {
      // Nobody saw it fail: it may have been ready in between, and then it was looked through.
      return now.collectedAt == before.collectedAt
    }
    // Where the server shows no source, the time of the last change is all that tells of another restore.
    return now.restoredFrom.contains(restore.point.text) || now.modifiedAt == after.modifiedAt
  }
}
