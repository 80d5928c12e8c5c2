package import AppProtection
internal import Timing

/// Finds what parameters name: applications, clusters, recovery points.
package struct Lookup {
  let backend: any Backend
  let history: RunHistory
  let log: Log
  let facts: RunFacts

  /// Finds the one application of that name (or id), on that cluster (name or id) if one is named, and keeps to it for the
  /// rest of the run.
  package func application(_ name: String, on clusterName: String?) throws(StepFailure) -> Application {
    let application = try find(name, on: clusterName)
    if let predecessor = history.predecessor(of: application) {
      throw .protected(
        "application \"\(application.name)\" is not the one that this run began with: it is \(application.whereabouts), and the run began with id \(predecessor)",
        hint: "if you mean this one, start a new pipeline run", kind: .otherApplication)
    }
    history.remember(application)
    history.remember(lookAt: application, lag: backend.longestLag)
    log.info("application \"\(application.name)\" is \(application.state) (\(application.whereabouts))")
    return application
  }

  /// Finds it, whichever the run began with.
  package func find(_ name: String, on clusterName: String?) throws(StepFailure) -> Application {
    let cluster = try clusterName.map { name throws(StepFailure) in try self.cluster(name) }
    var candidates = try ask { () throws(BackendError) in try backend.applications(matching: name) }
    let everywhere = candidates
    if let cluster { candidates = try narrowed(candidates, named: name, to: cluster) }
    candidates = candidates.preferringExisting
    if candidates.count > 1 {
      throw .ambiguous(
        "there are \(candidates.count) applications \"\(name)\": \(candidates.map(\.whereabouts).joined(separator: ", "))",
        hint:
          "name the cluster, or give the id instead of the name; \(StatusCommand.all) shows what each of them is"
      )
    }
    guard var application = candidates.first else {
      throw try noApplication(name, on: cluster, elsewhere: everywhere)
    }
    // An application that is not running does not tell its cluster: take the one that it was found on.
    if let cluster, application.clusterID == nil {
      (application.clusterID, application.clusterName) = (cluster.id, cluster.name)
    }
    return application
  }

  /// Refuses what the service cannot do at all, before anything is asked of it.
  package func checkCan(_ operation: ProtectionOperation) throws(StepFailure) {
    guard let reason = backend.limits[operation] else { return }
    throw .badParameter(
      "\(backend.name) cannot do \(operation.withArticle): \(reason)",
      hint: "name a service that can with --\(Common.backend.flag)")
  }

  /// Finds the one cluster of that name or id.
  package func cluster(_ name: String) throws(StepFailure) -> Cluster {
    var found = try ask { () throws(BackendError) in try backend.clusters(named: name) }
    var all: [Cluster] = []
    if found.isEmpty {
      all = try ask { () throws(BackendError) in try backend.clusters() }
      found = all.filter { $0.name == name || $0.id.text == name }
    }
    if found.count > 1 {
      throw .ambiguous(
        "there are \(found.count) clusters \"\(name)\": \(found.map(\.id.text).joined(separator: ", "))",
        hint: "give the id instead of the name")
    }
    guard let cluster = found.first else {
      throw .notFound(
        "there is no cluster \"\(name)\"",
        hint: Self.choices(nearest(to: name, among: all.map(\.name), limit: 5)))
    }
    return cluster
  }

  /// Finds the one recovery point of that name, of the label made from it, or of that id.
  package func recoveryPoint(
    _ kind: RecoveryPoint.Kind, _ name: String, of application: Application
  ) throws(StepFailure) -> RecoveryPoint {
    let all = try ask { () throws(BackendError) in try backend.recoveryPoints(kind, of: application.id) }
    let label = ResourceName.label(for: name)
    let found = all.filter {
      // Where an id has several parts, the last one is one by itself.
      $0.name == name || $0.name == label || $0.id.text == name || $0.id.text.hasSuffix("/\(name)")
    }
    if found.count > 1 {
      throw .ambiguous(
        "there are \(found.count) \(kind.rawValue)s \"\(name)\" of \"\(application.name)\": "
          + found.map(\.whereabouts).joined(separator: ", "),
        hint: "give the id instead of the name")
    }
    guard let point = found.first else {
      throw .notFound(
        "there is no \(kind.rawValue) \"\(name)\" of \"\(application.name)\"",
        hint: Self.choices(nearest(to: name, among: all.map(\.name), limit: 5))
          + "; \(StatusCommand.of(application)) shows them all")
    }
    return point
  }

  /// Refuses a recovery point that is not a whole copy of that application.
  package func checkFits(
    _ point: RecoveryPoint, _ application: Application, acceptFailedHooks: Bool
  ) throws(StepFailure) {
    var point = point
    if point.coverage == .notTold, backend.tellsMoreOfOnePoint {
      let chosen = point
      let seen = try ask { () throws(BackendError) in
        try backend.recoveryPoint(chosen.id, chosen.kind, of: application.id)
      }
      point = seen ?? point
    }
    if let objection = objection(to: point, of: application, acceptFailedHooks: acceptFailedHooks) {
      throw objection
    }
    if let failure = hookFailure(of: point, application) {
      log.warning("\(failure); accepted by --\(Common.acceptFailedHooks.flag)")
    }
    var cautions = point.cautions
    if let expiry = point.expiresAt, expiry - backend.currentTime < .seconds(86_400) {
      cautions.append("it expires at \(expiry.text), and \(backend.name) removes it then")
    }
    for caution in cautions {
      log.warning("\(point.kind.rawValue) \"\(point.name)\" of \"\(application.name)\": \(caution)")
    }
  }

  /// Why a recovery point is no whole copy of that application; nil if it is one.
  package func objection(
    to point: RecoveryPoint, of application: Application, acceptFailedHooks: Bool
  ) -> StepFailure? {
    let title = "\(point.kind.rawValue) \"\(point.name)\" of \"\(application.name)\""
    guard point.applicationID == application.id else {
      return .protected(
        "\(title) belongs to another application (\(point.applicationID))", kind: .otherApplication)
    }
    guard point.state == .completed else {
      let reason = point.problems.isEmpty ? "" : ": \(point.problems.joined(separator: "; "))"
      return .protected(
        "\(title) is not complete: it is \(point.state)\(reason)",
        hint: "name a completed one; \(StatusCommand.of(application)) shows which a restore would take",
        kind: .unusablePoint)
    }
    guard let failure = hookFailure(of: point, application), !acceptFailedHooks else { return nil }
    return .protected(
      "\(failure), so its data may not be consistent",
      hint: "name another one, or accept this one with --\(Common.acceptFailedHooks.flag)",
      kind: .unusablePoint)
  }

  /// That the hooks around a recovery point failed, as a clause; nil if none did.
  private func hookFailure(of point: RecoveryPoint, _ application: Application) -> String? {
    guard case .failed(let details) = point.hooks else { return nil }
    let reason = details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"
    return
      "execution hooks of \(point.kind.rawValue) \"\(point.name)\" of \"\(application.name)\" failed\(reason)"
  }

  /// Looks once more at a recovery point, which may have been removed or damaged since it was chosen.
  package func checkStillFits(
    _ point: RecoveryPoint, _ application: Application, acceptFailedHooks: Bool
  ) throws(StepFailure) {
    let now = try ask { () throws(BackendError) in
      try backend.recoveryPoint(point.id, point.kind, of: application.id)
    }
    guard let now else {
      throw .notFound(
        "\(point.kind.rawValue) \"\(point.name)\" of \"\(application.name)\" is gone: it was removed meanwhile"
      )
    }
    try checkFits(now, application, acceptFailedHooks: acceptFailedHooks)
  }

  /// Those of some applications of one name that are on a cluster, whether or not they tell it themselves.
  package func narrowed(
    _ candidates: [Application], named name: String, to cluster: Cluster
  ) throws(StepFailure) -> [Application] {
    var idsOnCluster: [Application.ID] = []
    if candidates.contains(where: { $0.clusterID == nil && $0.clusterName == nil }) {
      idsOnCluster = try ask { () throws(BackendError) in
        try backend.applicationIDs(named: name, on: cluster.id)
      }
    }
    return candidates.filter { application in
      if let id = application.clusterID { return id == cluster.id }
      if let name = application.clusterName { return name == cluster.name }
      return idsOnCluster.contains(application.id)
    }
  }

  private func noApplication(
    _ name: String, on cluster: Cluster?, elsewhere: [Application]
  ) throws(StepFailure) -> StepFailure {
    let place = cluster.map { " on cluster \"\($0.name)\"" } ?? ""
    if !elsewhere.isEmpty {
      return .notFound(
        "there is no application \"\(name)\"\(place)",
        hint: "there is one elsewhere: \(elsewhere.map(\.whereabouts).joined(separator: ", "))")
    }
    let names = try ask { () throws(BackendError) in try backend.applicationNames(like: name, limit: 5) }
    return .notFound("there is no application \"\(name)\"\(place)", hint: Self.choices(names))
  }

  private static func choices(_ names: [String]) -> String {
    names.isEmpty ? "there are none" : "the nearest names are: \(names.joined(separator: ", "))"
  }
}

extension [Application] {
  /// The applications that one name means: an entry whose application is gone from its cluster counts only if there is
  /// no other.
  package var preferringExisting: [Application] {
    let living = filter { $0.state != .removed }
    return living.isEmpty ? self : living
  }
}

extension Application {
  /// Where it is, for messages: `on cluster "ocp-prod", id …`.
  package var whereabouts: String {
    let place = (clusterName ?? clusterID?.text).map { "on cluster \"\($0)\"" } ?? "on no known cluster"
    return "\(place), id \(id)"
  }
}

extension RecoveryPoint {
  /// When it was made and what it is, for messages: `of 2026-11-23T10:00:00Z, completed, id …`.
  package var whereabouts: String {
    "of \(createdAt?.text ?? "unknown time"), \(state), id \(id)"
  }
}
