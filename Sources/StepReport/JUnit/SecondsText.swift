extension Duration {
  /// The duration in seconds with three decimals and a point, whatever the locale: `601.240`.
  ///
  /// Rounded half up; a negative duration is `0.000`, because readers refuse or misread a sign.
  package var secondsText: String {
    let (seconds, attoseconds) = components
    guard seconds >= 0, attoseconds >= 0 else { return "0.000" }
    let rounded = (attoseconds + 500_000_000_000_000) / 1_000_000_000_000_000
    let (whole, milliseconds) = rounded == 1000 ? (seconds + 1, 0) : (seconds, rounded)
    let digits = String(milliseconds)
    return "\(whole)." + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
