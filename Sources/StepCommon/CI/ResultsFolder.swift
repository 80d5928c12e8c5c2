package import Files
package import StepReport

/// A folder that gets each value in a file of its own, without a line end: results of Tekton, parameters of Argo.
///
/// `ASTRA_CLONE_ID` is in `astra-clone-id`. Every value that the step may have has its file, empty until it is known: Argo
/// fails a step that lacks one.
package struct ResultsFolder {
  private let folder: String
  private let keys: [OutputValues.Key]
  private let files: any FileWriter

  /// The most bytes of all values with their names: Tekton takes 4,096 of what it makes of them, and needs some itself.
  package static let largest = 3840
  /// What Tekton writes around a name and its value: `{"key":"","value":"","type":1},`.
  private static let frame = 31

  /// Names a folder and the keys that are the step's own in it.
  package init(_ folder: String, keys: [OutputValues.Key], files: any FileWriter) {
    self.folder = folder
    self.keys = keys
    self.files = files
  }

  /// The name of a value's file.
  package static func name(_ key: OutputValues.Key) -> String {
    String(key.name.lowercased().map { $0 == "_" ? "-" : $0 })
  }

  /// Empties the step's own files, and makes those that are missing.
  package func purge() throws(FileError) { try write(OutputValues()) }

  /// Writes values.
  ///
  /// Where they are too many bytes together, the longest go first: a list of names that is missing can be read in the
  /// report, and a lone id cannot be guessed.
  ///
  /// - Returns: the keys that were left out, and whose files are empty.
  package func save(_ values: OutputValues) throws(FileError) -> [OutputValues.Key] {
    let names = keys.reduce(0) { $0 + Self.name($1).utf8.count + Self.frame }
    var kept = values.entries
    var leftOut: [OutputValues.Key] = []
    while names + kept.reduce(0, { $0 + $1.value.utf8.count }) > Self.largest,
      let longest = kept.indices.max(by: { kept[$0].value.utf8.count < kept[$1].value.utf8.count })
    {
      leftOut.append(kept.remove(at: longest).key)
    }
    var fitting = OutputValues()
    for entry in kept { fitting.set(entry.key, to: entry.value) }
    try write(fitting)
    return leftOut
  }

  private func write(_ values: OutputValues) throws(FileError) {
    try files.createFolder(folder)
    for key in keys {
      let path = "\(folder)/\(Self.name(key))"
      let bytes = Array((values[key] ?? "").utf8)
      if (try? files.read(path, limit: bytes.count)) == bytes { continue }
      try files.write(bytes, to: path)
    }
  }
}
