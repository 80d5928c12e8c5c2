import Testing
import Text

/// Commands of CI systems in texts of others.
@Suite struct PipelineCommandTests {
  @Test(arguments: [
    ("plain # text ##", "plain # text ##"), ("a ##vso[task.complete]b", "a # #vso[task.complete]b"),
    ("##[error]x", "# #[error]x"), ("##teamcity[x]", "# #teamcity[x]"), ("####VSO[x]", "### #VSO[x]"),
    ("##vso [x]", "##vso [x]"), ("## [x]", "## [x]"), ("##é[x]", "##é[x]"), ("##", "##"), ("##[", "# #["),
    ("##a##vso[x]", "##a# #vso[x]"), ("", ""),
  ])
  func areShownAndNotObeyed(text: String, expected: String) {
    #expect(withoutPipelineCommands(text) == expected)
    #expect(withoutPipelineCommands(expected) == expected)
    #expect(withoutPipelineCommands(text).firstMatch(of: /##[A-Za-z]*\[/) == nil)
  }
}
