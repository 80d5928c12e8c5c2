import Foundation
import Testing

extension StepsTests {
  @Suite("A step does its work wherever it is started")
  struct Hosts {
    /// A site on which a backup takes a moment, and its environment.
    private func site(_ changes: [String: String?] = [:]) async throws -> StepSite {
      try await StepSite.start(seconds: 0.4).with(["BACKUP_NAME": "before-2.4.3"]).with(changes)
    }

    private func expectBackup(_ site: StepSite, at location: SourceLocation = #_sourceLocation) async throws {
      let world = try await site.world()
      #expect(world.backup("before-2-4-3")?.state == "completed", sourceLocation: location)
      #expect(world.tally.backupsCreated == 1, sourceLocation: location)
    }

    @Test(
      "without standard streams, or with full ones", .serialized,
      arguments: [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-", ">/dev/full 2>/dev/full"])
    func streams(_ redirection: String) async throws {
      let site = try await StepSite.start(seconds: 7200).with(["BACKUP_NAME": "before-2.4.3"])
      var streams: [String] = []
      let result = try await site.run(.backup, shell: "exec \"$@\" \(redirection)") { running in
        try await site.until("the request", running) { try await site.world().tally.backupsCreated == 1 }
        streams = try redirection.split(separator: " ").map { word in
          let number = word.hasPrefix("<") ? 0 : word.hasPrefix("2") ? 2 : 1
          return try FileManager.default.destinationOfSymbolicLink(
            atPath: "/proc/\(running.processID)/fd/\(number)")
        }
        try await site.simulator.post("complete", ["subject": "before-2-4-3"])
      }
      // Where nothing was, the next socket would be, and the log would go into that.
      #expect(Set(streams).isSubset(of: ["/dev/null", "/dev/full"]), "\(streams)")
      result.expect(0)
      #expect(result.errors.isEmpty == redirection.contains("2>"))
      #expect(result.values["ASTRA_BACKUP_STATE"] == "completed")
      try await expectBackup(site)
      // An end without success is one of the exit code and of the report alone.
      let refused = try await site.with(["PROD_APP_NAME": "magento-prd"]).run(
        .backup, shell: "exec \"$@\" \(redirection)")
      #expect(refused.exit == .code(65))
      #expect(refused.report?.problem?.message.contains("magento-prd") == true)
    }

    @Test("without HOME and PATH")
    func noHome() async throws {
      let site = try await site(["HOME": nil, "PATH": nil])
      try await site.run(.backup).expect(0)
      try await expectBackup(site)
    }

    @Test("where libcurl is not there, or is none, a step says so in a sentence and in its report")
    func noLibrary() async throws {
      let folder = try TemporaryFolder()
      try folder.write("not a library", to: "libcurl.so.4")
      let site = try await site(["LD_LIBRARY_PATH": folder.path("")])
      let result = try await site.run(.backup)
      #expect(result.exit == .code(69))
      let problem = try #require(result.report?.problem)
      #expect(problem.message.hasPrefix("libcurl cannot be loaded ("))
      #expect(result.errors.contains("next: install libcurl 7.87 or newer"))
      #expect(try await site.world().tally.backupsCreated == 0)
    }

    @Test("where libxml2 is not there, or is none: the operation goes on, and the exit code says it")
    func noReportLibrary() async throws {
      let folder = try TemporaryFolder()
      for name in ["libxml2.so.2", "libxml2.so.16"] { try folder.write("not a library", to: name) }
      let site = try await site(["LD_LIBRARY_PATH": folder.path("")])
      let result = try await site.run(.backup, leaving: .noReport)
      result.expect(73, saying: "libxml2 cannot be loaded (")
      #expect(result.errors.contains("install libxml2 on the machine that runs this step"))
      try await expectBackup(site)
      let refused = try await site.with(["PROD_APP_NAME": nil]).run(.backup, leaving: .noReport)
      refused.expect(64, saying: "PROD_APP_NAME")
    }

    @Test("a proxy that nobody knows ends a step at once, and its password is nowhere")
    func unknownProxy() async throws {
      let site = try await site(["https_proxy": "http://svc:S3c@retPw@proxy.invalid:3128", "no_proxy": nil])
      let result = try await site.run(.backup, ["--json"])
      result.expect(69, saying: "the name of the proxy proxy.invalid:3128 cannot be resolved")
      #expect(result.errors.contains("next: check https_proxy"))
      #expect(!result.errors.contains("trying again"))
      for text in [result.errors, result.output] { #expect(!text.contains("retPw") && !text.contains("S3c")) }
      #expect(site.filesHolding("retPw").isEmpty && site.filesHolding("S3c").isEmpty)
    }

    @Test("where no thread may be started, it is said, and not that the host is wrong")
    func noThread() async throws {
      // Root is above the limit of processes: the program runs as somebody else, where that is possible.
      let isRoot = geteuid() == 0
      let user = isRoot ? "setpriv --reuid 65533 --clear-groups " : ""
      let folder = try TemporaryFolder()
      try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path(""))
      let result = try await Command(
        "/bin/sh",
        ["-c", "exec \(user)prlimit --nproc=1:1 \"$@\"", "sh", Installation.program("astra-backup")],
        environment: [
          "PATH": "/usr/bin:/bin", "ASTRA_FQDN": "astra.invalid", "BACKUP_NAME": "one",
          "PROD_APP_NAME": "magento",
          "ASTRA_INSTANCE_ID": "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10", "ASTRA_API_TOKEN": "not-a-real-token",
          "ASTRA_TIMEOUT": "2s", "ASTRA_REPORT_DIR": folder.path("reports"),
        ], directory: folder.path("")
      ).run()
      #expect(result.exit == .code(69), "\(result.summary)")
      #expect(
        result.errors.contains("this process may not start a thread (a limit of processes)"),
        "\(result.summary)")
      #expect(!result.errors.contains("check the host"))
    }

    @Test("what needs no connection needs no libcurl")
    func noLibraryNeeded() async throws {
      let folder = try TemporaryFolder()
      try folder.write("not a library", to: "libcurl.so.4")
      let result = try await Command(
        Installation.program("astra-backup"), ["--help"],
        environment: ["PATH": "/usr/bin:/bin", "LD_LIBRARY_PATH": folder.path("")], directory: folder.path("")
      ).run()
      #expect(result.exit == .code(0), "\(result.summary)")
    }

    @Test("under a umask that forbids everything, what it writes can still be read by others")
    func mask() async throws {
      let site = try await site(["ASTRA_REPORT_DIR": "a/b/c"])
      try await site.run(.backup, shell: #"umask 0777; exec "$@""#).expect(0)
      for path in ["a/b/c/TEST-astra-backup.xml", "a/b/c/astra-backup.json", "values.env"] {
        let attributes = try FileManager.default.attributesOfItem(atPath: site.workspace.path(path))
        let mode = try #require(attributes[.posixPermissions] as? Int)
        #expect(mode & 0o444 == 0o444, "\(path): \(String(mode, radix: 8))")
      }
      try await expectBackup(site)
    }

    @Test("where the folder of its report is not there yet")
    func noFolder() async throws {
      let site = try await site(["ASTRA_REPORT_DIR": "not/there/yet"])
      try await site.run(.backup).expect(0)
      try await expectBackup(site)
    }

    @Test("where no report can be written: the operation goes on, and the exit code says it")
    func unwritableReport() async throws {
      let site = try await site(["ASTRA_REPORT_DIR": "a-file/reports"])
      try site.workspace.write("", to: "a-file")
      let result = try await site.run(.backup, leaving: .noReport)
      result.expect(73, saying: "a-file/reports")
      #expect(result.values["ASTRA_BACKUP_STATE"] == "completed")
      try await expectBackup(site)
      // It never hides a worse result.
      let worse = try await site.with(["PROD_APP_NAME": "magento-prd"]).run(.backup, leaving: .noReport)
      worse.expect(65, saying: "magento-prd")
    }

    @Test("where its certificate is not to be verified, and says so in the log and in the report")
    func unverified() async throws {
      let site = try await site(["ASTRA_TLS_VERIFY": "false", "ASTRA_CA_FILE": nil])
      let result = try await site.run(.backup)
      result.expect(0)
      let warnings = result.errors.split(separator: "\n").filter { $0.contains("warning: ") }
      #expect(warnings.count == 1 && warnings[0].contains("certificate is NOT verified"), "\(result.summary)")
      #expect(result.report?.facts["tls"]?.contains("not verified") == true)
      #expect(result.report?.log.contains("NOT verified") == true)
      try await expectBackup(site)
      let verified = try await site.with(["ASTRA_TLS_VERIFY": nil]).with([
        "ASTRA_CA_FILE": site.simulator.certificateFile
      ]).run(.backup)
      verified.expect(0)
      #expect(verified.report?.facts["tls"] == nil)
    }

    // MARK: Where credentials lie

    @Test("with the token in a file")
    func tokenFile() async throws {
      let site = try await site()
      try site.home.write("\(site.token)\n", to: "token")
      let fromFile = site.with(["ASTRA_API_TOKEN": nil, "ASTRA_API_TOKEN_FILE": site.home.path("token")])
      try await fromFile.run(.backup).expect(0)
      try await expectBackup(site)
      let missing = fromFile.with(["ASTRA_API_TOKEN_FILE": site.home.path("no-such-file")])
      try await missing.run(.backup).expect(64, saying: "ASTRA_API_TOKEN_FILE", "no-such-file")
    }

    @Test("with the toolkit's config.yaml", arguments: [".config/astra-toolkits", "elsewhere"])
    func configuration(_ folder: String) async throws {
      let site = try await site()
      let path = site.home.url.appending(path: folder)
      try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
      try site.home.write(
        """
        headers:
          Authorization: Bearer \(site.token)
        uid: \(site.environment["ASTRA_INSTANCE_ID"] ?? "")
        astra_project: \(site.simulator.host)
        verifySSL: True

        """, to: "\(folder)/config.yaml")
      var fromFile = site.with(["ASTRA_API_TOKEN": nil, "ASTRA_INSTANCE_ID": nil, "ASTRA_FQDN": nil])
      if folder == "elsewhere" { fromFile.environment["ASTRATOOLKITS_CONF"] = path.path }
      try await fromFile.run(.backup).expect(0)
      try await expectBackup(site)
      // What the environment says counts for more.
      let wrong = fromFile.with(["ASTRA_API_TOKEN": "not-a-real-token-but-another"])
      try await wrong.run(.backup).expect(77, saying: "401")
    }
  }
}
