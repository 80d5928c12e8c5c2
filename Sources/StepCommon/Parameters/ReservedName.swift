/// Names that have a meaning of their own, so that nothing may be made under them.
package enum ReservedName {
  /// What `astra-restore` takes for the newest recovery point that fits, whatever is called so.
  package static let latest = "latest"
  /// The beginning of the names of the snapshots that `astra-restore` makes as evidence; `latest` passes over them.
  package static let evidence = "evidence-"

  /// Throws if the label of something new is reserved.
  ///
  /// - Parameters:
  ///   - label: the label.
  ///   - isCopy: whether what is made is a backup or a snapshot.
  ///   - title: where the name comes from, for messages.
  /// - Throws: `.badParameter` if it does.
  package static func check(_ label: String, isCopy: Bool, from title: String) throws(StepFailure) {
    guard label != latest else {
      throw .badParameter(
        "\(title) is \"\(label)\", which means the newest recovery point: give another name"
      )
    }
    guard !isCopy || !label.hasPrefix(evidence) else {
      throw .badParameter(
        "\(title) is \"\(label)\": names that begin with \"\(evidence)\" are kept for the evidence of astra-restore: give another"
      )
    }
  }
}
