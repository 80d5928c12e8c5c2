package import AppProtection
internal import KubernetesAPI
package import Timing

/// How the marks of an application name one of its in-place restores: `kind/name/uid begun@…`, later `… ended@…`.
package enum RestoreMark {
  /// The mark of a restore that has ended or is under way, at a moment.
  package static func text(_ reference: RunReference, hasEnded: Bool, at moment: Timestamp?) -> String {
    "\(reference.kind.plural)/\(reference.name)/\(reference.uid) \(hasEnded ? "ended" : "begun")@\(moment?.text ?? "")"
  }

  /// Whether a mark is of one that had not ended.
  package static func isUnderWay(_ mark: String) -> Bool { mark.contains(" begun@") }

  /// Its uid, in a mark.
  package static func uid(of mark: String) -> String? {
    mark.prefix { $0 != " " }.split(separator: "/").last.map { String($0) }
  }
}

// What an application looks like at a moment, in its marks: `uid`, the in-place restores that there are of it (`restores`),
// and which claims it has (`claims`).
extension ClusterBackend {
  /// The marks of the claims of an application; nil where they may not be listed.
  package func claimMarks(of application: Application) throws(BackendError) -> [String]? {
    try claims(of: application)?.map {
      "\($0.namespace ?? "")/\($0.name)=\($0.uid)@\($0.creationTimestamp?.text ?? "")"
    }.sorted()
  }

  /// The claims of an application; nil where they may not be listed.
  private func claims(of application: Application) throws(BackendError) -> [KubernetesObject]? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    var all: [KubernetesObject] = []
    for namespace in application.namespaces {
      let listed = try client(place.context).lookAtList(
        of: .volumeClaim, in: namespace, labels: contentSelector,
        to: "list the volume claims in namespace \"\(namespace)\"")
      guard case .told(let claims) = listed else { return nil }
      all += claims
    }
    return all
  }

  package func isUntouched(
    _ application: Application, sinceFailureOf restore: InPlaceRestore, _ marks: ApplicationMarks?
  ) -> Bool {
    let now = application.marks
    // A restore that failed before it replaced anything has left production as it was, and customers write on. Whether it
    // has replaced a claim is told by their uids; where it has not, or that is not told, a copy of now is made first.
    guard let had = restore.before.lists["claims"].map(Self.uids),
      let has = now.lists["claims"].map(Self.uids),
      had.isEmpty || had.contains(where: { has[$0.key] != $0.value })
    else { return false }
    if let marks { return marks == now }
    // Nobody saw it fail: the last thing that happened to the application has to be that restore.
    let before = Set((restore.before.lists["restores"] ?? []).compactMap { RestoreMark.uid(of: $0) })
    let since = (now.lists["restores"] ?? []).filter {
      RestoreMark.uid(of: $0).map { !before.contains($0) } ?? true
    }
    return since.count == 1 && !RestoreMark.isUnderWay(since[0])
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
    if restores.contains(where: { RestoreMark.isUnderWay($0) || isLater($0) }) { return .overwritten }
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
