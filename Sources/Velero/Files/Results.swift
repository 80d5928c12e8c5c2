internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
package import StructuredValues
internal import Text
internal import Timing

/// What the results file of a backup or a restore says: the only place with the texts of its errors and warnings.
///
/// `{"errors": {"velero": […], "cluster": […], "namespaces": {"shop": […]}}, "warnings": {…}}`, each part being left out
/// where it is empty (Velero's `pkg/util/results`).
package struct RunResults: Hashable {
  /// The texts as they are there: those of Velero itself, of the cluster, and of namespaces by their names.
  package var errors: [String]
  package var warnings: [String]

  /// Reads a document; nil if it is another one.
  package init?(_ document: StructuredValue) {
    guard case .object(let members) = document,
      members.contains(where: { ["errors", "warnings"].contains($0.name) })
    else { return nil }
    errors = Self.texts(document["errors"])
    warnings = Self.texts(document["warnings"])
  }

  /// How many texts a message shows, and how long each may be, in characters.
  package static let mostShown = 3
  package static let longestText = 200

  /// Some texts as a clause, made safe for a report: `no space left; volume "db" is gone; and 4 more`; nil if there are none.
  ///
  /// A text that is there several times is shown once. Of addresses neither user nor query is shown, which may let
  /// somebody in.
  package static func clause(_ texts: [String]) -> String? {
    var seen: Set<String> = []
    var shown: [String] = []
    for text in texts where shown.count < mostShown {
      // Made safe first: what is hidden in an address would keep it from being known as one.
      let safe = cleanLine(text, limit: 20 * longestText)
      let line = cleanLine(withoutQueries(withoutUserInformation(safe)), limit: longestText)
      if !line.isEmpty, seen.insert(line).inserted { shown.append(line) }
    }
    guard !shown.isEmpty else { return nil }
    // Those that were passed over because they are shown already are no others.
    let others = Set(texts).count - shown.count
    return shown.joined(separator: "; ") + (others > 0 ? "; and \(others) more" : "")
  }

  private static func texts(_ part: StructuredValue?) -> [String] {
    var texts = (part?["velero"]?.texts ?? []) + (part?["cluster"]?.texts ?? [])
    guard case .object(let namespaces)? = part?["namespaces"] else { return texts }
    for namespace in namespaces.ordered(by: { $0.name < $1.name }) { texts += namespace.value.texts }
    return texts
  }

  /// The text without what stands behind the `?` of addresses, whole or not: a signature lets in whoever has it.
  private static func withoutQueries(_ text: String) -> String {
    guard text.contains("?") else { return text }
    return text.split(separator: " ", omittingEmptySubsequences: false).map { word in
      guard let query = word.firstIndex(of: "?"),
        word.contains("://") || word[query...].contains("=")
      else { return String(word) }
      return word[..<query] + "?…"
    }.joined(separator: " ")
  }
}

// What the objects of backups and restores only count.
extension VeleroBackend {
  /// Reads what went wrong with a backup or a restore that has ended, unless that is known or was tried: the texts of its
  /// file, and without these what became of the data of its volumes.
  ///
  /// Only of one that this run has made or has seen under way: whoever removes old ones has no use for it.
  func readReasons(
    of object: KubernetesObject, _ file: BucketFile, in context: String
  ) throws(BackendError) {
    guard fetched.reasons[object.uid] == nil, isOwn(object) else { return }
    let state = RunState(object)
    switch state.progress {
    case .partial: break
    // Every restore warns of what is there already.
    case .completed where state.hookFailure != nil || state.warnings > 0 && file == .backupResults: break
    case .completed, .running, .blocked, .failed, .goes: return
    }
    if files != nil, let document = try read(file, of: object, in: context),
      let results = RunResults(document)
    {
      let texts = results.errors.isEmpty ? results.warnings : results.errors
      fetched.reasons[object.uid] = RunResults.clause(texts)
    }
    guard case .partial = state.progress, fetched.reasons[object.uid] == nil,
      fetched.looked.insert(object.uid).inserted
    else { return }
    let lost = try movements(of: object, isRestore: file == .restoreResults, in: context).filter(\.isLost)
    fetched.reasons[object.uid] = RunResults.clause(lost.map(\.clause))
  }

  /// What has moved the data of a run, as far as that can be had: no step ends otherwise for it.
  private func movements(
    of object: KubernetesObject, isRestore: Bool, in context: String
  ) throws(BackendError) -> [Movement] {
    do throws(BackendError) {
      guard !isRestore else { return try movements(outOf: RestoreView(object, in: context)) ?? [] }
      let all = try movements(
        Kinds.uploads, in: context, labels: Movement.selector(ofBackup: object.name), by: Names.backup)
      return Movement.of(backup: object.name, among: all ?? [:])
    } catch {
      if case .interrupted = error.kind { throw error }
      return []
    }
  }

  /// What is known of it beyond its own object, to follow a count: `: no space left`; empty where nothing is.
  func reasons(of object: KubernetesObject) -> String { fetched.reasons[object.uid].map { ": \($0)" } ?? "" }

  private func isOwn(_ object: KubernetesObject) -> Bool {
    object.labels[Marking.managedBy] == Marking.tool
      && object.annotations[Marking.run] == settings.signature.run
  }
}
