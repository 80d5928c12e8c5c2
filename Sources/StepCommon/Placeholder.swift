enum StepCommonPlaceholder {}
