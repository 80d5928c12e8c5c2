import Foundation
import Glibc
import Testing

@Suite("astra-simulator starts, tells how to reach it, and ends")
struct SimulatorProcessTests {
  @Test("it ends at SIGTERM and SIGINT", arguments: [SIGTERM, SIGINT])
  func end(_ signal: Int32) async throws {
    let simulator = try await SimulatorProcess.start()
    _ = try await simulator.world()
    simulator.send(signal)
    let result = try await simulator.result()
    #expect(result.exit == .code(0) && !result.isTimedOut, "\(result.summary)")
    #expect(result.errors.isEmpty, "\(result.summary)")
  }

  @Test("its environment block is complete and can be sourced by a shell")
  func environment() async throws {
    let simulator = try await SimulatorProcess.start { scenario in
      scenario["environment"] = ["PROD_APP_NAME": "it's a name", "DEBUG_APP_NAME": "$HOME"]
    }
    let script = """
      set -eu; . "$1"; printf '%s|' "$ASTRA_FQDN" "$ASTRA_INSTANCE_ID" "$PROD_APP_NAME" "$DEBUG_APP_NAME"; \
      test -s "$ASTRA_CA_FILE"; case "$ASTRA_CA_FILE" in /*) ;; *) exit 9;; esac
      """
    let result = try await Command(
      "/bin/sh", ["-c", script, "sh", simulator.folder.path("env")], environment: ["HOME": "/nowhere"]
    ).run()
    let port = try #require(simulator.folder.text("port")).trimmingCharacters(in: .newlines)
    #expect(result.exit == .code(0), "\(result.summary)")
    #expect(
      result.output == "127.0.0.1:\(port)|5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10|it's a name|$HOME|")
  }

  @Test("the pipeline's names stand in the environment block")
  func names() async throws {
    let environment = try await SimulatorProcess.start().environment
    #expect(environment["PROD_APP_NAME"] == "magento-prod")
    #expect(environment["PROD_KUBERNETES_CLUSTER"] == "ocp-prod")
    #expect(environment["DEBUG_APP_NAME"] == "magento-debug")
    #expect(environment["DEBUG_NAMESPACE"] == "magento-debug")
    #expect(environment["DEBUG_KUBERNETES_CLUSTER"] == "ocp-debug")
    #expect(environment["BACKUP_NAME"] == "before-2-4-2-debian-10-r14")
    #expect(environment["ASTRA_API_TOKEN"]?.hasPrefix("not-a-real-token") == true)
  }

  @Test("only its own authority is trusted, for each of its names; older TLS is refused")
  func certificate() async throws {
    let simulator = try await SimulatorProcess.start()
    let port = try #require(simulator.folder.text("port")).trimmingCharacters(in: .newlines)
    let trusting = ["-sS", "--noproxy", "*", "--cacert", simulator.certificateFile]
    let world = "/_simulator/world"
    func curl(_ arguments: [String]) async throws -> Command.Exit {
      try await Command("/usr/bin/curl", arguments).run().exit
    }
    #expect(try await curl(trusting + ["https://127.0.0.1:\(port)\(world)"]) == .code(0))
    #expect(try await curl(trusting + ["https://localhost:\(port)\(world)"]) == .code(0))
    #expect(try await curl(["-sS", "--noproxy", "*", "https://127.0.0.1:\(port)\(world)"]) == .code(60))
    let oldest = trusting + ["--tls-max", "1.1", "https://127.0.0.1:\(port)\(world)"]
    #expect(try await curl(oldest) != .code(0))
  }

  @Test("virtual time follows real time at the speed asked for, and leaps when told to")
  func time() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--speed", "1000"])
    let start = try await simulator.world()
    try await Task.sleep(for: .milliseconds(100))
    let later = try await simulator.world()
    #expect(later.now - start.now >= 100)
    try await simulator.post("advance", ["seconds": 604_800])
    #expect(try await simulator.world().now >= later.now + 604_800)
  }

  @Test("a new release breaks the page, and each application has its own")
  func pages() async throws {
    let simulator = try await SimulatorProcess.start()
    let world = try await simulator.world()
    let shop = try #require(world.application("magento-prod"))
    let blog = try #require(world.application("wordpress"))
    #expect(shop.address != blog.address)
    #expect(try await simulator.page(at: blog.address).status == 200)
    try await simulator.post(
      "deploy", ["application": "wordpress", "version": "7-beta", "broken": true, "rows": ["post-9"]])
    let page = try await simulator.page(at: blog.address)
    #expect(page.status == 500)
    #expect(page.text.contains("7-beta"))
    #expect(try await simulator.world().application("wordpress")?.content?.rows == ["post-9"])
  }

  @Test(
    "what is wrong is said in one sentence",
    arguments: [
      (["--scenario", "/nowhere.json", "--port", "0", "--dir", "DIR"], 64, "cannot read the scenario"),
      (["--scenario", "BAD", "--port", "0", "--dir", "DIR"], 64, "line 1: colour is an unknown member"),
      (["--scenario", "GOOD", "--port", "0", "--dir", "/proc/nowhere"], 73, "cannot make the folder"),
      (["--scenario", "GOOD", "--port", "TAKEN", "--dir", "DIR"], 73, "is taken; give --port 0"),
      (["--scenario", "GOOD", "--port", "70000", "--dir", "DIR"], 64, "--port"),
    ])
  func refusals(_ arguments: [String], _ code: Int32, _ text: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      #"{"account": "5b1f2c3d-8a47-4e0b-9c61-2f7d0a4e9b10", "token": "x", "colour": 1}"#, to: "bad")
    let other = try await SimulatorProcess.start()
    let places = [
      "DIR": folder.path("dir"), "BAD": folder.path("bad"), "GOOD": Installation.scenario("magento"),
      "TAKEN": String(other.host.split(separator: ":")[1]),
    ]
    let result = try await Command(
      try Installation.program("astra-simulator"), arguments.map { places[$0] ?? $0 }
    ).run()
    #expect(result.exit == .code(code), "\(result.summary)")
    #expect(result.errors.contains(text), "\(result.summary)")
    #expect(result.errors.split(separator: "\n").count <= (text == "--port" ? 5 : 1), "\(result.summary)")
    #expect(folder.text("dir/env") == nil)
  }

  @Test("its log names requests and never the token")
  func log() async throws {
    let simulator = try await SimulatorProcess.start(arguments: ["--verbose"])
    let token = try #require(simulator.environment["ASTRA_API_TOKEN"])
    let account = try #require(simulator.environment["ASTRA_INSTANCE_ID"])
    _ = try await Command(
      "/usr/bin/curl",
      [
        "-sS", "--noproxy", "*", "--cacert", simulator.certificateFile, "-H",
        "Authorization: Bearer \(token)",
        "https://\(simulator.host)/accounts/\(account)/k8s/v2/apps",
      ]
    ).run()
    let log = try await simulator.stop().errors
    #expect(log.contains("GET /accounts/\(account)/k8s/v2/apps 200"))
    #expect(!log.contains(token))
  }
}
