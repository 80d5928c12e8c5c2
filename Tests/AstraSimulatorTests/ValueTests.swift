import AstraSimulator
import SimulatorSupport
import Testing

@Suite("JSON, time and random values")
struct ValueTests {
  @Test(
    "JSON that is read and written again",
    arguments: [
      "null", "true", "[]", "{}", "-0.5", "12", "\"\"", "[1,[2,{\"a\":null}]]", "{\"b\":1,\"a\":2}",
      #""\"\\\u0001é😀""#,
    ])
  func roundTrip(_ text: String) {
    #expect(JSON(Array(text.utf8))?.text == text)
  }

  @Test(
    "JSON with spaces and escapes",
    arguments: [
      (" { \"a\" : [ 1 , 2 ] }\n", "{\"a\":[1,2]}"), (#""\u00e9\ud83d\ude00\n\/""#, "\"é😀\\u000a/\""),
      ("1e3", "1000.0"), ("123456789012345678901234567890", "1.2345678901234568e+29"),
    ])
  func reading(_ text: String, _ expected: String) {
    #expect(JSON(Array(text.utf8))?.text == expected)
  }

  @Test(
    "what is no JSON",
    arguments: [
      "", "nul", "[1,]", "{\"a\"}", "{a:1}", "01", "1.", "+1", "\"", "\"\u{1}\"", #""\x""#, #""\ud800""#,
      "[1] 2", "'a'", "{\"a\":1,}", String(repeating: "[", count: 100),
    ])
  func noJSON(_ text: String) {
    #expect(JSON(Array(text.utf8)) == nil)
  }

  @Test("bytes that are no UTF-8 are no JSON")
  func bytes() {
    #expect(JSON([0x22, 0xFF, 0x22]) == nil)
  }

  @Test(
    "calendar dates, checked with date(1)",
    arguments: [
      (-62_135_596_800, "0001-01-01T00:00:00Z", "Mon, 01 Jan 0001 00:00:00 GMT"),
      (-2_208_988_800, "1900-01-01T00:00:00Z", "Mon, 01 Jan 1900 00:00:00 GMT"),
      (-1, "1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
      (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
      (951_782_399, "2000-02-28T23:59:59Z", "Mon, 28 Feb 2000 23:59:59 GMT"),
      (951_868_800, "2000-03-01T00:00:00Z", "Wed, 01 Mar 2000 00:00:00 GMT"),
      (1_709_251_199, "2024-02-29T23:59:59Z", "Thu, 29 Feb 2024 23:59:59 GMT"),
      (1_735_689_599, "2024-12-31T23:59:59Z", "Tue, 31 Dec 2024 23:59:59 GMT"),
      (4_102_444_800, "2100-01-01T00:00:00Z", "Fri, 01 Jan 2100 00:00:00 GMT"),
      (4_107_542_400, "2100-03-01T00:00:00Z", "Mon, 01 Mar 2100 00:00:00 GMT"),
      (253_402_300_799, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
    ])
  func dates(_ seconds: Int, _ text: String, _ http: String) {
    let time = WallTime(sinceEpoch: .seconds(seconds))
    #expect(time.text() == text)
    #expect(time.httpDate == http)
    #expect(WallTime(text) == time)
  }

  @Test("a moment that no timestamp can write is shown as the nearest that one can")
  func farTimes() {
    #expect(WallTime(sinceEpoch: .seconds(-90_000_000_000)).text() == "0001-01-01T00:00:00Z")
    #expect(WallTime(sinceEpoch: .seconds(900_000_000_000)).httpDate == "Fri, 31 Dec 9999 23:59:59 GMT")
    #expect(WallTime(sinceEpoch: .milliseconds(-1)).text(fraction: true) == "1969-12-31T23:59:59.999000Z")
  }

  @Test(
    "what is no time",
    arguments: [
      "2024-02-29", "2024-13-01T00:00:00Z", "2024-01-01T24:00:00Z", "now", "0000-01-01T00:00:00Z",
      "999999999-1-1T1:1:1Z",
    ])
  func noTime(_ text: String) {
    #expect(WallTime(text) == nil)
  }

  @Test("identifiers are version 4 UUIDs, and no two are alike")
  func identifiers() {
    var random = SeededRandom(seed: 1)
    let ids = (0..<10_000).map { _ in random.uuid() }
    #expect(Set(ids).count == ids.count)
    for id in ids.prefix(100) {
      let parts = id.split(separator: "-")
      #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
      #expect(parts[2].hasPrefix("4"))
      #expect("89ab".contains(parts[3].first ?? "x"))
    }
  }
}
