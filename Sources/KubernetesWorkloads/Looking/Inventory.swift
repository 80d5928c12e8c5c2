package import AppProtection
internal import KubernetesAPI

/// What an application had when a copy of it was asked for, as the copy's annotation says.
package struct Inventory {
  package var claims: Set<String> = []
  /// Workloads by their titles, and whether they were available.
  package var workloads: [String: Bool] = [:]
  /// Services by their names, and whether a load balancer had given them an address.
  package var services: [String: Bool] = [:]

  /// Begins with nothing.
  package init() {}

  /// Reads the annotation of a copy.
  package init(_ text: String) {
    for part in text.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { continue }
      let names = sides[1].split(separator: ",").map { String($0) }
      switch sides[0] {
      case "claims": claims = Set(names)
      case "workloads":
        for name in names {
          let isBroken = name.hasSuffix("?")
          let title = (isBroken ? String(name.dropLast()) : name).split(separator: "/", maxSplits: 1)
          if title.count == 2 { workloads["\(title[0]) \(title[1])"] = !isBroken }
        }
      case "services":
        for name in names {
          services[name.hasSuffix("!") ? String(name.dropLast()) : name] = name.hasSuffix("!")
        }
      default: break
      }
    }
  }
}

extension Inventory {
  /// What it names, as resources; the annotation keeps no namespaces.
  package var assets: [Asset] {
    claims.map { Asset(group: "", kind: "PersistentVolumeClaim", name: $0, namespace: nil) }
      + workloads.keys.map { title in
        let sides = title.split(separator: " ", maxSplits: 1)
        return Asset(group: "apps", kind: String(sides[0]), name: String(sides[1]), namespace: nil)
      } + services.keys.map { Asset(group: "", kind: "Service", name: $0, namespace: nil) }
  }
}

// What comes and goes at a site is neither missed nor waited for.
extension Inventory {
  mutating func leaveAside(_ kinds: IgnoredKinds) {
    workloads = workloads.filter { !kinds.contains(String($0.key.prefix { $0 != " " }), group: "apps") }
    if kinds.contains(ResourceKind.service.kind, group: "") { services = [:] }
  }
}

extension ClusterContent {
  mutating func leaveAside(_ kinds: IgnoredKinds) {
    workloads.removeAll { kinds.contains($0.kind, group: "apps") }
    if kinds.contains(ResourceKind.service.kind, group: "") { services = [] }
  }

  /// The services that a copy had and that are not there.
  func lacking(_ inventory: Inventory) -> [String] {
    Set(inventory.services.keys).subtracting(services.map(\.name)).sorted().map { "Service \($0)" }
  }
}
