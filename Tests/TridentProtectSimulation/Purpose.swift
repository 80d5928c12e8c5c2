internal import ClusterSimulation
package import ServiceSimulation

extension TridentProtectService {
  package func purpose(of request: ServiceRequest) -> RequestPurpose {
    let (method, target) = (request.method, request.target)
    let parts = target.split(separator: "?", maxSplits: 1)
    var path = (parts.first ?? "").split(separator: "/").map { String($0) }
    let query = parts.dropFirst().first.map { String($0) }
    // `/api/v1/…` or `/apis/group/version/…`.
    path.removeFirst(min(path.count, path.first == "apis" ? 3 : 2))
    if path.first == "namespaces", path.count > 2 { path.removeFirst(2) }
    let (collection, name) = (path.first ?? "", path.dropFirst().first)
    let isRestore = collection.hasSuffix("inplacerestores")
    let action: RequestPurpose.Action =
      switch method {
      case "GET": name == nil ? .list : .read
      case "POST": query?.contains("dryRun") == true ? .list : isRestore ? .restore : .create
      case "DELETE": .delete
      default: .change
      }
    // To ask for a right changes nothing.
    let isQuestion = collection.hasSuffix("reviews")
    return RequestPurpose(
      isQuestion ? .read : action, Self.subjects[collection] ?? .other,
      names: name ?? (query?.contains("Selector") == true ? query : nil))
  }

  private static let subjects: [String: RequestPurpose.Subject] = [
    "applications": .application, "snapshotrestores": .application, "backuprestores": .application,
    "snapshotinplacerestores": .application, "backupinplacerestores": .application, "backups": .backup,
    "snapshots": .snapshot, "namespaces": .namespace, "appvaults": .store,
  ]

  package func refusal(_ reason: RefusalReason) -> ServiceResponse {
    reason.response(for: "backups.protect.trident.netapp.io")
  }
}
