import Foundation
import Testing

/// NetApp's own client judges the simulator: nobody here wrote it, and nothing of it is changed.
@Suite("NetApp's toolkit works against the simulator")
struct ToolkitTests {
  static let production = "40516273-8495-4a6b-b7c8-d9eaf0011223"
  static let debugCluster = "2d3e4f50-6172-4839-84a5-b6c7d8e9f001"
  static let goodBackup = "62738495-a6b7-4c8d-99ea-fb0c12233445"
  static let broken = WorldView.Content(
    version: "2.4.2-debian-10-r14", broken: true,
    rows: [
      "order-1001", "order-1002", "order-1003", "order-1004-after-the-upgrade",
      "order-1005-after-the-upgrade",
    ])
  static let good = WorldView.Content(
    version: "2.4.1-debian-10-r14", broken: false, rows: ["order-1001", "order-1002", "order-1003"])

  /// Runs the toolkit with a `config.yaml` for this simulator; the certificate is verified.
  private func toolkit(_ simulator: SimulatorProcess, _ arguments: [String]) async throws -> Command.Result {
    let folder = try TemporaryFolder()
    let environment = simulator.environment
    try folder.write(
      """
      headers:
        Authorization: Bearer \(environment["ASTRA_API_TOKEN"] ?? "")
      uid: \(environment["ASTRA_INSTANCE_ID"] ?? "")
      astra_project: \(simulator.host)
      verifySSL: True

      """, to: "config.yaml")
    return try await Command(
      try Installation.pythonProgram("actoolkit"), arguments,
      environment: [
        "HOME": folder.path(""), "PATH": "/usr/bin:/bin", "REQUESTS_CA_BUNDLE": simulator.certificateFile,
        "NO_PROXY": "*",
      ], directory: folder.path("")
    ).run()
  }

  @Test(
    "it lists what is there",
    arguments: [
      (["list", "clusters"], ["ocp-prod", "ocp-debug", "managed"]),
      (["list", "apps"], ["magento-prod", "wordpress", "erp-db, erp-web", "ready"]),
      (["list", "backups"], ["before-2-4-2-debian-10-r14", "wordpress-weekly", "completed"]),
      (["list", "snapshots"], ["nightly-0213", "completed"]),
      (["list", "namespaces"], ["magento-prod", "jenkins"]),
      (["list", "storageclasses"], ["ontap-nas-gold", "ocp-debug"]),
      (["list", "assets", ToolkitTests.production], ["magento-prod", "Deployment"]),
    ])
  func lists(_ arguments: [String], _ expected: [String]) async throws {
    let simulator = try await SimulatorProcess.start()
    let result = try await toolkit(simulator, arguments)
    #expect(result.exit == .code(0), "\(result.summary)")
    for text in expected { #expect(result.output.contains(text), "\(result.summary)") }
    let world = try await simulator.world()
    #expect(world.journal.isEmpty)
  }

  @Test("it makes a backup")
  func backup() async throws {
    let simulator = try await SimulatorProcess.start()
    let result = try await toolkit(
      simulator, ["create", "backup", "-t", "1", Self.production, "made-by-the-toolkit"])
    #expect(result.exit == .code(0), "\(result.summary)")
    #expect(result.output.contains("complete!"), "\(result.summary)")
    let world = try await simulator.world()
    let backup = try #require(world.backup("made-by-the-toolkit"))
    #expect(backup.state == "completed")
    #expect(backup.content == Self.broken)
    #expect(world.tally.backupsCreated == 1)
  }

  @Test("it makes a snapshot")
  func snapshot() async throws {
    let simulator = try await SimulatorProcess.start()
    let result = try await toolkit(
      simulator, ["create", "snapshot", "-t", "1", Self.production, "made-by-the-toolkit"])
    #expect(result.exit == .code(0), "\(result.summary)")
    #expect(result.output.contains("complete!"), "\(result.summary)")
    let world = try await simulator.world()
    #expect(world.snapshot("made-by-the-toolkit")?.state == "completed")
    #expect(world.snapshot("made-by-the-toolkit")?.content == Self.broken)
    #expect(world.tally.snapshotsCreated == 1)
  }

  @Test("it clones the broken application onto the other cluster")
  func clone() async throws {
    let simulator = try await SimulatorProcess.start()
    let result = try await toolkit(
      simulator, ["clone", "-t", "1", Self.production, "magento-debug", Self.debugCluster])
    #expect(result.exit == .code(0), "\(result.summary)")
    let world = try await simulator.world()
    let clone = try #require(world.application("magento-debug"))
    #expect(clone.state == "ready")
    #expect(clone.content == Self.broken)
    #expect(clone.cluster == "ocp-debug")
    #expect(clone.namespaces == ["magento-debug"])
    #expect(world.namespaces["ocp-debug"]?.contains("magento-debug") == true)
    #expect(world.tally.clonesCreated == 1)
    let page = try await simulator.page(at: clone.address)
    #expect(page.status == 500)
  }

  @Test("it restores production in place, at the old address")
  func restore() async throws {
    let simulator = try await SimulatorProcess.start()
    let before = try #require(try await simulator.world().application("magento-prod"))
    let result = try await toolkit(
      simulator, ["ipr", "-t", "1", Self.production, "--backup", Self.goodBackup])
    #expect(result.exit == .code(0), "\(result.summary)")
    #expect(result.output.contains("Success!"), "\(result.summary)")
    let world = try await simulator.world()
    let after = try #require(world.application("magento-prod"))
    #expect(after.state == "ready")
    #expect(after.content == Self.good)
    #expect(after.address == before.address)
    #expect(after.restoredFrom == [Self.goodBackup])
    #expect(world.tally.restoresFinished == 1)
    let page = try await simulator.page(at: after.address)
    #expect(page.status == 200)
    #expect(page.text.contains("2.4.1-debian-10-r14"))
  }

  @Test("a wrong token is refused, and nothing changes")
  func wrongToken() async throws {
    let simulator = try await SimulatorProcess.start()
    try await simulator.post("token", ["token": "not-a-real-token-but-another"])
    let result = try await toolkit(simulator, ["list", "apps"])
    #expect(result.exit != .code(0), "\(result.summary)")
    #expect(result.output.contains("check Authorization"), "\(result.summary)")
  }
}
