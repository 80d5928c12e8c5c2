internal import AppProtection
package import Files
package import StepCommon
internal import StepReport
internal import Text

/// What the steps have left in a report folder, as far as it can be read.
package struct ReportFolder {
  /// The steps' reports, the earlier begun first.
  package private(set) var results: [StepResult] = []
  /// The run records, by the names of their files.
  package private(set) var records: [(name: String, record: RunRecord)] = []
  /// Files that should be a report or a record and are none.
  package private(set) var unreadable: [UnreadableFile] = []

  /// A file that could not be read.
  package struct UnreadableFile: Hashable, Sendable {
    package var name: String
    package var reason: String
  }

  /// The most bytes of a file: a report is smaller than 30 MB.
  private static let largestFile = 32 << 20

  /// Reads every report and record of a folder; throws if the folder cannot be listed.
  package init(_ folder: String, _ files: any FileWriter) throws(FileError) {
    let separator = folder.hasSuffix("/") ? "" : "/"
    for name in try files.names(in: folder) {
      guard let kind = Kind(name) else { continue }
      do throws(FileError) {
        try read(name, kind, try files.read("\(folder)\(separator)\(name)", limit: Self.largestFile))
      } catch {
        unreadable.append(UnreadableFile(name: name, reason: error.code.text))
      }
    }
    // Reports tell the second in which a step began; of two that began in one, the first to end came first.
    results = results.ordered { ($0.startedAt, $0.endedAt, $0.file) < ($1.startedAt, $1.endedAt, $1.file) }
  }

  private mutating func read(_ name: String, _ kind: Kind, _ bytes: [UInt8]) throws(FileError) {
    switch kind {
    case .report:
      do throws(DocumentError) {
        results.append(StepResult(try Report(parsing: bytes), file: name))
      } catch {
        unreadable.append(UnreadableFile(name: name, reason: "it is torn, or no report (\(error.reason))"))
      }
    case .record:
      guard let record = RunRecord(parsing: bytes) else {
        unreadable.append(UnreadableFile(name: name, reason: "it is torn, or no run record"))
        return
      }
      records.append((name, record))
    }
  }

  /// What a file is by its name.
  private enum Kind {
    /// `TEST-astra-clone-eu.xml`
    case report
    /// `astra-clone-eu.json`; what `astra-verify` has seen (`astra-verify.seen.json`) is in its report too.
    case record

    init?(_ name: String) {
      if name.hasPrefix("TEST-astra-"), name.hasSuffix(".xml") {
        self = .report
      } else if name.hasPrefix("astra-"), name.hasSuffix(".json"), !name.hasSuffix(".seen.json") {
        self = .record
      } else {
        return nil
      }
    }
  }
}
