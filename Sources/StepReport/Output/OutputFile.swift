/// The file that a step hands its values to later ones in (`ASTRA_OUTPUT_FILE`).
package struct OutputFile {
  /// The path as the user named it.
  package let path: String
  /// All keys that the step ever writes; their lines in the file are its own.
  package let keys: [OutputValues.Key]
  private let files: any FileWriter

  /// The largest file of others that values are merged into.
  private static let limit = 16 << 20

  /// Names an output file and the keys that are the step's own in it.
  package init(path: String, keys: [OutputValues.Key], files: any FileWriter) {
    self.path = path
    self.keys = keys
    self.files = files
  }

  /// Removes the step's own lines; done before anything else, so that a value of an earlier run is never
  /// read as this run's.
  package func purge() throws(FileError) {
    try merge(OutputValues())
  }

  /// Writes values, merged into the lines of others; a pipe or a device gets the values alone.
  package func save(_ values: OutputValues) throws(FileError) {
    try merge(values)
  }

  private func merge(_ values: OutputValues) throws(FileError) {
    switch try files.destination(of: path) {
    case .stream:
      if !values.entries.isEmpty { try files.append(values.bytes, to: path) }
    case .file(let target):
      let isThere = files.exists(target)
      if !isThere, values.entries.isEmpty { return }
      let existing = isThere ? try files.read(target, limit: Self.limit) : []
      let merged = values.merged(into: existing, keys: keys)
      if isThere, merged == existing { return }
      if !isThere { try files.createFolder(split(path: target).folder) }
      try files.write(merged, to: target, access: .asBefore)
    }
  }
}
