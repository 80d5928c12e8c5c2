internal import Files

/// The records that lie in a report folder, whichever step, suffix and run they are of.
struct RecordFolder {
  /// The records that could be read, by the names of their files.
  private(set) var records: [(name: String, record: RunRecord)] = []
  /// Why what they tell may not be all; nil if everything could be read.
  private(set) var trouble: String?

  /// The programs that write records.
  private static let programs = StepName.allCases.filter(\.asksForChanges).map(\.program)

  /// Whether a step writes records.
  static func holdsRecords(ofStep step: String) -> Bool { programs.contains(step) }

  /// Reads all records of a folder; one that does not exist yet holds none.
  init(_ folder: String, _ files: any FileWriter) {
    let names: [String]
    do throws(FileError) {
      names = try files.names(in: folder)
    } catch {
      if error.code != .notFound { trouble = "\(folder) cannot be read (\(error.code.text))" }
      return
    }
    for name in names where Self.isName(name) {
      let path = "\(folder)/\(name)"
      switch Self.read(path, files) {
      case .absent: break
      case .record(let record): records.append((name, record))
      case .unreadable(let why): trouble = trouble ?? "\(path) cannot be read (\(why))"
      }
    }
  }

  /// What lies at the place of a record.
  enum Finding {
    case absent
    case record(RunRecord)
    /// Something that is no record, or cannot be read, and why.
    case unreadable(String)
  }

  /// Reads one record.
  static func read(_ path: String, _ files: any FileWriter) -> Finding {
    do throws(FileError) {
      let bytes = try files.read(path, limit: 4 << 20)
      return RunRecord(parsing: bytes).map { .record($0) } ?? .unreadable("it is torn, or no record")
    } catch {
      return error.code == .notFound ? .absent : .unreadable(error.code.text)
    }
  }

  /// Whether a file of that name is a record: `astra-clone.json`, `astra-restore-eu.json`.
  private static func isName(_ name: String) -> Bool {
    name.hasSuffix(".json") && programs.contains { name == "\($0).json" || name.hasPrefix("\($0)-") }
  }
}
