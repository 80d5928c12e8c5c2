internal import AppProtection
internal import StepCommon
internal import Timing

// What the backend tells: state, namespaces, resources.
extension VerifyStep {
  /// What one look at the application showed.
  private struct Sight {
    var application: Application?
    /// Namespaces that are not there on its cluster.
    var missing: [String] = []
    /// The restore that has stopped it.
    var holder: RestoreChanges.Holder?
  }

  func checkState(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let found = try run.known(application)
    let title = "application \"\(found.name)\""
    let watched = try run.poller.watch(
      for: title, within: parameters.within, pausesBetween: false,
      look: { () throws(StepFailure) in
        try observe { () throws(BackendError) in
          var sight = Sight(application: try run.backend.application(found.id))
          if let cluster = sight.application?.clusterID ?? found.clusterID {
            for namespace in sight.application?.namespaces ?? []
            where try run.backend.namespace(namespace, on: cluster) == .absent {
              sight.missing.append(namespace)
            }
          }
          if let application = sight.application, application.state == .ready {
            sight.holder = try run.backend.restoreThatStopped(application)
          }
          return sight
        }
      }, judge: Self.judge)
    switch watched {
    case .held(let sight):
      guard let ready = sight.application else { return .done }
      application = ready
      run.facts.publish("ASTRA_VERIFY_STATE", ready.state.rawValue)
      let place = ready.clusterID ?? found.clusterID
      run.log.info(
        "\(title) is \(ready.state), in \(ready.namespaces.joined(separator: ", "))"
          + (place == nil
            ? "; the backend does not tell its cluster, so its namespaces were not checked" : ""))
      return .done
    case .lacked(let sight, let reason):
      run.facts.publish("ASTRA_VERIFY_STATE", sight.application?.state.rawValue ?? "gone")
      throw .notAsClaimed("\(title) \(reason)")
    }
  }

  private static func judge(_ sight: Sight) -> ConditionResult {
    guard let application = sight.application else { return .lost("is gone") }
    let reasons = application.problems.isEmpty ? "" : ": \(application.problems.joined(separator: "; "))"
    if application.state.isDead { return .lost("is \(application.state)\(reasons)") }
    if application.state != .ready { return .lacks("is \(application.state), not ready\(reasons)") }
    if let holder = sight.holder { return .lacks(holder.clause) }
    if application.namespaces.isEmpty { return .lacks("is ready, but spans no namespace") }
    guard sight.missing.isEmpty else {
      return .lacks("is ready, but these namespaces are missing: \(sight.missing.joined(separator: ", "))")
    }
    return .holds
  }

  func compareResources(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let (point, owner) = point else { return .notNeeded("no recovery point is named to compare with") }
    let application = try run.known(application)
    let title = "\"\(application.name)\""
    let copy = "\(point.kind.rawValue) \"\(point.name)\""
    let watched = try run.poller.watch(
      for: "resources of \(title)", within: parameters.within, pausesBetween: false,
      look: { () throws(StepFailure) in
        try observe { () throws(BackendError) in
          AssetComparison(
            wanted: try run.backend.assets(of: owner.id, in: point),
            found: try run.backend.assets(of: application.id, in: nil),
            ignoresNamespaces: owner.id != application.id, ignoring: run.settings.ignoredKinds)
        }
      }, judge: \.result)
    switch watched {
    case .held(let comparison):
      if let reason = comparison.notTold {
        run.log.warning("the resources of \(title) and of \(copy) cannot be compared: \(reason)")
        return .notNeeded("not told: \(reason)")
      }
      run.log.info("\(title) has all \(comparison.count) resources of \(copy) that keep their names")
      if !comparison.extra.isEmpty {
        run.log.warning(
          "\(title) has resources that \(copy) lacks: \(AssetComparison.list(comparison.extra)); an in-place restore need not remove them"
        )
      }
      return .done
    case .lacked(_, let reason):
      throw .notAsClaimed(
        "\(title) did not have all resources of \(copy) within \(parameters.within.shortText): \(reason)")
    }
  }
}

/// The resources of an application beside those of a recovery point.
struct AssetComparison {
  private(set) var missing: [Asset] = []
  private(set) var extra: [Asset] = []
  /// How many the recovery point has that keep their names.
  private(set) var count = 0
  /// Why nothing can be said, if so.
  private(set) var notTold: String?

  /// Compares them; nil is what the backend does not tell.
  ///
  /// A clone has its resources in namespaces of its own, so these are left aside there.
  init(wanted: [Asset]?, found: [Asset]?, ignoresNamespaces: Bool, ignoring ignored: IgnoredKinds) {
    guard let wanted, !wanted.isEmpty else {
      notTold = "the backend does not tell what the recovery point holds"
      return
    }
    guard let found else {
      notTold = "the backend does not tell what the application has"
      return
    }
    func kept(_ assets: [Asset]) -> [Asset: Int] {
      var counts: [Asset: Int] = [:]
      for var asset in assets where !asset.isGenerated && !ignored.contains(asset.kind, group: asset.group) {
        if ignoresNamespaces {
          asset.namespace = nil
          // The namespaces themselves have other names.
          if asset.kind == "Namespace" || asset.kind == "Project" { continue }
        }
        counts[asset, default: 0] += 1
      }
      return counts
    }
    func over(_ counts: [Asset: Int], _ others: [Asset: Int]) -> [Asset] {
      counts.filter { $0.value > others[$0.key, default: 0] }.map(\.key)
        .ordered { ($0.namespace ?? "", $0.kind, $0.name) < ($1.namespace ?? "", $1.kind, $1.name) }
    }
    let (then, now) = (kept(wanted), kept(found))
    count = then.values.reduce(0, +)
    (missing, extra) = (over(then, now), over(now, then))
  }

  var result: ConditionResult {
    missing.isEmpty ? .holds : .lacks("\(missing.count) missing: \(Self.list(missing))")
  }

  /// The first ten of them, for a message.
  static func list(_ assets: [Asset]) -> String {
    let names = assets.prefix(10).map { asset in
      asset.title + (asset.namespace.map { " in \($0)" } ?? "")
    }
    let rest = assets.count - names.count
    return names.joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }
}
