import Testing
import Timing

@Suite struct PollScheduleTests {
  @Test(arguments: [
    (Duration.zero, 0.0, Duration.milliseconds(500)),
    (.zero, 0.5, .milliseconds(300)),
    (.milliseconds(499), 0.5, .milliseconds(300)),
    (.milliseconds(500), 0.5, .milliseconds(450)),
    (.seconds(7), 0.0, .milliseconds(500)),
    (.seconds(9), 0.5, .milliseconds(450)),
    (.seconds(60), 0.0, .milliseconds(3300)),
    (.seconds(60), 0.5, .milliseconds(2970)),
    (.seconds(300), 0.0, .seconds(15)),
    (.seconds(2400), 0.0, .seconds(15)),
    (.seconds(2400), 0.5, .milliseconds(13_500)),
    (.seconds(604_800), 0.0, .seconds(15)),
    (.seconds(-5), 0.0, .milliseconds(500)),
  ])
  func `the interval is 5.5 % of the elapsed time, within its bounds, less what chance takes off`(
    elapsed: Duration, draw: Double, interval: Duration
  ) {
    let difference = PollSchedule().interval(afterElapsed: elapsed, draw: draw) - interval
    #expect(abs(difference / .microseconds(1)) < 1)
  }

  @Test(arguments: [(Duration.seconds(100), 4400, 5500), (.seconds(3), 400, 500), (.zero, 100, 500)])
  func `chance spreads every interval, the first one widely, and the seed decides`(
    elapsed: Duration, least: Int, most: Int
  ) {
    let schedule = PollSchedule()
    var (first, second) = (SeededRandom(seed: 7), SeededRandom(seed: 7))
    var seen: [Duration] = []
    for _ in 1...1000 {
      let interval = schedule.interval(afterElapsed: elapsed, using: &first)
      #expect(interval == schedule.interval(afterElapsed: elapsed, using: &second))
      #expect(interval > .milliseconds(least - 1) && interval <= .milliseconds(most))
      seen.append(interval)
    }
    // Evenly: as many in the lower half as in the upper one, or nearly so.
    let middle = Duration.milliseconds((least + most) / 2)
    #expect((450...550).contains(seen.count { $0 < middle }))
  }

  @Test func `steps that begin in the same instant look at different ones after the first pause`() throws {
    // How many of 200 have looked within each hundredth of a second of the sixth second.
    var looks: [Int: Int] = [:]
    for seed in 1...200 {
      let time = ManualTime()
      var random = SeededRandom(seed: UInt64(seed))
      while time.now.sinceOrigin < .seconds(7) {
        try time.sleep(for: PollSchedule().interval(afterElapsed: time.now.sinceOrigin, using: &random))
        let now = time.now.sinceOrigin
        if now >= .seconds(6), now < .seconds(7) { looks[Int(now / .milliseconds(10)), default: 0] += 1 }
      }
    }
    // Evenly spread, 4 to 5 would; in step, 200.
    #expect((looks.values.max() ?? 0) <= 15)
  }

  @Test(arguments: [(7, 18), (60, 70), (600, 125), (2400, 260)])
  func `a wait of any length takes few polls, and its end is noticed at most 5.5 % late`(
    seconds: Int, polls: Int
  ) throws {
    for seed in 1...20 {
      let time = ManualTime()
      let start = time.now
      var random = SeededRandom(seed: UInt64(seed))
      var count = 0
      while time.now - start < .seconds(seconds) {
        let interval = PollSchedule().interval(afterElapsed: time.now - start, using: &random)
        try time.sleep(for: interval)
        count += 1
      }
      #expect(count <= polls)
      let lateness = time.now - start - .seconds(seconds)
      #expect(lateness <= max(.milliseconds(500), .seconds(seconds) * 0.055))
    }
  }
}

@Suite struct RetryPolicyTests {
  private let policy = RetryPolicy(maximumAttempts: 8)

  @Test(arguments: [
    (1, 0.0, 250), (1, 0.5, 375), (2, 0.0, 500), (3, 0.0, 1000), (7, 0.0, 15_000), (8, 0.0, 15_000),
    (100, 0.0, 15_000), (Int.max, 0.0, 15_000), (0, 0.0, 250), (-3, 0.0, 250),
  ])
  func `waits double up to their bound`(attempt: Int, draw: Double, milliseconds: Int) {
    let decision = RetryPolicy(maximumAttempts: nil).decision(
      afterAttempt: attempt, outcome: .transient, remaining: .seconds(3600), draw: draw)
    #expect(decision == .retry(after: .milliseconds(milliseconds)))
  }

  @Test(arguments: [
    (RetryPolicy.Outcome.permanent, RetryPolicy.Reason.permanent), (.unknownFate, .unknownFate),
  ])
  func `what cannot or must not be repeated is not`(
    outcome: RetryPolicy.Outcome, reason: RetryPolicy.Reason
  ) {
    let decision = policy.decision(
      afterAttempt: 1, outcome: outcome, remaining: .seconds(3600), retryAfter: .seconds(1), draw: 0)
    #expect(decision == .giveUp(reason))
  }

  @Test(arguments: [(7, false), (8, true), (9, true)])
  func `the number of attempts is bounded`(attempt: Int, isLast: Bool) {
    let decision = policy.decision(
      afterAttempt: attempt, outcome: .transient, remaining: .seconds(3600), draw: 0)
    #expect((decision == .giveUp(.attemptsUsedUp)) == isLast)
  }

  @Test(arguments: [
    // Remaining seconds, Retry-After seconds, the wait in milliseconds; nil means no time is left.
    (3600, 0, 250), (3600, 5, 5000), (3600, 60, 60_000), (3600, 61, 60_000), (3600, 31_622_400, 60_000),
    (30, 60, 29_000), (30, 31_622_400, 29_000), (2, 0, 250), (1, 0, nil), (0, 0, nil), (-1, 5, nil),
  ])
  func `a Retry-After lengthens the wait, within what is left`(
    remaining: Int, retryAfter: Int, milliseconds: Int?
  ) {
    let decision = policy.decision(
      afterAttempt: 1, outcome: .transient, remaining: .seconds(remaining), retryAfter: .seconds(retryAfter),
      draw: 0)
    #expect(decision == milliseconds.map { .retry(after: .milliseconds($0)) } ?? .giveUp(.noTimeLeft))
  }

  @Test func `a wait of our own leaves time for the attempt`() {
    let decision = RetryPolicy.whileWaiting.decision(
      afterAttempt: 20, outcome: .transient, remaining: .seconds(10), draw: 0)
    #expect(decision == .retry(after: .seconds(9)))
  }

  @Test func `jitter stays between half and all of the wait, and the seed decides`() {
    var (first, second) = (SeededRandom(seed: 3), SeededRandom(seed: 3))
    for _ in 1...1000 {
      let decision = policy.decision(
        afterAttempt: 4, outcome: .transient, remaining: .seconds(3600), using: &first)
      #expect(
        decision
          == policy.decision(
            afterAttempt: 4, outcome: .transient, remaining: .seconds(3600), using: &second))
      guard case .retry(let wait) = decision else {
        Issue.record("no retry")
        return
      }
      #expect(wait >= .seconds(2) && wait < .seconds(4))
    }
  }

  @Test(arguments: [
    ("0", 0), ("120", 120), (" 5\t", 5), ("000007", 7), ("31622401", 31_622_400),
    ("99999999999999999999999", 31_622_400),
    ("Wed, 23 Nov 2022 11:38:42 GMT", 60), ("Wed, 23 Nov 2022 11:37:42 GMT", 0),
    ("Sun, 06 Nov 1994 08:49:37 GMT", 0), ("Wednesday, 23-Nov-22 11:38:42 GMT", 60),
    ("Wed Nov 23 11:38:42 2022", 60), ("Fri, 31 Dec 9999 23:59:59 GMT", 31_622_400),
  ])
  func `a Retry-After field is read`(value: String, seconds: Int) throws {
    let now = try #require(Timestamp("2022-11-23T11:37:42Z"))
    #expect(retryAfter(value, now: now) == .seconds(seconds))
  }

  @Test(arguments: ["", " ", "soon", "-5", "+5", "1.5", "5s", "5, 6", "2022-11-23T11:37:42Z", "٣"])
  func `any other Retry-After is none`(value: String) throws {
    #expect(try retryAfter(value, now: #require(Timestamp("2022-11-23T11:37:42Z"))) == nil)
  }
}
