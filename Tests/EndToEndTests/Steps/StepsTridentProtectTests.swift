import Foundation
import Glibc
import Testing

extension StepsTests {
  @Suite("On Trident protect: kubeconfigs, and the watch as an alarm clock")
  struct TridentProtect {
    private static let clusters = ["ocp-prod", "ocp-debug"]

    /// A kubeconfig for a site, whose users prove themselves as `user` says for a context.
    private func kubeconfig(_ site: StepSite, user: (String) -> String) -> String {
      let ports = (site.simulator.folder.text("port") ?? "").split(separator: "\n")
      var text = "apiVersion: v1\nkind: Config\ncurrent-context: ocp-prod\nclusters:\n"
      let authority = Data((site.simulator.folder.text("ca.pem") ?? "").utf8).base64EncodedString()
      for (name, port) in zip(Self.clusters, ports) {
        text += "- name: \(name)\n  cluster:\n    server: https://127.0.0.1:\(port)\n"
        text += "    certificate-authority-data: \(authority)\n"
      }
      text += "users:\n"
      for name in Self.clusters { text += "- name: \(name)\n  user:\n\(user(name))" }
      text += "contexts:\n"
      for name in Self.clusters { text += "- name: \(name)\n  context: {cluster: \(name), user: \(name)}\n" }
      return text
    }

    @Test("the pipeline: a backup, a clone on the other cluster, an in-place restore, and each once more")
    func pipeline() async throws {
      let site = try await StepSite.start(world: .tridentProtect)
      for (step, site) in site.pipeline {
        try await site.run(step).expect(0)
        try await site.run(step).expect(0)
      }
      try await site.expectPipelineDone(backups: 2)
    }

    /// Half of the longest that a step waits for news without looking itself: who heeds nothing takes all of it.
    private static let deaf = Duration.seconds(150)

    @Test("SIGTERM while a watch is open: the step ends, with 143 and a whole report")
    func terminated() async throws {
      let site = try await StepSite.start(world: .tridentProtect, seconds: 7200)
      for (step, site) in site.pipeline {
        var asked = ContinuousClock.now
        var ended = asked
        let result = try await site.run(step) { running in
          try await site.until("\(step.rawValue) waits", running) {
            running.errors.contains(
              ": \(step == .backup ? "running" : step == .clone ? "running" : "restoring")")
          }
          // Until it has opened its watch.
          try await site.until("a watch", running) {
            try await site.world().requests.counts.contains { $0.key.contains(": watch ") }
          }
          try await Task.sleep(for: .milliseconds(300))
          asked = .now
          running.send(SIGTERM)
          while running.ended == nil, .now - asked < .hang { try await Task.sleep(for: .milliseconds(2)) }
          ended = .now
        }
        result.expect(143, saying: "SIGTERM")
        // How soon it sees the signal is counted by `LineStreamTests`.
        #expect(ended - asked < Self.deaf, "\(ended - asked)")
        #expect(result.report?.problem?.outcome == "error", "\(result.summary)")
        // What goes on is waited for by the next attempt; a clone goes on with another part.
        if step == .backup {
          try await site.simulator.post("complete", ["subject": step.subject(in: site.environment)])
        }
        if step == .backup { try await site.run(step).expect(0) }
      }
    }

    @Test("the end of an operation is noticed by the watch, long before the next look")
    func noticed() async throws {
      let site = try await StepSite.start(world: .tridentProtect, seconds: 7200)
        .with(["BACKUP_NAME": "before-2.4.3"])
      var completed = ContinuousClock.now
      let result = try await site.run(.backup) { running in
        try await site.until("it waits", running) {
          running.errors.contains("\" of \"magento-prod\": running")
        }
        // Old enough for the pauses between looks to have grown.
        try await Task.sleep(for: .seconds(20))
        completed = .now
        try await site.simulator.post("complete", ["subject": "before-2-4-3"])
        while running.ended == nil, .now - completed < .hang { try await Task.sleep(for: .milliseconds(2)) }
        let noticing = ContinuousClock.now - completed
        #expect(noticing < Self.deaf, "\(noticing)")
      }
      result.expect(0)
    }

    @Test("a token that is replaced in the token file while a step waits is read again")
    func tokenFile() async throws {
      var site = try await StepSite.start(world: .tridentProtect, seconds: 7200)
        .with(["BACKUP_NAME": "before-2.4.3"])
      for name in Self.clusters { try site.home.write("not-a-real-token-of-\(name)\n", to: name) }
      let home = site.home
      try home.write(
        kubeconfig(site) { "    tokenFile: \(home.path($0))\n" }, to: "kubeconfig")
      site = site.with(["KUBECONFIG": home.path("kubeconfig")])
      let renewed = "not-a-real-token-that-was-renewed"
      let running = site
      let result = try await site.run(.backup) { process in
        try await running.until("it waits", process) {
          process.errors.contains("\" of \"magento-prod\": running")
        }
        for name in Self.clusters { try home.write("\(renewed)\n", to: name) }
        try await running.simulator.post("token", ["token": renewed])
        try await running.simulator.post("complete", ["subject": "before-2-4-3"])
      }
      result.expect(0)
      #expect(!result.errors.contains(renewed))
    }

    @Test("a plug-in for credentials is run as the kubeconfig says")
    func plugin() async throws {
      var site = try await StepSite.start(world: .tridentProtect)
      site.mayHaveChildren = true
      let home = site.home
      try home.write(
        """
        #!/bin/sh
        echo "$1" >>"$CALLS"
        printf '{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
        printf '"status": {"token": "not-a-real-token-of-%s"}}' "$1"
        """, to: "credential")
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o755], ofItemAtPath: home.path("credential"))
      try home.write(
        kubeconfig(site) { name in
          """
              exec:
                apiVersion: client.authentication.k8s.io/v1
                command: \(home.path("credential"))
                args: [\(name)]
                env: [{name: CALLS, value: \(home.path("calls"))}]
                interactiveMode: Never

          """
        }, to: "kubeconfig")
      site = site.with(["KUBECONFIG": home.path("kubeconfig")])
      for (step, site) in site.pipeline { try await site.run(step).expect(0) }
      try await site.expectPipelineDone(backups: 2)
      let calls = Set((home.text("calls") ?? "").split(separator: "\n").map(String.init))
      #expect(calls == Set(Self.clusters))
    }

    @Test("a kubeconfig with the authority of somebody else: the step tells the server nothing")
    func anotherAuthority() async throws {
      let site = try await StepSite.start(world: .tridentProtect)
      let other = try await SimulatorProcess.start(scenario: SimulatedWorld.tridentProtect.rawValue)
      let text = (site.simulator.folder.text("kubeconfig") ?? "").replacing(
        site.simulator.folder.path("ca.pem"), with: other.folder.path("ca.pem"))
      try site.home.write(text, to: "kubeconfig")
      let result = try await site.with(["KUBECONFIG": site.home.path("kubeconfig")]).run(.backup)
      result.expect(69, saying: "is not trusted")
      #expect(try await site.world().requests.total == 0)
    }
  }
}
