import Foundation
import Glibc
import Testing

/// What clients can rely on below the API: TLS, messages, connections, and addresses that cannot be had.
@Suite("The simulator's server speaks TLS and HTTP/1.1")
struct ServerTests {
  private func curl(_ simulator: SimulatorProcess, _ arguments: [String]) async throws -> Command.Result {
    let usual = ["-sS", "--noproxy", "*", "--cacert", simulator.certificateFile]
    return try await Command("/usr/bin/curl", usual + arguments).run()
  }

  /// Sends bytes in TLS, and gets what comes until the server closes the connection.
  private func send(_ text: String, to simulator: SimulatorProcess) async throws -> String {
    let connection = ["s_client", "-quiet", "-ign_eof", "-connect", simulator.host]
    return try await Command(
      "/usr/bin/openssl", connection + ["-CAfile", simulator.certificateFile], input: text
    ).run().output
  }

  @Test("the strictest client takes its certificate", arguments: ["localhost", "127.0.0.1"])
  func certificate(_ name: String) async throws {
    let simulator = try await SimulatorProcess.start()
    let isAddress = name.first?.isNumber == true
    let result = try await Command(
      "/usr/bin/openssl",
      [
        "s_client", "-connect", simulator.host, "-CAfile", simulator.certificateFile, "-x509_strict",
        "-verify_return_error", "-purpose", "sslserver", isAddress ? "-verify_ip" : "-verify_hostname", name,
      ]
    ).run()
    #expect(result.exit == .code(0), "\(result.summary)")
    #expect(result.output.contains("Verify return code: 0 (ok)"), "\(result.summary)")
  }

  @Test("requests in a row on one connection, with and without bodies, are answered in their order")
  func pipelining() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--speed", "0", "--verbose"])
    let chunked = "Transfer-Encoding: chunked\r\n\r\n6\r\n{\"seco\r\n7\r\nnds\":1}\r\n0\r\n\r\n"
    let answers = try await send(
      """
      BREW /_simulator/a%2Fb%20c?d=%26 HTTP/1.1\r\nHost: h\r\n\r\n\
      POST /_simulator/advance HTTP/1.1\r\nHost: h\r\n\(chunked)\
      POST /_simulator/advance HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\n{"seconds":2}\
      HEAD /_simulator/world HTTP/1.1\r\nHost: h\r\n\r\n\
      GET https://h/_simulator/advance HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n
      """, to: simulator)
    let found = answers.matches(of: /HTTP\/1.1 (\d+) |"now":([0-9.]+)|there is no ([^;]+)/).map {
      String($0.1 ?? $0.2 ?? $0.3 ?? "")
    }
    #expect(found == ["404", "\\\"a%2Fb%20c\\\"", "200", "1.0", "200", "3.0", "405", "405"], "\(answers)")
    #expect(simulator.log.contains("BREW /_simulator/a%2Fb%20c?d=%26 404 "), "\(simulator.log)")
  }

  @Test("what is no HTTP is refused", arguments: ["hello world", "GET / HTTP/9.9", "GET /a b HTTP/1.1"])
  func noHTTP(_ line: String) async throws {
    let simulator = try await SimulatorProcess.start()
    let answer = try await send("\(line)\r\nHost: h\r\n\r\n", to: simulator)
    #expect(answer.hasPrefix("HTTP/1.1 \(line.hasSuffix("9.9") ? 505 : 400) "), "\(answer)")
    _ = try await simulator.world()
  }

  @Test(
    "any status is sent, and counted as it was", arguments: [204, 299, 302, 304, 413, 418, 422, 503, 999])
  func status(_ status: Int) async throws {
    let simulator = try await SimulatorProcess.start { scenario in
      scenario["responseFaults"] = [
        [
          "method": "GET", "path": "k8s/v2/apps", "status": status,
          "headers": ["Retry-After": "3", "x-lower": "a, b"],
          "body": status == 204 || status == 304 ? "" : "text",
        ]
      ]
    }
    let account = try #require(simulator.environment["ASTRA_INSTANCE_ID"])
    let url = "https://\(simulator.host)/accounts/\(account)/k8s/v2/apps"
    let answer = try await curl(simulator, ["-i", url]).output
    #expect(answer.contains("HTTP/1.1 \(status) ") && answer.contains("x-lower: a, b\r\n"), "\(answer)")
    #expect(answer.ranges(of: "Date: ").count == 1 && !answer.contains("Connection: "), "\(answer)")
    let activity = try await curl(simulator, ["https://\(simulator.host)/_simulator/activity"]).output
    #expect(activity.contains("\"bytesSent\":\(answer.utf8.count),"), "\(activity)\n\(answer)")
  }

  @Test("of a body that is too large the first two MiB are kept, and the client is told")
  func largeBody() async throws {
    let simulator = try await SimulatorProcess.start()
    try simulator.folder.write(String(repeating: "x", count: 5 << 20), to: "large")
    let account = try #require(simulator.environment["ASTRA_INSTANCE_ID"])
    let token = try #require(simulator.environment["ASTRA_API_TOKEN"])
    for field in ["Expect: 100-continue", "Transfer-Encoding: chunked"] {
      let result = try await curl(
        simulator,
        [
          "--data-binary", "@\(simulator.folder.path("large"))", "-H", field, "-H",
          "Authorization: Bearer \(token)", "-w", "\n%{http_code} %{size_upload}",
          "https://\(simulator.host)/accounts/\(account)/k8s/v2/apps",
        ])
      // The marks of chunks are uploaded too.
      let sizes = try #require(result.output.split(separator: "\n").last).split(separator: " ")
      #expect(sizes[0] == "413" && (Int(sizes[1]) ?? 0) >= 5 << 20, "\(result.summary)")
    }
    let activity = try await curl(simulator, ["https://\(simulator.host)/_simulator/activity"]).output
    let received = try #require(activity.firstMatch(of: /"bytesReceived":(\d+)/).flatMap { Int($0.1) })
    #expect((2 * (2 << 20)...2 * (2 << 20) + 2000).contains(received))
  }

  @Test("fifty clients at once are served, beside some that say nothing and some that hang up")
  func manyClients() async throws {
    let simulator = try await SimulatorProcess.start()
    let port = try #require(simulator.host.split(separator: ":").last)
    let quiet = try (1...3).map { _ in
      try Command("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port); sleep 600"]).start()
    }
    let rude = "for i in $(seq 50); do printf '\\026\\003\\001\\002' >/dev/tcp/127.0.0.1/\(port); done"
    #expect(try await Command("/bin/bash", ["-c", rude]).run().exit == .code(0))
    let url = "https://\(simulator.host)/_simulator/world?[1-500]"
    let result = try await curl(
      simulator, ["--parallel", "--parallel-max", "50", "-o", "/dev/null", "-w", "%{http_code}\n", url])
    #expect(result.output == String(repeating: "200\n", count: 500), "\(result.summary)")
    #expect(quiet.allSatisfy { $0.ended == nil })
  }

  @Test("files of a simulator of before are gone before anything else")
  func stale() async throws {
    let other = try await SimulatorProcess.start()
    let folder = try TemporaryFolder()
    for name in ["env", "port"] { try folder.write("stale", to: name) }
    let result = try await Command(
      try Installation.program("astra-simulator"),
      [
        "--scenario", Installation.scenario("magento"), "--dir", folder.path(""), "--port",
        String(other.host.split(separator: ":")[1]),
      ]
    ).run()
    #expect(result.exit == .code(73), "\(result.summary)")
    #expect(folder.text("env") == nil && folder.text("port") == nil)
  }

  @Test("a page's address that is taken, and too few descriptors, are one sentence that names the way out")
  func addresses() async throws {
    let folder = try TemporaryFolder()
    let program = try Installation.program("astra-simulator")
    let arguments = "--scenario \(Installation.scenario("magento")) --dir \(folder.path("dir")) --port"
    // Somebody else has the first page's address.
    let script = """
      import socket, subprocess, sys
      taken = socket.create_server(("127.77.0.2", 0))
      sys.exit(subprocess.call(sys.argv[1:] + [str(taken.getsockname()[1])]))
      """
    let words = arguments.split(separator: " ").map(String.init)
    for (command, reason) in [
      (Command("/usr/bin/python3", ["-c", script, program] + words), "on 127.77.0.2 is taken"),
      (
        Command("/bin/sh", ["-c", "ulimit -n 8; exec \(program) \(arguments) 0"]), "too few file descriptors"
      ),
    ] {
      let result = try await command.run()
      #expect(result.exit == .code(73), "\(result.summary)")
      #expect(
        result.errors.contains(reason) && result.errors.contains("--without-pages"), "\(result.summary)")
      #expect(result.errors.split(separator: "\n").count == 1 && folder.text("dir/env") == nil)
    }
  }

  @Test("an application that is made later has its page at once")
  func laterPages() async throws {
    let simulator = try await SimulatorProcess.start()
    let address = try await simulator.nextAddress()
    await #expect(throws: SimulatorProcess.Failed.self) { try await simulator.page(at: address) }
    try await simulator.post(
      "application", ["name": "new", "cluster": "ocp-prod", "namespaces": ["new"]])
    #expect(try await simulator.page(at: address).status == 200)
  }
}
