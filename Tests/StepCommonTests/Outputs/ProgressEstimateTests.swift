import AppProtection
import StepCommon
import Testing
import Timing

/// What is said of how fast work moves, from what was told at each look.
@Suite struct ProgressEstimateTests {
  /// What was told, look by look, and what is said at the end.
  struct Row: Sendable, CustomTestStringConvertible {
    let title: String
    /// Seconds, and what a look showed then.
    let looks: [(Int, Progress)]
    /// Seconds: when it is shown; at the last look if nil.
    var shownAt: Int?
    let says: String?

    var testDescription: String { title }
  }

  private static let mebibyte = 1 << 20

  /// So many of 1000 MiB.
  private static func bytes(_ done: Int, of total: Int? = 1000) -> Progress {
    Progress(bytesDone: done * mebibyte, bytesTotal: total.map { $0 * mebibyte })
  }

  private static func percent(_ percent: Double) -> Progress { Progress(percent: percent) }

  /// A look every ten seconds, with each of these.
  private static func every(_ told: [Progress]) -> [(Int, Progress)] { every(10, told) }

  /// A look every so many seconds, with each of these.
  private static func every(_ seconds: Int, _ told: [Progress]) -> [(Int, Progress)] {
    told.enumerated().map { ($0.offset * seconds, $0.element) }
  }

  static let rows: [Row] = [
    Row(title: "nothing is told", looks: every([Progress()]), says: nil),
    Row(title: "nothing was looked at", looks: [], shownAt: 0, says: nil),
    Row(title: "one look", looks: every([bytes(100)]), says: "100 MiB of 1000 MiB"),
    Row(
      title: "two steps forward are no rate", looks: every([bytes(0), bytes(100), bytes(200)]),
      says: "200 MiB of 1000 MiB"),
    Row(
      title: "three steps are one", looks: every([bytes(0), bytes(100), bytes(200), bytes(300)]),
      says: "300 MiB of 1000 MiB, 10 MiB/s, about 1m left"),
    Row(
      title: "unless they were made in too short a time",
      looks: every(2, [bytes(0), bytes(20), bytes(40), bytes(60), bytes(80)]), says: "80 MiB of 1000 MiB"),
    // What was done before the first look says nothing of the time that it took.
    Row(
      title: "a first look in the middle", looks: every([bytes(500), bytes(510), bytes(520), bytes(530)]),
      says: "530 MiB of 1000 MiB, 1 MiB/s, about 8m left"),
    Row(
      title: "looks that show nothing new in between",
      looks: every([
        bytes(0), bytes(100), bytes(100), bytes(200), bytes(200), bytes(300), bytes(300), bytes(400),
      ]), says: "400 MiB of 1000 MiB, 5 MiB/s, about 2m left"),
    Row(
      title: "percent has no rate", looks: every(60, [percent(0), percent(1), percent(2), percent(3)]),
      says: "3%, about 1h30m left"),
    Row(
      title: "bytes count before percent",
      looks: every((0..<5).map { Progress(percent: 1, bytesDone: $0 << 20, bytesTotal: 100 << 20) }),
      says: "1%, 4 MiB of 100 MiB, 102 KiB/s, about 15m left"),
    Row(
      title: "bytes of an unknown whole have a rate and no end",
      looks: every([bytes(0, of: nil), bytes(100, of: nil), bytes(200, of: nil), bytes(300, of: nil)]),
      says: "300 MiB, 10 MiB/s"),
    Row(
      title: "volumes are of every size",
      looks: every((0..<6).map { Progress(itemsDone: $0, itemsTotal: 9) }), says: "5 of 9 volumes"),
    Row(
      title: "a whole of nothing", looks: every((0..<5).map { Progress(bytesDone: $0, bytesTotal: 0) }),
      says: "4 B of 0 B"),
    Row(
      title: "more than the whole", looks: every([bytes(700), bytes(800), bytes(900), bytes(1100)]),
      says: "1.1 GiB of 1000 MiB"),
    Row(
      title: "all of it", looks: every([bytes(700), bytes(800), bytes(900), bytes(1000)]), shownAt: 600,
      says: "1000 MiB of 1000 MiB"),
    Row(
      title: "a step back begins anew",
      looks: every([bytes(0), bytes(100), bytes(200), bytes(300), bytes(50)]), says: "50 MiB of 1000 MiB"),
    Row(
      title: "and counts from there",
      looks: every([
        bytes(0), bytes(100), bytes(200), bytes(300), bytes(50), bytes(60), bytes(70), bytes(80),
      ]), says: "80 MiB of 1000 MiB, 1 MiB/s, about 15m left"),
    Row(
      title: "more to be done than was known",
      looks: every([bytes(0), bytes(100), bytes(200), bytes(300), bytes(310, of: 9000)]),
      says: "310 MiB of 8.8 GiB"),
    Row(
      title: "counted otherwise",
      looks: every([percent(10), percent(20), percent(30), percent(40), bytes(450)]),
      says: "450 MiB of 1000 MiB"),
    Row(
      title: "uneven", looks: every([bytes(0), bytes(1), bytes(2), bytes(3), bytes(300), bytes(600)]),
      says: "600 MiB of 1000 MiB, 15 MiB/s"),
    Row(
      title: "a while without news", looks: every([bytes(0), bytes(100), bytes(200), bytes(300)]),
      shownAt: 61, says: "300 MiB of 1000 MiB"),
    Row(
      title: "a short one counts as time that has passed",
      looks: every([bytes(0), bytes(10), bytes(20), bytes(30)]), shownAt: 55,
      says: "30 MiB of 1000 MiB, 1 MiB/s, about 15m left"),
    Row(
      title: "stalled", looks: every([bytes(0), bytes(100), bytes(200), bytes(300)]), shownAt: 179,
      says: "300 MiB of 1000 MiB, no progress for 2m"),
    Row(
      title: "never begun", looks: every(60, [percent(0), percent(0), percent(0), percent(0)]),
      says: "0%, no progress for 3m"),
    Row(
      title: "one that was always as slow is not stalled",
      looks: every(200, [bytes(0), bytes(100), bytes(200), bytes(300)]), shownAt: 900,
      says: "300 MiB of 1000 MiB, 512 KiB/s, about 20m left"),
    Row(
      title: "longer than anybody can say",
      looks: every([
        bytes(0, of: 1 << 40), bytes(1, of: 1 << 40), bytes(2, of: 1 << 40), bytes(3, of: 1 << 40),
      ]),
      says: "3 MiB of 1024 PiB, 102 KiB/s, more than 2 days left"),
    Row(
      title: "nearly done", looks: every([bytes(700), bytes(800), bytes(900), bytes(990)]),
      says: "990 MiB of 1000 MiB, 9.5 MiB/s, less than 1m left"),
    Row(
      title: "numbers that are none",
      looks: every([percent(.nan), percent(.infinity), percent(1e300), percent(-5)]), says: nil),
    Row(
      title: "bytes below zero", looks: every([bytes(-5), bytes(-4), bytes(-3), bytes(-2)]), says: nil),
  ]

  @Test(arguments: rows) func says(_ row: Row) {
    let time = ManualTime()
    var estimate = ProgressEstimate()
    let began = time.now
    for (seconds, progress) in row.looks { estimate.add(progress, at: began + .seconds(seconds)) }
    let shownAt = row.shownAt ?? row.looks.last?.0 ?? 0
    #expect(estimate.text(at: began + .seconds(shownAt)) == row.says)
  }

  /// No end is told in seconds, and none to the minute that is far off.
  @Test(arguments: [
    (50, "less than 1m left"), (60, "about 1m left"), (125, "about 2m left"), (599, "about 10m left"),
    (1700, "about 30m left"), (3500, "about 1h left"), (4000, "about 1h left"), (4700, "about 1h15m left"),
    (36_500, "about 10h left"), (100_000, "about 28h left"), (200_000, "more than 2 days left"),
  ])
  func anEndIsRounded(_ secondsLeft: Int, _ says: String) {
    let time = ManualTime()
    var estimate = ProgressEstimate()
    let whole = secondsLeft + 30
    for look in 0...3 {
      estimate.add(
        Progress(bytesDone: look * 10 * 1024, bytesTotal: whole * 1024), at: time.now + .seconds(look * 10))
    }
    let text = estimate.text(at: time.now + .seconds(30))
    #expect(text?.hasSuffix(", 1 KiB/s, \(says)") == true, "\(text ?? "nothing")")
  }
}
