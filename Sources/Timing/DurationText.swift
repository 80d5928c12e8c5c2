/// Why a text is no duration: a clause that follows the value in a message.
package struct DurationTextError: Error, Hashable, Sendable {
  /// What is wrong, and what would be right: `is zero; give a time above zero, like 30m`.
  package var reason: String
}

extension Duration {
  /// The longest duration that a parameter may ask for: seven days.
  package static let longestParameter = Duration.seconds(7 * 86_400)

  /// The longest age that a parameter may ask for: ten years.
  private static let longestAge = Duration.seconds(3650 * 86_400)

  /// Reads a parameter such as `90s`, `30m`, `1h30m`, `1d`, or a bare number of seconds.
  ///
  /// Units are `d`, `h`, `m` and `s`, in this order, each at most once, with whole numbers. The result is above
  /// zero and at most seven days. Throws a reason that says what would be right.
  package init(parameter text: String) throws(DurationTextError) {
    try self.init(
      text, longest: Self.longestParameter,
      right: "give a time like 90s, 30m, 1h30m, 1d, or a number of seconds",
      tooLong: "is longer than 7 days; give at most 7d")
  }

  /// Reads an age such as `7d`, `36h`, `1d12h`: as a time, up to ten years.
  package init(age text: String) throws(DurationTextError) {
    try self.init(
      text, longest: Self.longestAge, right: "give an age like 7d, 36h, 1d12h, or a number of seconds",
      tooLong: "is longer than ten years; give at most 3650d")
  }

  private init(
    _ text: String, longest: Duration, right: String, tooLong: String
  ) throws(DurationTextError) {
    guard !text.isEmpty else { throw DurationTextError(reason: "is empty; \(right)") }
    var seconds: Int64 = 0
    var units: [(letter: Character, seconds: Int64)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    var rest = Substring(text)
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      guard !digits.isEmpty else { throw DurationTextError(reason: "is not a duration; \(right)") }
      rest = rest.dropFirst(digits.count)
      let size: Int64
      if let letter = rest.popFirst() {
        guard let position = units.firstIndex(where: { $0.letter == letter }) else {
          throw DurationTextError(reason: "is not a duration; \(right)")
        }
        size = units[position].seconds
        units.removeFirst(position + 1)
      } else {
        guard digits.count == text.count else {
          throw DurationTextError(reason: "ends in a number without a unit; \(right)")
        }
        size = 1
      }
      // A number too large for 64 bits is beyond the bound all the same.
      let (amount, overflow) = (Int64(digits) ?? .max).multipliedReportingOverflow(by: size)
      seconds = overflow ? .max : seconds.addingReportingOverflow(amount).overflow ? .max : seconds + amount
    }
    guard seconds > 0 else {
      throw DurationTextError(reason: "is zero; give a time above zero, like 30m")
    }
    guard seconds <= longest.components.seconds else { throw DurationTextError(reason: tooLong) }
    self = .seconds(seconds)
  }

  /// The duration as `1h30m`, `90s`, `2m5s` or `0.25s`: what `init(parameter:)` reads, for whole seconds.
  ///
  /// A fraction of a second is shown, to the millisecond, only below ten seconds.
  package var shortText: String {
    let (seconds, attoseconds) = components
    if seconds < 0 || attoseconds < 0 { return "-" + (.zero - self).shortText }
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if seconds < 10, milliseconds > 0 {
      var digits = String(1000 + milliseconds).dropFirst()
      while digits.last == "0" { digits.removeLast() }
      return "\(seconds).\(digits)s"
    }
    if seconds < 120, seconds != 60 { return "\(seconds)s" }
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
    return parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
  }
}
