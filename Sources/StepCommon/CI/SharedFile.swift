package import Files

/// A file of others, or of several steps, that a text is added to.
///
/// It is replaced whole, so that nobody reads half of it; a pipe or a device gets the text alone.
package struct SharedFile {
  private let path: String
  private let files: any FileWriter

  /// The largest file that is added to: 16 MiB.
  private static let largest = 16 << 20

  /// Names a file.
  package init(_ path: String, _ files: any FileWriter) {
    self.path = path
    self.files = files
  }

  /// Adds a text at the end, on lines of its own.
  ///
  /// - Parameters:
  ///   - text: whole lines.
  ///   - limit: the most bytes that the file may come to.
  /// - Throws: `tooLarge` where it would come to more, and what files throw.
  package func append(_ text: String, limit: Int = largest) throws(FileError) {
    try change(stream: text) { existing in
      var contents = existing
      if let last = contents.last, last != UInt8(ascii: "\n") { contents.append(UInt8(ascii: "\n")) }
      contents += Array(text.utf8)
      return contents.count <= limit ? contents : nil
    }
  }

  /// Puts the section of that name into the file: in the place of the one that it holds, or at its end.
  ///
  /// Comments of Markdown stand around it; a text of others cannot hold them, since it is shown and not read.
  package func replace(section name: String, with text: String?) throws(FileError) {
    let (begin, end) = ("<!-- \(name): begin -->\n", "<!-- \(name): end -->\n")
    let section = text.map { "\(begin)\n\($0)\n\(end)" } ?? ""
    try change(stream: text ?? "") { existing in
      let contents = String(decoding: existing, as: UTF8.self)
      guard let start = contents.firstRange(of: begin),
        let close = contents[start.upperBound...].firstRange(of: end)
      else {
        if section.isEmpty { return existing }
        let gap = existing.isEmpty ? "" : contents.hasSuffix("\n") ? "\n" : "\n\n"
        return existing + Array((gap + section).utf8)
      }
      return Array((contents[..<start.lowerBound] + section + contents[close.upperBound...]).utf8)
    }
  }

  private func change(
    stream: String, _ body: ([UInt8]) -> [UInt8]?
  ) throws(FileError) {
    switch try files.destination(of: path) {
    case .stream: if !stream.isEmpty { try files.append(Array(stream.utf8), to: path) }
    case .file(let target):
      let folder = split(path: target).folder
      if !files.exists(target), !stream.isEmpty { try files.createFolder(folder) }
      try files.alone(in: folder) { () throws(FileError) in
        let isThere = files.exists(target)
        let existing = isThere ? try files.read(target, limit: Self.largest) : []
        guard let contents = body(existing) else { throw FileError("write", path, .tooLarge) }
        if isThere ? contents == existing : contents.isEmpty { return }
        try files.write(contents, to: target, access: .asBefore)
      }
    }
  }
}
