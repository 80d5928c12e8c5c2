package import StepCommon

/// What a cleanup does in a run: what is to go, what proves that it may, and how it goes.
package struct CleanupRun: StepPart {
  package let run: StepRun

  /// Works in a run.
  package init(_ run: StepRun) {
    self.run = run
  }
}
