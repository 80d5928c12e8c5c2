internal import StepCommon

/// What an in-place restore does in a run: its evidence, its request, and what is under way already.
struct RestoreRun: StepPart {
  let run: StepRun
}
