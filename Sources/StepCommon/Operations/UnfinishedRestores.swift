package import AppProtection

extension RestoreChanges.Holder {
  /// What becomes of a restore of several changes that another run has begun.
  package static var remedy: String {
    "run astra-restore again in that run, with its \(Common.run.title), its report folder and the same recovery point: it goes on; "
      + "the volumes of before are kept, and named in its record"
  }
}
