import Testing
import Timing

@Suite struct DurationTextTests {
  @Test(arguments: [
    ("90s", 90), ("30m", 1800), ("1h", 3600), ("1h30m", 5400), ("1h30m5s", 5405), ("1h5s", 3605),
    ("2m5s", 125),
    ("45", 45), ("1", 1), ("007", 7), ("90m", 5400), ("0h1s", 1), ("604800", 604_800), ("168h", 604_800),
    ("167h60m", 604_800), ("1d", 86_400), ("7d", 604_800), ("1d12h30m5s", 131_405),
  ])
  func `a parameter is read`(text: String, seconds: Int64) throws {
    #expect(try Duration(parameter: text) == .seconds(seconds))
  }

  @Test(arguments: [
    ("", "is empty"), ("0", "is zero"), ("0s", "is zero"), ("0h0m0s", "is zero"),
    ("-5s", "is not a duration"),
    ("+5s", "is not a duration"), ("5 m", "is not a duration"), (" 5m", "is not a duration"),
    ("5m ", "is not a duration"), ("5M", "is not a duration"), ("1w", "is not a duration"),
    ("1.5h", "is not a duration"), ("1e3", "is not a duration"), ("h", "is not a duration"),
    ("30m1h", "is not a duration"), ("1h1d", "is not a duration"), ("1h1h", "is not a duration"),
    ("1m1m", "is not a duration"),
    ("5min", "is not a duration"), ("forever", "is not a duration"), ("٣m", "is not a duration"),
    ("1h30", "without a unit"), ("604801", "longer than 7 days"), ("8d", "longer than 7 days"),
    ("169h", "longer than 7 days"),
    ("168h1s", "longer than 7 days"), ("99999999999999999999s", "longer than 7 days"),
    ("9223372036854775807h", "longer than 7 days"),
    ("2562047788015215h9223372036854775807s", "longer than 7 days"),
  ])
  func `anything else is refused with a reason`(text: String, reason: String) throws {
    let error = try #require(throws: DurationTextError.self) { try Duration(parameter: text) }
    #expect(error.reason.contains(reason), "\(error.reason)")
    #expect(error.reason.contains("; give "), "it also says what would be right")
  }

  @Test(arguments: [
    ("7d", 604_800), ("36h", 129_600), ("1d12h", 129_600), ("90m", 5400), ("3600", 3600),
    ("3650d", 315_360_000),
  ])
  func `an age is read, in days too`(text: String, seconds: Int64) throws {
    #expect(try Duration(age: text) == .seconds(seconds))
  }

  @Test(arguments: [
    ("", "is empty"), ("0d", "is zero"), ("1w", "is not a duration"), ("12h1d", "is not a duration"),
    ("3651d", "longer than ten years"), ("9223372036854775807d", "longer than ten years"),
  ])
  func `an age that is none is refused with a reason`(text: String, reason: String) throws {
    let error = try #require(throws: DurationTextError.self) { try Duration(age: text) }
    #expect(error.reason.contains(reason) && error.reason.contains("; give "), "\(error.reason)")
  }

  @Test(arguments: [
    (Duration.zero, "0s"), (.seconds(1), "1s"), (.seconds(60), "1m"), (.seconds(90), "90s"),
    (.seconds(119), "119s"), (.seconds(120), "2m"), (.seconds(125), "2m5s"), (.seconds(3600), "1h"),
    (.seconds(5400), "1h30m"), (.seconds(3605), "1h5s"), (.milliseconds(250), "0.25s"),
    (.milliseconds(1005), "1.005s"), (.milliseconds(12_345), "12s"), (.microseconds(10), "0s"),
    (.seconds(-90), "-90s"), (.milliseconds(-250), "-0.25s"), (.seconds(604_800), "168h"),
  ])
  func `a duration is written shortly`(duration: Duration, text: String) {
    #expect(duration.shortText == text)
  }

  @Test func `what is written in whole seconds is read again`() throws {
    for seconds in Array(1...4000) + [5400, 86_399, 86_400, 604_799, 604_800] {
      let duration = Duration.seconds(seconds)
      #expect(try Duration(parameter: duration.shortText) == duration)
    }
  }
}
