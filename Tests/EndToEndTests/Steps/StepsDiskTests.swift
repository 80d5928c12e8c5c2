import Foundation
import Testing

extension StepsTests {
  @Suite("A disk that cannot be written to does not stop a step, and is not hidden")
  struct Disks {
    private func site() async throws -> StepSite {
      try await StepSite.start(seconds: 0.4).with(["BACKUP_NAME": "before-2.4.3"])
    }

    @Test(
      "the operation is done, and the exit code says that no report is", .inTurn,
      arguments: BadDisk.Kind.possible)
    func fromTheStart(_ kind: BadDisk.Kind) async throws {
      let site = try await site()
      let disk = try BadDisk(kind, site.workspace, "reports")
      let result = try await site.with(["ASTRA_OUTPUT_FILE": nil]).run(
        .backup, shell: disk.shell, leaving: .noReport)
      result.expect(73)
      // Under the limit there is no room for the log either.
      #expect(kind == .limited || result.messages.first?.contains(kind.words) == true, "\(result.summary)")
      let world = try await site.world()
      #expect(world.backup("before-2-4-3")?.state == "completed" && world.tally.backupsCreated == 1)

      // It never hides a worse result.
      let worse = try await site.with(["PROD_APP_NAME": "magento-prd", "ASTRA_OUTPUT_FILE": nil]).run(
        .backup, shell: disk.shell, leaving: .noReport)
      #expect(worse.exit == .code(65), "\(worse.summary)")
      #expect(worse.errors.isEmpty == (kind == .limited), "\(worse.summary)")
      withExtendedLifetime(disk) {}
    }

    @Test(
      "the report of an earlier run is not left in the place of this one's", .inTurn,
      arguments: BadDisk.Kind.possible.filter { [.full, .limited].contains($0) })
    func oldReport(_ kind: BadDisk.Kind) async throws {
      let site = try await site()
      let old = try Data(contentsOf: Installation.root.appending(path: "Fixtures/golden/passed.xml"))
      #expect(try StepReportView(old).claimsSuccess)
      let disk = try BadDisk(kind, site.workspace, "reports", holding: ("TEST-astra-backup.xml", old))
      // Removing the old one may make the room that the new one takes.
      let result = try await site.run(.backup, shell: disk.shell, leaving: .whatCanBeWritten)
      #expect([.code(73), .code(0)].contains(result.exit), "\(result.summary)")
      #expect(result.report?.suite != (try StepReportView(old).suite), "\(result.summary)")
      #expect(try await site.world().tally.backupsCreated == 1)
      withExtendedLifetime(disk) {}
    }

    @Test(
      "one that cannot even be removed stays as it was, and the exit code says so", .inTurn,
      arguments: BadDisk.Kind.possible.filter { $0 == .readOnly })
    func oldReportThatStays(_ kind: BadDisk.Kind) async throws {
      let site = try await site()
      let old = try Data(contentsOf: Installation.root.appending(path: "Fixtures/golden/passed.xml"))
      let name = "TEST-astra-backup.xml"
      let disk = try BadDisk(kind, site.workspace, "reports", holding: (name, old))
      let program = try Installation.program("astra-backup")
      // Not through `run`, which would take that report for this run's.
      let result = try await Command(
        "/bin/sh", ["-c", disk.shell ?? "exec \"$@\"", "sh", program], environment: site.environment,
        directory: site.workspace.path("")
      ).run()
      #expect(result.exit == .code(73), "\(result.summary)")
      #expect(
        result.errors.contains(
          "error: cannot write reports/\(name): \(kind.words), and the file there is an earlier run's"),
        "\(result.summary)")
      #expect(try Data(contentsOf: site.workspace.url.appending(path: "reports/\(name)")) == old)
      #expect(try await site.world().tally.backupsCreated == 1)
      withExtendedLifetime(disk) {}
    }

    @Test(
      "one in a folder that takes no new files is written in place", .inTurn,
      arguments: BadDisk.Kind.possible.filter { $0 == .forbidden })
    func oldReportInTheWay(_ kind: BadDisk.Kind) async throws {
      let site = try await site()
      let old = try Data(contentsOf: Installation.root.appending(path: "Fixtures/golden/passed.xml"))
      let disk = try BadDisk(kind, site.workspace, "reports", holding: ("TEST-astra-backup.xml", old))
      let result = try await site.run(.backup, shell: disk.shell)
      result.expect(0)
      #expect(result.report?.suite == "astra-backup", "\(result.summary)")
      #expect(result.errors.contains("permission denied: it was written in place"), "\(result.summary)")
      withExtendedLifetime(disk) {}
    }

    @Test(
      "values of an earlier run are taken out of an output file on a full disk, and those of others stay",
      .inTurn,
      arguments: BadDisk.Kind.possible.filter { $0 == .full })
    func oldValues(_ kind: BadDisk.Kind) async throws {
      let site = try await site().with([
        "ASTRA_OUTPUT_FILE": "values/values.env", "PROD_APP_NAME": "magento-prd",
      ])
      let stale = Data("OTHER=1\nASTRA_BACKUP_ID=stale\nASTRA_BACKUP_STATE=completed\n".utf8)
      let disk = try BadDisk(kind, site.workspace, "values", holding: ("values.env", stale))
      let result = try await site.run(.backup, leaving: .whatCanBeWritten)
      #expect(result.exit == .code(65) && result.values == ["OTHER": "1"], "\(result.summary)")
      withExtendedLifetime(disk) {}
    }

    @Test(
      "a report, a record and an output file that are mounted each by itself", .inTurn,
      .enabled(if: MountedFile.isPossible, "takes the right to mount"), arguments: [false, true])
    func mountedFiles(_ isKilled: Bool) async throws {
      let site = try await StepSite.start(seconds: 7200).with(["BACKUP_NAME": "before-2.4.3"])
      let old = try Data(contentsOf: Installation.root.appending(path: "Fixtures/golden/passed.xml"))
      let stale = Data("OTHER=1\nASTRA_BACKUP_ID=stale\n".utf8)
      let mounts = try [
        ("reports/TEST-astra-backup.xml", old), ("reports/astra-backup.json", Data("{}".utf8)),
        ("values.env", stale),
      ].map { try MountedFile($0, holding: $1, in: site.workspace) }
      if isKilled {
        let killed = try await site.run(.backup, leaving: .anything) { running in
          try await site.waits(.backup, running)
          running.send(SIGKILL)
        }
        #expect(killed.report?.problem?.message.contains("did not finish") == true, "\(killed.summary)")
        #expect(killed.values == ["OTHER": "1"], "\(killed.summary)")
      }
      let result = try await site.runToItsEnd(.backup)
      result.expect(0)
      #expect(result.report?.suite == "astra-backup" && result.report?.claimsSuccess == true)
      #expect(result.values["OTHER"] == "1" && result.values["ASTRA_BACKUP_STATE"] == "completed")
      #expect(
        result.errors.contains("device or resource busy: it was written in place"), "\(result.summary)")
      #expect(try await site.world().tally.backupsCreated == 1, "the record was written and read")
      withExtendedLifetime(mounts) {}
    }

    @Test("two steps that are started at once in one folder leave what each of them says", .inTurn)
    func atOnce() async throws {
      let site = try await site().with(["SNAPSHOT_NAME": "before-2.4.2"])
      let commands = try [StepProgram.backup, .snapshot].map { step in
        Command(
          try Installation.program(step.rawValue), environment: site.environment,
          directory: site.workspace.path(""))
      }
      let running = try commands.map { try $0.start() }
      for step in running {
        let result = try await step.result()
        #expect(result.exit == .code(0), "\(result.summary)")
        #expect(!result.errors.contains("cannot write"), "\(result.summary)")
      }
      let values = site.workspace.text("values.env") ?? ""
      #expect(
        values.contains("ASTRA_BACKUP_STATE=completed") && values.contains("ASTRA_SNAPSHOT_STATE=completed"))
      for step in [StepProgram.backup, .snapshot] {
        let report = try StepReportView(Data(contentsOf: URL(filePath: site.reportPath(of: step))))
        #expect(report.claimsSuccess && report.suite == step.rawValue)
      }
      let names = try FileManager.default.contentsOfDirectory(atPath: site.workspace.path("reports"))
      #expect(names.allSatisfy { !$0.hasPrefix(".") }, "\(names)")
    }

    @Test(
      "one that fills up in the wait: the report stays at what it said, and a second run ends well", .inTurn)
    func fullInTheWait() async throws {
      let site = try await StepSite.start(seconds: 7200)
      for (step, site) in site.pipeline {
        let shell = #"exec env --default-signal=XFSZ "$@""#
        let cut = try await site.run(step, shell: shell, leaving: .whatCanBeWritten) { running in
          try await site.waits(step, running)
          // Room for the rest of the log, which the report holds twice, and not for the report.
          let size = running.errors.utf8.count + 1500
          let limit = try await Command(
            "/usr/bin/prlimit", ["--pid", "\(running.processID)", "--fsize=\(size):\(size)"]
          ).run()
          #expect(limit.exit == .code(0), "\(limit.summary)")
          try await site.simulator.post("complete", ["subject": step.subject(in: site.environment)])
        }
        cut.expect(73, saying: "TEST-\(step.rawValue).xml", "file too large")
        #expect(cut.report?.problem?.name == step.waitingPhase, "\(cut.summary)")
        #expect(cut.report?.problem?.message.contains("did not finish") == true, "\(cut.summary)")
        try await site.run(step).expect(0)
      }
      try await site.expectPipelineDone()
    }

    @Test(
      "an output file that cannot be written", .inTurn,
      arguments: BadDisk.Kind.possible.filter { $0 != .limited })
    func outputFile(_ kind: BadDisk.Kind) async throws {
      let site = try await site().with(["ASTRA_OUTPUT_FILE": "values/values.env"])
      let disk = try BadDisk(kind, site.workspace, "values")
      let result = try await site.run(.backup, shell: disk.shell, leaving: .whatCanBeWritten)
      result.expect(73, saying: "values/values.env", kind.words)
      #expect(result.report?.problem?.name == "write output values", "\(result.summary)")
      #expect(try await site.world().tally.backupsCreated == 1)
      // The report and the record could be written, so a second run recognises it.
      try await site.with(["ASTRA_OUTPUT_FILE": "values.env"]).run(.backup, leaving: .whatCanBeWritten)
        .expect(0)
      #expect(try await site.world().tally.backupsCreated == 1)
      withExtendedLifetime(disk) {}
    }
  }
}
