enum AstraSimulatorPlaceholder {}
