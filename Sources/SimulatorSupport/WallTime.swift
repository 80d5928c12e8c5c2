/// A moment of calendar time in UTC, for the timestamps and the `Date` header of the simulated server.
package struct WallTime: Equatable, Sendable {
  /// Time since 1970-01-01T00:00:00Z.
  package var sinceEpoch: Duration

  /// Makes the moment this long after 1970-01-01T00:00:00Z.
  package init(sinceEpoch: Duration) {
    self.sinceEpoch = sinceEpoch
  }

  /// Reads `YYYY-MM-DDTHH:MM:SSZ` of the years 1 to 9999; nil if it is anything else.
  package init?(_ text: String) {
    let fields = text.split(whereSeparator: { "-T:Z".contains($0) })
    let numbers = fields.compactMap { Int($0) }
    guard text.utf8.count == 20, text.hasSuffix("Z"), fields.map(\.utf8.count) == [4, 2, 2, 2, 2, 2],
      fields.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }), numbers.count == 6,
      numbers[0] >= 1, (1...12).contains(numbers[1]), (1...31).contains(numbers[2]), numbers[3] < 24,
      numbers[4] < 60, numbers[5] < 60
    else { return nil }
    let days = Self.days(year: numbers[0], month: numbers[1], day: numbers[2])
    sinceEpoch = .seconds(days * 86_400 + numbers[3] * 3600 + numbers[4] * 60 + numbers[5])
  }

  package static func + (left: Self, right: Duration) -> Self {
    Self(sinceEpoch: left.sinceEpoch + right)
  }

  /// The moment as `2022-10-06T20:58:16Z`, or with six digits of a fraction.
  package func text(fraction: Bool = false) -> String {
    let (year, month, day) = date
    let second = secondOfDay
    var text = Digits()
    text.add(year, 4, then: "-")
    text.add(month, 2, then: "-")
    text.add(day, 2, then: "T")
    text.add(second / 3600, 2, then: ":")
    text.add(second / 60 % 60, 2, then: ":")
    text.add(second % 60, 2, then: fraction ? "." : "Z")
    if fraction { text.add(microseconds, 6, then: "Z") }
    return text.string
  }

  /// The moment in the form of an HTTP `Date` header (RFC 9110, 5.6.7).
  package var httpDate: String {
    let (year, month, day) = date
    let second = secondOfDay
    var clock = Digits()
    clock.add(year, 4, then: " ")
    clock.add(second / 3600, 2, then: ":")
    clock.add(second / 60 % 60, 2, then: ":")
    clock.add(second % 60, 2, then: " ")
    let weekday = Self.weekdays[((daysSinceEpoch % 7) + 7) % 7]
    return "\(weekday), \(day < 10 ? "0" : "")\(day) \(Self.months[month - 1]) \(clock.string)GMT"
  }

  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]

  /// Years 1 to 9999 are what a timestamp can write; anything beyond is shown as the nearest of them.
  private var seconds: Int {
    let (seconds, attoseconds) = sinceEpoch.components
    return min(max(Int(seconds) - (attoseconds < 0 ? 1 : 0), -62_135_596_800), 253_402_300_799)
  }
  /// The fraction of that second; before 1970 too it counts forwards.
  private var microseconds: Int {
    let attoseconds = sinceEpoch.components.attoseconds
    return Int((attoseconds < 0 ? attoseconds + 1_000_000_000_000_000_000 : attoseconds) / 1_000_000_000_000)
  }
  private var secondOfDay: Int { ((seconds % 86_400) + 86_400) % 86_400 }
  private var daysSinceEpoch: Int {
    let seconds = seconds
    return (seconds - ((seconds % 86_400) + 86_400) % 86_400) / 86_400
  }

  /// Year, month and day by counting: the years a scenario plays in are few, and this is plain to check.
  private var date: (year: Int, month: Int, day: Int) {
    let days = daysSinceEpoch
    var year = 1970 + (days < 0 ? days / 365 - 1 : days / 366)
    while Self.days(year: year + 1, month: 1, day: 1) <= days { year += 1 }
    var month = 12
    while Self.days(year: year, month: month, day: 1) > days { month -= 1 }
    return (year, month, days - Self.days(year: year, month: month, day: 1) + 1)
  }

  private static func days(year: Int, month: Int, day: Int) -> Int {
    let before = year - 1
    let leapDays = before / 4 - before / 100 + before / 400 - 477
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return (year - 1970) * 365 + leapDays + daysBefore[month - 1] + (month > 2 && isLeap ? 1 : 0) + day - 1
  }
}

/// Text of digits, built without a string for each of its numbers: timestamps are most of what a list consists of.
private struct Digits {
  private var bytes: [UInt8] = []

  init() {
    bytes.reserveCapacity(32)
  }

  mutating func add(_ number: Int, _ width: Int, then separator: Character) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
    bytes.append(contentsOf: separator.utf8)
  }

  var string: String { String(decoding: bytes, as: UTF8.self) }
}
