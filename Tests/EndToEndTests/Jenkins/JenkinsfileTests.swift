import Foundation
import Testing

@Suite("The post-mortem pipeline runs as Jenkins runs it")
struct JenkinsfileTests {
  private let good = "before-2-4-2-debian-10-r14"
  /// Check, See the fault, Check for the clone, Clone, Check the clone, Restore, Check production, of a good run
  /// without pages.
  private static let allDone = [
    "SUCCESS", "SKIPPED_FOR_CONDITION", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS",
  ]

  /// The rows and the version that production has after a restore, and the clone has kept.
  private func expectRecovered(
    _ world: WorldView, since before: WorldView, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let broken = try #require(before.application("magento-prod"), sourceLocation: sourceLocation)
    let production = try #require(world.application("magento-prod"), sourceLocation: sourceLocation)
    #expect(production.content == before.backup(good)?.content, sourceLocation: sourceLocation)
    #expect(production.content?.broken == false, sourceLocation: sourceLocation)
    #expect(production.address == broken.address, sourceLocation: sourceLocation)
    let clones = world.applications.filter { $0.sourceAppID == broken.id }
    #expect(clones.map(\.name) == ["magento-debug"], sourceLocation: sourceLocation)
    #expect(clones.first?.content == broken.content, sourceLocation: sourceLocation)
    #expect(clones.first?.content?.broken == true, sourceLocation: sourceLocation)
    // The clone was taken for the evidence: no snapshot had to be made in its place.
    #expect(world.tally.snapshotsCreated == before.tally.snapshotsCreated, sourceLocation: sourceLocation)
  }

  private func expectNothingChanged(
    _ world: WorldView, since before: WorldView, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(world.tally == before.tally, sourceLocation: sourceLocation)
    #expect(world.journal == before.journal, sourceLocation: sourceLocation)
  }

  @Test("the good run: production is good at its old address, the clone stays broken, all is green")
  func goodRun() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    let build = try await home.build(.init(parameters: home.parameters))
    #expect(build.result == "SUCCESS", "\(build.console)")
    #expect(build.statuses == Self.allDone + ["SKIPPED_FOR_CONDITION"])
    #expect(
      build.suites == [
        "astra-preflight", "astra-preflight-clone", "astra-clone", "astra-verify-clone", "astra-restore",
        "astra-verify-recovered",
      ])
    #expect(build.failures.isEmpty)
    #expect(build.archived.contains("reports/TEST-astra-restore.xml"))
    #expect(build.archived.contains("reports/TEST-astra-clone.xml"))
    #expect(build.archived.contains("reports/post-mortem.html"))
    let page = try #require(home.text("home/builds/\(build.number)/archive/reports/post-mortem.md"))
    #expect(page.contains("production was restored from backup") && page.contains("Run `\(build.tag)`"))
    for suite in build.suites { #expect(page.contains("`TEST-\(suite).xml`"), "\(suite)") }
    let world = try await home.simulator.world()
    try expectRecovered(world, since: before)
    let address = try #require(world.application("magento-prod")?.address)
    #expect(try await home.simulator.page(at: address).status == 200)
    let clone = try #require(world.application("magento-debug")?.address)
    #expect(try await home.simulator.page(at: clone).status == 500)
    #expect(try home.filesWithToken().isEmpty)

    // The same run once more from its last stage: it is done, and stays so. Without a page: that alone is no failure.
    try home.removeProgram("astra-report")
    let again = try await home.build(.init(restart: (build.number, "Restore")))
    #expect(again.result == "SUCCESS", "\(again.console)")
    #expect(again.suites == ["astra-restore", "astra-verify-recovered"])
    #expect(again.failures.isEmpty && !again.archived.contains("reports/post-mortem.html"))
    #expect(try await home.simulator.world().tally == world.tally)
  }

  @Test("a restore that was refused is restarted from its stage, elsewhere, with the same evidence")
  func restartFromRestore() async throws {
    let home = try await JenkinsHome.start { scenario in
      scenario["responseFaults"] = [
        [
          "method": "PUT", "path": "k8s/v2/apps/{id}", "status": 403,
          "contentType": "application/problem+json",
          "body": #"{"type": "https://example.com/problem", "title": "Not permitted", "status": "403"}"#,
        ]
      ]
    }
    let before = try await home.simulator.world()
    let first = try await home.build(.init(parameters: home.parameters))
    #expect(first.result == "FAILURE", "\(first.console)")
    #expect(
      first.statuses == Self.allDone.prefix(5) + ["FAILURE", "SKIPPED_FOR_FAILURE", "SKIPPED_FOR_FAILURE"])
    #expect(first.failures.map(\.name) == ["request in-place restore"])
    #expect(first.suites.last == "astra-restore")
    let world = try await home.simulator.world()
    #expect(world.application("magento-prod")?.content == before.application("magento-prod")?.content)
    #expect(world.tally.restoresBegun == 0)

    let second = try await home.build(.init(agent: "agent-2", restart: (first.number, "Restore")))
    #expect(second.result == "SUCCESS", "\(second.console)")
    #expect(
      second.statuses == Array(repeating: "SKIPPED_FOR_RESTART", count: 5)
        + ["SUCCESS", "SUCCESS", "SKIPPED_FOR_CONDITION"])
    #expect(second.tag != first.tag)
    #expect(second.console.contains("run \(first.tag), against"))
    #expect(second.suites == ["astra-restore", "astra-verify-recovered"])
    #expect(second.failures.isEmpty)
    try expectRecovered(try await home.simulator.world(), since: before)
    #expect(try home.filesWithToken().isEmpty)
  }

  @Test("an aborted clone says so in its report, and a restart from its stage waits for it")
  func abortAndRestart() async throws {
    let home = try await JenkinsHome.start(operationSeconds: 3)
    let before = try await home.simulator.world()
    let first = try await home.build(
      .init(parameters: home.parameters, abort: (stage: "Clone", when: "magento-prod\": provisioning")))
    #expect(first.result == "ABORTED", "\(first.console)")
    #expect(
      first.statuses == Self.allDone.prefix(3) + ["ABORTED"]
        + Array(repeating: "SKIPPED_FOR_FAILURE", count: 4))
    #expect(first.stageCommands.last?.code == 143)
    #expect(first.suites.last == "astra-clone")
    #expect(first.failures.map(\.name) == ["wait for clone"])
    let page = try #require(home.text("home/builds/\(first.number)/archive/reports/post-mortem.md"))
    #expect(page.contains("exit code: 143") && page.contains("astra-restore was not run"))

    let second = try await home.build(.init(restart: (first.number, "Clone")))
    #expect(second.result == "SUCCESS", "\(second.console)")
    #expect(
      second.suites == ["astra-clone", "astra-verify-clone", "astra-restore", "astra-verify-recovered"])
    #expect(second.failures.isEmpty)
    // Its page tells of the whole run, of what the first build did too.
    let whole = try #require(home.text("home/builds/\(second.number)/archive/reports/post-mortem.md"))
    #expect(whole.contains("`TEST-astra-preflight.xml`") && whole.contains("Run `\(first.tag)`"))
    #expect(whole.contains("production was restored from backup"), "\(whole)")
    // The number alone may stand in an id.
    #expect(!whole.contains("exit code 143") && !whole.contains("exit code: 143"), "\(whole)")
    let world = try await home.simulator.world()
    try expectRecovered(world, since: before)
    #expect(world.tally.clonesCreated == 1)
  }

  @Test("Helm tells the clone its own address, not that of production, and gets no token")
  func upgradeOfTheClone() async throws {
    let home = try await JenkinsHome.start()
    // A load balancer that gives the address at the second look.
    try home.addProgram(
      "kubectl",
      """
      printf '%s\\n' "$*" >>"$TEST_HOME/kubectl.txt"
      case "$*" in
        *'--namespace magento-debug'*) if [ -e "$TEST_HOME/asked" ]; then echo ' clone.example.com'; fi ;;
        *) echo 'prod.example.com ' ;;
      esac
      touch "$TEST_HOME/asked"
      """)
    try home.addProgram(
      "helm", #"printf '%s\n' "$@" >"$TEST_HOME/helm.txt"; env >"$TEST_HOME/helm-environment.txt""#)
    var parameters = home.parameters
    parameters["UPGRADE_CLONE"] = "true"
    let build = try await home.build(.init(parameters: parameters))
    #expect(build.result == "SUCCESS", "\(build.console)")
    #expect(build.statuses == Self.allDone + ["SUCCESS"])
    let lookups = try #require(home.text("kubectl.txt")).split(separator: "\n")
    #expect(lookups.count == 2)
    #expect(lookups.allSatisfy { $0.hasPrefix("get service magento --namespace magento-debug ") })
    let arguments = try #require(home.text("helm.txt")).split(separator: "\n").map(String.init)
    #expect(
      arguments == [
        "upgrade", "magento", "bitnami/magento", "--namespace", "magento-debug", "--reuse-values",
        "--set-string", "magentoHost=clone.example.com", "--wait", "--timeout", "20m",
      ])
    let environment = try #require(home.text("helm-environment.txt"))
    #expect(environment.contains("KUBECONFIG=\(home.path("kubeconfig"))"))
    #expect(!environment.contains("ASTRA_API_TOKEN"))
  }

  @Test("an upgrade of the clone that fails leaves production restored, and can be repeated alone")
  func failedUpgrade() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    try home.addProgram("kubectl", "echo '192.0.2.7 '")
    try home.addProgram("helm", "echo 'chart not found' >&2; exit 1")
    var parameters = home.parameters
    parameters["UPGRADE_CLONE"] = "true"
    let first = try await home.build(.init(parameters: parameters))
    #expect(first.result == "FAILURE", "\(first.console)")
    #expect(first.statuses == Self.allDone + ["FAILURE"])
    try expectRecovered(try await home.simulator.world(), since: before)
    try home.addProgram("helm", #"printf '%s\n' "$*" >"$TEST_HOME/helm.txt""#)
    let second = try await home.build(.init(agent: "agent-2", restart: (first.number, "Upgrade the clone")))
    #expect(second.result == "SUCCESS", "\(second.console)")
    #expect(home.text("helm.txt")?.contains("magentoHost=192.0.2.7") == true)
  }

  @Test(
    "what cannot work is found out before anything is changed, and the report says it",
    arguments: [
      (["PROD_KUBERNETES_CLUSTER": "ocp-nowhere"], "ocp-nowhere"),
      (["BACKUP_NAME": "before-2.4.9-debian-10-r14"], "before-2.4.9"),
      (["BACKUP_NAME": "", "MAGENTO_VERSION": "9.9"], "before-9.9"),
    ])
  func refusals(_ changes: [String: String], _ text: String) async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    let build = try await home.build(
      .init(parameters: home.parameters.merging(changes) { $1 }))
    #expect(build.result == "FAILURE", "\(build.console)")
    #expect(build.statuses == ["FAILURE"] + Array(repeating: "SKIPPED_FOR_FAILURE", count: 7))
    #expect(build.suites == ["astra-preflight"])
    #expect(build.failures.contains { $0.message.contains(text) }, "\(build.failures)")
    expectNothingChanged(try await home.simulator.world(), since: before)
    #expect(try home.filesWithToken().isEmpty)
  }

  @Test("the first build of a job, which knows no parameters, changes nothing; the defaults name the backup")
  func firstBuild() async throws {
    let home = try await JenkinsHome.start()
    let before = try await home.simulator.world()
    let first = try await home.build(.init(parameters: nil))
    #expect(first.result == "FAILURE", "\(first.console)")
    #expect(first.stageCommands.last?.code == 64)
    #expect(first.failures.map(\.name) == ["check parameters"])
    expectNothingChanged(try await home.simulator.world(), since: before)

    var parameters = home.parameters
    parameters["BACKUP_NAME"] = nil
    let second = try await home.build(.init(parameters: parameters))
    #expect(second.result == "SUCCESS", "\(second.console)")
    try expectRecovered(try await home.simulator.world(), since: before)
  }

  @Test("what another build left in the workspace is never published as this one's")
  func workspaceReuse() async throws {
    let home = try await JenkinsHome.start()
    let first = try await home.build(.init(parameters: home.parameters))
    #expect(first.result == "SUCCESS", "\(first.console)")
    #expect(home.text(JenkinsHome.workspaceFile("reports/TEST-astra-verify-recovered.xml")) != nil)
    let before = try await home.simulator.world()

    // A restart whose step cannot even be started has no report, although the workspace held one.
    try home.removeProgram("astra-verify")
    let restarted = try await home.build(.init(restart: (first.number, "Check production")))
    #expect(restarted.result == "FAILURE", "\(restarted.console)")
    #expect(restarted.stageCommands.last?.code == 127)
    #expect(restarted.tests.isEmpty)
    expectNothingChanged(try await home.simulator.world(), since: before)
    // And a new run does not take the clone of the run before it for its own: that is red, and a snapshot is the evidence.
    try home.addPrograms()
    let second = try await home.build(.init(parameters: home.parameters))
    #expect(second.result == "FAILURE", "\(second.console)")
    #expect(second.status(of: "Check for the clone") == "FAILURE" && second.status(of: "Clone") == "FAILURE")
    #expect(second.commands.filter { $0.stage == "Clone" }.last?.code == 78)
    #expect(second.status(of: "Check the clone") == "SKIPPED_FOR_CONDITION")
    #expect(second.status(of: "Restore") == "SUCCESS")
    let after = try await home.simulator.world()
    #expect(after.applications.map(\.id) == before.applications.map(\.id))
    #expect(after.tally.clonesCreated == before.tally.clonesCreated)
    #expect(after.tally.snapshotsCreated == before.tally.snapshotsCreated + 1)
  }
}
