import StepCommon
import Testing
import Text

/// Commands for CI systems, read back by their own rules.
@Suite struct CISystemTests {
  @Test(arguments: [
    (CISystem.gitHub, "GITHUB_ACTIONS", "true", "1"), (.azure, "TF_BUILD", "True", "False"),
    (.gitLab, "GITLAB_CI", "true", ""), (.buildkite, "BUILDKITE", "true", "false"),
    (.teamCity, "TEAMCITY_VERSION", "2026.1", ""),
  ])
  func isKnownByItsOwnVariable(system: CISystem, variable: String, value: String, other: String) {
    #expect(system.isThere([variable: value]) && !system.isThere([variable: other]) && !system.isThere([:]))
    #expect(CISystem.allCases.filter { $0.isThere([variable: value]) } == [system])
  }

  @Test func theFormsAreThoseThatTheSystemsDocument() {
    #expect(CISystem.gitHub.beginning(of: "a: b", name: "n", at: 7) == "::group::a: b")
    #expect(CISystem.gitHub.end(of: "a: b", name: "n", at: 7) == "::endgroup::")
    #expect(
      CISystem.gitHub.problem("50 % of\nit", title: "s: wait, 100%")
        == "::error title=s%3A wait%2C 100%25::50 %25 of%0Ait")
    #expect(CISystem.azure.beginning(of: "a", name: "n", at: 7) == "##[group]a")
    #expect(CISystem.azure.end(of: "a", name: "n", at: 7) == "##[endgroup]")
    #expect(CISystem.azure.problem("50 %; ]", title: "s") == "##vso[task.logissue type=error]s: 50 %; ]")
    #expect(
      CISystem.azure.variable("K", "a+b") == "##vso[task.setvariable variable=K;isOutput=true]a+b")
    #expect(CISystem.azure.summary(at: "/w/a.md") == "##vso[task.uploadsummary]/w/a.md")
    #expect(
      CISystem.gitLab.beginning(of: "A phase", name: "s_a phase", at: 7)
        == "\u{1B}[0Ksection_start:7:s_a_phase[collapsed=true]\r\u{1B}[0KA phase")
    #expect(
      CISystem.gitLab.end(of: "A phase", name: "s_a phase", at: 8)
        == "\u{1B}[0Ksection_end:8:s_a_phase\r\u{1B}[0K")
    #expect(
      CISystem.teamCity.problem("it's [é|\n]", title: "s")
        == "##teamcity[message text='s: it|'s |[|0x00e9|||n|]' status='ERROR']")
    #expect(CISystem.buildkite.beginning(of: "a", name: "n", at: 7) == nil)
  }

  /// GitHub's runner: properties up to the second `::`, and what it writes for each escape, `%25` last.
  @Test(arguments: 1...300) func aTextComesBackFromGitHub(seed: UInt64) throws {
    var texts = HostileText(seed: seed)
    let (title, message) = (texts.next(), texts.next())
    let line = try #require(CISystem.gitHub.problem(message, title: title))
    try isOneLine(line)
    let head = "::error title="
    #expect(line.hasPrefix(head))
    let rest = line.dropFirst(head.count)
    let end = try #require(rest.firstRange(of: "::"))
    func read(_ text: Substring) -> String {
      var text = String(text)
      for (escape, sign) in [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")] {
        text = text.replacing(escape, with: sign)
      }
      return text
    }
    let property = rest[..<end.lowerBound]
    #expect(!property.contains(",") && same(read(property), title))
    let shown = String(rest[end.upperBound...])
    #expect(
      same(
        shown.replacing("%0D", with: "\r").replacing("%0A", with: "\n").replacing("%25", with: "%"), message))
  }

  /// Azure's agent, with and without its reading of `%AZP25`.
  @Test(arguments: 1...300, [true, false]) func aTextComesBackFromAzure(seed: UInt64, percents: Bool) throws {
    var texts = HostileText(seed: seed)
    let (key, value) = (texts.next(), texts.next())
    let line = try #require(CISystem.azure.variable(key, value))
    try isOneLine(line)
    let close = try #require(line.firstIndex(of: "]"))
    let properties = line[..<close].dropFirst("##vso[task.setvariable ".count).split(separator: ";")
    #expect(properties.count == 2 && properties.last == "isOutput=true")
    func read(_ text: some StringProtocol) -> String {
      var text = String(text)
      for (escape, sign) in [("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]")] {
        text = text.replacing(escape, with: sign)
      }
      return percents ? text.replacing("%AZP25", with: "%") : text
    }
    let data = read(line[line.index(after: close)...])
    let name = try #require(properties.first).dropFirst("variable=".count)
    if percents {
      #expect(same(data, value) && same(read(name), key))
    } else {
      // An old agent shows the escape, and never a sign that was not there.
      #expect(data.count { $0.isNewline } == value.count { $0.isNewline })
    }
  }

  @Test(arguments: 1...300) func aTextEndsNoSectionAndNoMessage(seed: UInt64) throws {
    var texts = HostileText(seed: seed)
    let text = texts.next()
    let section = try #require(CISystem.gitLab.beginning(of: text, name: text, at: 7))
    let form = /\e\[0Ksection_start:7:[A-Za-z0-9_.-]*\[collapsed=true\]\r\e\[0K[^\r\n\e]*/
    #expect(section.wholeMatch(of: form) != nil)
    let message = try #require(CISystem.teamCity.problem(text, title: text))
    try isOneLine(message)
    #expect(message.wholeMatch(of: /##teamcity\[message text='(?:[^|'\[\]]|\|.)*' status='ERROR'\]/) != nil)
  }

  private func isOneLine(_ line: String) throws {
    #expect(!line.utf8.contains(0x0A) && !line.utf8.contains(0x0D))
  }

  private func same(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }
}
