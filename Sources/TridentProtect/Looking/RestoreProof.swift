package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// What the product says of a restore beside what is seen in the cluster: what its copy had, and its hooks.
extension TridentProtectBackend {
  /// How a restore that says that it is completed truly stands.
  func proof(
    of restore: KubernetesObject, in reference: RunReference, _ namespaces: [String]
  ) throws(BackendError) -> Operation.State {
    let seen = try proof(
      of: namespaces, in: reference.context, having: try inventory(of: restore, in: reference),
      selectors: try selectors(of: restore, in: reference))
    guard seen == .succeeded else { return seen }
    // Hooks after a restore run as objects of their own, which may end after it.
    let hooks = try hookRuns(of: reference)
    let flaws = hooks.compactMap { hook -> String? in
      switch hook.state.progress {
      case .running, .blocked: nil
      case .completed: hook.state.flaw
      case .failed(let reason): "hooks \"\(hook.name)\" failed: \(reason)"
      case .removed: "hooks \"\(hook.name)\" were removed"
      }
    }
    if !flaws.isEmpty { return .partial("is complete, but not whole: \(flaws.joined(separator: "; "))") }
    let open = hooks.filter { !$0.state.isTerminal }.map(\.name)
    return open.isEmpty ? .succeeded : .comingUp(["hooks are running (\(open.joined(separator: ", ")))"])
  }

  /// What of each namespace a restore in place was to bring back; what is in a clone's namespace it has brought itself.
  private func selectors(
    of restore: KubernetesObject, in reference: RunReference
  ) throws(BackendError) -> [String: String] {
    guard Kinds.inPlaceRestores.contains(reference.kind),
      let id = restore.annotations[Marking.application].map({ Application.ID($0) }),
      let place = ApplicationPlace(id),
      case .told(let object?) = try client(reference.context).look(
        at: Kinds.application, place.name, in: place.namespace, to: "see what belongs to \"\(place.name)\"")
    else { return [:] }
    return view(object, in: reference.context).selectors
  }

  /// The runs of hooks that a restore has begun.
  private func hookRuns(
    of reference: RunReference
  ) throws(BackendError) -> [(name: String, state: RunState)] {
    let sight = try client(reference.context).lookAtList(
      of: Kinds.hookRun, in: reference.namespace, to: "look at the hooks of \"\(reference.name)\"")
    guard case .told(let runs) = sight else { return [] }
    let own = runs.filter { run in run.owners.contains { $0.uid == reference.uid } }
    return own.map { ($0.name, RunState($0)) }
  }

  /// What the copy that a restore is from had; nil where nothing tells.
  private func inventory(
    of restore: KubernetesObject, in reference: RunReference
  ) throws(BackendError) -> Inventory? {
    let isInPlace = Kinds.inPlaceRestores.contains(reference.kind)
    let owner = restore.annotations[isInPlace ? Marking.application : CloneMark.sourceLabel]
    guard let source = owner.flatMap({ ApplicationPlace(Application.ID($0)) }),
      let point = restore.annotations[Marking.point].flatMap({ PointPlace(RecoveryPoint.ID($0)) })
    else { return nil }
    if let known = inventories[point.id] { return known }
    let object = try copy(point.id, point.kind, of: source.id)
    let inventory = object?.annotations[Marking.inventory].map { Inventory($0) }
    inventories[point.id] = inventory
    return inventory
  }

  package func assets(
    of application: Application.ID, in point: RecoveryPoint?
  ) throws(BackendError) -> [Asset]? {
    if let point {
      let text = try copy(point.id, point.kind, of: point.applicationID)?.annotations[Marking.inventory]
      guard let inventory = text.map({ Inventory($0) }) else { return nil }
      return inventory.assets
    }
    guard let now = try self.application(application) else { return nil }
    return try content(of: now)?.text.map { Inventory($0).assets }
  }
}
