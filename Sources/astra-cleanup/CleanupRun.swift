internal import StepCommon

/// What a cleanup does in a run: what is to go, what proves that it may, and how it goes.
struct CleanupRun: StepPart {
  let run: StepRun
}
