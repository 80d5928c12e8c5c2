package import ServiceSimulation

extension AstraControlService {
  package func purpose(of request: ServiceRequest) -> RequestPurpose {
    let (method, target) = (request.method, request.target)
    let parts = target.split(separator: "?", maxSplits: 1)
    // Behind `/accounts/{id}/` and the version of the API.
    let path = (parts.first ?? "").split(separator: "/").dropFirst(4).map { String($0) }
    let query = parts.dropFirst().first.map { String($0) }
    // Collections and items take turns; a path of an odd length names a collection.
    let isItem = path.count.isMultiple(of: 2) && !path.isEmpty
    let collection = isItem ? path.dropLast().last : path.last
    let action: RequestPurpose.Action =
      switch method {
      case "GET": isItem ? .read : .list
      case "POST": .create
      case "PUT": .restore
      case "DELETE": .delete
      default: .change
      }
    // What a cloud holds is not what the account holds.
    let subject = path.first == "clouds" ? nil : collection.flatMap { Self.subjects[$0] }
    return RequestPurpose(
      action, subject ?? .other, names: isItem ? path.last : query,
      owner: path.count > 2 ? path[1] : nil,
      isAboutNeighbours: target.contains("include=id,name,state,"))
  }

  private static let subjects: [String: RequestPurpose.Subject] = [
    "apps": .application, "managedApps": .application, "appBackups": .backup, "appSnaps": .snapshot,
    "namespaces": .namespace, "clusters": .cluster, "buckets": .store,
  ]
}
