import Foundation
import Testing

@Suite(
  "Both jobs run on Trident protect and Velero, with other parameters and no other file", .reportsAreRead)
struct KubernetesJobTests {
  private static let worlds: [SimulatedWorld] = [.tridentProtect, .velero]
  private static let good = "before-2-4-2-debian-10-r14"
  private static let wholeRun = [
    "astra-preflight", "astra-verify-fault", "astra-preflight-clone", "astra-clone", "astra-verify-clone",
    "astra-restore", "astra-verify-recovered",
  ]

  @Test(
    "the post-mortem: production is good at its old address, the clone shows the fault",
    arguments: worlds, ["ocp-debug", "ocp-prod"])
  func postmortem(_ product: SimulatedWorld, _ cluster: String) async throws {
    let home = try await JenkinsHome.start(world: product)
    let before = try await home.simulator.world()
    let broken = try #require(before.application("magento-prod"))
    var parameters = home.parameters
    parameters["DEBUG_KUBERNETES_CLUSTER"] = cluster
    parameters["PROD_URL"] = "http://\(broken.address)/"
    parameters["CLONE_URL"] = "http://\(try await home.simulator.nextAddress())/"
    parameters["PAGE_TEXT"] = "Release 2.4.1"
    let build = try await home.build(.init(parameters: parameters))
    #expect(build.result == "SUCCESS", "\(build.console)")
    #expect(build.suites == Self.wholeRun)
    #expect(build.failures.isEmpty)
    let world = try await home.simulator.world()
    let production = try #require(world.application("magento-prod"))
    #expect(production.content == before.backup(Self.good)?.content)
    #expect(production.address == broken.address)
    let clone = try #require(world.clones(of: "magento-prod").first)
    #expect(world.clones(of: "magento-prod").count == 1)
    #expect(clone.name == "magento-debug" && clone.cluster == cluster && clone.content == broken.content)
    // On its own cluster by a snapshot, on another one by a backup.
    let isSame = cluster == broken.cluster
    #expect(world.tally.snapshotsCreated == (isSame ? 1 : 0))
    #expect(world.tally.backupsCreated == (isSame ? 0 : 1))
    #expect(try await home.simulator.page(at: production.address).status == 200)
    #expect(try await home.simulator.page(at: clone.address).status == 500)
    #expect(try home.filesWithToken().isEmpty)

    // The same run once more from its last stage but one: it is done, and stays so.
    let again = try await home.build(.init(restart: (build.number, "Restore")))
    #expect(again.result == "SUCCESS", "\(again.console)")
    #expect(try await home.simulator.world().tally == world.tally)
  }

  @Test("where volumes may not be replaced, the check says so before anything is changed")
  func keptVolumes() async throws {
    let home = try await JenkinsHome.start(world: .velero)
    let before = try await home.simulator.world()
    let parameters = home.parameters.filter { $0.key != "ASTRA_REPLACE_VOLUMES" }
    let build = try await home.build(.init(parameters: parameters))
    #expect(build.result == "FAILURE", "\(build.console)")
    #expect(build.stageCommands.last?.code == 78 && build.suites == ["astra-preflight"])
    #expect(build.failures.contains { $0.message.contains("in place by 7 changes") }, "\(build.failures)")
    #expect(try await home.simulator.world().tally == before.tally)
  }

  @Test("a token that is refused is told so, before anything is changed", arguments: worlds)
  func refusedToken(_ product: SimulatedWorld) async throws {
    let home = try await JenkinsHome.start(world: product)
    let before = try await home.simulator.world()
    try await home.simulator.post("token", ["token": "not-a-real-token-of-somebody-else"])
    let build = try await home.build(.init(parameters: home.parameters))
    #expect(build.result == "FAILURE", "\(build.console)")
    #expect(build.stageCommands.last?.code == 77 && build.suites == ["astra-preflight"])
    #expect(try await home.simulator.world().tally == before.tally)
  }

  @Test(
    "a release that breaks production starts the post-mortem, which takes production back", arguments: worlds)
  func brokenRelease(_ product: SimulatedWorld) async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: true), world: product)
    let before = try await home.simulator.world()
    let release = try await home.build(
      .init(
        pipeline: .release, parameters: try await home.releaseParameters(),
        inputs: [JenkinsHome.releaseQuestion: "proceed"],
        changes: ["timeout: '10m'": "timeout: '12s'"]))
    #expect(release.result == "FAILURE", "\(release.console)")
    #expect(release.status(of: "Production") == "FAILURE")
    #expect(release.failures.contains { $0.message.contains("500") }, "\(release.failures)")
    // Velero has all applications' backups in one namespace, and the step names them after theirs.
    let backups = try await home.simulator.world().backups.filter {
      product == .velero ? $0.name.contains("-before-2-4-2-") : $0.name == "before-2-4-2"
    }
    #expect(backups.map(\.content?.version) == ["2.4.1", "2.4.1"])
    let started = try #require(release.started.first)
    #expect(started.parameters["ASTRA_BACKEND"] == (product == .velero ? "velero" : "trident-protect"))
    #expect(started.parameters["ASTRA_REPLACE_VOLUMES"] == (product == .velero ? "true" : "false"))

    var parameters = started.parameters
    parameters["CLONE_URL"] = "http://\(try await home.simulator.nextAddress())/"
    let rescue = try await home.build(.init(parameters: parameters))
    #expect(rescue.result == "SUCCESS", "\(rescue.console)")
    #expect(rescue.suites == Self.wholeRun)
    let world = try await home.simulator.world()
    let production = try #require(world.application("magento-prod"))
    #expect(production.content?.version == "2.4.1" && production.content?.broken == false)
    #expect(production.address == before.application("magento-prod")?.address)
    let clone = try #require(world.application("magento-debug"))
    #expect(clone.content?.version == "2.4.2" && clone.content?.broken == true)
    #expect(try home.filesWithToken().isEmpty)
  }
}
