import Foundation
import Testing

/// Something that is wrong, and what the steps must make of it.
struct Refusal: Sendable, CustomTestStringConvertible {
  var testDescription: String
  /// Which steps meet it.
  var steps: [StepProgram]
  /// What is different in the environment; nil unsets a variable.
  var environment: [String: String?]
  var arguments: [String]
  var code: Int32
  /// What the one sentence must say.
  var words: [String]
  /// What happens in the world before the steps run: control endpoints with their bodies.
  var events: [Event]

  /// A post to a control endpoint; every value is text.
  struct Event: Sendable {
    var action: String
    var body: [String: String]
  }

  init(
    _ description: String, _ steps: [StepProgram] = StepProgram.every,
    _ environment: [String: String?] = [:],
    _ arguments: [String] = [], events: [(String, [String: String])] = [],
    code: Int32, _ words: String...
  ) {
    testDescription = description
    (self.steps, self.environment, self.arguments) = (steps, environment, arguments)
    (self.code, self.words) = (code, words)
    self.events = events.map { Event(action: $0.0, body: $0.1) }
  }
}

extension Refusal {
  /// A port of this machine where nobody listens: a free one might be taken by the test beside this one.
  static let unreachable = "127.0.0.1:1"

  static let parameters: [Refusal] = [
    Refusal("no host", environment: "ASTRA_FQDN", nil),
    Refusal("no account", environment: "ASTRA_INSTANCE_ID", ""),
    Refusal("an account that is no UUID", environment: "ASTRA_INSTANCE_ID", "12"),
    Refusal("no token", environment: "ASTRA_API_TOKEN", nil),
    Refusal("a token with a space", environment: "ASTRA_API_TOKEN", "not-a-real token", saying: "token"),
    Refusal(
      "no application", StepProgram.every.filter { $0 != .status }, ["PROD_APP_NAME": ""], code: 64,
      "PROD_APP_NAME"),
    Refusal("a timeout that is none", environment: "ASTRA_TIMEOUT", "soon"),
    Refusal("plain HTTP to another host", environment: "ASTRA_FQDN", "http://astra.example.com"),
    Refusal(
      "a CA file that is not there", environment: "ASTRA_CA_FILE", "/nowhere/ca.pem", saying: "/nowhere"),
    Refusal(
      "a CA file that holds none", environment: "ASTRA_CA_FILE", "/etc/hostname", saying: "certificate"),
    Refusal("a CA file that is a folder", environment: "ASTRA_CA_FILE", "/etc", saying: "/etc"),
    Refusal(
      "a flag that nobody knows", StepProgram.every, [:], ["--no-such-flag"], code: 64, "--no-such-flag"),
    Refusal("no name for the clone", [.clone], ["DEBUG_APP_NAME": nil], code: 64, "DEBUG_APP_NAME"),
    Refusal("no recovery point", [.restore], ["BACKUP_NAME": nil], code: 64, "BACKUP_NAME", "SNAPSHOT_NAME"),
    Refusal(
      "no name for the backup, and no run", [.backup], ["BACKUP_NAME": nil, "BUILD_TAG": nil], code: 64,
      "BACKUP_NAME", "ASTRA_RUN_ID"),
  ]

  static let connection: [Refusal] = [
    Refusal("a wrong token", all: ["ASTRA_API_TOKEN": "not-a-real-token-but-another"], code: 77, "401"),
    Refusal(
      "a token that may only read", StepProgram.changing,
      ["ASTRA_API_TOKEN": "not-a-real-token-of-a-viewer"], code: 77, "403"),
    Refusal("a wrong account", all: ["ASTRA_INSTANCE_ID": "00000000-1111-4222-8333-444444444444"], code: 77),
    Refusal(
      "a server that cannot be reached", all: ["ASTRA_FQDN": unreachable, "ASTRA_TIMEOUT": "12s"], code: 69,
      "connection refused"),
    Refusal("a certificate that nobody vouches for", all: ["ASTRA_CA_FILE": nil], code: 69, "is not trusted"),
  ]

  static let objects: [Refusal] = [
    Refusal("an unknown application", all: ["PROD_APP_NAME": "magento-prd"], code: 65, "magento-prd"),
    Refusal("an unknown cluster", all: ["PROD_KUBERNETES_CLUSTER": "ocp-prd"], code: 65, "ocp-prd"),
    Refusal("an unknown destination", [.clone], ["DEBUG_KUBERNETES_CLUSTER": "ocp-dbg"], code: 65, "ocp-dbg"),
    Refusal(
      "an unknown backup", [.restore], ["BACKUP_NAME": "before-2-4-10"], code: 65, "before-2-4-10"),
    Refusal("an unknown backup", [.clone], [:], ["-B", "no-such-backup"], code: 65, "no-such-backup"),
    Refusal(
      "another application's backup, by its name", [.restore], ["BACKUP_NAME": "wordpress-weekly"], code: 78,
      "wordpress-weekly", "belongs to another application"),
    Refusal(
      "another application's backup, by its id", [.restore],
      ["BACKUP_NAME": "6c738495-a6b7-4c8d-99ea-fb0c12233446"], code: 78, "belongs to another application"),
    Refusal(
      "a backup that is still running", [.restore], ["BACKUP_NAME": "unfinished"],
      events: [("backup", ["application": "magento-prod", "name": "unfinished", "state": "running"])],
      code: 78, "unfinished", "running"),
    Refusal(
      "a backup that failed", [.restore], ["BACKUP_NAME": "broken-off"],
      events: [("backup", ["application": "magento-prod", "name": "broken-off", "state": "failed"])],
      code: 78, "broken-off", "failed"),
    Refusal(
      "a failed backup in the new one's place", [.backup], ["BACKUP_NAME": "broken-off"],
      events: [("backup", ["application": "magento-prod", "name": "broken-off", "state": "failed"])],
      code: 78, "broken-off", "failed"),
    Refusal(
      "a backup of an earlier run", [.backup], ["BACKUP_NAME": "before-2-4-2-debian-10-r14"], code: 78,
      "earlier run"),
    Refusal(
      "a namespace that is taken", [.clone], ["DEBUG_NAMESPACE": "jenkins"], code: 78, "jenkins",
      "already exists"),
    Refusal(
      "a namespace that is taken by nobody's application", [.clone],
      events: [("namespace", ["cluster": "ocp-debug", "name": "magento-debug"])], code: 78, "already exists"),
    Refusal(
      "a name that is taken", [.clone], ["DEBUG_APP_NAME": "jenkins"], code: 78, "jenkins", "not a clone"),
    Refusal(
      "an application that is being restored", StepProgram.changing,
      events: [("state", ["subject": "magento-prod", "state": "restoring"])],
      code: 78, "being restored in place"),
  ]

  private init(_ description: String, environment name: String, _ value: String?, saying word: String? = nil)
  {
    self.init(description, StepProgram.every, [name: value], code: 64, word ?? name)
  }

  private init(_ description: String, all environment: [String: String?], code: Int32, _ word: String = "") {
    self.init(description, StepProgram.every, environment, code: code)
    words = word.isEmpty ? [] : [word]
  }
}

extension StepsTests {
  @Suite("What is wrong is said in one sentence, and nothing is changed")
  struct Refusals {
    /// Runs the steps that meet it, one after the other, and holds the world against what it was.
    private func expectRefused(_ refusal: Refusal) async throws {
      let site = try await StepSite.start()
      for event in refusal.events { try await site.simulator.post(event.action, event.body) }
      let before = try await site.world().contents
      for step in refusal.steps {
        var changes = refusal.environment
        if step == .backup, changes["BACKUP_NAME"] == nil { changes["BACKUP_NAME"] = "before-2.4.3" }
        let result = try await site.with(changes).run(step, refusal.arguments)
        #expect(result.exit == .code(refusal.code), "\(result.summary)")
        for word in refusal.words {
          #expect(result.messages.first?.contains(word) == true, "\(word): \(result.summary)")
        }
        #expect(try await site.world().contents == before, "\(step) changed the world: \(result.summary)")
      }
    }

    @Test(
      "a parameter that is missing or malformed: no request is made", .serialized,
      arguments: Refusal.parameters)
    func parameter(_ refusal: Refusal) async throws { try await expectRefused(refusal) }

    @Test("a server that does not let us in, or is not there", .serialized, arguments: Refusal.connection)
    func connection(_ refusal: Refusal) async throws { try await expectRefused(refusal) }

    @Test(
      "something named that is not there, not whole, or in the way", .serialized, arguments: Refusal.objects)
    func object(_ refusal: Refusal) async throws { try await expectRefused(refusal) }

    @Test("without evidence nothing is restored")
    func noEvidence() async throws {
      // Snapshots that are refused leave nothing behind.
      let refusing = try await StepSite.start { scenario in
        var applications = scenario["applications"] as? [[String: Any]] ?? []
        applications[0]["supportsSnapshots"] = false
        scenario["applications"] = applications
      }
      let before = try await refusing.world().contents
      try await refusing.run(.restore).expect(78, saying: "no copy of the present state")
      #expect(try await refusing.world().contents == before)

      // One that fails leaves itself, and production as it was.
      let failing = try await StepSite.start(seconds: 0.5) { scenario in
        scenario["operationFaults"] = [["kind": "snapshot", "effect": "fails"]]
      }
      let broken = try await failing.world()
      let refused = try await failing.run(.restore)
      refused.expect(78, saying: "no copy of the present state", "failed")
      #expect(refused.errors.contains("next: ") && refused.errors.contains("--discard-present-state"))
      let world = try await failing.world()
      #expect(world.applications == broken.applications && world.backups == broken.backups)
      #expect(world.tally.restoresRequested == 0 && world.tally.snapshotsCreated == 1)
    }

    @Test("the deadline ends the step and not the operation; a second run goes on with it")
    func deadline() async throws {
      let site = try await StepSite.start(seconds: 7200)
      for step in StepProgram.allCases {
        let site = step == .backup ? site.with(["BACKUP_NAME": "before-2.4.3"]) : site
        let first = try await site.with(["ASTRA_TIMEOUT": "15s"]).run(step)
        first.expect(75, saying: "when the time was up after 15s")
        #expect(first.report?.problem?.name == step.waitingPhase, "\(first.summary)")
        #expect(first.errors.contains("running the step again continues"), "\(first.summary)")
        try await site.runToItsEnd(step).expect(0)
      }
      try await site.expectPipelineDone()
    }
  }
}
