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
    func name(_ environment: [String: String]) throws -> String? {
      try RunIdentity.detect(reader(environment))?.name
    }
    #expect(try name(["BUILD_TAG": "jenkins-x-1", "GITHUB_RUN_ID": "7"]) == "jenkins-x-1")
    #expect(try name(["GITHUB_RUN_ID": "7"]) == "github-7")
    #expect(try name(["CI_PIPELINE_ID": "8"]) == "gitlab-8")
    #expect(try name(["BUILD_TAG": " "]) == nil)
    #expect(try name([:]) == nil)
  }

  @Test(
    arguments: RunIdentity.wordsForNone + [
      "Latest", "MAIN", "$(Build.BuildId)", "${BUILD_TAG}", "%BUILD%", "{{ id }}",
    ])
  func whatEveryRunHasAlikeNamesNone(word: String) throws {
    #expect(try RunIdentity.detect(reader(["BUILD_TAG": word])) == nil)
    #expect(try RunIdentity.detect(reader(["BUILD_TAG": word, "CI_PIPELINE_ID": "8"]))?.name == "gitlab-8")
  }

  @Test(arguments: ["latest-1", "before-2.4.3", "main-77", "headless", "1", "jenkins-x/main-3"])
  func whatHoldsSuchAWordNamesOneAllTheSame(word: String) throws {
    #expect(try RunIdentity.detect(reader(["BUILD_TAG": word, "CI_PIPELINE_ID": "8"]))?.name == word)
  }

  @Test func theAttemptIsKnownWhereItIsCounted() throws {
    func attempt(_ environment: [String: String]) throws -> String? {
      try RunIdentity.detect(reader(environment))?.attempt
    }
    #expect(try attempt(["GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "2"]) == "2")
    #expect(try attempt(["GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "two"]) == nil)
    #expect(try attempt(["BUILD_TAG": "x-1", "GITHUB_RUN_ATTEMPT": "2"]) == nil)
  }

  @Test func exitCodesAreATableWithoutGapsOrRepetitions() {
    let codes = ExitCode.table.map(\.code.rawValue)
    #expect(codes == [0, 1, 64, 65, 69, 70, 73, 75, 76, 77, 78, 130, 143])
    #expect(Set(codes).count == codes.count)
  }
}
