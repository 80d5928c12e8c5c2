import Foundation
import Testing

private let good = "before-2-4-2-debian-10-r14"
private let production = "magento-prod"

extension StepsTests {
  @Suite("A verify is green only if what is claimed was seen")
  struct Verifies {
    /// The page of an application.
    private func page(_ name: String, _ site: StepSite) async throws -> (url: String, address: String) {
      let address = try #require(try await site.world().application(name)?.address)
      return ("http://\(address)/", String(address.prefix { $0 != ":" }))
    }

    private func report(_ site: StepSite) -> String {
      (try? String(contentsOfFile: site.reportPath(of: .verify), encoding: .utf8)) ?? ""
    }

    @Test(
      "the fault before, good again after at the same address, and the fault in the clone at another", .inTurn
    )
    func story() async throws {
      let site = try await StepSite.start(seconds: 0.6)
      let shop = try await page(production, site)
      let before = try await site.run(
        .verify, ["-u", shop.url, "--expect-broken", "--seen-file", "reports/astra-before.json"])
      before.expect(0)
      #expect(before.values["ASTRA_VERIFY_SEEN_STATUS"] == "500")
      #expect(before.values["ASTRA_VERIFY_SEEN_ADDRESS"] == shop.address)
      try await site.run(.clone).expect(0)
      try await site.run(.restore).expect(0)
      let made = try await site.world().contents

      let clone = try await page("magento-debug", site)
      try await site.run(
        .verify,
        [
          "-a", "magento-debug", "-c", "ocp-debug", "--clone-of", production, "-u", clone.url,
          "--expect-broken",
          "--other-address", shop.address, "-B", good,
        ]
      ).expect(0)
      let after = try await site.run(
        .verify,
        [
          "-u", shop.url, "-B", good, "--expect-text", "Release 2.4.1", "--expect-regex", #"\d+ rows"#,
          "--expect-header", "Content-Type: text/html; charset=utf-8", "--compare-with",
          "reports/astra-before.json",
        ])
      after.expect(0)
      #expect(after.report?.facts["page"]?.contains("200 from \(shop.address)") == true, "\(after.summary)")
      #expect(report(site).contains("Release 2.4.1"))
      #expect(try await site.world().contents == made, "it changes nothing")
    }

    @Test("a restore that succeeded while the page still shows the fault is red", .inTurn)
    func stillBroken() async throws {
      let site = try await StepSite.start(seconds: 0.5)
      try await site.run(.restore).expect(0)
      try await site.simulator.post(
        "deploy", ["application": production, "version": "2.4.2", "broken": true])
      let shop = try await page(production, site)
      let result = try await site.run(.verify, ["-u", shop.url, "--within", "10s"])
      result.expect(
        1, saying: "was not seen to be healthy within 10s", "status is 500", "500 from \(shop.address)",
        "cannot take orders")
      #expect(
        result.report?.problem?.name == "look at pages"
          && result.report?.problem?.type == "AstraVerify.notAsClaimed")
      #expect(result.report?.facts["page"]?.contains("cannot take orders") == true)
    }

    @Test("a restore after which the shop is at another address is red", .inTurn)
    func moved() async throws {
      let site = try await StepSite.start(seconds: 0.5) { scenario in
        var settings = scenario["settings"] as? [String: Any] ?? [:]
        settings["restoreKeepsAddress"] = false
        scenario["settings"] = settings
      }
      let old = try await page(production, site)
      let port = try #require(old.url.split(separator: ":").last?.dropLast())
      let url = "http://shop.test:\(port)/"
      func resolved(to address: String) -> [String] {
        ["-u", url, "--probe-resolve", "shop.test:\(port):\(address)", "--within", "10s"]
      }
      try await site.run(
        .verify, resolved(to: old.address) + ["--expect-broken", "--seen-file", "reports/astra-before.json"]
      ).expect(0)
      try await site.run(.restore).expect(0)
      let new = try await page(production, site)
      #expect(new.address != old.address)
      let compare = ["--compare-with", "reports/astra-before.json"]
      try await site.run(.verify, resolved(to: new.address) + compare).expect(
        1, saying: "answers at \(new.address), but answered at \(old.address) before")
      try await site.run(.verify, resolved(to: new.address) + ["--expect-address", old.address]).expect(
        1, saying: "instead of \(old.address)")
      try await site.run(.verify, resolved(to: new.address)).expect(0)
    }

    @Test("a page that does not answer is red, and no fault", .inTurn)
    func unreachable() async throws {
      let site = try await StepSite.start()
      let arguments = ["-u", "http://\(Refusal.unreachable)/", "--within", "10s"]
      for more in [[], ["--expect-broken"]] {
        try await site.run(.verify, arguments + more).expect(
          1, saying: "gives no answer", "connection refused")
      }
      try await site.run(.verify, arguments + ["--expect-broken", "--broken-as", "unreachable"]).expect(0)
    }

    @Test("no token goes to a page, not even on the backend's own host", .inTurn)
    func token() async throws {
      let site = try await StepSite.start()
      let account = try #require(site.environment["ASTRA_INSTANCE_ID"])
      let url = "https://\(site.simulator.host)/accounts/\(account)/k8s/v2/apps"
      let trusted = ["--probe-ca-file", site.simulator.certificateFile]
      // Problem 3: there is no authorization at all.
      try await site.run(
        .verify,
        ["-u", url, "--expect-status", "401", "--expect-json", "type=https://astra.netapp.io/problems/3"]
          + trusted
      ).expect(0)
      // Its authority is the backend's, and not one of pages.
      let untrusted = try await site.run(.verify, ["-u", url, "--within", "10s"])
      untrusted.expect(69, saying: "the certificate of \(site.simulator.host) is not trusted")
      #expect(untrusted.errors.contains("next: ") && untrusted.errors.contains("ASTRA_VERIFY_CA_FILE"))
      let port = site.simulator.host.split(separator: ":").last.map(String.init) ?? ""
      let other = try await site.run(
        .verify,
        [
          "-u", "https://shop.test:\(port)/", "--probe-resolve", "shop.test:\(port):127.0.0.1", "--within",
          "10s",
        ]
          + trusted)
      other.expect(69, saying: "is for another host")
    }

    @Test("a JSON value is looked for where the path leads", .inTurn)
    func json() async throws {
      let site = try await StepSite.start()
      let arguments = [
        "-u", "https://\(site.simulator.host)/_simulator/world", "--probe-ca-file",
        site.simulator.certificateFile,
        "--within", "10s", "--expect-json",
      ]
      try await site.run(.verify, arguments + ["applications[0].content.broken=true"]).expect(0)
      try await site.run(.verify, arguments + ["applications[0].name=magento"]).expect(
        1, saying: "is \"magento-prod\" instead of magento")
    }

    @Test("an expression that never ends, and a signal, end it", .inTurn)
    func ends() async throws {
      let site = try await StepSite.start()
      let shop = try await page(production, site)
      let rows = String(repeating: "a", count: 200)
      try await site.simulator.post(
        "deploy", ["application": production, "version": rows + "!", "broken": false])
      let never = try await site.run(.verify, ["-u", shop.url, "--expect-regex", "(a+)+$"])
      never.expect(64, saying: "needs more than 100 million steps")
      let stopped = try await site.run(.verify, ["-u", shop.url, "--expect-text", "never"]) { running in
        try await site.until("it looks again", running) { running.errors.contains("looking again") }
        running.send(SIGTERM)
      }
      stopped.expect(143)
    }
  }
}
