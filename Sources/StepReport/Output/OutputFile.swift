package import Files

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
  ///
  /// Where its lines cannot be taken out, for instance on a full disk, the whole file goes.
  ///
  /// - Returns: what was lost by that, for the log.
  @discardableResult
  package func purge() throws(FileError) -> String? {
    do throws(FileError) {
      try merge(OutputValues())
      return nil
    } catch {
      // What could not even be read, or is no file, is not ours to remove.
      guard error.attempt == "write", case .file(let target)? = try? files.destination(of: path) else {
        throw error
      }
      do throws(FileError) { try files.remove(target) } catch _ { throw error }
      return
        "\(error.message): it held values of an earlier run, so it was removed, with the lines of others"
    }
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
      let folder = split(path: target).folder
      if !files.exists(target) {
        if values.entries.isEmpty { return }
        try files.createFolder(folder)
      }
      // Another step may be about to do the same, and would lose what this one writes in between.
      try files.alone(in: folder) { () throws(FileError) in try merge(values, into: target) }
    }
  }

  private func merge(_ values: OutputValues, into target: String) throws(FileError) {
    let isThere = files.exists(target)
    let existing = isThere ? try files.read(target, limit: Self.limit) : []
    let merged = values.merged(into: existing, keys: keys)
    if isThere, merged == existing { return }
    try files.write(merged, to: target, access: .asBefore)
  }
}
