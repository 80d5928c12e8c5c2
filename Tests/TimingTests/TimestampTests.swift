import Testing
import Timing

@Suite struct TimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0, 0),
    ("2022-11-23T11:37:42Z", 1_669_203_462, 0),
    ("2022-10-06T20:58:16.305662Z", 1_665_089_896, 305_662_000),
    ("2022-10-06T20:58:16.3Z", 1_665_089_896, 300_000_000),
    ("2022-10-06T20:58:16.123456789Z", 1_665_089_896, 123_456_789),
    ("2022-10-06T20:58:16.1234567899999Z", 1_665_089_896, 123_456_789),
    ("2022-10-06t20:58:16z", 1_665_089_896, 0),
    ("2022-10-06 20:58:16Z", 1_665_089_896, 0),
    ("2022-10-06T22:58:16+02:00", 1_665_089_896, 0),
    ("2022-10-06T15:28:16-05:30", 1_665_089_896, 0),
    ("2022-10-06T20:58:16-00:00", 1_665_089_896, 0),
    ("2023-01-01T01:00:00+02:00", 1_672_527_600, 0),
    ("2000-02-29T00:00:00Z", 951_782_400, 0),
    ("2024-02-29T23:59:59Z", 1_709_251_199, 0),
    ("2024-12-31T23:59:60Z", 1_735_689_600, 0),
    ("2038-01-19T03:14:08Z", 2_147_483_648, 0),
    ("1969-12-31T23:59:59Z", -1, 0),
    ("0000-01-01T00:00:00Z", -62_167_219_200, 0),
    ("9999-12-31T23:59:59Z", 253_402_300_799, 0),
  ])
  func `RFC 3339 is read`(text: String, seconds: Int64, nanoseconds: Int64) throws {
    let timestamp = try #require(Timestamp(text))
    #expect(timestamp.sinceEpoch == .seconds(seconds) + .nanoseconds(nanoseconds))
  }

  @Test(arguments: [
    "", "now", "2022", "2022-10-06", "2022-10-06T20:58:16", "2022-10-06T20:58Z", "2022-10-06T20:58:16.Z",
    "2022-10-06T20:58:16,5Z", "2022-10-06T20:58:16+0200", "2022-10-06T20:58:16+02",
    "2022-10-06T20:58:16+24:00",
    "2022-10-06T20:58:16+02:60", "2022-10-06T20:58:16Zulu", " 2022-10-06T20:58:16Z", "2022-10-06T20:58:16Z ",
    "2022-13-06T20:58:16Z", "2022-00-06T20:58:16Z", "2022-10-00T20:58:16Z", "2022-10-32T20:58:16Z",
    "2022-04-31T20:58:16Z", "2022-02-29T20:58:16Z", "2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
    "2022-10-06T24:00:00Z", "2022-10-06T20:60:16Z", "2022-10-06T20:58:61Z", "+022-10-06T20:58:16Z",
    "-022-10-06T20:58:16Z", "20221006T205816Z", "2022-1-6T2:5:1Z", "２０２２-10-06T20:58:16Z", "1665089896",
    "2022-10-06T20:58:16\u{0}Z", "12022-10-06T20:58:16Z",
  ])
  func `anything else is not`(text: String) {
    #expect(Timestamp(text) == nil)
  }

  @Test(arguments: [
    (Duration.zero, "1970-01-01T00:00:00"),
    (.seconds(1_669_203_462), "2022-11-23T11:37:42"),
    (.seconds(1_669_203_462) + .nanoseconds(999_999_999), "2022-11-23T11:37:42"),
    (.seconds(951_782_399), "2000-02-28T23:59:59"),
    (.seconds(951_782_400), "2000-02-29T00:00:00"),
    (.seconds(951_868_800), "2000-03-01T00:00:00"),
    (.milliseconds(-1), "1969-12-31T23:59:59"),
    (.seconds(-62_167_219_200), "0000-01-01T00:00:00"),
    (.seconds(-62_167_219_201), "0000-01-01T00:00:00"),
    (.seconds(253_402_300_799), "9999-12-31T23:59:59"),
    (.seconds(253_402_300_800), "9999-12-31T23:59:59"),
    (.seconds(Int64.max / 2), "9999-12-31T23:59:59"),
  ])
  func `a moment is written to the second, and never as anything but a date`(
    sinceEpoch: Duration, text: String
  ) {
    #expect(Timestamp(sinceEpoch: sinceEpoch).reportText == text)
    #expect(Timestamp(sinceEpoch: sinceEpoch).text == text + "Z")
  }

  @Test func `every day of four centuries is read as it is written, one after the other`() throws {
    var previous = ""
    for day in stride(from: Int64(-60_000), to: 90_000, by: 1) {
      let timestamp = Timestamp(sinceEpoch: .seconds(day * 86_400 + 43_199))
      let text = timestamp.text
      #expect(text > previous)
      previous = text
      #expect(Timestamp(text) == timestamp)
    }
  }

  @Test(arguments: [
    "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
  ])
  func `each form of an HTTP date is read`(text: String) {
    #expect(Timestamp(httpDate: text) == Timestamp("1994-11-06T08:49:37Z"))
  }

  @Test(arguments: [("69", "2069"), ("70", "1970"), ("99", "1999"), ("00", "2000"), ("26", "2026")])
  func `two digits of a year mean 1970 to 2069`(short: String, long: String) {
    #expect(
      Timestamp(httpDate: "Monday, 01-Jan-\(short) 00:00:00 GMT") == Timestamp("\(long)-01-01T00:00:00Z"))
  }

  @Test(arguments: [
    "", "soon", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET", "06 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Non 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 94 08:49:37 GMT", "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
    "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT",
    "Sun, 06 Nov 1969 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov 08:49:37 GMT",
    "Sunday, 06-Nov-+4 08:49:37 GMT", "Sun Nov 6 1994 08:49:37", "1994-11-06T08:49:37Z",
  ])
  func `anything else is no HTTP date`(text: String) {
    #expect(Timestamp(httpDate: text) == nil)
  }

  @Test func `moments compare, move and differ`() throws {
    let early = try #require(Timestamp("2024-02-28T23:59:59.5Z"))
    let late = early + .seconds(1)
    #expect(early < late)
    #expect(late - early == .seconds(1))
    #expect(late - .seconds(1) == early)
    #expect(late.text == "2024-02-29T00:00:00Z")
    #expect(late.wholeSeconds == Timestamp("2024-02-29T00:00:00Z"))
    #expect(Timestamp(sinceEpoch: .milliseconds(-1)).wholeSeconds.sinceEpoch == .seconds(-1))
  }
}
