package import Timing

/// A volume with the data of before an in-place restore, which the restore has put aside.
package struct KeptVolume: Hashable, Sendable {
  package var name: String
  /// What tells it apart from any other of its name.
  package var uid: String
  /// The claim whose data it holds.
  package var claim: String
  /// `completed` while it is kept, `deleting`, or `failed` where it cannot be removed.
  package var state: RecoveryPoint.State
  /// When it was put aside, by the backend's clock; nil if nothing tells.
  package var keptAt: Timestamp?
  /// The pipeline run that has put it aside, if it says so.
  package var run: String?
  /// Why it must stay, as a clause; nil where the backend proves that the restore has brought its data in its place.
  package var objection: String?

  /// Names a volume.
  package init(
    name: String, uid: String, claim: String, state: RecoveryPoint.State, keptAt: Timestamp?
  ) {
    (self.name, self.uid, self.claim, self.state, self.keptAt) = (name, uid, claim, state, keptAt)
  }
}
