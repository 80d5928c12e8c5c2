import Testing

// The lines of the table where something else than the operation itself is in the way.
extension RedBuildTests {
  func unreachable() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    var parameters = home.parameters
    parameters["ASTRA_FQDN"] = "127.0.0.1:1"
    let red = try await home.build(.init(parameters: parameters, changes: Self.soon))
    expectRed(red, in: "Check", code: 69)
    #expect(try await home.simulator.world().journal == before.journal)
    try await expectRescue(try await home.build(.init(parameters: home.parameters)), home, since: before)
  }

  /// Three releases go wrong, and each time production is restored: with what the first clone left, and past it.
  func failedCloneLeft() async throws {
    let home = try await JenkinsHome.start()
    try await home.simulator.post("operationFault", ["kind": "clone", "nth": 1, "effect": "fails"])
    let first = try await home.build(.init(parameters: home.parameters))
    #expect(first.status(of: "Restore") == "SUCCESS", "\(first.console)")

    try await breakAgain(home, "2.4.8")
    let before = try await home.simulator.world()
    let red = try await home.build(.init(parameters: home.parameters))
    #expect(red.result == "FAILURE" && red.status(of: "Check for the clone") == "FAILURE", "\(red.console)")
    try await expectRescueWithSnapshot(red, home, since: before)

    try await breakAgain(home, "2.4.9")
    let last = try await home.simulator.world()
    var parameters = home.parameters
    (parameters["REPLACE_FAILED"], parameters["DEBUG_NAMESPACE"]) = ("true", "magento-debug-2")
    try await expectRescue(try await home.build(.init(parameters: parameters)), home, since: last)
  }

  func cloneStands() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try await home.simulator.post("operationFault", ["kind": "clone", "nth": 1, "effect": "stalls"])
    let red = try await home.build(
      .init(parameters: home.parameters, changes: ["ASTRA_TIMEOUT = '1h'": "ASTRA_TIMEOUT = '20s'"]))
    #expect(red.result == "FAILURE", "\(red.console)")
    for stage in ["Clone", "Restore"] {
      #expect(red.commands.last { $0.stage == stage }?.code == 75, "\(red.console)")
    }
    #expect(try await home.simulator.world().tally.restoresRequested == 0)
    try await home.simulator.post("complete", ["subject": "magento-debug"])
    try await expectRescue(try await home.build(.init(restart: (red.number, "Restore"))), home, since: before)
    #expect(try await home.simulator.world().tally.clonesCreated == 1)
    try await cloneNeverEnds()
  }

  private func cloneNeverEnds() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try await home.simulator.post("operationFault", ["kind": "clone", "nth": 1, "effect": "stalls"])
    let red = try await home.build(
      .init(parameters: home.parameters, abort: (stage: "Clone", when: "magento-prod\": provisioning")))
    #expect(red.result == "ABORTED", "\(red.console)")
    let build = try await home.build(.init(parameters: withoutClone(home)))
    #expect(build.result == "SUCCESS", "\(build.console)")
    try await expectRescueWithSnapshot(build, home, since: before)
  }

  func cloneNotLookedAt() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    let verify = try Installation.program("astra-verify")
    try home.removeProgram("astra-verify")
    try home.addProgram(
      "astra-verify", "[ \"$ASTRA_REPORT_SUFFIX\" != clone ] || exit 127\nexec '\(verify)' \"$@\"")
    let red = try await home.build(.init(parameters: home.parameters))
    #expect(red.result == "UNSTABLE" && red.status(of: "Check the clone") == "FAILURE", "\(red.console)")
    let world = try await expectRestored(home, since: before)

    try home.removeProgram("astra-verify")
    try home.addPrograms()
    let green = try await home.build(.init(restart: (red.number, "Check the clone")))
    try await expectRescue(green, home, since: before)
    #expect(try await home.simulator.world().tally == world.tally)
  }

  func restoreFailedWithoutClone() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try await home.simulator.post("operationFault", ["kind": "restore", "nth": 1, "effect": "fails"])
    let red = try await home.build(.init(parameters: withoutClone(home)))
    expectRed(red, in: "Restore", code: 1)
    let green = try await home.build(.init(restart: (red.number, "Restore")))
    #expect(green.result == "SUCCESS", "\(green.console)")
    let world = try await expectRestored(home, since: before)
    let broken = before.application("magento-prod")?.content
    #expect(world.snapshots.contains { $0.name.hasPrefix("evidence-") && $0.content == broken })
  }

  func noCopy() async throws {
    for isRestarted in [true, false] {
      let home = try await JenkinsHome.start()
      let before = try await home.simulator.world()
      try await home.simulator.post("operationFault", ["kind": "snapshot", "nth": 1, "effect": "fails"])
      let red = try await home.build(.init(parameters: withoutClone(home)))
      expectRed(red, in: "Restore", code: 78)
      let world = try await home.simulator.world()
      #expect(world.tally.restoresRequested == 0)
      #expect(world.application("magento-prod")?.content == before.application("magento-prod")?.content)
      guard isRestarted else {
        let green = try await home.build(.init(parameters: home.parameters))
        try await expectRescue(green, home, since: before)
        continue
      }
      let green = try await home.build(.init(restart: (red.number, "Restore")))
      #expect(green.result == "SUCCESS", "\(green.console)")
      try await expectRescueWithSnapshot(green, home, since: before)
    }
  }

  // MARK: - The release

  func backupFailed() async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: false))
    try await home.simulator.post("operationFault", ["kind": "backup", "nth": 1, "effect": "fails"])
    let red = try await release(home, try await home.releaseParameters())
    #expect(red.result == "FAILURE" && red.status(of: "Backup") == "FAILURE", "\(red.console)")
    #expect(red.started.isEmpty && home.text("helm.txt") == nil)
    let green = try await release(home, nil, restart: (red.number, "Backup"))
    #expect(green.result == "SUCCESS", "\(green.console)")
    let world = try await home.simulator.world()
    let backups = world.backups.filter { $0.name == "before-2-4-2" }
    #expect(backups.map(\.state) == ["completed", "completed"])
    #expect(Set(backups.map(\.applicationID)).count == 2)
    // The one that was complete was kept.
    #expect(world.tally.backupsCreated == 3)
    #expect(world.application("magento-prod")?.content?.version == "2.4.2")
  }

  func darkAfterwards() async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: true))
    var parameters = try await home.releaseParameters()
    // Nobody listens there.
    parameters["PROD_URL"] = "http://\(try await home.simulator.nextAddress())/"
    let red = try await release(home, parameters)
    expectRed(red, in: "Production")
    let started = try #require(red.started.first, "\(red.console)")
    let dark = try await home.build(.init(parameters: started.parameters, changes: Self.soon))
    expectRed(dark, in: "See the fault", code: 1)
    let rescue = try await home.build(.init(parameters: started.parameters.filter { $0.key != "PROD_URL" }))
    #expect(rescue.result == "SUCCESS", "\(rescue.console)")
    let world = try await home.simulator.world()
    #expect(world.application("magento-prod")?.content?.version == "2.4.1")
    #expect(world.application("magento-debug")?.content?.version == "2.4.2")
  }

  /// Helm has done its work, and then Astra Control takes the token no more: nobody can say how production is.
  func tokenRevokedInRelease() async throws {
    let home = try await JenkinsHome.forRelease(.worksAndRevokes(token: Self.newToken))
    let red = try await release(home, try await home.releaseParameters(), isBroken: "proceed")
    #expect(red.result == "FAILURE" && red.status(of: "Is it broken?") == "SUCCESS", "\(red.console)")
    #expect(red.console.contains("exit code 77"))
    let started = try #require(red.started.first, "\(red.console)")
    let rescue = try await home.build(.init(parameters: started.parameters, token: Self.newToken))
    #expect(rescue.result == "SUCCESS", "\(rescue.console)")
    #expect(try await home.simulator.world().application("magento-prod")?.content?.version == "2.4.1")
  }

  /// A shell that is killed in the middle of the upgrade says nothing of what Helm has done: nobody is told that
  /// nothing was changed.
  @Test("a shell that ends in another way than the upgrade's own is no proof that nothing was changed")
  func killedShell() async throws {
    let home = try await JenkinsHome.forRelease(.works(broken: true))
    let red = try await home.build(
      .init(
        pipeline: .release, parameters: try await home.releaseParameters(),
        inputs: [JenkinsHome.releaseQuestion: "proceed"],
        changes: [
          "timeout: '10m', returnStatus": "timeout: '12s', returnStatus",
          "--wait --timeout 20m; then\n                exit 0":
            "--wait --timeout 20m; then\n                kill -9 $$",
        ]))
    expectRed(red, in: "Production")
    #expect(!red.console.contains("Helm changed nothing"))
    #expect(red.started.count == 1, "\(red.console)")
  }

  // MARK: - The world

  private func withoutClone(_ home: JenkinsHome) -> [String: String] {
    home.parameters.merging(["SKIP_CLONE": "true"]) { $1 }
  }

  private func breakAgain(_ home: JenkinsHome, _ version: String) async throws {
    try await home.simulator.post(
      "deploy", ["application": "magento-prod", "version": version, "broken": true])
  }
}
