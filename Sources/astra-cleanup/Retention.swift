internal import AppProtection
internal import Timing

/// Which of an application's backups go, and which stay: the rule by itself.
struct Retention {
  let keep: Int
  let pattern: NamePattern
  /// Backups that stay whatever their age, and why.
  let held: [RecoveryPoint.ID: String]
  /// Backups that this run has begun to remove: going, or failed on the way, they go to the end of it.
  let begun: Set<RecoveryPoint.ID>

  /// What is to become of the backups that the pattern fits; those that it does not fit are not in it.
  struct Decision {
    /// The newest good ones, the newest first.
    var kept: [RecoveryPoint] = []
    /// Those that go: what has been begun, then the oldest first.
    var toRemove: [RecoveryPoint] = []
    /// Those that neither count nor go, and why.
    var passedOver: [(point: RecoveryPoint, reason: String)] = []
  }

  /// What a backup is beside one to go back to; nil for one that is nothing else.
  private static func otherPurpose(of backup: RecoveryPoint) -> String? {
    if let clone = CarrierMark.clone(of: backup) { return "it was made for clone \"\(clone.name)\"" }
    if EvidenceMark.isNamed(backup) { return "it is evidence" }
    let others = backup.otherNamespaces
    return others.isEmpty ? nil : "it is a backup of others, too (\(others.joined(separator: ", ")))"
  }

  /// Sorts the backups of an application.
  func decision(on backups: [RecoveryPoint]) -> Decision {
    var decision = Decision()
    var good: [(point: RecoveryPoint, made: Timestamp)] = []
    for backup in backups where pattern.fits(backup.name) {
      if backup.isScheduled {
        decision.passedOver.append((backup, "a schedule made it"))
      } else if let reason = Self.otherPurpose(of: backup) {
        decision.passedOver.append((backup, reason))
      } else if begun.contains(backup.id), backup.state == .deleting || backup.state == .failed {
        decision.toRemove.append(backup)
      } else if backup.state != .completed {
        decision.passedOver.append((backup, "it is \(backup.state)"))
      } else if backup.hooks.didFail {
        decision.passedOver.append((backup, "its execution hooks failed"))
      } else if let made = backup.createdAt {
        good.append((backup, made))
      } else {
        decision.passedOver.append((backup, "the time it was made is not known"))
      }
    }
    good = good.ordered { ($0.made, $0.point.id.text) > ($1.made, $1.point.id.text) }
    // What was made in the same second as the last of those that are kept is no older than it.
    let oldestKept = good.prefix(keep).last?.made
    var old: [RecoveryPoint] = []
    for (point, made) in good {
      if let oldestKept, made >= oldestKept {
        decision.kept.append(point)
      } else if let reason = held[point.id] {
        decision.passedOver.append((point, reason))
      } else {
        old.insert(point, at: 0)
      }
    }
    decision.toRemove += old
    return decision
  }
}
