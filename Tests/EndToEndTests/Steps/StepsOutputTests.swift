import Foundation
import Testing

extension StepsTests {
  @Suite("What a step hands on is read alike by whoever reads it")
  struct Outputs {
    private func site() async throws -> StepSite {
      try await StepSite.start(seconds: 0.2).with(["BACKUP_NAME": "before-2.4.3"])
    }

    @Test("Jenkins' reader of properties and a shell read what the step wrote", .inTurn)
    func propertiesAndShell() async throws {
      let site = try await site()
      let result = try await site.run(.backup)
      result.expect(0)
      #expect(result.values.count > 3)
      let pairs = result.values.map { "\($0.key)=\($0.value)" }.sorted()
      let path = site.workspace.path("values.env")
      #expect(try await JenkinsHome.properties(of: path) == pairs)
      let shell = try await Command(
        "/bin/sh",
        [
          "-ec", #". "$1"; shift; for key; do eval "printf '%s=%s\n' $key \"\$$key\""; done"#, "sh", path,
        ] + result.values.keys.sorted()
      ).run()
      let expected = result.values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
      #expect(shell.output == expected, "\(shell.summary)")
    }

    @Test(
      "the files of GitHub Actions, a summary and results are real files, beside those of others", .inTurn)
    func files() async throws {
      let site = try await site()
      let folder = try TemporaryFolder()
      for name in ["output", "summary"] { try folder.write("of others\n", to: name) }
      let result = try await site.with([
        "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": folder.path("output"),
        "GITHUB_STEP_SUMMARY": folder.path("summary"), "ASTRA_SUMMARY_FILE": folder.path("pages/all.md"),
        "ASTRA_RESULTS_FOLDER": folder.path("results"),
      ]).run(.backup)
      result.expect(0)
      let id = try #require(result.values["ASTRA_BACKUP_ID"])
      let output = try #require(folder.text("output"))
      #expect(output.hasPrefix("of others\n") && output.contains("\nASTRA_BACKUP_ID=\(id)\n"))
      #expect(folder.text("summary")?.hasPrefix("of others\n### astra-backup: passed after") == true)
      #expect(folder.text("pages/all.md")?.contains("| wait for backup | passed |") == true)
      #expect(folder.text("results/astra-backup-id") == id)
      #expect(result.errors.contains("\n::group::astra-backup: wait for backup\n"))
    }
  }
}
