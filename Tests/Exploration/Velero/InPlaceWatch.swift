internal import Exploration
internal import KubernetesSimulator
internal import ServiceSimulation
internal import SimulatedBackend
internal import SimulatorSupport
internal import VeleroSimulation

/// Watches an in-place restore, which puts volumes aside before it fills new ones: nothing that customers wrote may go,
/// what is put aside has to be named, and nobody may let the application run on half of it.
final class InPlaceWatch: WorldWatch {
  private static let (cluster, namespace) = ("ocp-prod", "magento-prod")

  /// Whether others change what the steps work with.
  private let others: Bool
  /// The volumes that production has had with something in them, as they were last seen.
  private var volumes: [String: VolumeView] = [:]
  /// Those whose policy somebody else has set back, and at which look that was seen.
  private var endangered: [String: Int] = [:]
  /// Those that a step has nevertheless deleted the claim of, though a look before that would have shown it.
  private var neglected: Set<String> = []
  private var looks = 0
  /// The claims that the steps have asked to delete: their names, and the uids that they had then.
  private var deleted: Set<String> = []
  private var deletedUIDs: Set<String> = []
  private var workloads: [String: Int] = [:]
  private let atFirst: [String: Int]
  /// The workload that a step was about to change at the last look.
  private var patched: String?
  /// Whether every claim that was deleted has been there again with what a restore has brought; others may take it away later.
  private var isProven = false
  private var revision = -1
  /// Everything that the steps have said.
  private var said = ""
  private var told: [String] = []

  /// Begins to watch a world.
  init(_ world: any SimulatedService, others: Bool) {
    self.others = others
    atFirst = Self.workloads(in: world)
    see(world)
  }

  func look(_ world: any SimulatedService, before event: SiteEvent) {
    looks += 1
    see(world)
    patched = nil
    guard case .request(let method, let target, _) = event else { return }
    let parts = target.prefix { $0 != "?" }.split(separator: "/").map { String($0) }
    if method == "POST", parts.last == "backups", isStopped, !others {
      tell("a copy was asked for while a restore had stopped the application")
    }
    guard parts.contains(Self.namespace), let name = parts.last else { return }
    if method == "DELETE", parts.contains("persistentvolumeclaims") {
      deleted.insert(name)
      isProven = false
      for volume in volumes.values where volume.claim == name && volume.phase == "Bound" {
        deletedUIDs.insert(volume.claimUID)
        if let since = endangered[volume.name], since < looks { neglected.insert(volume.name) }
      }
    }
    if method == "PATCH", parts.contains("deployments") || parts.contains("statefulsets") {
      patched = name
    }
  }

  func hear(_ said: String, code: Int32?, _ world: any SimulatedService) {
    self.said += said
    see(world)
    for volume in putAside where !self.said.contains(volume.name) {
      tell(
        "volume \(volume.name) with \(volume.rows.count) rows was put aside, and nothing that was said names it"
      )
    }
    // Whoever reads the last words alone has to find it too.
    guard code == 1 else { return }
    for volume in putAside where !said.contains(volume.name) && said.contains("astra-restore: error") {
      tell(
        "the restore failed, and its message does not name volume \(volume.name), which holds what was before"
      )
    }
  }

  func violations(_ world: any SimulatedService, isComplete: Bool) -> [String] {
    see(world)
    guard isComplete, !others else { return told }
    var found = told
    let now = Self.workloads(in: world)
    for (name, count) in atFirst.sorted(by: { $0.key < $1.key }) where now[name] != count {
      found.append("workload \(name) wants \(now[name] ?? 0) pods, and wanted \(count) before")
    }
    return found
  }

  /// Whether every workload that ran has been stopped, and the restore is not proven.
  private var isStopped: Bool {
    !isProven && atFirst.allSatisfy { $0.value == 0 || workloads[$0.key] == 0 }
  }

  private func tell(_ sentence: String) {
    if !told.contains(sentence) { told.append(sentence) }
  }

  /// The volumes that hold what production has held, and that the steps have taken from it.
  private var putAside: [VolumeView] {
    volumes.values.filter { $0.phase == "Released" && deletedUIDs.contains($0.claimUID) }.sorted {
      $0.name < $1.name
    }
  }

  private func see(_ world: any SimulatedService) {
    guard let world = (world as? VeleroService)?.world else { return }
    let store = world.clusters[0].store
    guard store.revision != revision else { return }
    revision = store.revision
    let now = Dictionary(
      world.volumes(of: Self.cluster).filter { $0.namespace == Self.namespace }.map { ($0.name, $0) },
      uniquingKeysWith: { $1 })
    for (name, volume) in now where !volume.rows.isEmpty {
      if let before = volumes[name], before.reclaimPolicy == "Retain", volume.reclaimPolicy != "Retain" {
        endangered[name] = looks
      }
      volumes[name] = volume
    }
    for (name, volume) in volumes where (now[name]?.rows ?? []).isEmpty {
      volumes[name] = nil
      let isOthers =
        endangered[name] != nil && !neglected.contains(name)
        || others && !deletedUIDs.contains(volume.claimUID)
      if !isOthers { tell("volume \(name) is gone, with \(volume.rows.count) rows of production") }
    }
    let wanted = Self.workloads(in: world)
    if let patched, !isProven, workloads[patched] == 0, wanted[patched] ?? 0 > 0 {
      tell("\(patched) was started before the restore was proven")
    }
    workloads = wanted
    if holdsAll(world) { isProven = true }
  }

  /// Whether every claim that was put aside is there again with what a restore has brought.
  private func holdsAll(_ world: KubernetesWorld) -> Bool {
    let bound = world.volumes(of: Self.cluster).filter {
      $0.namespace == Self.namespace && $0.phase == "Bound" && !$0.rows.isEmpty
        && !deletedUIDs.contains($0.claimUID)
    }
    return deleted.allSatisfy { name in bound.contains { $0.claim == name } }
  }

  private static func workloads(in service: any SimulatedService) -> [String: Int] {
    (service as? VeleroService).map { workloads(in: $0.world) } ?? [:]
  }

  private static func workloads(in world: KubernetesWorld) -> [String: Int] {
    let store = world.clusters[0].store
    let all =
      store.objects("deployments.apps", in: namespace) + store.objects("statefulsets.apps", in: namespace)
    return Dictionary(
      all.map { ($0.name ?? "", $0.value(at: "spec.replicas")?.integer ?? 1) }, uniquingKeysWith: { $1 })
  }
}
