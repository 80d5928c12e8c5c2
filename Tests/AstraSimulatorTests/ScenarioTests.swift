import AstraSimulator
import Foundation
import SimulatorSupport
import Testing

@Suite("Scenario files")
struct ScenarioTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func file(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: root.appending(path: path)))
  }

  @Test(
    "the Magento scenario: production is broken, its good backup is not, later orders are only in production",
    arguments: [("magento", SimulatorSettings.APIGeneration.v2), ("magento-v1", .v1)])
  func magento(name: String, generation: SimulatorSettings.APIGeneration) throws {
    let scenario = try Scenario(file: Self.file("Fixtures/scenarios/\(name).json"))
    #expect(scenario.settings.apiGeneration == generation)
    let world = World(scenario: scenario)
    let shop = try #require(world.application("magento-prod"))
    let backup = try #require(world.point(scenario.environment["BACKUP_NAME"] ?? ""))
    #expect(shop.content?.broken == true)
    #expect(shop.content?.version == "2.4.2-debian-10-r14")
    #expect(backup.application == shop.id)
    #expect(backup.state == "completed")
    #expect(backup.content?.broken == false)
    #expect(backup.content?.version == "2.4.1-debian-10-r14")
    let newer = Set(shop.content?.rows ?? []).subtracting(backup.content?.rows ?? [])
    #expect(!newer.isEmpty)
    #expect(scenario.token.hasPrefix("not-a-real-token"))
    #expect(world.application("magento-debug") == nil)
    #expect(scenario.environment["PROD_KUBERNETES_CLUSTER"] == "ocp-prod")
  }

  @Test(
    "mistakes are named",
    arguments: [
      ("{", "line 1, column 2: the text ends"),
      ("[]", "line 1: the scenario must be an object, not an array"),
      ("{}", "line 1: the scenario has no \"account\""),
      (#"{"account":"x","token":"t"}"#, "line 1: account must be a UUID, not \"x\""),
      (#"{"account":"ACCOUNT","token":7}"#, "line 1: token must be a string, not 7"),
      (
        #"{"account":"ACCOUNT","token":"t","colour":1}"#,
        "line 1: colour is an unknown member; known are account, token"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","settings":{"bakupSeconds":1}}"#,
        "settings.bakupSeconds is an unknown member"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","settings":{"backupSeconds":"5"}}"#,
        "settings.backupSeconds must be a number of seconds, not \"5\""
      ),
      (
        #"{"account":"ACCOUNT","token":"t","settings":{"pageSize":-1}}"#,
        "settings.pageSize must be 0 or more, not -1"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","settings":{"missingItemProblem":999}}"#,
        "settings.missingItemProblem must be one of the problems 1, 2"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","settings":{"filter":"maybe"}}"#,
        "settings.filter must be one of accepted, refused, ignored, not \"maybe\""
      ),
      (#"{"account":"ACCOUNT","token":"t","settings":{"apiGeneration":"v3"}}"#, "v2, v1, both"),
      (
        #"{"account":"ACCOUNT","token":"t","settings":{"olderRestoreStatus":201}}"#,
        "settings.olderRestoreStatus must be one of 200, 202, 204, not 201"
      ),
      (#"{"account":"ACCOUNT","token":"t","startDate":"today"}"#, "startDate must be a time like"),
      (
        #"{"account":"ACCOUNT","token":"t","clusters":[{"name":"c","cloud":"none"}]}"#,
        "clusters[0].cloud names an unknown cloud \"none\"; there is none"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","applications":[{"name":"a","cluster":"none"}]}"#,
        "applications[0].cluster names an unknown cluster"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","clouds":[{"name":"c","defaultBucket":"b"}]}"#,
        "clouds[0].defaultBucket names an unknown bucket \"b\""
      ),
      (
        #"{"account":"ACCOUNT","token":"t","buckets":[{"name":"b","id":"7"}]}"#,
        "buckets[0].id must be a UUID, not \"7\""
      ),
      (
        #"{"account":"ACCOUNT","token":"t","operationFaults":[{"kind":"clone","effect":"x"}]}"#,
        "operationFaults[0].effect must be one of fails"
      ),
      (
        #"{"account":"ACCOUNT","token":"t","responseFaults":[{"method":"GET","path":"p"}]}"#,
        "responseFaults[0] has no \"status\""
      ),
      (#"{"account":"ACCOUNT","token":"t","environment":{"A":1}}"#, "environment.A must be a string, not 1"),
    ])
  func mistakes(_ text: String, _ part: String) throws {
    let whole = text.split(separator: "ACCOUNT").joined(separator: Client.account)
    let error = #expect(throws: ScenarioError.self) { try Scenario(file: Array(whole.utf8)) }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test("a start date, faults and settings are read")
  func values() throws {
    let text = """
      {"account": "\(Client.account)", "token": "t", "startDate": "2024-02-29T23:59:59Z", "seed": 7,
       "settings": {"restoreLagSeconds": 1.5, "blockedByBackup": ["backup", "clone"], "clockSkewSeconds": -90},
       "operationFaults": [{"kind": "restore", "nth": 3, "effect": "unknownState", "state": "odd"}],
       "responseFaults": [{"method": "GET", "path": "k8s/v2/apps", "status": 429, "nth": 2, "count": 3,
         "afterwards": true, "contentType": "text/plain", "headers": {"Retry-After": "1"}, "body": "no"}]}
      """
    let scenario = try Scenario(file: Array(text.utf8))
    #expect(scenario.hasStartDate)
    #expect(scenario.startDate.text() == "2024-02-29T23:59:59Z")
    #expect(scenario.seed == 7)
    #expect(scenario.settings.restoreLag == .milliseconds(1500))
    #expect(scenario.settings.blockedByBackup == [.backup, .clone])
    #expect(scenario.settings.clockSkew == .seconds(-90))
    #expect(scenario.operationFaults == [OperationFault(.restore, nth: 3, .unknownState, state: "odd")])
    #expect(
      scenario.responseFaults == [
        ResponseFault(
          "GET", "k8s/v2/apps", nth: 2, count: 3, afterwards: true, status: 429, contentType: "text/plain",
          headers: ["Retry-After": "1"], body: "no")
      ])
  }

  // MARK: The documentation

  /// The rows of the settings tables in the documentation: name and default.
  private static func documented() throws -> [(name: String, value: String)] {
    let text = String(decoding: try file("docs/simulator.md"), as: UTF8.self)
    let section = text.components(separatedBy: "## Settings").dropFirst().joined()
      .components(separatedBy: "\n## ")[0]
    return section.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count >= 4, cells[0].hasPrefix("`"), cells[1].hasPrefix("`") else { return nil }
      return (cells[0].trimmingCharacters(in: ["`"]), cells[1].trimmingCharacters(in: ["`"]))
    }
  }

  @Test("the documentation lists every setting, in order, with its default")
  func documentation() throws {
    let rows = try Self.documented()
    #expect(try rows.map(\.name) == SimulatorSettings.names)
    let members = try rows.map { row in
      JSON.Member(row.name, try #require(JSON(Array(row.value.utf8)), "\(row)"))
    }
    let scenario = JSON.object([
      .init("account", .string(Client.account)), .init("token", "t"), .init("settings", .object(members)),
    ])
    #expect(try Scenario(file: scenario.bytes).settings == SimulatorSettings())
  }

  @Test("every setting has a test that sets it")
  func tested() throws {
    let folder = Self.root.appending(path: "Tests/AstraSimulatorTests").resolvingSymlinksInPath()
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    var text = ""
    for file in files where file.pathExtension == "swift" && file.lastPathComponent != "ScenarioTests.swift" {
      text += String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
    for name in try SimulatorSettings.names {
      let property = name.hasSuffix("Seconds") ? String(name.dropLast(7)) : name
      #expect(text.contains(".\(property) = "), "no test sets \(name)")
    }
  }

  @Test("the documentation names every control endpoint, fault and environment of a scenario")
  func endpoints() throws {
    let text = String(decoding: try Self.file("docs/simulator.md"), as: UTF8.self)
    for action in World.actions + World.views { #expect(text.contains("`\(action)`"), "\(action)") }
    for effect in OperationFault.Effect.allCases {
      #expect(text.contains("`\(effect.rawValue)`"), "\(effect)")
    }
    for kind in Operation.Kind.allCases { #expect(text.contains("`\(kind.rawValue)`"), "\(kind)") }
  }
}
