import AstraSimulator
import SimulatorSupport
import Testing

@Suite("What is wrong with a scenario is told with its line and its member")
struct ScenarioErrorTests {
  /// The sentence about a scenario file.
  private func complaint(_ file: String) -> String {
    do {
      _ = try Scenario(file: Array(file.utf8))
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test(
    "what is no JSON is told with line and column",
    arguments: [
      ("", "line 1, column 1: the text ends, and a value is missing"),
      ("{\n  \"a\": 1\n", "line 3, column 1: the text ends, and \",\" or \"}\" is missing"),
      ("{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: \",\" or \"}\" is wanted, not \"\\\"\""),
      ("{\n  \"a\" 1}", "line 2, column 7: \":\" is wanted, not \"1\""),
      ("{\r\n  a: 1}", "line 2, column 3: a name in quotes is wanted, not \"a\""),
      ("{\"a\": 1,}", "line 1, column 9: a name in quotes is wanted, not \"}\""),
      ("{\"ä€\": x}", "line 1, column 8: a value is wanted, not \"x\""),
      ("{\"a\": ☃}", "line 1, column 7: a value is wanted, not \"☃\""),
      ("{\"a\": [1 2]}", "line 1, column 10: \",\" or \"]\" is wanted, not \"2\""),
      ("{\"a\": [\n1,\n]}", "line 3, column 1: a value is wanted, not \"]\""),
      ("{\"a\": nul}", "line 1, column 7: a value is wanted, not \"n\""),
      ("{\"a\": 012}", "line 1, column 7: a number begins with 0 and goes on with digits"),
      ("{\"a\": -}", "line 1, column 8: a digit is wanted, not \"}\""),
      ("{\"a\": 1.}", "line 1, column 9: a digit is wanted, not \"}\""),
      ("{\"a\": 1e}", "line 1, column 9: a digit is wanted, not \"}\""),
      ("{\"a\": \"b", "line 1, column 7: this string never ends"),
      ("{\"a\": \"b\n\"}", "line 1, column 9: a control character or a line's end stands in a string"),
      ("{\"a\": \"\\x\"}", "line 1, column 8: a backslash begins nothing that JSON knows"),
      ("{\"a\": \"\\ud800\"}", "line 1, column 8: a backslash begins nothing that JSON knows"),
      ("{}\n{}", "line 2, column 1: the end of the text is wanted, not \"{\""),
      ("{\"a\": \(String(repeating: "[", count: 70))", "line 1, column 71: values lie deeper"),
    ])
  func syntax(_ file: String, _ words: String) {
    #expect(complaint(file).hasPrefix(words), "\(complaint(file))")
  }

  @Test("bytes that are no UTF-8 are told with their string")
  func bytes() {
    let file = Array("{\n \"a\": \"".utf8) + [0xFF] + Array("\"}".utf8)
    let error = #expect(throws: ScenarioError.self) { try Scenario(file: file) }
    #expect(error?.description == "line 2, column 7: this string is no UTF-8")
  }

  /// A scenario with one member on each line, the first on line 4.
  private static func file(_ members: String) -> String {
    """
    {
      "account": "\(Client.account)", "token": "t", "clouds": [{"name": "c"}],
      "clusters": [{"name": "one", "cloud": "c"}],
    \(members)
    }
    """
  }

  @Test(
    "each kind of mistake is told with its line and member, and with what would be right",
    arguments: [
      (
        #"""
        "applications": [
          {
            "name": "shop", "cluster": "one",
            "backups": [
              {"name": "first"},
              {"name": "second",
               "ageSeconds": "a day"}
            ]
          }
        ]
        """#,
        #"line 10: applications[0].backups[1].ageSeconds must be a number of seconds, not "a day""#
      ),
      (
        "\"applications\": [\n  {\"name\": \"shop\"}\n]",
        #"line 5: applications[0] has no "cluster", which must be given"#
      ),
      (
        "\"applications\": [\n  {\"name\": \"shop\", \"cluster\": \"one\",\n   \"colour\": 1}\n]",
        "line 6: applications[0].colour is an unknown member; known are name, cluster, id, namespaces"
      ),
      (
        "\"seed\": 1,\n\"seed\": 2",
        // Of two the first is pointed at.
        "line 4: seed is there twice: leave one out"
      ),
      (
        "\"settings\": {\n\"backupSeconds\": 1,\n\"filter\": \"maybe\"}",
        #"line 6: settings.filter must be one of accepted, refused, ignored, not "maybe""#
      ),
      (
        "\"settings\": {\n\"missingCollections\": [\n\"namespaces\",\n\"all\"]}",
        #"line 7: settings.missingCollections[1] must be one of namespaces, accountBackups, not "all""#
      ),
      (
        "\"settings\": {\n\"rediscoveryEverySeconds\": 0.5}",
        "line 5: settings.rediscoveryEverySeconds is more often than once a second: give 0, or 1 or more"
      ),
      ("\"settings\":\n[]", "line 4: settings must be an object, not an array"),
      ("\"seed\":\n1.5", "line 4: seed must be a whole number, not 1.5"),
      ("\"viewerToken\": {}", "line 4: viewerToken must be a string, not an object"),
      (
        "\"startDate\": \"yesterday\"",
        "line 4: startDate must be a time like 2026-03-02T09:00:00Z, not \"yesterday\""
      ),
      (
        "\"environment\": {\n\"A\": \"\",\n\"A.B[0] c\": {\"d\": 1}}",
        "line 6: environment.A.B[0] c must be a string, not an object"
      ),
      (
        "\"environment\": {\n\"A B\": \"\",\n\"A\": 1}", "line 6: environment.A must be a string, not 1"
      ),
      (
        "\"environment\": {\n\"A\\u001b[1m\\n\": 1}",
        "line 5: environment.A\u{FFFD}[1m\u{FFFD} must be a string, not 1"
      ),
      (
        "\"responseFaults\": [{\"method\": \"GET\", \"path\": \"p\", \"status\": 500},\n"
          + "{\"method\": \"GET\", \"path\": \"p\", \"status\": 500,\n\"count\": 0}]",
        "line 6: responseFaults[1].count must be 1 or more, not 0"
      ),
      (
        "\"fleets\": [\n{\"prefix\": \"s\", \"count\": 1,\n\"clusters\": [\n\"one\",\n\"two\"]}]",
        #"line 8: fleets[0].clusters[1] names an unknown cluster "two"; known are one"#
      ),
      (
        "\"applications\": [{\"name\": \"a\", \"cluster\": \"one\",\n\"namespaces\": []}]",
        "line 5: applications[0].namespaces is empty: give at least one, or leave it out"
      ),
      (
        "\"applications\": [{\"name\": \"a\", \"cluster\": \"one\", \"snapshots\": [\n{\"name\": \"s\",\n\"id\": \"7\"}]}]",
        #"line 6: applications[0].snapshots[0].id must be a UUID, not "7""#
      ),
    ])
  func members(_ members: String, _ words: String) {
    let told = complaint(Self.file(members))
    #expect(told.hasPrefix(words), "\(told)")
  }

  @Test("a long value is cut, and the schema that a file names is none of its mistakes")
  func values() {
    let told = complaint(Self.file("\"seed\": \"\(String(repeating: "x", count: 500))\""))
    #expect(told == "line 4: seed must be a whole number, not \"\(String(repeating: "x", count: 40))…\"")
    #expect(complaint(Self.file("\"$schema\": \"x.json\"")) == "accepted")
    #expect(complaint(Self.file("\"$schema\": 1")) == "line 4: $schema must be a string, not 1")
    #expect(complaint(Self.file("\"seed\": 7.0")) == "accepted")
  }
}
