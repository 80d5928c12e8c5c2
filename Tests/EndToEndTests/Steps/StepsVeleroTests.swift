import Foundation
import Testing

extension StepsTests {
  @Suite("On Velero: the files of its object storage, over a real connection")
  struct Velero {
    /// A site where the data of a claim does not arrive in a backup, with something wrong with the files or not.
    private func site(_ downloads: String) async throws -> StepSite {
      try await StepSite.start(world: .velero) { scenario in
        SimulatedWorld.velero.change("settings", in: &scenario) { (settings: inout [String: Any]) in
          settings["failingData"] = ["magento-prod-db"]
          settings["downloads"] = downloads
        }
      }.with(["BACKUP_NAME": "before-2.4.3"])
    }

    private static let reason = "error moving the data of claim magento-prod-db"

    @Test("why a backup is partial stands in the message, the report and the log")
    func reasons() async throws {
      let site = try await site("served")
      let result = try await site.run(.backup)
      result.expect(1, saying: Self.reason)
      #expect(result.report?.problem?.message.contains(Self.reason) == true, "\(result.summary)")
      // What signs the address is a secret, and the debug log tells of every request.
      #expect(result.errors.contains("/_bucket/") && !result.errors.contains("X-Amz"), "\(result.summary)")
    }

    @Test(
      "a file that does not come costs nothing but its texts",
      arguments: ["never", "unreachable", "expired", "missing"])
    func without(_ downloads: String) async throws {
      let site = try await site(downloads)
      let result = try await site.run(.backup)
      result.expect(1, saying: "it is partial: 1 error", "velero backup logs")
      #expect(!result.errors.contains(Self.reason), "\(result.summary)")
    }

    @Test("an authority that no location names is not trusted, and the file does not come")
    func untrusted() async throws {
      let site = try await site("served")
      try await site.simulator.patch(
        "apis/velero.io/v1/namespaces/velero/backupstoragelocations/default",
        ["spec": ["objectStorage": ["caCert": NSNull()]]], token: site.token)
      let result = try await site.run(.backup)
      result.expect(1, saying: "it is partial: 1 error", "velero backup logs")
      #expect(!result.errors.contains(Self.reason), "\(result.summary)")
    }
  }
}
