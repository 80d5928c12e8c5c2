package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads

// Whether the credentials allow what is planned: each right is asked for by a review of access.
extension VeleroBackend {
  package func permissions(for work: PlannedWork) throws(BackendError) -> Permissions {
    // Which rights they are depends on where the application is.
    guard let application = work.application, let place = ApplicationPlace(application.id),
      !work.operations.isEmpty
    else { return .allowed }
    var rights = Rights(context: place.context, namespace: place.namespace)
    rights.add(["get"], [.namespace])
    rights.addLook(into: application.namespaces)
    let access = try access(place.context, for: [place.namespace])
    rights.namespace = access.home(of: place.namespace)
    rights.add(["list"], [Kinds.backup, Kinds.restore].map { access.kind($0) })
    if !access.isNonAdmin {
      if settings.store == nil { rights.add(["list"], [Kinds.location]) }
      rights.add(["list"], Kinds.uploads, isOptional: true)
    }
    // A restore makes evidence, too, unless there is a clone.
    let makesCopy =
      !Set(work.operations).isDisjoint(with: [.backup, .snapshot, .inPlaceRestore])
      || work.operations.contains(.clone) && work.clonedKind == nil
    rights.add(makesCopy ? ["create", "get"] : ["get"], [access.kind(Kinds.backup)])
    if !access.isNonAdmin { rights.add(["create", "get"], [Kinds.downloadRequest], isOptional: true) }
    if work.operations.contains(.clone), let destination = work.destination {
      let isLocal = try areSame(Cluster.ID(place.context), destination.cluster)
      if !isLocal, settings.cloneStore == nil { rights.add(["get"], [Kinds.location]) }
      rights.context = destination.cluster.text
      rights.namespace = try home(destination.cluster.text, of: destination.namespaces.first ?? "")
      rights.add(["create", "get", "list"], [Kinds.restore])
      rights.add(["get"], [Kinds.backup])
      if !isLocal, settings.cloneStore == nil { rights.add(["list"], [Kinds.location]) }
      rights.add(["list"], Kinds.downloads, isOptional: true)
      rights.add(["create", "get"], [Kinds.downloadRequest], isOptional: true)
      try rights.addFilling(destination, self)
    }
    return try permissions(rights.all)
  }
}
