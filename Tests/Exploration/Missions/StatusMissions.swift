// Looks at what there is, of which nothing may be claimed that is not there, nor left out in silence.
extension Mission {
  /// A look at production.
  static let status = Mission(name: "status", stages: [Stage(program: .status, arguments: ["--json"])])

  /// Looks at production with its clone and its evidence, and at everything.
  static let looks: [Mission] = [
    Mission(
      name: "status-of-clone",
      stages: [clone, restore, Stage(program: .status, arguments: ["--json"])], isVariant: true, prepared: 2),
    // Whose they are is known from the backend alone.
    Mission(
      name: "status-elsewhere",
      stages: [
        clone, restore, Stage(program: .status, arguments: ["--json"], records: .gone("astra-")),
      ], isVariant: true, prepared: 2, kinds: .waysOfSeeing),
    Mission(
      name: "status-of-all", stages: [clone, Stage(program: .status, arguments: ["--json", "--all"])],
      isVariant: true, prepared: 1),
  ]
}
