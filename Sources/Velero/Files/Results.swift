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
    for namespace in namespaces.sorted(by: { $0.name < $1.name }) { texts += namespace.value.texts }
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
  /// Reads the texts of what a backup tells of that has ended, unless that is known or was tried.
  ///
  /// Only of one that this run has made or has seen under way: whoever removes old ones has no use for it.
  func readReasons(
    of object: KubernetesObject, _ file: BucketFile, in context: String
  ) throws(BackendError) {
    guard files != nil, fetched.reasons[object.uid] == nil, isOwn(object) else { return }
    let state = RunState(object)
    switch state.progress {
    case .partial: break
    // Every restore warns of what is there already.
    case .completed where state.hookFailure != nil || state.warnings > 0 && file == .backupResults: break
    case .completed, .running, .blocked, .failed, .goes: return
    }
    guard let document = try read(file, of: object, in: context), let results = RunResults(document)
    else { return }
    let texts = results.errors.isEmpty ? results.warnings : results.errors
    fetched.reasons[object.uid] = RunResults.clause(texts)
  }

  /// What is known of it from its results file, to follow a count: `: no space left`; empty where nothing is.
  func reasons(of object: KubernetesObject) -> String { fetched.reasons[object.uid].map { ": \($0)" } ?? "" }

  private func isOwn(_ object: KubernetesObject) -> Bool {
    object.labels[Marking.managedBy] == Marking.tool
      && object.annotations[Marking.run] == settings.signature.run
  }
}
