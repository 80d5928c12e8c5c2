import Files
import Foundation
import Testing
import Timing

/// Where things lie in the package's checkout.
enum Checkout {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func goldenReport(_ name: String) -> URL {
    root.appending(path: "Fixtures/golden/\(name).xml")
  }
}

/// A folder for one test, removed with everything in it at its end.
func withTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "astra-report-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

/// What a program that was run left behind.
struct Finished {
  var exitCode: Int32
  var output: String
  var errors: String

  /// Runs a program to its end; its output goes through files, so that no pipe can fill up.
  init(_ program: String, _ arguments: [String]) throws {
    let (code, output, errors) = try withTemporaryFolder { folder in
      let (outputPath, errorPath) = (folder + "/out", folder + "/err")
      for path in [outputPath, errorPath] {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
      }
      let process = Process()
      process.executableURL = URL(filePath: program)
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle(forWritingAtPath: outputPath)
      process.standardError = FileHandle(forWritingAtPath: errorPath)
      try process.run()
      process.waitUntilExit()
      // Not with Foundation's reader, which leaks a page for an empty file.
      let texts = try [outputPath, errorPath].map {
        String(decoding: try SystemFiles().read($0, limit: 64 << 20), as: UTF8.self)
      }
      return (process.terminationStatus, texts[0], texts[1])
    }
    (exitCode, self.output, self.errors) = (code, output, errors)
  }
}

/// A small generator of pseudo-random numbers, the same for the same seed: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
