internal import AppProtection
internal import Timing

extension FuzzTarget {
  /// A `Retry-After` field's value: between nothing and a year, whatever is asked; a policy makes less of it.
  static let retryAfter = FuzzTarget("retry-after", longest: 64) { bytes throws(BrokenProperty) in
    let now = Timestamp(sinceEpoch: .seconds(1_669_203_462))
    guard let wait = Timing.retryAfter(text(bytes), now: now) else { return }
    try hold(wait >= .zero && wait <= .seconds(366 * 86_400), "waits \(wait)")
    for attempt in [1, 7] {
      let decision = RetryPolicy.firstContact.decision(
        afterAttempt: attempt, outcome: .transient, remaining: .seconds(60), retryAfter: wait, draw: 0.5)
      guard case .retry(let pause) = decision else { throw BrokenProperty("gives up: \(decision)") }
      try hold(pause > .zero && pause <= .seconds(59), "pauses for \(pause)")
    }
  }

  /// An HTTP date: a whole second from 1970 to 9999, the same as its RFC 3339 form.
  static let httpDate = FuzzTarget("http-date", longest: 64) { bytes throws(BrokenProperty) in
    guard let moment = Timestamp(httpDate: text(bytes)) else { return }
    try hold(moment.sinceEpoch >= .zero, "is before 1970: \(moment)")
    try hold(moment == moment.wholeSeconds, "has a fraction: \(moment)")
    // A leap second may carry the last minute of 9999 into a year that RFC 3339 cannot write.
    guard moment.sinceEpoch < .seconds(253_402_300_800) else { return }
    try hold(Timestamp(moment.text) == moment, "\(moment.text) reads back as another moment")
  }

  /// An RFC 3339 timestamp: its text reads back as the same second, and dates survive arithmetic.
  static let timestamp = FuzzTarget("timestamp", longest: 64) { bytes throws(BrokenProperty) in
    guard let moment = Timestamp(text(bytes)) else { return }
    try hold(moment.text.utf8.count == 20, "is written as \(moment.text)")
    let second = moment.wholeSeconds
    try hold(second <= moment && moment - second < .seconds(1), "is not in its own second")
    guard (-62_167_219_200..<253_402_300_800).contains(second.sinceEpoch.components.seconds) else { return }
    try hold(Timestamp(moment.text) == second, "\(moment.text) reads back as another second")
    try hold(moment.text == second.text, "a fraction changes the text")
    try hold(
      ((moment + .seconds(86_400)) - .seconds(86_400)) == moment, "a day there and back is not nothing")
  }

  /// A duration given as a parameter: above nothing, at most a week, and read back from its short text.
  static let duration = FuzzTarget("duration", longest: 64) { bytes throws(BrokenProperty) in
    let given = text(bytes)
    let duration: Duration
    do throws(DurationTextError) {
      duration = try Duration(parameter: given)
    } catch {
      try hold(!error.reason.isEmpty && !error.reason.contains("\n"), "gives no reason")
      return
    }
    try hold(duration > .zero && duration <= .longestParameter, "is \(duration)")
    let back = try? Duration(parameter: duration.shortText)
    try hold(
      back == duration,
      "\(duration.shortText) reads back as \(back.map(String.init(describing:)) ?? "nothing")")
  }

  /// A name made a label: DNS-1123, stable, and itself when made one again.
  static let name = FuzzTarget("name", longest: 256) { bytes throws(BrokenProperty) in
    let given = text(bytes)
    let alphabet = Set("abcdefghijklmnopqrstuvwxyz0123456789-")
    guard let label = ResourceName.label(for: given) else {
      let usable = given.utf8.contains { byte in
        Character(Unicode.Scalar(byte)).isLetter && byte < 0x80 || (0x30...0x39).contains(byte)
      }
      try hold(!usable, "nothing is left of it")
      return
    }
    try hold((1...63).contains(label.utf8.count), "\"\(label)\" has \(label.utf8.count) characters")
    try hold(label.allSatisfy(alphabet.contains), "\"\(label)\" is no label")
    try hold(label.first != "-" && label.last != "-", "\"\(label)\" has a dash at an end")
    try hold(ResourceName.label(for: label) == label, "\"\(label)\" becomes another label")
    try hold(ResourceName.label(for: given) == label, "is not stable")
    let words = given.split(separator: " ").map { String($0) }
    let nearest = nearest(to: label, among: words, limit: 3)
    try hold(nearest.count == min(3, Set(words).count), "\(nearest.count) nearest of \(words.count)")
    try hold(Set(nearest).isSubset(of: words), "a name that is not there is near")
  }
}
