import StepTestSupport
import struct ServiceSimulation.ServiceResponse
import AstraControlSimulation
import AstraBackup
import AstraSimulator
import AstraVerify
import Files
import SimulatedBackend
import StepCommon
import Testing
import Timing

/// What the environment, a server or a URL may hold and nobody is to see.
struct LeakTests {
  @Test func userInformationIsInNoText() throws {
    let harness = try Magento.astraControl()
    harness.environment["BACKUP_NAME"] = "one"
    harness.environment["https_proxy"] = "http://svc:S3c@retPw@proxy.invalid:3128"
    let detail = "via http://svc:S3c@retPw@proxy.invalid:3128/ and https://other:pa@ss@x.test, S3c@retPw"
    harness.site.faults = [
      SiteFault(
        .answers(
          ServiceResponse(
            status: 409, headers: [("Content-Type", "application/problem+json")],
            body: Array(#"{"type":"x/9","title":"No","detail":"\#(detail)","status":"409"}"#.utf8))),
        "POST", endingIn: "appBackups")
    ]
    let result = try harness.run(BackupStep.self, "--json")
    result.expect(.operationFailed, saying: "proxy.invalid:3128", nature: "failure")
    for secret in ["S3c", "retPw", "pa@ss", "ss@x"] { #expect(!harness.hasTold(secret), "\(secret)") }
  }

  @Test func aProxyThatCanNeverWorkIsRefusedAtOnce() throws {
    for value in ["gopher://svc:S3cretPw@proxy.test:1", "http://svc:S3cretPw@:3128"] {
      let harness = try Magento.astraControl()
      harness.environment["BACKUP_NAME"] = "one"
      harness.environment["HTTPS_PROXY"] = value
      let result = try harness.run(BackupStep.self, "--json")
      result.expect(.badParameter, saying: "the proxy that HTTPS_PROXY names")
      #expect(result.requests == 0 && !harness.hasTold("S3cretPw"))
    }
  }

  @Test func nothingInvisibleIsShown() throws {
    let harness = try Magento.astraControl()
    harness.environment["BACKUP_NAME"] = "one"
    harness.environment["BUILD_TAG"] = "run\u{202E}1"
    let detail = "a\u{202E}b\u{2066}c\u{200B}d\u{E0041}e\u{2028}f"
    harness.site.faults = [
      SiteFault(
        .answers(
          ServiceResponse(
            status: 409, headers: [("Content-Type", "application/problem+json")],
            body: Array(#"{"type":"x/9","title":"No","detail":"\#(detail)","status":"409"}"#.utf8))),
        "POST", endingIn: "appBackups")
    ]
    let result = try harness.run(BackupStep.self, "--json")
    result.expect(.operationFailed, saying: #"a\u{202E}b\u{2066}c\u{200B}d"#, nature: "failure")
    let report = harness.files.text("reports/TEST-astra-backup.xml") ?? ""
    for text in [result.standardError, result.standardOutput, report] {
      #expect(!text.isEmpty)
      for scalar in ["\u{202E}", "\u{2066}", "\u{200B}", "\u{E0041}", "\u{2028}"] as [Unicode.Scalar] {
        #expect(!text.unicodeScalars.contains(scalar), "\(scalar.value)")
      }
    }
  }
}
