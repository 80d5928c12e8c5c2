/// What a step's exit code means; the table is append-only, and `docs/exit-codes.md` repeats it.
package struct ExitCode: RawRepresentable, Hashable, Sendable {
  package let rawValue: Int32

  /// Wraps a code.
  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  package static let success = Self(rawValue: 0)
  package static let operationFailed = Self(rawValue: 1)
  package static let badParameter = Self(rawValue: 64)
  package static let notFound = Self(rawValue: 65)
  package static let unreachable = Self(rawValue: 69)
  package static let ourBug = Self(rawValue: 70)
  package static let cannotWrite = Self(rawValue: 73)
  package static let deadlinePassed = Self(rawValue: 75)
  package static let brokenContract = Self(rawValue: 76)
  package static let credentialsRefused = Self(rawValue: 77)
  package static let protected = Self(rawValue: 78)
  package static let interrupted = Self(rawValue: 130)
  package static let terminated = Self(rawValue: 143)

  /// Every code with its meaning, in order.
  package static let table: [(code: ExitCode, meaning: String)] = [
    (.success, "the operation was seen to finish well"),
    (.operationFailed, "the backend refused or failed the operation itself"),
    (.badParameter, "a parameter is missing or wrong"),
    (.notFound, "a named application, cluster, backup, snapshot or namespace is not there, or is ambiguous"),
    (.unreachable, "the backend cannot be reached, or keeps failing"),
    (.ourBug, "a bug of ours"),
    (.cannotWrite, "the report or the output file cannot be written (the operation itself was fine)"),
    (.deadlinePassed, "the deadline passed; running the step again continues the operation"),
    (.brokenContract, "the backend answered something that breaks its own contract"),
    (.credentialsRefused, "the backend refused the credentials, the account or the permission"),
    (.protected, "refused to protect you: going on could lose data or report what did not happen"),
    (.interrupted, "interrupted (SIGINT); the report is written"),
    (.terminated, "terminated (SIGTERM); the report is written"),
  ]

  /// The table as lines for `--help`.
  package static var help: String {
    var text = ""
    for (code, meaning) in table {
      if !text.isEmpty { text.append("\n") }
      // Codes have one to three digits.
      text.append(code.rawValue < 10 ? "    " : code.rawValue < 100 ? "   " : "  ")
      text.append(String(code.rawValue))
      text.append("  ")
      text.append(meaning)
    }
    return text
  }
}
