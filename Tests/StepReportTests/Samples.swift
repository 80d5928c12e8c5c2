import Files
import StepReport
import Timing

/// Reports of each shape that a step can end in; each has a golden file of its name.
enum Sample: String, CaseIterable {
  case passed, failed, errored, skipped, unfinished, hostile

  var report: Report {
    switch self {
    case .passed: Self.clone([.passed, .passed, .passed, .passed])
    case .failed: Self.failedReport
    case .errored: Self.erroredReport
    case .skipped: Self.skippedReport
    case .unfinished: Self.clone([.passed, .passed, .passed, .passed]).unfinished(phase: 2)
    case .hostile: Self.hostileReport
    }
  }

  var counts: [String: Int] {
    switch self {
    case .passed: ["tests": 4, "failures": 0, "errors": 0, "skipped": 0]
    case .failed: ["tests": 4, "failures": 1, "errors": 0, "skipped": 1]
    case .errored: ["tests": 4, "failures": 0, "errors": 1, "skipped": 3]
    case .skipped: ["tests": 4, "failures": 0, "errors": 0, "skipped": 2]
    case .unfinished: ["tests": 4, "failures": 0, "errors": 1, "skipped": 1]
    case .hostile: ["tests": 5, "failures": 1, "errors": 1, "skipped": 1]
    }
  }

  private static let phases = [
    "resolve the parameters", "find the application", "create the clone", "wait for the clone",
  ]

  private static func clone(_ outcomes: [Report.Outcome]) -> Report {
    let durations: [Duration] = [
      .milliseconds(10), .milliseconds(250), .milliseconds(12_250), .milliseconds(601_240),
    ]
    let cases = zip(phases, zip(outcomes, durations)).map { name, rest in
      Report.Case(name, duration: rest.1, outcome: rest.0)
    }
    return Report(
      suite: "astra-clone", className: "astra.clone.AstraClone",
      startedAt: Timestamp(sinceEpoch: .seconds(1_665_089_896)), duration: .milliseconds(613_750),
      hostname: "ci-1",
      properties: [
        .init("astra.application", "magento-prod"), .init("astra.cluster", "production"),
        .init("astra.run", "jenkins-postmortem-17"),
      ],
      cases: cases, log: "clone magento-debug: discovering\nclone magento-debug: ready\n")
  }

  private static var failedReport: Report {
    let message = "clone \"magento-debug\" of \"magento-prod\" ended as failed"
    var report = clone([
      .passed, .passed, .passed,
      .failed(
        .init(
          message, type: "AstraClone.failed",
          details: "state: failed\nreason: volume copy stopped: 0 < 3 & no space")),
    ])
    report.cases[2].output = "clone magento-debug: provisioning\nclone magento-debug: failed\n"
    report.cases.append(.init("see the clone ready", outcome: .skipped("not reached: \(message)")))
    report.cases.remove(at: 0)
    return report
  }

  private static var erroredReport: Report {
    let message = "cannot find \"magento-prod\": GET /accounts/…/k8s/v2/apps answered 401"
    let reason = "not reached: find the application could not be done"
    return clone([
      .errored(.init(message, type: "AstraClone.credentials", details: "hint: the token may have expired")),
      .skipped(reason), .skipped(reason), .skipped(reason),
    ])
  }

  private static var skippedReport: Report {
    clone([
      .passed, .passed, .skipped("there already: the clone \"magento-debug\" is of this run"),
      .skipped("there already: nothing to wait for"),
    ])
  }

  /// Text that has broken JUnit files of other tools.
  private static var hostileReport: Report {
    Report(
      suite: "astra clone/<eu>", className: "astra clone.*", startedAt: Timestamp(sinceEpoch: .zero),
      duration: .milliseconds(-5), hostname: "host\u{0}\n\"quoted\" & <tagged>",
      properties: [
        .init("tab\tand\nline", "caf\u{65}\u{301} \u{1F600} \u{FFFE}\u{FFFF}"), .init("empty", ""),
      ],
      cases: [
        .init(
          "twice", outcome: .passed,
          output: "\u{1B}[31;1mred\u{1B}[0m \u{1B}]0;title\u{7}plain\r\nnext\rlast"),
        .init(
          "twice", duration: .nanoseconds(1_999_500_000), outcome: .passed,
          output: "]]> <![CDATA[ & &#27;"),
        .init(
          "<\u{1B}>", duration: .seconds(3_000_000),
          outcome: .failed(
            .init("first\nsecond\u{8}", type: "symbol", details: "NUL \u{0} DEL \u{7F} C1 \u{85} \u{9B}x"))),
        .init("", outcome: .errored(.init("", type: "", details: "\u{1B}]unfinished title"))),
        .init("over\tthere", outcome: .skipped("\u{202E}backwards\u{2028}split")),
      ],
      log: "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]>&b;\u{FEFF}")
  }
}
