/// A point in calendar time, UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
  /// Time since 1970-01-01T00:00:00Z.
  package var sinceEpoch: Duration

  /// Makes the timestamp this long after 1970-01-01T00:00:00Z.
  package init(sinceEpoch: Duration) {
    self.sinceEpoch = sinceEpoch
  }

  package static func < (left: Self, right: Self) -> Bool { left.sinceEpoch < right.sinceEpoch }
  package static func + (left: Self, right: Duration) -> Self {
    Self(sinceEpoch: left.sinceEpoch + right)
  }
  package static func - (left: Self, right: Duration) -> Self {
    Self(sinceEpoch: left.sinceEpoch - right)
  }
  package static func - (left: Self, right: Self) -> Duration { left.sinceEpoch - right.sinceEpoch }

  /// This moment with its fraction of a second dropped: the second that it lies in.
  package var wholeSeconds: Self {
    Self(sinceEpoch: .seconds(flooredSeconds))
  }

  /// Whole seconds since the epoch; before 1970 a fraction counts towards the earlier second.
  private var flooredSeconds: Int64 {
    let (seconds, attoseconds) = sinceEpoch.components
    return attoseconds < 0 ? seconds - 1 : seconds
  }
}

extension Timestamp {
  /// The moment as `YYYY-MM-DDTHH:MM:SSZ`; a fraction of a second is dropped.
  package var text: String { reportText + "Z" }

  /// The moment as `YYYY-MM-DDTHH:MM:SS` in UTC without a zone, the form every JUnit reader takes.
  package var reportText: String {
    // Years 0000-9999 are what RFC 3339 can write; anything beyond is shown as the nearest of them.
    let seconds = min(max(flooredSeconds, -62_167_219_200), 253_402_300_799)
    let secondOfDay = seconds.flooredRemainder(86_400)
    let date = CivilDate(daysSinceEpoch: (seconds - secondOfDay) / 86_400)
    return [
      "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))",
      "\(padded(secondOfDay / 3600, 2)):\(padded(secondOfDay / 60 % 60, 2)):\(padded(secondOfDay % 60, 2))",
    ].joined(separator: "T")
  }

  /// Reads RFC 3339 (`2022-10-06T20:58:16.305662Z`, or with an offset `+02:00`); nil if it is anything else.
  package init?(_ text: some StringProtocol) {
    var reader = DigitReader(text)
    guard let year = reader.number(4), reader.take("-"), let month = reader.number(2), reader.take("-"),
      let day = reader.number(2), reader.take("T") || reader.take("t") || reader.take(" "),
      let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
      let second = reader.number(2)
    else { return nil }
    guard (1...12).contains(month), (1...CivilDate.days(inMonth: month, year: year)).contains(day),
      hour < 24, minute < 60, second < 61
    else { return nil }
    var fraction = Duration.zero
    if reader.take(".") {
      guard let nanoseconds = reader.fraction() else { return nil }
      fraction = .nanoseconds(nanoseconds)
    }
    var offset: Int64 = 0
    if !(reader.take("Z") || reader.take("z")) {
      let sign: Int64
      if reader.take("+") { sign = 1 } else if reader.take("-") { sign = -1 } else { return nil }
      guard let hours = reader.number(2), reader.take(":"), let minutes = reader.number(2), hours < 24,
        minutes < 60
      else { return nil }
      offset = sign * (hours * 3600 + minutes * 60)
    }
    guard reader.isAtEnd else { return nil }
    self.init(
      year: year, month: month, day: day, second: hour * 3600 + minute * 60 + second - offset)
    sinceEpoch += fraction
  }

  /// Reads an HTTP date (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the two obsolete forms.
  ///
  /// Those are `Sunday, 06-Nov-94 08:49:37 GMT`, whose two digits of a year mean 1970-2069, and
  /// `Sun Nov  6 08:49:37 1994`. Nil if it is anything else; the day of the week is not compared.
  package init?(httpDate text: some StringProtocol) {
    var parts = Substring(text).split(separator: " ")
    switch parts.count {
    case 6 where parts[0].hasSuffix(","): break
    case 4 where parts[0].hasSuffix(","):
      let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
      guard date.count == 3, date[2].utf8.count == 2 else { return nil }
      let century: Substring = date[2] < "70" ? "20" : "19"
      parts = [parts[0], date[0], date[1], century + date[2], parts[2], parts[3]]
    case 5: parts = [parts[0], parts[2], parts[1], parts[4], parts[3], "GMT"]
    default: return nil
    }
    guard parts[5] == "GMT" || parts[5] == "UTC", parts[1].utf8.count <= 2, parts[3].utf8.count == 4,
      let day = DigitReader.wholeNumber(parts[1]), let year = DigitReader.wholeNumber(parts[3]),
      year >= 1970,
      let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        .firstIndex(of: parts[2]).map({ Int64($0) + 1 }),
      (1...CivilDate.days(inMonth: month, year: year)).contains(day)
    else { return nil }
    var reader = DigitReader(parts[4])
    guard let hour = reader.number(2), reader.take(":"), let minute = reader.number(2), reader.take(":"),
      let second = reader.number(2), reader.isAtEnd, hour < 24, minute < 60, second < 61
    else { return nil }
    self.init(year: year, month: month, day: day, second: hour * 3600 + minute * 60 + second)
  }

  private init(year: Int64, month: Int64, day: Int64, second: Int64) {
    let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
    self.init(sinceEpoch: .seconds(days * 86_400 + second))
  }
}

/// A date of the proleptic Gregorian calendar.
///
/// Conversions after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
private struct CivilDate {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  init(daysSinceEpoch: Int64) {
    let shifted = daysSinceEpoch + 719_468
    let dayOfEra = shifted.flooredRemainder(146_097)
    let era = (shifted - dayOfEra) / 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSinceEpoch: Int64 {
    let shiftedYear = month <= 2 ? year - 1 : year
    let yearOfEra = shiftedYear.flooredRemainder(400)
    let era = (shiftedYear - yearOfEra) / 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func days(inMonth month: Int64, year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

/// Takes fixed-width numbers and single characters off the front of a text.
private struct DigitReader {
  private var rest: Substring.UTF8View

  init(_ text: some StringProtocol) {
    rest = Substring(text).utf8
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// The number that `text` is, if it is digits and nothing else.
  static func wholeNumber(_ text: Substring) -> Int64? {
    var reader = Self(text)
    guard !reader.isAtEnd, let value = reader.number(reader.rest.count), reader.isAtEnd else { return nil }
    return value
  }

  mutating func take(_ character: Character) -> Bool {
    guard let first = rest.first, first == character.asciiValue else { return false }
    rest.removeFirst()
    return true
  }

  mutating func number(_ width: Int) -> Int64? {
    guard rest.count >= width else { return nil }
    var value: Int64 = 0
    for byte in rest.prefix(width) {
      guard (0x30...0x39).contains(byte) else { return nil }
      value = value * 10 + Int64(byte - 0x30)
    }
    rest.removeFirst(width)
    return value
  }

  /// The digits after a decimal point, in nanoseconds; digits beyond the ninth are dropped.
  mutating func fraction() -> Int64? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard !digits.isEmpty else { return nil }
    rest.removeFirst(digits.count)
    var value: Int64 = 0
    for position in 0..<9 {
      let digit = digits.dropFirst(position).first.map { Int64($0 - 0x30) } ?? 0
      value = value * 10 + digit
    }
    return value
  }
}

extension Int64 {
  fileprivate func flooredRemainder(_ divisor: Int64) -> Int64 {
    let remainder = self % divisor
    return remainder < 0 ? remainder + divisor : remainder
  }
}

private func padded(_ number: Int64, _ width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
