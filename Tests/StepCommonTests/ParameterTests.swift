import StepCommon
import Testing
import Timing

/// How parameters are read: flag, variables, empty values.
struct ParameterTests {
  private let application = Parameter(
    "application", "ASTRA_APP_NAME", "PROD_APP_NAME", meaning: "the application")
  private func reader(_ environment: [String: String]) -> ParameterReader {
    ParameterReader(environment: environment)
  }

  @Test func aFlagCountsBeforeItsVariablesInTheirOrder() throws {
    let reader = reader(["ASTRA_APP_NAME": "second", "PROD_APP_NAME": "third"])
    #expect(try reader.text(application, flag: "first") == "first")
    #expect(try reader.text(application, flag: nil) == "second")
    #expect(
      try self.reader(["ASTRA_APP_NAME": "", "PROD_APP_NAME": "third"]).text(application, flag: nil)
        == "third")
    #expect(try self.reader(["ASTRA_APP_NAME": "  "]).text(application, flag: nil) == nil)
    #expect(try self.reader(["PROD_APP_NAME": " a b \n"]).text(application, flag: nil) == "a b")
  }

  @Test func messagesNameTheParameterAndWhatWouldBeRight() {
    #expect(throws: StepFailure.self) { try reader([:]).required(application, flag: nil) }
    do {
      _ = try reader([:]).required(application, flag: nil)
    } catch {
      #expect(
        error.message == "ASTRA_APP_NAME or PROD_APP_NAME (--application) is not set: give the application")
      #expect(error.code == .badParameter)
    }
  }

  @Test(arguments: [
    ("true", true), ("1", true), ("YES", true), ("false", false), ("0", false), ("no", false),
  ])
  func truthIsReadInSeveralSpellings(text: String, truth: Bool) throws {
    let parameter = Parameter("dry-run", "X", meaning: "x")
    #expect(try reader(["X": text]).truth(parameter, flag: false) == truth)
    #expect(try reader(["X": "false"]).truth(parameter, flag: true), "a flag overrides its variable")
  }

  @Test func runsAreNamedByWhatTheCISystemSays() throws {
    #expect(
      try RunIdentity.detect(reader(["BUILD_TAG": "jenkins-x-1", "GITHUB_RUN_ID": "7"])) == "jenkins-x-1")
    #expect(try RunIdentity.detect(reader(["GITHUB_RUN_ID": "7"])) == "github-7")
    #expect(try RunIdentity.detect(reader(["CI_PIPELINE_ID": "8"])) == "gitlab-8")
    #expect(try RunIdentity.detect(reader(["BUILD_TAG": " "])) == nil)
    #expect(try RunIdentity.detect(reader([:])) == nil)
  }

  @Test func exitCodesAreATableWithoutGapsOrRepetitions() {
    let codes = ExitCode.table.map(\.code.rawValue)
    #expect(codes == [0, 1, 64, 65, 69, 70, 73, 75, 76, 77, 78, 130, 143])
    #expect(Set(codes).count == codes.count)
  }
}
