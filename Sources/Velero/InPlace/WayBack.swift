package import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

// How a person goes back to the volumes of before, from the changes alone: nothing of it deletes a volume.
extension VeleroBackend {
  package func wayBack(from changes: [RestoreChange], of application: Application.ID) -> RestoreWayBack {
    guard let place = ApplicationPlace(application) else { return RestoreWayBack() }
    let kubectl = "kubectl --context \(place.context)"
    let inside = "\(kubectl) -n \(place.namespace)"
    let known = changes.compactMap { InPlacePlan.Change($0) }
    var (stops, claims, starts): ([String], [String], [String]) = ([], [], [])
    var isRestoreBegun = false
    // Of several attempts the first has put aside what there was before.
    var done: Set<String> = []
    for change in known {
      switch change {
      case .stop(let workload, _):
        let name = "\(workload.kind.kind.lowercased())/\(workload.name)"
        guard done.insert(name).inserted else { continue }
        stops.append("\(inside) scale \(name) --replicas=0")
        starts += [
          "\(inside) scale \(name) --replicas=\(workload.replicas)",
          "\(inside) annotate \(name) \(InPlaceMark.replicas)- \(InPlaceMark.restore)- \(InPlaceMark.workload)-",
        ]
      case .deleteClaim(let claim):
        guard claim.volume != nil, done.insert("pvc/\(claim.name)").inserted else { continue }
        claims += wayBack(to: claim, kubectl, inside)
      case .restore: isRestoreBegun = true
      default: break
      }
    }
    return RestoreWayBack(data: stops + claims, starts: starts, mayHaveOldWorkloads: isRestoreBegun)
  }

  private func wayBack(to claim: InPlacePlan.Claim, _ kubectl: String, _ inside: String) -> [String] {
    guard let volume = claim.volume else { return [] }
    // The volume that a restore has filled stays, too.
    let keep = #"'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'"#
    let spec = StructuredValue(parsing: Array(claim.spec.utf8)) ?? .members([:])
    let members: [StructuredValue.Member]
    if case .object(let all) = spec {
      members = all.filter { !["dataSource", "dataSourceRef", "volumeName"].contains($0.name) }
    } else {
      members = []
    }
    var metadata: [StructuredValue.Member] = []
    if case .object(let all)? = StructuredValue(parsing: Array(claim.metadata.utf8)) { metadata = all }
    let object = StructuredValue.members([
      "apiVersion": .string("v1"), "kind": .string(ResourceKind.volumeClaim.kind),
      "metadata": .object([.init("name", .string(claim.name))] + metadata),
      "spec": .object(members + [.init("volumeName", .string(volume.name))]),
    ])
    // In one command: nothing is deleted where its volume was not told, or could not be kept.
    let keepAndDelete =
      "volume=$(\(inside) get pvc \(claim.name) --ignore-not-found -o jsonpath='{.spec.volumeName}') && "
      + "( [ -z \"$volume\" ] || \(kubectl) patch pv \"$volume\" -p \(keep) ) && "
      + "\(inside) delete pvc \(claim.name) --ignore-not-found"
    return [
      keepAndDelete,
      #"\#(kubectl) patch pv \#(volume.name) --type=merge -p '{"spec":{"claimRef":{"uid":null,"resourceVersion":null}}}'"#,
      "printf %s \(Self.shellWord(object.oneLine)) | \(inside) create -f -",
    ]
  }

  /// A text as one word for a shell.
  private static func shellWord(_ text: String) -> String { "'" + text.replacing("'", with: "'\\''") + "'" }

  package func keptData(of changes: [RestoreChange]) -> [String] {
    changes.compactMap { InPlacePlan.Change($0) }.compactMap { change in
      guard case .deleteClaim(let claim) = change else { return nil }
      return claim.volume.map { $0.name }
    }
  }
}

extension InPlacePlan.Claim {
  /// The labels and annotations of a claim that are not the cluster's or Velero's own.
  static func ownMetadata(of claim: KubernetesObject) -> StructuredValue {
    let foreign = ["pv.kubernetes.io/", "volume.kubernetes.io/", "volume.beta.kubernetes.io/", "velero.io/"]
    func own(_ texts: [String: String]) -> StructuredValue? {
      let own = texts.filter { name, text in
        // What is long is a copy of something else, such as kubectl's of the whole object.
        !foreign.contains { name.hasPrefix($0) } && text.count <= 200
      }
      return own.isEmpty ? nil : .texts(own)
    }
    return .members(["labels": own(claim.labels), "annotations": own(claim.annotations)])
  }
}
