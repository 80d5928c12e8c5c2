// Looks at what there is, of which nothing may be claimed that is not there, nor left out in silence.
extension Mission {
  /// A look at production.
  static let status = Mission(name: "status", stages: [Stage(program: .status, arguments: ["--json"])])

  /// Looks at production with its clone and its evidence, and at everything.
  static let looks: [Mission] = [
    Mission(
      name: "status-of-clone",
      stages: [clone, restore, Stage(program: .status, arguments: ["--json"])], isVariant: true, prepared: 2),
    Mission(
      name: "status-of-all", stages: [clone, Stage(program: .status, arguments: ["--json", "--all"])],
      isVariant: true, prepared: 1),
  ]
}
