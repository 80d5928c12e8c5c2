package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// What has to be so before the first change of an in-place restore: nothing was changed yet, and nothing will be.
extension VeleroBackend {
  package func objections(
    to changes: RestoreChanges, of application: Application, from point: RecoveryPoint, passing: Bool
  ) throws(BackendError) -> [RestoreObjection] {
    guard let place = ApplicationPlace(application.id) else { throw .noApplication(application.id) }
    guard !passing else {
      return try (objections(toWorkUnderWayAt: place) + objections(toServerOf: place, movesData: false))
        .filter(\.passes)
    }
    let planned = changes.all.compactMap { InPlacePlan.Change($0) }
    // What may not be seen cannot be judged.
    if let objection = try objection(toKeepingVolumesOf: planned, place) { return [objection] }
    try checkRights(for: planned, application, place)
    var found = try objections(to: point, of: application, place)
    found += try objections(toWorkUnderWayAt: place)
    found += try objections(toClaimsOf: planned, application, place)
    found += try objections(toServerOf: place, movesData: point.kind == .backup)
    found += try overseers(of: application)
    found += try autoscalers(of: planned, place)
    // Its trial says nothing new where something keeps it from being asked for anyway.
    return try found + (found.allSatisfy(\.mayPass) ? objections(toRestoreOf: planned, place) : [])
  }

  /// Whether the server would take the Restore: once the claims are gone, it is too late to hear that a rule of the site refuses it.
  private func objections(
    toRestoreOf planned: [InPlacePlan.Change], _ place: ApplicationPlace
  ) throws(BackendError) -> [RestoreObjection] {
    let home = try home(place.context, of: place.namespace)
    for case .restore(let order) in planned {
      do throws(BackendError) {
        _ = try create(
          Kinds.restore, restoreBody(order, place, in: home), in: place.context, of: place.namespace,
          dryRun: true, to: "try out Restore \"\(order.name)\" in namespace \"\(home)\"")
      } catch {
        switch error.kind {
        // A name that is taken is seen when its turn comes, and who cannot be asked has not said no.
        case .refused(.nameTaken), .fateUnknown: continue
        case .refused, .misconfigured: return [Self.objection(toRestore: error)]
        default: throw error
        }
      }
    }
    return []
  }

  private static func objection(toRestore error: BackendError) -> RestoreObjection {
    RestoreObjection(
      "the Restore would be refused: \(error.message)",
      remedy: error.hint ?? "see what refuses it, and have it allowed; nothing was changed",
      passes: error.kind == .refused(.busy))
  }

  /// Why a user of the non-admin kinds cannot keep the volumes of before: those are the cluster's, and not the namespace's.
  private func objection(
    toKeepingVolumesOf planned: [InPlacePlan.Change], _ place: ApplicationPlace
  ) throws(BackendError) -> RestoreObjection? {
    guard try access(place.context, for: [place.namespace]).isNonAdmin else { return nil }
    var rights = Rights(context: place.context, namespace: nil)
    for change in planned {
      switch change {
      case .retain: rights.add(["get", "patch"], [.volume])
      case .deleteClaim(let claim):
        rights.add(claim.volume?.isMarked == true ? ["get", "patch"] : ["get"], [.volume])
      default: break
      }
    }
    guard case .missing(let missing) = try permissions(rights.all) else { return nil }
    return RestoreObjection(
      "the volumes with the present data could not be kept: whoever works with OADP's non-admin kinds lacks the right to "
        + missing.joined(separator: ", "),
      remedy:
        "have it given by an administrator (deploy/velero/non-admin/volumes.yaml), or have one restore with rights in "
        + "Velero's own namespace; nothing was changed")
  }

  /// Looks whether there is each right that one of the changes takes.
  private func checkRights(
    for planned: [InPlacePlan.Change], _ application: Application, _ place: ApplicationPlace
  ) throws(BackendError) {
    var rights = Rights(context: place.context, namespace: nil)
    for change in planned {
      switch change {
      case .retain:
        rights.namespace = nil
        rights.add(["get", "patch"], [.volume])
      case .stop(let workload, _), .start(let workload, _):
        rights.namespace = place.namespace
        rights.add(["get", "patch"], [workload.kind])
      case .awaitIdle:
        rights.namespace = place.namespace
        rights.add(["list"], [.pod, .replicaSet, .service, .deployment, .statefulSet])
        rights.add(["list"], [Autoscaling.autoscaler])
      case .deleteClaim(let claim):
        rights.namespace = place.namespace
        rights.add(["get", "delete"], [.volumeClaim])
        rights.namespace = nil
        rights.add(claim.volume?.isMarked == true ? ["get", "patch"] : ["get"], [.volume])
      case .restore:
        let access = try access(place.context, for: [place.namespace])
        rights.namespace = access.home(of: place.namespace)
        rights.add(["create", "get"], [access.kind(Kinds.restore)])
      case .prove:
        rights.namespace = place.namespace
        rights.add(["list"], [.volumeClaim])
        guard case .velero(let home) = try access(place.context, for: [place.namespace]) else { continue }
        rights.namespace = home
        rights.add(["list"], Kinds.downloads)
      }
    }
    guard case .missing(let missing) = try permissions(rights.all) else { return }
    throw BackendError(
      .credentials,
      "cannot restore \"\(application.name)\" in place: these rights are missing: \(missing.joined(separator: ", "))",
      hint: "give them to the user of the pipeline (deploy/velero/restore.yaml)")
  }

  /// Whether the copy can bring back all that will be put aside.
  private func objections(
    to point: RecoveryPoint, of application: Application, _ place: ApplicationPlace
  ) throws(BackendError) -> [RestoreObjection] {
    let attempt = "judge \(point.kind.rawValue) \"\(point.name)\""
    let title = "\(point.kind.rawValue) \"\(point.name)\""
    guard let (now, object) = try copyNow(point.id, point.kind, of: point.applicationID),
      now.state == .completed
    else { return [RestoreObjection("\(title) is not complete", remedy: "name one that is")] }
    var found: [RestoreObjection] = []
    let inventory = object.annotations[Marking.inventory].map { Inventory($0) }
    if now.coverage != .whole || inventory == nil {
      found.append(
        RestoreObjection(
          "nothing proves that \(title) holds the data of every volume claim",
          remedy: "name one that astra-backup has made"))
    }
    if settings.selector != nil, object["spec", "labelSelector"] == nil {
      found.append(
        RestoreObjection(
          "\(title) holds the whole namespace, and ASTRA_APP_SELECTOR selects a part of it: a restore would change the others there, too",
          remedy: "name one that was made with that selector; or clone that part with astra-clone"))
    }
    let stored = object["spec", "storageLocation"]?.string ?? ""
    let location = try location(stored, in: place.context, of: place.namespace)
    if let absence = location?.absence {
      found.append(
        RestoreObjection(
          "storage location \"\(stored)\" of \(title) \(absence)",
          remedy: "mend it, and run the step again when it is Available"))
    }
    if object["status", "volumeSnapshotsAttempted"]?.integer ?? 0 > 0 {
      found.append(
        RestoreObjection(
          "\(title) holds snapshots that no CSI driver made, which Velero brings back as volumes of the names that the present ones have and keep",
          remedy: "clone it into a namespace of its own with astra-clone"))
    }
    let files = try movements([Kinds.podVolumeBackup], in: place.context, labels: nil, by: Names.backup)
    if files?[object.name]?.isEmpty == false || VolumeCounts(object).files ?? 0 > 0 {
      found.append(
        RestoreObjection(
          "\(title) holds files of volumes, which Velero writes back through pods of its own, and a stopped application has none",
          remedy: "clone it into a namespace of its own with astra-clone"))
    }
    let services = try Set(
      client(place.context).list(.service, in: place.namespace, to: attempt).map(\.name))
    let gone = Set(inventory?.services.keys.map { $0 } ?? []).subtracting(services).sorted()
    if !gone.isEmpty {
      let names = gone.joined(separator: ", ")
      found.append(
        RestoreObjection(
          "Services that \(title) had are not there, and no in-place restore touches Services: \(names)",
          remedy: try access(place.context, for: [place.namespace]).isNonAdmin
            ? "bring them back first, by a NonAdminRestore of \"\(object.name)\" with includedResources: [services]"
            : "bring them back first: velero --kubecontext \(place.context) -n \(home(place.context, of: place.namespace)) restore create --from-backup \(object.name) --include-namespaces \(place.namespace) --include-resources services"
        ))
    }
    return found
  }

  /// What Velero does with the namespace already.
  private func objections(
    toWorkUnderWayAt place: ApplicationPlace
  ) throws(BackendError) -> [RestoreObjection] {
    let attempt = "see what is under way with namespace \"\(place.namespace)\""
    var found: [RestoreObjection] = []
    for kind in [Kinds.backup, Kinds.restore] {
      for other in try objects(kind, in: place.context, of: [place.namespace], to: attempt)
      where !RunState(other).isTerminal && !isOwnEvidence(other) {
        let namespaces = other["spec", "includedNamespaces"]?.texts ?? []
        guard namespaces.isEmpty || namespaces.contains("*") || namespaces.contains(place.namespace) else {
          // One restore runs at a time, and the application would stand still meanwhile.
          if kind == Kinds.restore,
            [.running("pending"), .running("running")].contains(RunState(other).progress)
          {
            found.append(
              RestoreObjection(
                "Restore \"\(other.name)\" runs first: one runs at a time",
                remedy: "wait for its end, and run the step again", passes: true))
          }
          continue
        }
        found.append(
          RestoreObjection(
            "\(kind.kind) \"\(other.name)\" of the same namespace is under way",
            remedy: "wait for its end, and run the step again", passes: kind == Kinds.backup))
      }
    }
    return found
  }

  /// Whether a Backup is the evidence that this run is making, which is waited for.
  private func isOwnEvidence(_ backup: KubernetesObject) -> Bool {
    backup.labels[Marking.managedBy] == Marking.tool
      && backup.annotations[Marking.run] == settings.signature.run
      && backup.annotations[Names.name]?.hasPrefix(EvidenceMark.prefix) == true
  }

  /// What would put back what the changes have changed.
  private func overseers(of application: Application) throws(BackendError) -> [RestoreObjection] {
    let oversight = try oversight(of: application)
    let unseen = oversight?.notTold ?? ["whether another tool will undo a restore of \"\(application.name)\""]
    let cautions = unseen.map { clause in
      var caution = RestoreObjection(
        "it cannot be seen \(clause)", remedy: "see to it before, or give the right to list that")
      caution.isCaution = true
      return caution
    }
    return cautions
      + (oversight?.overseers ?? []).map {
        var objection = RestoreObjection(
          "\($0.title) keeps the application as it is, and would start it again in between",
          remedy: $0.remedy)
        objection.unseenOwner = $0.unseenName
        return objection
      }
  }
}
