import Foundation
import Testing

@Suite("The release, and what becomes of one that goes wrong", .reportsAreRead)
struct ReleaseJobTests {
  @Test("a good release: backups of both, staging first, production after the question, no post-mortem")
  func goodRelease() async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: false))
    let build = try await home.build(
      .init(
        pipeline: .release, parameters: try await home.releaseParameters(),
        inputs: [JenkinsHome.releaseQuestion: "proceed"]))
    #expect(build.result == "SUCCESS", "\(build.console)")
    #expect(
      build.statuses == Array(repeating: "SUCCESS", count: 6)
        + Array(repeating: "SKIPPED_FOR_CONDITION", count: 2))
    #expect(
      Set(build.suites) == [
        "astra-preflight", "astra-backup-staging", "astra-backup-production", "astra-verify-staging",
        "astra-verify-production",
      ])
    #expect(build.failures.isEmpty && build.started.isEmpty)
    let world = try await home.simulator.world()
    #expect(world.application("magento-prod")?.content?.version == "2.4.2")
    let backups = world.backups.filter { $0.name == "before-2-4-2" }
    #expect(backups.map(\.content?.version) == ["2.4.1", "2.4.1"])
    #expect(Set(backups.map(\.applicationID)).count == 2)
    #expect(try home.filesWithToken().isEmpty)
    // Staging comes before production.
    let calls = try #require(home.text("helm.txt")).split(separator: "\n")
    #expect(calls.count == 2 && calls[0].contains("magento-staging") && calls[1].contains("magento-prod"))
  }

  @Test("nobody agrees: production is as it was, and no post-mortem is started")
  func notAgreed() async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: false))
    let build = try await home.build(
      .init(
        pipeline: .release, parameters: try await home.releaseParameters(),
        inputs: [JenkinsHome.releaseQuestion: "abort"]))
    #expect(build.result == "ABORTED", "\(build.console)")
    #expect(build.status(of: "Production") == "ABORTED" && build.started.isEmpty)
    #expect(try await home.simulator.world().application("magento-prod")?.content?.version == "2.4.1")
  }

  @Test("a backup that fails stops the release before anything is deployed")
  func noBackup() async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: false))
    try await home.simulator.post(
      "operationFault", ["kind": "backup", "nth": 1, "effect": "fails"])
    let build = try await home.build(
      .init(
        pipeline: .release, parameters: try await home.releaseParameters(),
        inputs: [JenkinsHome.releaseQuestion: "proceed"]))
    #expect(build.result == "FAILURE", "\(build.console)")
    #expect(build.status(of: "Staging") == "SKIPPED_FOR_FAILURE" && build.started.isEmpty)
    // The other branch was not disturbed: one of the two is complete, and each has its report.
    #expect(build.suites.filter { $0.hasPrefix("astra-backup-") }.count == 2)
    let backups = try await home.simulator.world().backups.filter { $0.name.hasSuffix("-2-4-2") }
    #expect(Set(backups.map(\.state)) == ["completed", "failed"])
    #expect(home.text("helm.txt") == nil)
  }

  @Test(
    "a release that breaks production starts the post-mortem, which keeps the fault and takes production back",
    arguments: JenkinsHome.generations)
  func brokenRelease(_ settings: [String: String]) async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: true), settings: settings)
    let before = try await home.simulator.world()
    let release = try await home.build(
      .init(
        pipeline: .release, parameters: try await home.releaseParameters(),
        inputs: [JenkinsHome.releaseQuestion: "proceed"],
        changes: ["timeout: '10m'": "timeout: '12s'"]))
    #expect(release.result == "FAILURE", "\(release.console)")
    #expect(release.status(of: "Production") == "FAILURE")
    #expect(release.suites.last == "astra-verify-production")
    #expect(release.failures.contains { $0.message.contains("500") }, "\(release.failures)")
    let started = try #require(release.started.first)
    #expect(release.started.count == 1 && !started.wait && started.job == "postmortem")

    // The clone will get the next address.
    var parameters = started.parameters
    parameters["CLONE_URL"] = "http://\(try await home.simulator.nextAddress())/"
    let rescue = try await home.build(.init(parameters: parameters))
    #expect(rescue.result == "SUCCESS", "\(rescue.console)")
    #expect(
      rescue.suites == [
        "astra-preflight", "astra-verify-fault", "astra-preflight-clone", "astra-clone", "astra-verify-clone",
        "astra-restore", "astra-verify-recovered",
      ])
    #expect(rescue.failures.isEmpty)
    let world = try await home.simulator.world()
    let production = try #require(world.application("magento-prod"))
    #expect(production.content?.version == "2.4.1" && production.content?.broken == false)
    #expect(production.address == before.application("magento-prod")?.address)
    let clone = try #require(world.application("magento-debug"))
    #expect(clone.content?.version == "2.4.2" && clone.content?.broken == true)
    #expect(try home.filesWithToken().isEmpty)
  }
}

@Suite("The post-mortem looks from outside", .reportsAreRead)
struct PostmortemPageTests {
  private static let soon = [
    "ASTRA_TIMEOUT = '5m'": "ASTRA_TIMEOUT = '12s'", "ASTRA_TIMEOUT = '10m'": "ASTRA_TIMEOUT = '12s'",
  ]

  private func home(_ settings: [String: Any] = [:]) async throws -> (JenkinsHome, [String: String]) {
    let home = try await JenkinsHome.start { scenario in
      var all = scenario["settings"] as? [String: Any] ?? [:]
      all.merge(settings) { $1 }
      scenario["settings"] = all
    }
    let world = try await home.simulator.world()
    var parameters = home.parameters
    parameters["PROD_URL"] = "http://\(try #require(world.application("magento-prod")).address)/"
    parameters["PAGE_TEXT"] = "Release 2.4.1"
    parameters["CLONE_URL"] = "http://\(try await home.simulator.nextAddress())/"
    return (home, parameters)
  }

  @Test("without a fault to see, nothing is cloned or restored")
  func noFault() async throws {
    let (home, parameters) = try await home()
    try await home.simulator.post(
      "deploy", ["application": "magento-prod", "version": "2.4.1", "broken": false])
    let before = try await home.simulator.world()
    let build = try await home.build(.init(parameters: parameters, changes: Self.soon))
    #expect(build.result == "FAILURE", "\(build.console)")
    #expect(build.status(of: "See the fault") == "FAILURE")
    #expect(build.failures.count == 1 && build.failures[0].message.contains("200"), "\(build.failures)")
    #expect(try await home.simulator.world().tally == before.tally)
  }

  @Test("production that answers at another address after its restore turns the build red, and says so")
  func anotherAddress() async throws {
    let (home, parameters) = try await home(["restoreKeepsAddress": false])
    let build = try await home.build(
      .init(parameters: parameters, changes: Self.soon))
    #expect(build.result == "FAILURE", "\(build.console)")
    #expect(build.status(of: "Restore") == "SUCCESS" && build.status(of: "Check production") == "FAILURE")
    #expect(build.suites.last == "astra-verify-recovered" && !build.failures.isEmpty)
  }

  @Test("a clone without the fault makes the build unstable, and production is restored all the same")
  func cloneWithoutTheFault() async throws {
    let (home, parameters) = try await home()
    var wrong = parameters
    // Whatever answers there, it is a page that is well.
    let other = try #require(try await home.simulator.world().application("wordpress")).address
    wrong["CLONE_URL"] = "http://\(other)/"
    wrong["PAGE_TEXT"] = "Release"
    let build = try await home.build(.init(parameters: wrong, changes: Self.soon))
    #expect(build.result == "UNSTABLE", "\(build.console)")
    #expect(build.status(of: "Check the clone") == "FAILURE")
    #expect(build.status(of: "Restore") == "SUCCESS" && build.status(of: "Check production") == "SUCCESS")
    #expect(try await home.simulator.world().application("magento-prod")?.content?.broken == false)
  }
}
