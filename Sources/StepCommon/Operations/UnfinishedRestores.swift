package import AppProtection

extension RestoreChanges.Holder {
  /// What becomes of a restore of several changes that another run has begun.
  package var remedy: String {
    Self.remedy(hasName: run != nil) + (release.map { "; only if that record is gone: \($0)" } ?? "")
  }

  /// The same, of a run of which no more is known than whether it has a name.
  package static func remedy(hasName: Bool) -> String {
    "run astra-restore again in that run, with \(hasName ? "its" : "no") \(Common.run.title), its report folder and the same "
      + "recovery point: it goes on; the volumes of before are kept, and named in its record"
  }
}
