import Foundation
import Testing

/// The lines of the table in docs/jenkins.md: where a build ended red, and because of what.
enum RedEnd: String, CaseIterable, Sendable {
  case wrongParameter = "Check | a parameter is wrong, or the backup does not fit (64, 65, 78)"
  case unreachable = "Check | Astra Control cannot be reached (69)"
  case tokenRefused = "Check | the token was refused (77)"
  case pageIsWell = "See the fault | production's page is well"
  case pageIsDark =
    "See the fault | production's page has gone dark: no answer is no proof of the fault"
  case nameTaken = "Check for the clone | the clone's name or namespace is taken"
  case failedCloneLeft =
    "Check for the clone | a failed clone of that name is left from an earlier build"
  case cloneFailed = "Clone | the clone failed"
  case cloneCutOff = "Clone | the build was aborted"
  case cloneStands =
    "Clone | its time was up (75), and that of Restore too, which waits for the clone"
  case cloneNotLookedAt =
    "Check the clone | the program is missing, or the clone is not what it should be"
  case restoreFailed = "Restore | the restore failed"
  case tokenRevoked = "Restore | the token was refused (77)"
  case noCopy = "Restore | no copy of the broken state could be made (78)"
  case stillDark = "Check production | its page does not show that it is well"
  case upgradeFailed = "Upgrade the clone | Helm failed, or there is no clone"
  case backupFailed = "Backup | a backup failed"
  case nothingDeployed = "Production | Helm changed nothing"
  case wellAllTheSame = "Production | Helm failed half way, and the page is well"
  case seenBroken = "Production | the page shows the fault"
  case darkAfterwards = "Production | the page has gone dark"
  case notSeen =
    "Production | nobody could see whether it is well: Helm failed half way without `PROD_URL`, or `astra-verify` could not look (69, 75, 77)"
}

@Suite("It ended red: what the page says to do then, does it", .reportsAreRead)
struct RedBuildTests {
  static let good = "before-2-4-2-debian-10-r14"
  static let soon = [
    "ASTRA_TIMEOUT = '5m'": "ASTRA_TIMEOUT = '12s'", "ASTRA_TIMEOUT = '10m'": "ASTRA_TIMEOUT = '12s'",
  ]

  @Test("the table has a line for each, and none besides")
  func table() throws {
    let page = try String(
      contentsOf: Installation.root.appending(path: "docs/jenkins.md"), encoding: .utf8)
    let start = try #require(page.range(of: "| It ended red in |")).lowerBound
    let lines = page[start...].split(separator: "\n", omittingEmptySubsequences: false).dropFirst(2).prefix {
      $0.hasPrefix("|")
    }
    let ends = lines.map { line in
      line.split(separator: "|").prefix(2).map { $0.trimmingCharacters(in: .whitespaces) }.joined(
        separator: " | ")
    }
    #expect(ends == RedEnd.allCases.map(\.rawValue))
  }

  @Test("it ends red there, and the line's advice helps", arguments: RedEnd.allCases)
  func advice(_ end: RedEnd) async throws {
    switch end {
    case .wrongParameter: try await wrongParameter()
    case .unreachable: try await unreachable()
    case .tokenRefused: try await tokenRefused()
    case .pageIsWell: try await pageIsWell()
    case .pageIsDark: try await pageIsDark()
    case .nameTaken: try await nameTaken()
    case .failedCloneLeft: try await failedCloneLeft()
    case .cloneFailed: try await cloneFailed()
    case .cloneCutOff: try await cloneCutOff()
    case .cloneStands: try await cloneStands()
    case .cloneNotLookedAt: try await cloneNotLookedAt()
    case .restoreFailed: try await restoreFailed()
    case .tokenRevoked: try await tokenRevoked()
    case .noCopy: try await noCopy()
    case .stillDark: try await stillDark()
    case .upgradeFailed: try await upgradeFailed()
    case .backupFailed: try await backupFailed()
    case .nothingDeployed: try await nothingDeployed()
    case .wellAllTheSame: try await wellAllTheSame()
    case .seenBroken: try await seenBroken()
    case .darkAfterwards: try await darkAfterwards()
    case .notSeen: try await notSeen()
    }
  }

  // MARK: - The post-mortem

  private func wrongParameter() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    var parameters = home.parameters
    parameters["BACKUP_NAME"] = "before-2.4.2-debian-10-r41"
    let red = try await home.build(.init(parameters: parameters))
    expectRed(red, in: "Check", code: 65)
    #expect(try await home.simulator.world().journal == before.journal)
    try await expectRescue(try await home.build(.init(parameters: home.parameters)), home, since: before)
  }

  private func tokenRefused() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try await home.simulator.post("token", ["token": Self.newToken])
    let red = try await home.build(.init(parameters: home.parameters))
    expectRed(red, in: "Check", code: 77)
    #expect(try await home.simulator.world().tally == before.tally)
    let green = try await home.build(.init(parameters: home.parameters, token: Self.newToken))
    try await expectRescue(green, home, since: before)
  }

  private func pageIsWell() async throws {
    let home = try await JenkinsHome.start()
    try await home.simulator.post(
      "deploy", ["application": "magento-prod", "version": "2.4.1", "broken": false])
    let before = try await home.simulator.world()
    let red = try await home.build(.init(parameters: try await parametersWithPage(home), changes: Self.soon))
    expectRed(red, in: "See the fault", code: 1)
    let world = try await home.simulator.world()
    #expect(world.tally == before.tally)
    #expect(world.application("magento-prod")?.content == before.application("magento-prod")?.content)
  }

  private func pageIsDark() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    var parameters = try await parametersWithPage(home)
    // Nobody listens there.
    parameters["PROD_URL"] = "http://\(try await home.simulator.nextAddress())/"
    let red = try await home.build(.init(parameters: parameters, changes: Self.soon))
    expectRed(red, in: "See the fault", code: 1)
    #expect(try await home.simulator.world().tally == before.tally)
    parameters["PROD_URL"] = nil
    try await expectRescue(
      try await home.build(.init(parameters: parameters)), home, since: before)
  }

  private func nameTaken() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    var parameters = home.parameters
    parameters["DEBUG_NAMESPACE"] = "jenkins"
    parameters["DEBUG_KUBERNETES_CLUSTER"] = nil
    try await home.simulator.post("namespace", ["cluster": "ocp-prod", "name": "jenkins"])
    let red = try await home.build(.init(parameters: parameters))
    #expect(red.result == "FAILURE", "\(red.console)")
    #expect(red.status(of: "Check for the clone") == "FAILURE" && red.status(of: "Clone") == "FAILURE")
    try await expectRescueWithSnapshot(red, home, since: before)
  }

  private func cloneFailed() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try await home.simulator.post("operationFault", ["kind": "clone", "nth": 1, "effect": "fails"])
    let red = try await home.build(.init(parameters: home.parameters))
    #expect(red.result == "FAILURE", "\(red.console)")
    #expect(red.status(of: "Check for the clone") == "SUCCESS" && red.status(of: "Clone") == "FAILURE")
    #expect(red.commands.filter { $0.stage == "Clone" }.last?.code == 1)
    try await expectRescueWithSnapshot(red, home, since: before)
  }

  private func cloneCutOff() async throws {
    let home = try await JenkinsHome.start(operationSeconds: 3)
    let before = try await home.simulator.world()
    let red = try await home.build(
      .init(parameters: home.parameters, abort: (stage: "Clone", when: "magento-prod\": provisioning")))
    #expect(red.result == "ABORTED" && red.status(of: "Clone") == "ABORTED", "\(red.console)")
    #expect(try await home.simulator.world().tally.restoresRequested == 0)
    try await expectRescue(try await home.build(.init(restart: (red.number, "Clone"))), home, since: before)
    #expect(try await home.simulator.world().tally.clonesCreated == 1)
  }

  private func restoreFailed() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try await home.simulator.post("operationFault", ["kind": "restore", "nth": 1, "effect": "fails"])
    let red = try await home.build(.init(parameters: home.parameters))
    expectRed(red, in: "Restore", code: 1)
    #expect(red.console.contains("magento-debug"))
    #expect(!red.console.contains("discard"))
    try await expectRescue(try await home.build(.init(restart: (red.number, "Restore"))), home, since: before)
    try await restoreFailedWithoutClone()
  }

  private func tokenRevoked() async throws {
    let home = try await JenkinsHome.start { scenario in
      scenario["responseFaults"] = [
        [
          "method": "PUT", "path": "k8s/v2/apps/{id}", "status": 401,
          "contentType": "application/problem+json",
          "body": #"{"type": "https://example.com/problem", "title": "Unauthorized", "status": "401"}"#,
        ]
      ]
    }
    let before = try await home.simulator.world()
    let red = try await home.build(.init(parameters: home.parameters))
    expectRed(red, in: "Restore", code: 77)
    try await home.simulator.post("token", ["token": Self.newToken])
    let green = try await home.build(.init(token: Self.newToken, restart: (red.number, "Restore")))
    try await expectRescue(green, home, since: before)
  }

  private func stillDark() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    // It is restored, and breaks once more before anybody looks.
    try home.addProgram(
      "astra-restore", after: "deploy", ["application": "magento-prod", "version": "2.4.1", "broken": true])
    let red = try await home.build(.init(parameters: try await parametersWithPage(home), changes: Self.soon))
    expectRed(red, in: "Check production", code: 1)
    #expect(red.status(of: "Restore") == "SUCCESS")
    let world = try await home.simulator.world()
    #expect(world.application("magento-prod")?.content?.rows == before.backup(Self.good)?.content?.rows)
    try await home.simulator.post(
      "deploy", ["application": "magento-prod", "version": "2.4.1-debian-10-r14", "broken": false])
    let green = try await home.build(.init(restart: (red.number, "Check production")))
    #expect(green.suites == ["astra-verify-recovered"], "\(green.console)")
    try await expectRescue(green, home, since: before)
    #expect(try await home.simulator.world().tally == world.tally)
  }

  private func upgradeFailed() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try home.addProgram("kubectl", "echo '192.0.2.7 '")
    try home.addProgram("helm", "exit 1")
    var parameters = home.parameters
    parameters["UPGRADE_CLONE"] = "true"
    let red = try await home.build(.init(parameters: parameters))
    expectRed(red, in: "Upgrade the clone", code: 1)
    try home.addProgram("helm", "exit 0")
    let green = try await home.build(.init(restart: (red.number, "Upgrade the clone")))
    try await expectRescue(green, home, since: before)

    let other = try await JenkinsHome.start()
    let untouched = try await other.simulator.world()
    try await other.simulator.post("operationFault", ["kind": "clone", "nth": 1, "effect": "fails"])
    let without = try await other.build(.init(parameters: parameters.merging(other.parameters) { $1 }))
    #expect(without.status(of: "Upgrade the clone") == "FAILURE", "\(without.console)")
    #expect(without.console.contains("no clone that could be upgraded"))
    try await expectRescueWithSnapshot(without, other, since: untouched)
  }

  // MARK: - The release

  private func nothingDeployed() async throws {
    let home = try await JenkinsHome.forRelease(.changesNothing)
    let before = try await home.simulator.world()
    let parameters = try await home.releaseParameters()
    let red = try await release(home, parameters)
    expectRed(red, in: "Production")
    #expect(red.console.contains("Helm changed nothing"))
    #expect(red.started.isEmpty)
    let world = try await home.simulator.world()
    #expect(world.application("magento-prod")?.content == before.application("magento-prod")?.content)

    // Nor with no Helm at all.
    try home.removeProgram("helm")
    let restart = (build: red.number, stage: "Production")
    let without = try await release(home, nil, restart: restart)
    expectRed(without, in: "Production")
    #expect(without.started.isEmpty)

    try home.add(.works(broken: false))
    let green = try await release(home, nil, restart: restart)
    #expect(green.result == "SUCCESS" && green.started.isEmpty, "\(green.console)")
    #expect(try await home.simulator.world().application("magento-prod")?.content?.version == "2.4.2")
  }

  private func wellAllTheSame() async throws {
    let home = try await JenkinsHome.forRelease(.failsHalfWay(broken: false))
    let red = try await release(home, try await home.releaseParameters())
    expectRed(red, in: "Production")
    #expect(red.started.isEmpty && red.console.contains("production is well"))
    #expect(try await home.simulator.world().application("magento-prod")?.content?.version == "2.4.2")
  }

  private func seenBroken() async throws {
    for helm in [HelmStandIn.works(broken: true), .failsHalfWay(broken: true)] {
      let home = try await JenkinsHome.forRelease(helm)
      let red = try await release(home, try await home.releaseParameters())
      expectRed(red, in: "Production")
      #expect(red.status(of: "Post-mortem") == "SUCCESS")
      let started = try #require(red.started.first)
      let rescue = try await home.build(.init(parameters: started.parameters))
      #expect(rescue.result == "SUCCESS", "\(rescue.console)")
      #expect(try await home.simulator.world().application("magento-prod")?.content?.version == "2.4.1")
    }
  }

  private func notSeen() async throws {
    for (answer, count) in [("abort", 0), ("proceed", 1)] {
      let home = try await JenkinsHome.forRelease(.failsHalfWay(broken: true))
      var parameters = try await home.releaseParameters()
      (parameters["PROD_URL"], parameters["PAGE_TEXT"], parameters["STAGING_URL"]) = (nil, nil, nil)
      let red = try await release(home, parameters, isBroken: answer)
      #expect(red.status(of: "Production") == "FAILURE", "\(red.console)")
      #expect(red.result == (count == 0 ? "ABORTED" : "FAILURE"))
      #expect(red.started.count == count)
      #expect(try await home.simulator.world().application("magento-prod")?.content?.version == "2.4.2")
    }
    try await tokenRevokedInRelease()
  }

  func release(
    _ home: JenkinsHome, _ parameters: [String: String]?, isBroken answer: String? = nil,
    restart: (build: Int, stage: String)? = nil
  ) async throws -> JenkinsBuild {
    var inputs = [JenkinsHome.releaseQuestion: "proceed"]
    inputs[JenkinsHome.brokenQuestion] = answer
    return try await home.build(
      .init(
        pipeline: .release, parameters: parameters, inputs: inputs,
        changes: ["timeout: '10m', returnStatus": "timeout: '12s', returnStatus"], restart: restart))
  }

  // MARK: - What is expected

  static let newToken = "not-a-real-token-renewed"

  func parametersWithPage(_ home: JenkinsHome) async throws -> [String: String] {
    var parameters = home.parameters
    let production = try #require(try await home.simulator.world().application("magento-prod"))
    parameters["PROD_URL"] = "http://\(production.address)/"
    parameters["PAGE_TEXT"] = "Release 2.4.1"
    return parameters
  }

  func expectRed(
    _ build: JenkinsBuild, in stage: String, code: Int? = nil, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(build.result == "FAILURE", "\(build.console)", sourceLocation: location)
    let red = build.stages.filter { $0.status == "FAILURE" }.map(\.name)
    #expect(red == [stage], "\(build.console)", sourceLocation: location)
    guard let code else { return }
    let command = build.commands.last { $0.stage == stage }
    #expect(command?.code == code, "\(build.console)", sourceLocation: location)
  }

  /// Production holds what the backup holds, at its old address, and the clone holds what was broken.
  func expectRescue(
    _ build: JenkinsBuild, _ home: JenkinsHome, since before: WorldView,
    at location: SourceLocation = #_sourceLocation
  ) async throws {
    #expect(build.result == "SUCCESS", "\(build.console)", sourceLocation: location)
    let world = try await expectRestored(home, since: before, at: location)
    let clone = world.application("magento-debug")
    #expect(
      clone?.content == before.application("magento-prod")?.content && clone?.state == "ready",
      sourceLocation: location)
    #expect(try home.filesWithToken().isEmpty, sourceLocation: location)
  }

  /// Production is restored, a snapshot holds what was broken, and a clone can be made of that.
  func expectRescueWithSnapshot(
    _ build: JenkinsBuild, _ home: JenkinsHome, since before: WorldView,
    at location: SourceLocation = #_sourceLocation
  ) async throws {
    for stage in ["Restore", "Check production"] {
      #expect(build.status(of: stage) == "SUCCESS", "\(build.console)", sourceLocation: location)
    }
    let world = try await expectRestored(home, since: before, at: location)
    let broken = before.application("magento-prod")?.content
    let evidence = try #require(
      world.snapshots.first { $0.name.hasPrefix("evidence-") && $0.content == broken },
      sourceLocation: location)
    #expect(build.console.contains(evidence.name), sourceLocation: location)
    let clone = try await Command(
      try Installation.program("astra-clone"),
      [
        "--clone-name", "magento-wreck", "--clone-namespace", "magento-wreck",
        "--use-existing-snapshot", evidence.name, "--report-dir", home.path("by-hand"),
      ],
      environment: home.simulator.environment.filter { $0.key != "DEBUG_KUBERNETES_CLUSTER" }
    ).run()
    #expect(clone.exit == .code(0), "\(clone.summary)", sourceLocation: location)
    let made = try await home.simulator.world().application("magento-wreck")
    #expect(made?.content == broken, sourceLocation: location)
  }

  func expectRestored(
    _ home: JenkinsHome, since before: WorldView, at location: SourceLocation = #_sourceLocation
  ) async throws -> WorldView {
    let world = try await home.simulator.world()
    let production = world.application("magento-prod")
    #expect(production?.content == before.backup(Self.good)?.content, sourceLocation: location)
    #expect(production?.address == before.application("magento-prod")?.address, sourceLocation: location)
    return world
  }
}
