internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// What an application looks like at a moment: which in-place restores there are of it, and which claims it has.
extension TridentProtectBackend {
  /// The application with its marks, and in the state that an in-place restore gives it.
  func withMarks(_ application: Application, _ object: KubernetesObject) throws(BackendError) -> Application {
    guard let place = ApplicationPlace(application.id) else { return application }
    var marked = application
    let restores = try inPlaceRestores(of: application.name, in: place)
    marked.show(restores)
    marked.marks.texts["uid"] = object.uid
    marked.marks.lists["restores"] = restores.map(\.mark).sorted()
    // What it holds by the last restore that ended well.
    if let last = restores.last, last.state.progress == .completed {
      marked.marks.texts["restoredFrom"] = last.point?.text
    }
    marked.marks.lists["claims"] = try claimMarks(of: application)
    return marked
  }
}

extension Application {
  /// Puts a ready application into the state that its in-place restores give it, the oldest first.
  mutating func show(_ restores: [InPlaceRestoreView]) {
    guard state == .ready else { return }
    if restores.contains(where: { !$0.state.isTerminal }) {
      state = .restoring
    } else if let last = restores.ordered(by: InPlaceRestoreView.isOlder).last,
      case .failed(let reason) = last.state.progress
    {
      // What it has left behind is a wreck, until a better restore has ended or somebody says otherwise.
      state = .failed
      problems = [
        "its in-place restore failed (\(reason)), and counts until another has ended well or the object \(last.reference.kind.kind) \"\(last.reference.name)\" is gone"
      ]
    }
  }
}

/// An in-place restore that a step waits for, as it was asked for.
struct InPlaceRestoreKey: Hashable {
  var application: Application.ID
  var point: RecoveryPoint.ID
  var before: ApplicationMarks

  init(_ restore: InPlaceRestore) {
    (application, point, before) = (restore.application, restore.point, restore.before)
  }
}

/// An in-place restore of an application, as it stands.
struct InPlaceRestoreView {
  var reference: RunReference
  var state: RunState
  /// What it restores from, in the vault.
  var path: String
  var createdAt: Timestamp?
  var completedAt: Timestamp?
  /// The recovery point, if a step asked for it.
  var point: RecoveryPoint.ID?
  var object: KubernetesObject

  init(_ object: KubernetesObject, _ kind: ResourceKind, in context: String) {
    reference = RunReference(object, kind, in: context)
    state = RunState(object)
    path = object["spec", "appArchivePath"]?.string ?? ""
    createdAt = object.creationTimestamp
    completedAt = object["status", "completionTimestamp"]?.string.flatMap { Timestamp($0) }
    point = object.annotations[Marking.point].map { RecoveryPoint.ID($0) }
    self.object = object
  }

  /// How it is told later whether it has gone on since.
  var mark: String {
    RestoreMark.text(reference, hasEnded: state.isTerminal, at: completedAt ?? createdAt)
  }

  /// Whether one is older than another; of two of one moment, by their names.
  static func isOlder(_ one: Self, _ other: Self) -> Bool {
    (one.createdAt ?? Timestamp.unknown, one.reference.name) < (
      other.createdAt ?? Timestamp.unknown, other.reference.name
    )
  }
}

extension TridentProtectBackend {
  /// The in-place restores of an application, the oldest first.
  ///
  /// Their objects name no application, but a path in the vault that begins with `name_uid`: one that another application's
  /// name begins is another's.
  func inPlaceRestores(
    of name: String, in place: ApplicationPlace
  ) throws(BackendError) -> [InPlaceRestoreView] {
    try inPlaceRestores(in: place).filter { $0.isOf(name) }
  }

  /// Those of every application of a namespace, the oldest first.
  func inPlaceRestores(in place: ApplicationPlace) throws(BackendError) -> [InPlaceRestoreView] {
    var found: [InPlaceRestoreView] = []
    for kind in Kinds.inPlaceRestores {
      let objects = try client(place.context).list(
        kind, in: place.namespace, to: "list the in-place restores of \"\(place.name)\"")
      found += objects.map { InPlaceRestoreView($0, kind, in: place.context) }
    }
    return found.ordered(by: InPlaceRestoreView.isOlder)
  }
}

extension InPlaceRestoreView {
  /// Whether it may be one of the application of that name.
  func isOf(_ name: String) -> Bool {
    let front = path.split(separator: "/").first { !$0.isEmpty } ?? ""
    // `<app>_<uid>`; names hold no underscore.
    guard let mark = front.lastIndex(of: "_") else { return true }
    return front[..<mark] == name
  }
}
