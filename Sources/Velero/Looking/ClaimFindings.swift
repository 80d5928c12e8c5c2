internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues
internal import Timing

// What shows that a restore, in place or for a clone, has brought the data of a claim.
extension VeleroBackend {
  /// What is wrong with claims that a restore was to bring.
  struct ClaimFindings {
    /// A clause for each.
    var wrong: [String] = []
    /// Whether all that is wrong is a count that may be told a moment later.
    var mayBeCountedYet = false
  }

  /// Judges claims that bear the name of a restore by what shows that it has brought their data: a movement of data
  /// that names the claim, a snapshot that it is made from, or a volume that the restore has made.
  ///
  /// - Parameters:
  ///   - claims: those that it was to bring, with its label.
  ///   - view: the restore, which is completed.
  ///   - movements: what has moved its data.
  ///   - namespace: where the claims are.
  /// - Returns: what is wrong with them.
  /// - Throws: trouble that lasts.
  func findings(
    on claims: [ClusterContent.Claim], of view: RestoreView, _ movements: [Movement], in namespace: String
  ) throws(BackendError) -> ClaimFindings {
    var found = ClaimFindings()
    var uncounted: [ClusterContent.Claim] = []
    for claim in claims {
      guard !view.isYounger(than: claim) else {
        found.wrong.append(Self.stranger(claim, to: view))
        continue
      }
      let isFilled = movements.contains {
        $0.claim == claim.name && $0.namespace == namespace || $0.claimUID == claim.uid
      }
      if isFilled { continue }
      if try !isMadeFromSnapshot(claim, by: view, in: namespace) { uncounted.append(claim) }
    }
    guard let first = uncounted.first else { return found }
    if try access(view.reference.context, for: [namespace]).isNonAdmin {
      let counted = movements.count(where: \.isNameless)
      guard counted < uncounted.count else { return found }
      found.wrong.append("\(counted) of \(uncounted.count) volumes are counted as filled")
      // Its controller may count a moment later than it shows the end.
      let age = view.completedAt.map { currentTime - $0 } ?? .zero
      found.mayBeCountedYet = found.wrong.count == 1 && age < .seconds(60)
      return found
    }
    guard view.object.labels[Marking.purpose] == Marking.restore else {
      // Without its feature gate for CSI a server makes claims without their data, and calls the restore completed.
      found.wrong += uncounted.map {
        "volume claim \"\($0.name)\" may be empty: no data was moved into it, and it is made from no snapshot"
      }
      return found
    }
    let before = try restoreOfOthers(before: view, in: namespace)
    found.wrong.append(
      "volume claim \"\(first.name)\" (uid \(first.uid)) does not hold what Restore \"\(view.reference.name)\" was to bring: "
        + (before.map {
          "it holds what Restore \"\($0.reference.name)\" of somebody else has brought just before"
        }
          ?? "it was there before, and a restore leaves what is there as it is"))
    return found
  }

  static func stranger(_ claim: ClusterContent.Claim, to view: RestoreView) -> String {
    "volume claim \"\(claim.name)\" (uid \(claim.uid)) was not brought by Restore \"\(view.reference.name)\""
  }

  /// Whether a claim gets its data from a snapshot that a restore has brought: by a CSI driver, or as a volume.
  private func isMadeFromSnapshot(
    _ claim: ClusterContent.Claim, by view: RestoreView, in namespace: String
  ) throws(BackendError) -> Bool {
    let context = view.reference.context
    guard claim.isFromSnapshot else {
      guard !claim.volume.isEmpty else { return false }
      let sight = try client(context).look(
        at: .volume, claim.volume, in: nil, to: "see where volume \"\(claim.volume)\" comes from")
      if case .forbidden = sight, view.object.labels[Marking.purpose] == Marking.clone {
        return !claim.hasVolumeOfItsOwn
      }
      guard case .told(let volume?) = sight else { return false }
      // One that was there before gets the label, too.
      let isOlder = volume.creationTimestamp.map { made in view.createdAt.map { made < $0 } ?? true } ?? true
      return volume.labels[Names.restore] == view.runName && !isOlder
    }
    let isOlder = claim.createdAt.map { made in view.startedAt.map { made < $0 } ?? false } ?? false
    guard isOlder else { return true }
    return try restoreOfOthers(before: view, in: namespace) == nil
  }

  /// Another restore into the namespace, which was asked for a moment earlier: it runs first, and what it brings is left as it is.
  private func restoreOfOthers(
    before view: RestoreView, in namespace: String
  ) throws(BackendError) -> RestoreView? {
    let all = try restores(
      in: view.reference.context, of: [namespace], to: "list the restores into namespace \"\(namespace)\"")
    return all.first {
      $0.reference.uid != view.reference.uid && $0.fills(namespace) && $0.mayHaveRun(before: view)
    }
  }
}

extension RestoreView {
  /// Whether it was asked for after a claim was made.
  fileprivate func isYounger(than claim: ClusterContent.Claim) -> Bool {
    guard let made = claim.createdAt, let asked = createdAt else { return false }
    return made < asked
  }
}
