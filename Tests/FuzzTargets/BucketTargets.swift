internal import AppProtection
internal import Gzip
internal import StructuredValues
internal import Velero

extension FuzzTarget {
  /// A file of object storage, packed or not: `results` or `volumes` in the first part, the file in the second.
  static let bucketFiles = FuzzTarget("bucket-files", longest: 2048) { bytes throws(BrokenProperty) in
    let parts = parts(bytes)
    let file = Array(parts.dropFirst().first ?? [])
    let content: [UInt8]
    do throws(GunzipError) {
      content = try gunzip(file, atMost: mostBytes)
    } catch {
      content = file
    }
    try hold(content.count <= max(mostBytes, file.count), "unpacks to \(content.count) bytes")
    guard let document = StructuredValue(parsing: content) else { return }
    if text(parts[0]) == "results" {
      guard let results = RunResults(document) else { return }
      for texts in [results.errors, results.warnings] { try check(RunResults.clause(texts), of: texts) }
    } else {
      for isMoved in [true, false] {
        let volumes = VolumeInformation(document, of: ["shop"], isMoved: isMoved)
        if let volumes { try check(volumes, content) }
      }
    }
  }

  private static let mostBytes = 1 << 16

  private static func check(_ clause: String?, of texts: [String]) throws(BrokenProperty) {
    guard let clause else { return }
    try hold(!texts.isEmpty, "says \(clause) of nothing")
    let mostCharacters = RunResults.mostShown * (RunResults.longestText + 2) + " and 1000000000 more".count
    try hold(clause.count <= mostCharacters, "says \(clause.count) characters")
    try hold(clause.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{7F}" }, "says \(clause)")
    for word in clause.split(separator: " ") where word.contains("://") {
      let query =
        word.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first ?? ""
      let isShort = query.allSatisfy { "…;".contains($0) }
      try hold(isShort, "tells what signs an address: \(word)")
    }
  }

  private static func check(_ volumes: VolumeInformation, _ content: [UInt8]) throws(BrokenProperty) {
    let claims: Set = ["db", "media"]
    switch volumes.coverage(of: claims) {
    case .whole:
      try hold(claims.allSatisfy { volumes.fates[$0] == .held }, "is whole with \(volumes.fates)")
      try hold(holds(content, "succeeded"), "is whole without a success")
    case .partial(let lacking):
      try hold(!lacking.isEmpty, "lacks nothing")
      let said = lacking.joined()
      try hold(said.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0 != "\u{7F}" }, "says \(said)")
    case .notTold: try hold(volumes.fates.values.contains(.notTold), "leaves open what is told")
    }
    try hold(volumes.coverage(of: nil) != .whole, "is whole though nothing tells of which claims")
  }
}
