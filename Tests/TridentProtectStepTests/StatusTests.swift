import AstraClone
import AstraStatus
import Files
import KubernetesSimulator
import ServiceSimulation
import SimulatedBackend
import SimulatorSupport
import StepCommon
import StepTestSupport
import Testing
import TridentProtectSimulation

/// What astra-status reads from the objects of Trident protect.
@Suite struct StatusTests {
  private func production(_ harness: StepHarness, _ arguments: String...) throws -> ShownStatus.Application {
    try #require(try status(harness, arguments).applications.first)
  }

  private func status(_ harness: StepHarness, _ arguments: [String]) throws -> ShownStatus {
    let result = try harness.run(StatusStep.self, arguments: ["--json"] + arguments)
    result.expectSuccess()
    return try #require(try ShownStatus.read(result))
  }

  private static func volume(_ uid: String, _ done: Int, of total: Int, isDone: Bool) -> JSON {
    [
      "pvcUid": .string(uid), "volumeBackupCompleted": .bool(isDone), "volumeBackupCreated": true,
      "progress": ["bytesCompleted": .integer(done), "bytesTotal": .integer(total)],
    ]
  }

  @Test func aBackupTellsItsBytesAndItsVolumes() throws {
    let harness = Protect.harness()
    #expect(try production(harness).point(Magento.goodBackup)?.sizeBytes == nil)
    #expect(try production(harness).point(Magento.goodBackup)?.coverage == "notTold")
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["status", "progress"]] = [
        "volumeBackups": [
          Self.volume("a", 4096, of: 4096, isDone: true), Self.volume("b", 1024, of: 1024, isDone: true),
        ]
      ]
    }
    var good = try #require(try production(harness).point(Magento.goodBackup))
    #expect(good.sizeBytes == 5120 && good.coverage == "whole" && good.lackingVolumes.isEmpty)
    harness.change("backups", Magento.goodBackup) {
      $0[path: ["status", "progress"]] = [
        "volumeBackups": [
          Self.volume("a", 4096, of: 4096, isDone: true), Self.volume("b", 0, of: 1024, isDone: false),
        ]
      ]
      $0[path: ["status", "volumeInfos"]] = [["pvcUID": "b", "pvcName": "database"]]
    }
    good = try #require(try production(harness).point(Magento.goodBackup))
    #expect(good.coverage == "partial" && good.lackingVolumes == ["database"])
    let table = try harness.run(StatusStep.self).standardOutput
    #expect(table.contains("lacks database"))
  }

  @Test func aBackupInTheMakingTellsHowFarItIs() throws {
    let harness = Protect.harness()
    harness.backUpByHand("magento-prod", as: "by-hand", untilDone: false)
    #expect(try production(harness).operations.map(\.progress?.percent) == [nil])
    harness.change("backups", "by-hand") {
      $0[path: ["status", "progress"]] = [
        "volumeBackups": [
          Self.volume("a", 4096, of: 4096, isDone: true), Self.volume("b", 0, of: 12_288, isDone: false),
        ]
      ]
    }
    let operation = try #require(try production(harness).operations.first)
    #expect(operation.progress?.percent == 25)
    #expect(operation.progress?.bytesDone == 4096 && operation.progress?.bytesTotal == 16_384)
    #expect(operation.progress?.itemsDone == 1 && operation.progress?.itemsTotal == 2)
    let table = try harness.run(StatusStep.self).standardOutput
    #expect(table.contains("25%, 4 KiB of 16 KiB, 1 of 2 volumes"), "\(table)")
  }

  @Test func aSnapshotTellsItsSizeAndHowManyVolumes() throws {
    let harness = Protect.harness()
    let name = try #require(harness.objects("snapshots").first?.name)
    for (count, coverage) in [(2, "whole"), (1, "partial")] {
      harness.change("snapshots", name) {
        $0[path: ["status", "restoreSize"]] = 3_221_225_472
        $0[path: ["status", "volumeInfos"]] = [["pvcName": "database"], ["pvcName": "media"]]
        $0[path: ["status", "volumeSnapshots"]] = .array(
          (0..<count).map { ["name": .string("s\($0)"), "namespace": "magento-prod"] })
      }
      let point = try #require(try production(harness).point(name))
      #expect(point.sizeBytes == 3_221_225_472 && point.coverage == coverage)
    }
    #expect(try harness.run(StatusStep.self).standardOutput.contains("3 GiB"))
  }

  @Test func aCloneTellsItsRunAndItsAddress() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self).expectSuccess()
    // From another workspace, by what is written on the clone.
    harness.files.contents = harness.files.contents.filter { !$0.key.hasPrefix("reports/") }
    let clone = try #require(try production(harness).clones.first)
    #expect(clone.run == "jenkins-post-mortem-42" && clone.from == "live")
    #expect(clone.addresses == [try #require(harness.site.service.clones.first?.address)])
  }

  /// Whose restore is still there after its application has gone is no clone that is ready.
  @Test func aCloneWhoseApplicationIsGoneIsNotReady() throws {
    let harness = Protect.harness()
    try harness.run(CloneStep.self).expectSuccess()
    let key = try #require(
      harness.objects("applications", of: "ocp-debug").first { $0.name == "magento-debug" })
    harness[cluster: "ocp-debug"].store.remove(
      ObjectKey(Protect.resource("applications"), key.namespace, "magento-debug"))
    let clone = try #require(try production(harness).clones.first)
    #expect(clone.state == "failed")
  }

  @Test func whatMayNotBeSeenIsNotSaidToBeNone() throws {
    let harness = Protect.harness()
    harness.environment["DEBUG_KUBERNETES_CLUSTER"] = "ocp-prod"
    harness.become(allowed: [
      (
        "magento-prod",
        ["verbs": ["get", "list"], "apiGroups": ["*"], "resources": ["*"]]
      )
    ])
    harness.environment["ASTRA_APP_NAMESPACE"] = "magento-prod"
    let shown = try status(harness, [])
    #expect(shown.notTold.contains { $0.contains("clones in other namespaces") }, "\(shown.notTold)")
    let all = try status(harness, ["--all"])
    #expect(all.applications.map(\.name) == ["magento-prod"])
    #expect(all.notTold.contains { $0.contains("applications in other namespaces") }, "\(all.notTold)")
    let table = try harness.run(StatusStep.self).standardOutput
    #expect(table.contains("NOT TOLD"))
  }

  /// A list of the copies that is refused is no empty one.
  @Test func copiesThatMayNotBeListedEndTheStep() throws {
    let harness = Protect.harness()
    harness.become(allowed: [
      (
        "magento-prod",
        [
          "verbs": ["get", "list"], "apiGroups": ["*"],
          "resources": [
            "applications", "snapshotrestores", "backuprestores", "snapshotinplacerestores",
            "backupinplacerestores", "persistentvolumeclaims", "snapshots",
          ],
        ]
      )
    ])
    harness.environment["ASTRA_APP_NAMESPACE"] = "magento-prod"
    let result = try harness.run(StatusStep.self, "--json")
    #expect(result.code == .credentialsRefused)
    #expect(try ShownStatus.read(result) == nil)
  }

  @Test func theRequestsForOneDoNotDependOnHowManyThereAre() throws {
    var counts: Set<Int> = []
    for number in [0, 600] {
      let harness = Protect.harness()
      try harness.run(CloneStep.self).expectSuccess()
      harness.addApplications(number)
      counts.insert(try harness.run(StatusStep.self).requests)
    }
    #expect(counts.count == 1, "\(counts)")
  }

  /// In pages of 500.
  @Test func allOfThemAreListedInPages() throws {
    let harness = Protect.harness()
    let few = try harness.run(StatusStep.self, "--all").requests
    harness.addApplications(1200)
    let many = try status(harness, ["--all"])
    #expect(many.applications.count > 1200 && many.applications.allSatisfy { $0.recoveryPoints != nil })
    #expect(try harness.run(StatusStep.self, "--all").requests == few + 2)
  }
}

extension StepHarness {
  /// Changes an object of the product in production's namespace.
  func change(_ plural: String, _ name: String, _ change: (inout JSON) -> Void) {
    self[cluster: "ocp-prod"].store.update(ObjectKey(Protect.resource(plural), "magento-prod", name), change)
  }

  /// Adds applications of others, each in a namespace of its own.
  fileprivate func addApplications(_ count: Int) {
    var cluster = self[cluster: "ocp-prod"]
    for number in 0..<count {
      cluster.store.create(
        Protect.resource("applications"),
        [
          "metadata": ["name": .string("shop-\(number)"), "namespace": .string("shop-\(number)")],
          "spec": ["includedNamespaces": [["namespace": .string("shop-\(number)")]]],
        ])
    }
    self[cluster: "ocp-prod"] = cluster
  }
}
