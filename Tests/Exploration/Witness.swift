internal import AstraSimulator
internal import SimulatedBackend

/// Watches the world from the outside: what production held, and which copies of it there were when it was
/// overwritten.
final class Witness {
  /// Where the journal stood when this run began.
  let base: Int
  let tallyAtBase: Tally
  /// Everything that production has held in this run.
  private(set) var contents: [Content] = []
  /// What was destroyed by this run's restores without a complete copy beside it.
  private(set) var losses: [String] = []

  /// Whether others may restore production too, from the older backup.
  private let others: Bool
  private var last: Content?
  private var copies: [Content] = []
  private var seen: Int

  /// Begins to watch.
  init(_ world: World, others: Bool = false) {
    self.others = others
    (base, tallyAtBase, seen) = (world.journal.count, world.tally, world.journal.count)
    look(world)
  }

  /// Takes one look at the world.
  func look(_ world: World) {
    if world.journal.count > seen {
      let news = world.journal[seen...]
      seen = world.journal.count
      let begun = news.filter { $0.event == .restoreBegan && $0.id == Shop.production }
      // What a second one within one look destroys is what the first one left: nothing that anybody misses.
      // What others restore is their affair.
      if let first = begun.first, !(others && first.related == Shop.olderBackupID) { judge(world) }
    }
    let now = world.application(Shop.production)?.content
    if let now, now != last { contents.append(now) }
    last = now
    copies = Self.copies(in: world)
  }

  private func judge(_ world: World) {
    guard let last, !(copies + Self.copies(in: world)).contains(last) else { return }
    losses.append("production held \(last), which no clone or snapshot of this time holds")
  }

  /// What the complete copies hold that were made since the world's start: ready clones and whole snapshots.
  private static func copies(in world: World) -> [Content] {
    let clones = world.applications.filter { $0.sourceAppID == Shop.production && $0.state == "ready" }
    let snapshots = world.points.filter {
      $0.kind == .snapshot && $0.application == Shop.production && $0.state == "completed"
        && $0.hookState != "failed" && $0.created >= .zero
    }
    return (clones.map(\.content) + snapshots.map(\.content)).compactMap { $0 }
  }
}
