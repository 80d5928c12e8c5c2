import StepCommon
import StepTestSupport
import Testing

/// The pages of the steps name what there is: flags, variables, defaults, phases and output keys.
///
/// `ASTRA_WRITE_PAGES=1 ./test --filter ParameterTable` writes the tables of parameters anew.
struct ParameterTableTests {
  @Test func theTablesAreThoseOfHelp() throws {
    let mark = "Parameters"
    let common = try ParameterTable.common()
    #expect(common.count > 15 && common.contains { $0.variables == ["ASTRA_API_TOKEN"] })
    try Page.expect(Page.ofAllSteps, below: mark) { _ in ParameterTable.text(common) }
    for step in StepTypes.all {
      let own = try ParameterTable.own(step)
      // A look at everything needs no name.
      #expect(own.count > 4, "\(step.identity.name)")
      #expect(
        own.contains { $0.isRequired } || step.identity.name == StepName.status.program,
        "\(step.identity.name)")
      try Page.expect(try Page(of: step).path, below: mark) { _ in ParameterTable.text(own) }
    }
  }

  @Test func everyStepIsAmongThem() {
    #expect(StepTypes.all.map { $0.identity.name } == StepName.allCases.map(\.program))
  }

  @Test func theTablesNameEveryPhaseInItsOrder() throws {
    func compare<S: Step>(_ step: S.Type) throws {
      let phases = try Page(of: step).rows(below: "## Phases", headed: "Phase").map { $0[0] }
      #expect(phases == S.phases.map(\.name), "\(S.identity.name)")
      #expect(Runner<S>.phaseNames == ["check parameters"] + phases + ["write output values"])
    }
    for step in StepTypes.all { try compare(step) }
    let shared = try Page(Page.ofAllSteps).text
    #expect(shared.contains("`check parameters`") && shared.contains("`write output values`"))
  }

  @Test func theTablesNameEveryOutputKey() throws {
    for step in StepTypes.all {
      #expect(try keys(of: step) == step.outputKeys, "\(step.identity.name)")
    }
  }

  /// A file of values may become the environment of later stages: none of them may be taken for a parameter there.
  @Test func noOutputKeyIsTheNameOfAParameter() throws {
    let known = try StepTypes.all.flatMap { try keys(of: $0) }
    let rows = try ParameterTable.common() + StepTypes.all.flatMap { try ParameterTable.own($0) }
    let variables = rows.flatMap(\.variables)
    #expect(known.count > 20 && variables.count > 30 && Set(known).isDisjoint(with: variables))
  }

  /// The keys that a step's page names.
  private func keys(of step: any Step.Type) throws -> [String] {
    let heading = "## Values for later stages"
    let page = try Page(of: step)
    guard !step.outputKeys.isEmpty else {
      #expect(!page.text.contains(heading), "\(page.path)")
      return []
    }
    return try page.rows(below: heading, headed: "Key").map { $0[0].filter { $0 != "`" } }
  }
}
