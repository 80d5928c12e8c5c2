internal import AstraBackup
internal import Files
internal import HTTPTransport
internal import StepCommon
internal import StepReport
internal import StructuredValues
internal import Timing

extension FuzzTarget {
  /// A YAML document: a value that is the same once it is written as JSON, or one line that says why not.
  static let yaml = FuzzTarget("yaml", longest: 2048) { bytes throws(BrokenProperty) in
    let value: StructuredValue
    do throws(YAMLError) {
      value = try StructuredValue(yaml: bytes)
    } catch {
      return try hold(!error.reason.isEmpty, "gives no reason")
    }
    let json = value.oneLine
    // jansson knows no name that holds a NUL.
    guard !json.contains("\\u0000") else { return }
    try hold(StructuredValue(parsing: Array(json.utf8)) == value, "is another value as JSON: \(json)")
  }

  /// The toolkit's `config.yaml`: a connection to one host with its token, or a sentence; the token in neither.
  static let configYAML = FuzzTarget("config-yaml", longest: 512) { bytes throws(BrokenProperty) in
    let run = SteppedRun(
      environment: ["PROD_APP_NAME": "magento-prod", "BACKUP_NAME": "nightly"],
      files: ["/etc/astra-toolkits/config.yaml": bytes])
    let code = run.exitCode(of: BackupStep.self)
    try run.checkEnd(code)
    guard let request = run.firstRequest else {
      return try hold(code == .badParameter, "exits with \(code) before a connection")
    }
    let account = request.target.split(separator: "/").dropFirst().first ?? ""
    try hold(account.utf8.count == 36, "has the account \(account)")
    let field = request.wireFields(userAgent: "fuzz").first { $0.name == "Authorization" }
    let token = (field?.value ?? "").dropFirst("Bearer ".utf8.count)
    try hold(!token.isEmpty && token.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "has no plain token")
    // A token of a few letters is in every text.
    if token.utf8.count >= 20 { try hold(!holds(run.everything, String(token)), "spreads the token") }
  }

  /// The record of a run: read, it is written as it was.
  static let record = FuzzTarget("record", longest: 1024) { bytes throws(BrokenProperty) in
    guard let record = RunRecord(parsing: bytes) else { return }
    try hold(RunRecord(parsing: record.bytes) == record, "reads back as another record")
    for operation in record.operations {
      try hold(operation.isSame(as: operation), "an operation is not itself")
      if let asked = operation.askedTime {
        try hold(asked.text.utf8.count == 20, "was asked at \(asked.text)")
      }
    }
  }

  /// The file that values are merged into: lines of others stay, ours are there once, and again changes nothing.
  static let outputFile = FuzzTarget("output-file", longest: 512) { bytes throws(BrokenProperty) in
    let key = OutputValues.Key("ASTRA_BACKUP_ID")
    let files = MemoryFiles(["out.env": bytes])
    let file = OutputFile(path: "out.env", keys: [key], files: files)
    var values = OutputValues()
    values.set(key, to: text(bytes.suffix(40)))
    func write(_ body: () throws(FileError) -> Void) throws(BrokenProperty) -> [UInt8] {
      do throws(FileError) {
        try body()
      } catch {
        throw BrokenProperty("fails: \(error.message)")
      }
      return files.contents["out.env"] ?? []
    }
    let purge = { () throws(FileError) in
      // Nothing is ever lost where nothing fails.
      if try file.purge() != nil { throw FileError("purge", "out.env", .inputOutput) }
    }
    try holdLines(of: write(purge), areThoseOf: bytes, without: key.name)
    let save = { () throws(FileError) in try file.save(values) }
    let saved = try write(save)
    try holdLines(of: saved, areThoseOf: bytes, without: key.name)
    let ours = saved.split(separator: 0x0A).filter { $0.starts(with: "\(key.name)=".utf8) }
    try hold(ours.count == 1, "\(ours.count) lines are ours")
    let isPlain = ours[0].allSatisfy { (0x21...0x7E).contains($0) && !"'\"`$\\;&|<>()".utf8.contains($0) }
    try hold(isPlain, "a shell reads more than a value")
    try hold(try write(save) == saved, "saving again changes the file")
  }
}

/// Checks that the lines of others are the same, in the same order.
private func holdLines(
  of merged: [UInt8], areThoseOf given: [UInt8], without key: String
) throws(BrokenProperty) {
  func others(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: 0x0A).filter { line in
      let words = line.prefix { $0 != 0x3D }.split { $0 == 0x20 || $0 == 0x09 }
      let isExport = words.count == 2 && words[0].elementsEqual("export".utf8)
      let isOurs = line.contains(0x3D) && (words.count == 1 || isExport) && words.last.map(text) == key
      return !isOurs
    }
  }
  try hold(others(merged) == others(given), "the lines of others are changed")
}
