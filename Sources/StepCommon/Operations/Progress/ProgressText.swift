package import AppProtection

extension Progress {
  /// What is told of it: `40%, 320 MiB of 800 MiB, 1 of 3 volumes`; empty if nothing is told.
  package var text: String {
    var parts: [String] = []
    // What is no part of a hundred is no progress.
    if let percent, (0...100).contains(percent) { parts.append("\(Int(percent))%") }
    if let bytesDone, bytesDone >= 0 {
      parts.append(Self.amount(bytesDone) + (bytesTotal.map { " of \(Self.amount($0))" } ?? ""))
    }
    if let itemsTotal { parts.append("\(itemsDone ?? 0) of \(itemsTotal) volumes") }
    return parts.joined(separator: ", ")
  }

  /// A number of bytes, in the largest unit in which it is at least 1: `1.4 GiB`.
  package static func amount(_ bytes: Int) -> String {
    var (amount, unit) = (Double(bytes), "B")
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] where amount >= 1024 {
      (amount, unit) = (amount / 1024, next)
    }
    let tenths = (amount * 10).rounded() / 10
    return tenths >= 10 || tenths == tenths.rounded()
      ? "\(Int(tenths.rounded())) \(unit)" : "\(tenths) \(unit)"
  }
}
