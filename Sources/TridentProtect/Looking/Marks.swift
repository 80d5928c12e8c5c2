package import AppProtection
internal import KubernetesAPI
internal import StructuredValues
package import Timing

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
    if let claims = try claims(of: application) {
      marked.marks.lists["claims"] = claims.map {
        "\($0.namespace ?? "")/\($0.name)=\($0.uid)@\($0.creationTimestamp?.text ?? "")"
      }.sorted()
    }
    return marked
  }

  /// The claims of an application; nil where they may not be listed.
  private func claims(of application: Application) throws(BackendError) -> [KubernetesObject]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var all: [KubernetesObject] = []
    for namespace in application.namespaces {
      let listed = try client(place.context).lookAtList(
        of: .volumeClaim, in: namespace, to: "list the volume claims in namespace \"\(namespace)\"")
      guard case .told(let claims) = listed else { return nil }
      all += claims
    }
    return all
  }

  package func overwriteSigns(
    on application: Application, since marks: ApplicationMarks?, or moment: Timestamp?
  ) -> OverwriteSigns {
    // Marks name what was there; a moment, in whole seconds, counts only where they leave it open.
    if let marks {
      let signs = signs(of: application.marks, since: marks)
      if signs != .notExcluded { return signs }
    }
    return moment.map { signs(of: application.marks, since: $0) } ?? .notExcluded
  }

  private func signs(of now: ApplicationMarks, since then: ApplicationMarks) -> OverwriteSigns {
    guard let restores = now.lists["restores"], let before = then.lists["restores"] else {
      return .notExcluded
    }
    // One that was there and has ended since has another mark, and did so after the marks were taken.
    if now.texts["uid"] != then.texts["uid"] || !Set(restores).isSubset(of: before) { return .overwritten }
    guard let had = then.lists["claims"].map(Self.uids), let has = now.lists["claims"].map(Self.uids) else {
      return .notExcluded
    }
    if had.contains(where: { has[$0.key].map { [uid = $0.value] in $0 != uid } ?? false }) {
      return .overwritten
    }
    return had == has && restores == before ? .unchanged : .notExcluded
  }

  private func signs(of now: ApplicationMarks, since moment: Timestamp) -> OverwriteSigns {
    guard let restores = now.lists["restores"] else { return .notExcluded }
    let isLater = { (mark: String) in Self.time(of: mark).map { $0 >= moment } ?? true }
    if restores.contains(where: { InPlaceRestoreView.isUnderWay($0) || isLater($0) }) { return .overwritten }
    guard let claims = now.lists["claims"], !claims.isEmpty else { return .notExcluded }
    return claims.contains(where: isLater) ? .notExcluded : .unchanged
  }

  /// The uid of each claim, by its namespace and name.
  private static func uids(_ claims: [String]) -> [String: String] {
    Dictionary(
      claims.compactMap { claim in
        let sides = claim.prefix { $0 != "@" }.split(separator: "=", maxSplits: 1)
        return sides.count == 2 ? (String(sides[0]), String(sides[1])) : nil
      }, uniquingKeysWith: { $1 })
  }

  /// The moment in a mark: when it was made, or when it ended.
  private static func time(of mark: String) -> Timestamp? {
    mark.firstIndex(of: "@").flatMap { Timestamp(String(mark[mark.index(after: $0)...])) }
  }
}

extension Application {
  /// Puts a ready application into the state that its in-place restores give it, the oldest first.
  mutating func show(_ restores: [InPlaceRestoreView]) {
    guard state == .ready else { return }
    if restores.contains(where: { !$0.state.isTerminal }) {
      state = .restoring
    } else if let last = restores.sorted(by: InPlaceRestoreView.isOlder).last,
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
    let moment = (completedAt ?? createdAt)?.text ?? ""
    return
      "\(reference.kind.plural)/\(reference.name)/\(reference.uid) \(state.isTerminal ? "ended" : "begun")@\(moment)"
  }

  /// Whether one is older than another; of two of one moment, by their names.
  static func isOlder(_ one: Self, _ other: Self) -> Bool {
    (one.createdAt ?? Timestamp.unknown, one.reference.name) < (
      other.createdAt ?? Timestamp.unknown, other.reference.name
    )
  }

  /// Whether a mark is of one that had not ended.
  static func isUnderWay(_ mark: String) -> Bool { mark.contains(" begun@") }

  /// Its uid, in a mark.
  static func uid(of mark: String) -> String? {
    mark.prefix { $0 != " " }.split(separator: "/").last.map { String($0) }
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
    var found: [InPlaceRestoreView] = []
    for kind in Kinds.inPlaceRestores {
      let objects = try client(place.context).list(
        kind, in: place.namespace, to: "list the in-place restores of \"\(name)\"")
      found += objects.map { InPlaceRestoreView($0, kind, in: place.context) }
    }
    return found.filter { $0.isOf(name) }.sorted(by: InPlaceRestoreView.isOlder)
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
