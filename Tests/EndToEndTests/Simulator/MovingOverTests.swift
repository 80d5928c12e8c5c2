import Foundation
import Testing

/// Every line of docs/moving-over.md, carried out.
@Suite("A pipeline of the toolkit's scripts changes its programs and nothing else", .reportsAreRead)
struct MovingOverTests {
  /// What the scripts take, from their own source (`examples/jenkins/scripts` of the toolkit): each short form beside its long one.
  private static let scripts: [String: [String: String]] = [
    "createBackup.py": ["-a": "--application", "-c": "--cluster", "-b": "--backup-name"],
    "waitforBackup.py": ["-a": "--application", "-c": "--cluster", "-b": "--backup-name"],
    "createSnapshot.py": ["-a": "--application", "-c": "--cluster", "-s": "--snapshot-name"],
    "cloneApp.py": [
      "-c": "--clone-name", "-n": "--clone-namespace", "-d": "--destination-cluster",
      "-s": "--source-cluster",
      "-B": "--use-existing-backup", "-S": "--use-existing-snapshot", "-A": "--source-application",
    ],
    "restoreApp.py": ["-a": "--application-name", "-B": "--use-backup", "-S": "--use-snapshot"],
  ]

  /// Old line and new line, each as words.
  private static func rows() throws -> [(old: [String], new: [String])] {
    let page = try String(
      contentsOf: Installation.root.appending(path: "docs/moving-over.md"), encoding: .utf8)
    return page.matches(of: /(?m)^\| `python3 ([^`]+)` \| [^\n]*?`(astra-\w+ [^`]+)`/).map {
      (words($0.1), words($0.2))
    }
  }

  private static func words(_ text: Substring) -> [String] { text.split(separator: " ").map(String.init) }

  @Test("each flag of each script is shown, and stands unchanged in the new line")
  func flags() throws {
    let rows = try Self.rows()
    #expect(rows.count >= 9)
    var shown: [String: Set<String>] = [:]
    for (old, new) in rows {
      #expect(Array(old.dropFirst()) == Array(new.dropFirst()), "\(old)")
      shown[old[0], default: []].formUnion(old.filter { $0.hasPrefix("-") })
    }
    for (script, pairs) in Self.scripts {
      for (short, long) in pairs {
        #expect(
          shown[script]?.isDisjoint(with: [short, long]) == false, "\(script): neither \(short) nor \(long)")
      }
    }
  }

  @Test("both forms of each flag mean the same to the step", arguments: scripts.keys.sorted())
  func bothForms(_ script: String) async throws {
    let program = try #require(try Self.rows().first { $0.old[0] == script }?.new[0])
    let help = try await Command(
      Installation.program(program), ["--help"], environment: ["PATH": "/usr/bin:/bin"]
    ).run()
    for (short, long) in try #require(Self.scripts[script]) {
      #expect(help.output.contains("\(short), \(long) <"), "\(program): \(short), \(long)")
    }
  }

  @Test("every new line does what the old one was for, in the original environment")
  func lines() async throws {
    let site = try await StepSite.start(seconds: 0.3)
      .with(["MAGENTO_VERSION": "2.4.1-debian-10-r14", "ASTRA_TOOLKIT_VERSION": "2.0.2", "BACKUP_NAME": nil])
    let before = try await site.world()
    for (_, new) in try Self.rows() {
      let step = try #require(StepProgram(rawValue: new[0]))
      try await site.run(step, Array(new.dropFirst())).expect(0)
    }
    let world = try await site.world()
    let broken = try #require(before.application("magento-prod")?.content)
    #expect(world.backup("before-2-4-3")?.content == broken)
    #expect(world.backup("before-2-4-4")?.content == broken)
    #expect(world.snapshot("before-migration")?.content == broken)
    #expect(world.application("magento-debug")?.content == broken)
    let good = before.backup("before-2-4-2-debian-10-r14")?.content
    #expect(world.application("from-backup")?.content == good)
    #expect(world.application("from-snapshot")?.content == before.snapshot("nightly-0213")?.content)
    #expect(world.application("magento-prod")?.content == before.snapshot("nightly-0213")?.content)
    // waitforBackup.py's line made no second backup.
    #expect(world.tally.backupsCreated == 2 && world.tally.clonesCreated == 3)
    #expect(world.tally.restoresFinished == 2)
  }
}
