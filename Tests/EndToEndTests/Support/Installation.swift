import Foundation

/// Where the things lie that end-to-end tests run.
enum Installation {
  /// A thing that is not where it should be.
  struct Missing: Error, CustomStringConvertible {
    var description: String
  }

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// One of our programs among the build products.
  ///
  /// Looked for in `$ASTRA_TEST_PRODUCTS` if that is set, else beside the running test bundle.
  static func program(_ name: String) throws -> String {
    var folders: [String] = []
    if let given = ProcessInfo.processInfo.environment["ASTRA_TEST_PRODUCTS"] {
      folders = [given]
    } else {
      let arguments = ProcessInfo.processInfo.arguments
      var paths = arguments.prefix(1)
      if let option = arguments.firstIndex(of: "--test-bundle-path"), option + 1 < arguments.count {
        paths.insert(arguments[option + 1], at: 0)
      }
      if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
        paths.append(own)
      }
      folders = paths.map { URL(filePath: $0).deletingLastPathComponent().path }
    }
    for folder in folders {
      let path = "\(folder)/\(name)"
      if FileManager.default.isExecutableFile(atPath: path) { return path }
    }
    throw Missing(description: "\(name) is not built; looked in \(folders.joined(separator: ", "))")
  }

  /// A program of the Python environment that the tests use.
  ///
  /// Looked for in `$ASTRA_TEST_VENV` if that is set, else in `.venv` of the package.
  static func pythonProgram(_ name: String) throws -> String {
    let given = ProcessInfo.processInfo.environment["ASTRA_TEST_VENV"]
    let path = "\(given ?? root.appending(path: ".venv").path)/bin/\(name)"
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Missing(description: "\(path) is not there: run ./test, which installs it")
    }
    return path
  }

  /// A scenario of `Fixtures/scenarios`, without its `.json`.
  static func scenario(_ name: String) -> String {
    root.appending(path: "Fixtures/scenarios/\(name).json").path
  }
}
