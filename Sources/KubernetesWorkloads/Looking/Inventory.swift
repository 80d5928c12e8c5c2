package import AppProtection
internal import KubernetesAPI

/// What an application had when a copy of it was asked for, as the copy's annotation says.
package struct Inventory {
  package var claims: Set<String> = []
  /// Workloads by their titles, and whether they were available.
  package var workloads: [String: Bool] = [:]
  /// Services by their names, and whether a load balancer had given them an address.
  package var services: [String: Bool] = [:]
  /// How often a name occurs that occurs more than once, in several namespaces, by `claim db`, `Deployment web`,
  /// `Service web`.
  private(set) var repeated: [String: Int] = [:]

  /// Begins with nothing.
  package init() {}

  /// Reads the annotation of a copy.
  package init(_ text: String) {
    for part in text.split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { continue }
      let names = sides[1].split(separator: ",").map { String($0) }
      switch sides[0] {
      case "claims":
        claims = Set(names)
        for name in names { repeated["claim \(name)", default: 0] += 1 }
      case "workloads":
        for name in names {
          let isBroken = name.hasSuffix("?")
          let title = (isBroken ? String(name.dropLast()) : name).split(separator: "/", maxSplits: 1)
          guard title.count == 2 else { continue }
          // Of two of one name one that did not run is enough for neither to be waited for.
          let full = "\(title[0]) \(title[1])"
          workloads[full] = workloads[full] != false && !isBroken
          repeated[full, default: 0] += 1
        }
      case "services":
        for name in names {
          let (plain, hasAddress) =
            name.hasSuffix("!") ? (String(name.dropLast()), true) : (name, false)
          services[plain] = services[plain] != false && hasAddress
          repeated["Service \(plain)", default: 0] += 1
        }
      default: break
      }
    }
    repeated = repeated.filter { $0.value > 1 }
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
    repeated = repeated.filter {
      let kind = String($0.key.prefix { $0 != " " })
      return !kinds.contains(kind, group: kind == ResourceKind.service.kind ? "" : "apps")
    }
  }

  /// Of what occurs in several namespaces, what occurs more seldom now: a clause for each.
  func lacking(_ seen: [String], of kinds: [String]) -> [String] {
    let counts = Dictionary(seen.map { ($0, 1) }, uniquingKeysWith: +)
    return repeated.filter { entry in
      kinds.contains { entry.key.hasPrefix("\($0) ") } && counts[entry.key, default: 0] < entry.value
    }
    .ordered { $0.key < $1.key }
    .map { "\($0.key) in \($0.value - counts[$0.key, default: 0]) of \($0.value) namespaces" }
  }
}

extension ClusterContent {
  mutating func leaveAside(_ kinds: IgnoredKinds) {
    workloads.removeAll { kinds.contains($0.kind, group: "apps") }
    if kinds.contains(ResourceKind.service.kind, group: "") { services = [] }
  }

  /// The services that a copy had and that are not there.
  func lacking(_ inventory: Inventory) -> [String] {
    let lost = Set(inventory.services.keys).subtracting(services.map(\.name)).sorted().map { "Service \($0)" }
    return lost.isEmpty ? inventory.lacking(services.map { "Service \($0.name)" }, of: ["Service"]) : lost
  }
}
