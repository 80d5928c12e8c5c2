/// An amount as the API writes it: `8Gi`, `500M`, `3`, `100m`, `1e3` (Kubernetes API, "Quantity").
package struct Quantity: Hashable, Comparable, Sendable {
  /// In units: bytes of storage, numbers of objects.
  package var value: Double

  /// Wraps an amount.
  package init(_ value: Double) { self.value = value }

  /// Reads an amount; nil if the text is none.
  package init?(_ text: String) {
    let number = text.prefix { "+-.0123456789".contains($0) }
    let suffix = text[number.endIndex...]
    guard let base = Double(number) else { return nil }
    if let factor = Self.factors.first(where: { $0.suffix == suffix })?.factor {
      value = base * factor
    } else if suffix.first == "e" || suffix.first == "E", let whole = Double(text) {
      value = whole
    } else {
      return nil
    }
  }

  /// The suffixes, the largest of each kind first.
  private static let factors: [(suffix: String, factor: Double)] = [
    ("Ei", 0x1p60), ("Pi", 0x1p50), ("Ti", 0x1p40), ("Gi", 0x1p30), ("Mi", 0x1p20), ("Ki", 0x1p10),
    ("E", 1e18), ("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1), ("m", 1e-3),
    ("u", 1e-6), ("n", 1e-9),
  ]

  package static func + (one: Self, other: Self) -> Self { Self(one.value + other.value) }
  package static func < (one: Self, other: Self) -> Bool { one.value < other.value }

  /// The amount in the largest unit in which it is whole: `8Gi`.
  package var text: String {
    for (suffix, factor) in Self.factors.prefix(6) + [("", 1)] {
      let amount = value / factor
      if amount >= 1 || suffix.isEmpty, amount == amount.rounded(), amount.magnitude < 0x1p53 {
        return "\(Int(amount))\(suffix)"
      }
    }
    return "\(value)"
  }
}
