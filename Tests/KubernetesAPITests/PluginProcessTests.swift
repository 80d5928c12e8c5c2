import Foundation
import KubernetesAPI
import Testing
import Timing

/// Real processes: scripts in a temporary folder.
@Suite struct PluginProcessTests {
  private final class Folder {
    let url = URL.temporaryDirectory.appending(path: "plugin-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }
  }

  /// A script of the shell.
  ///
  /// No file: one that another test's child still has open cannot be run.
  private func script(_ text: String, _ arguments: [String] = []) -> PluginCall {
    call("/bin/sh", ["-c", text, "sh"] + arguments)
  }

  private func run(
    _ call: PluginCall, environment: [String: String] = ["PATH": "/usr/bin:/bin"],
    limit: Duration = .seconds(20), time: any TimeSource = SystemTime()
  ) throws -> String {
    let process = PluginProcess(environment: environment, time: time)
    return String(decoding: try process.run(call, timeLimit: limit), as: UTF8.self)
  }

  private func call(_ command: String, _ arguments: [String] = [], installHint: String? = nil) -> PluginCall {
    PluginCall(
      title: "user \"u\" of /k", command: command, arguments: arguments, environment: ["OWN": "own value"],
      installHint: installHint, information: "{\"kind\":\"ExecCredential\"}")
  }

  @Test func itIsGivenItsArgumentsAndItsEnvironmentAndNoMore() throws {
    let script = script(
      #"printf '%s|' "$@" "$OWN" "$KUBERNETES_EXEC_INFO" "$HOME" "${ASTRA_API_TOKEN-none}"; cat; echo words >&2"#,
      ["a b", "", "$c"])
    let output = try run(
      script,
      environment: ["PATH": "/usr/bin:/bin", "HOME": "/h", "ASTRA_API_TOKEN": "x", "OWN": "inherited"])
    #expect(output == #"a b||$c|own value|{"kind":"ExecCredential"}|/h|none|"#)
  }

  @Test func aNameIsLookedForInThePath() throws {
    let folder = try Folder()
    try FileManager.default.createSymbolicLink(
      at: folder.url.appending(path: "some-login"), withDestinationURL: URL(filePath: "/bin/echo"))
    let environment = ["PATH": "/nowhere:\(folder.url.path):/bin"]
    #expect(try run(call("some-login", ["found"]), environment: environment) == "found\n")
  }

  @Test func itMayWriteMuch() throws {
    #expect(try run(script("head -c 1000000 /dev/zero | tr '\\0' x")).utf8.count == 1_000_000)
  }

  @Test func oneThatLeavesAnotherBehindIsNotWaitedFor() throws {
    let began = ContinuousClock.now
    #expect(try run(script("echo done; sleep 30 &")) == "done\n")
    #expect(ContinuousClock.now - began < .seconds(10))
  }

  @Test func oneThatHangsIsEndedWithAllThatItStarted() throws {
    let folder = try Folder()
    let script = script(
      "trap '' TERM; (sleep 60; echo late) & echo $! > \(folder.url.path)/child; echo \(fakeToken); wait; sleep 60"
    )
    let error = complaint { try run(script, limit: .seconds(1)) }
    #expect(error?.kind == .credentials)
    #expect(
      error?.message
        == "the credential plug-in /bin/sh of user \"u\" of /k did not end within 1s, and was stopped")
    let child = try String(contentsOf: folder.url.appending(path: "child"), encoding: .utf8)
    let id = try #require(pid_t(child.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(isGone(id))
  }

  /// Whether a process has ended: it may still be one that nobody has taken the end of.
  private func isGone(_ id: pid_t) -> Bool {
    for _ in 0..<100 {
      guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return true }
      if status.contains(") Z ") { return true }
      usleep(20_000)
    }
    return false
  }

  @Test(arguments: [
    ("echo \(fakeToken); exit 3", "failed with the exit code 3"), ("kill -9 $$", "was ended by signal 9"),
    ("head -c 2000000 /dev/zero", "wrote more than 1 MiB"), ("cat /dev/zero", "wrote more than 1 MiB"),
  ])
  func whatFailsHasASentence(text: String, what: String) throws {
    let error = complaint { try run(script(text)) }
    #expect(error?.kind == .credentials)
    #expect(error?.message == "the credential plug-in /bin/sh of user \"u\" of /k \(what)")
    let shown = "\(error as Any)"
    #expect(!shown.contains(fakeToken))
  }

  @Test func oneThatIsMissingSaysHowToInstallIt() throws {
    let missing = complaint { try run(call("no-such-login", installHint: "get it from\nexample.com")) }
    #expect(
      missing?.message
        == "the credential plug-in no-such-login of user \"u\" of /k is not there, or cannot be run")
    #expect(missing?.hint == "get it from\u{FFFD}example.com")
    let other = complaint { try run(call("no-such-login")) }
    #expect(other?.hint == "install it, or put its folder into PATH")
    let folder = try Folder()
    // A folder may be entered, but not run.
    let broken = complaint { try run(call(folder.url.path)) }
    #expect(broken?.message.contains("cannot be run: permission denied") == true)
  }

  @Test func aSignalEndsIt() throws {
    let time = ManualTime()
    time.interrupt(with: 15, at: time.now)
    let error = complaint { try run(script("sleep 60"), time: time) }
    #expect(error?.kind == .interrupted(Interruption(signal: 15)))
  }
}
