internal import ServiceSimulation
internal import SimulatedBackend

/// Watches the world from the outside: what production held, and which copies of it there were when it was
/// overwritten.
final class ServiceMonitor {
  /// Where the journal stood when this run began.
  let base: Int
  let tallyAtBase: Tally
  /// Everything that production has held in this run.
  private(set) var contents: [Content] = []
  /// Everything that this run's restores have overwritten by something else.
  private var overwritten: [Content] = []
  /// What was destroyed by this run's restores without a complete copy beside it.
  private(set) var losses: [String] = []

  /// The prerequisites that were so when the attempt in hand looked at them.
  private(set) var prerequisites: Set<Prerequisite> = []

  /// The recovery points of before this run.
  private let before: Set<String>
  /// The clones that were completed, of whatever run.
  private var completed: Set<String>
  /// Whether others may restore production too, from the older backup.
  private let others: Bool
  private var last: Content?
  /// Whether what production holds is what a restore that failed has left: nothing that anybody misses.
  private var isWreck = false
  /// Whether a restore of production has destroyed something, and not ended yet.
  private var isBegun = false
  /// Whether others' restore was under way at the last look.
  private var isInOthersHands = false
  private var copies: [Content] = []
  private var seen: Int

  /// Begins to watch.
  init(_ world: any SimulatedService, others: Bool = false) {
    self.others = others
    before = Set(world.recoveryPoints.map(\.id))
    completed = Self.completed(world.journal)
    (base, tallyAtBase, seen) = (world.journalCount, world.tally, world.journalCount)
    look(world)
  }

  /// Another attempt begins: what it says has to be so in its own time.
  func beginAttempt() {
    prerequisites = []
  }

  /// Takes one look at the world.
  func look(_ world: any SimulatedService) {
    // What is looked for changes with the journal only, and every event is looked at.
    guard world.journalCount > seen || last == nil else { return }
    if world.journalCount > seen {
      let changes = world.journal(from: seen)
      seen = world.journalCount
      completed.formUnion(Self.completed(changes))
      let isStripped = changes.contains {
        $0.event == .workloadsRemoved && $0.id == WorkedExample.production
      }
      if isStripped, let rows = last?.rows { last = Content(version: "", broken: false, rows: rows) }
      let begun = changes.filter { $0.event == .restoreBegan && $0.id == WorkedExample.production }
      // What a second one within one look destroys is what the first one left: nothing that anybody misses.
      // What others restore is their affair. A service may let ours wait for theirs, asked for a moment before it: nobody
      // has used production in between, and what theirs brought is in their backup.
      let isTheirs = begun.first.map { others && $0.related == WorkedExample.olderBackupID } ?? false
      if let first = begun.first, !isTheirs, !isWreck, !isInOthersHands { judge(world, first) }
      if !begun.isEmpty { (isBegun, isInOthersHands) = (true, isTheirs) }
      let ends = changes.filter {
        $0.id == WorkedExample.production && [.restoreFailed, .restoreFinished].contains($0.event)
      }
      if let end = ends.last {
        // One that failed before it began has left production as it was.
        isWreck = end.event == .restoreFailed && (isBegun || isWreck)
        isBegun = false
        if begun.isEmpty { isInOthersHands = false }
      }
    }
    let now = world.application(WorkedExample.production)?.content
    // What was put aside for a restore is kept, and is what the restore is judged by.
    let isPutAside = last.map { now?.rows.isEmpty ?? true && isKept($0, in: world) } ?? false
    // What is left meanwhile is no state of production: a copy of it holds nothing.
    if let now, now != last, !isPutAside {
      contents.append(now)
      // Somebody has written to it since.
      if !now.rows.isEmpty { isWreck = false }
    }
    if !isPutAside { last = now }
    copies = complete(in: world)
  }

  /// Sees a request that only looks, and the world that it looks at.
  func see(_ purpose: RequestPurpose, _ world: any SimulatedService) {
    let capabilities = world.capabilities
    for one in Prerequisite.allCases where one.isRead(by: purpose, at: capabilities) && one.holds(in: world) {
      prerequisites.insert(one)
    }
  }

  private func judge(_ world: any SimulatedService, _ restore: JournalEntry) {
    // What is overwritten by itself is not lost.
    let source = restore.related.flatMap { world.recoveryPoint($0)?.content }
    guard let last, last != source else { return }
    overwritten.append(last)
    guard !isHeld(last, by: copies + complete(in: world), and: world) else { return }
    losses.append("production held \(last), which no clone or snapshot of this time holds")
  }

  /// What this run has overwritten, and no complete copy holds any more.
  func noLongerHeld(by world: any SimulatedService) -> [Content] {
    let held = complete(in: world) + [world.application(WorkedExample.production)?.content].compactMap { $0 }
    return overwritten.filter { !isHeld($0, by: held, and: world) }
  }

  /// Whether copies hold a content; its rows may be in volumes that are kept, too.
  ///
  /// Of a content without a version others have removed all that ran: nothing but its rows can be held.
  private func isHeld(_ content: Content, by copies: [Content], and world: any SimulatedService) -> Bool {
    let isKept = isKept(content, in: world)
    if isKept, content.version.isEmpty { return true }
    return copies.contains {
      ($0.version, $0.broken) == (content.version, content.broken)
        && (isKept || Set(content.rows).isSubset(of: $0.rows))
    }
  }

  private func isKept(_ content: Content, in world: any SimulatedService) -> Bool {
    world.keptRows(of: WorkedExample.production).contains(content.rows)
  }

  private static func completed(_ changes: [JournalEntry]) -> Set<String> {
    Set(changes.filter { $0.event == .completed && $0.kind == .clone }.map(\.id))
  }

  /// What the complete copies of production hold: clones, of whatever run, and this run's whole snapshots.
  ///
  /// A complete clone is looked through again from time to time.
  private func complete(in world: any SimulatedService) -> [Content] {
    let clones = world.applications.filter {
      $0.sourceID == WorkedExample.production
        && ($0.state == "ready" || $0.state == "discovering" && completed.contains($0.id))
    }
    let snapshots = world.recoveryPoints.filter {
      $0.kind == .snapshot && $0.application == WorkedExample.production && $0.state == "completed"
        && $0.hookState != "failed" && !before.contains($0.id)
    }
    return (clones.map(\.content) + snapshots.map(\.content)).compactMap { $0 }
  }
}
