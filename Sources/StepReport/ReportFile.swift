package import Files

/// Where a step's report lies: `<folder>/TEST-<step>[-<suffix>].xml`, always a whole and valid document.
package struct ReportFile {
  /// The folder, made when it is not there: `reports`.
  package let folder: String
  /// The report's path: `reports/TEST-astra-clone.xml`.
  package let path: String
  fileprivate let files: any FileWriter

  /// Names a report file; a suffix, where one step runs several times at once, may be empty.
  package init(folder: String, step: String, suffix: String = "", files: any FileWriter) {
    self.folder = folder
    let separator = folder.hasSuffix("/") ? "" : "/"
    // The name also keeps a suffix of `../…` inside the folder.
    path = "\(folder)\(separator)TEST-\(ReportName.suite(step: step, suffix: suffix)).xml"
    self.files = files
  }

  /// Replaces the report by a newer one, once that has been read back and found to say the same.
  ///
  /// After an error the file holds what it held before.
  package func save(_ report: Report) throws(ReportError) {
    let document = JUnitDocument(report)
    let bytes: [UInt8]
    do throws(DocumentError) {
      bytes = try document.bytes()
      try document.verify(bytes)
    } catch {
      throw .document(path: path, error)
    }
    do throws(FileError) {
      try files.createFolder(folder)
      try files.write(bytes, to: path)
    } catch {
      throw .file(error)
    }
  }
}

extension ReportFile {
  /// Removes the report, for a step that could not write even its first version.
  ///
  /// What lies there is then an earlier run's, and may claim a success that is not this run's. Removing works
  /// where writing does not, on a full disk for instance.
  package func remove() throws(ReportError) {
    do throws(FileError) {
      try files.remove(path)
    } catch {
      throw .file(error)
    }
  }
}

/// A report that could not be written.
package enum ReportError: Error, Hashable, CustomStringConvertible {
  /// The file could not be written.
  case file(FileError)
  /// The document did not come out as it should; a bug of ours, or memory that ran out.
  case document(path: String, DocumentError)

  /// One sentence: `cannot write reports/TEST-astra-clone.xml: no space left on device`.
  package var message: String {
    switch self {
    case .file(let error): error.message
    case .document(let path, let error): "cannot write \(path): \(error.reason)"
    }
  }

  package var description: String { message }
}
