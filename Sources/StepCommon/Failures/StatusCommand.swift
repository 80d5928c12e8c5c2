package import AppProtection

/// Commands that show what a person needs to know next; they change nothing.
package enum StatusCommand {
  /// What shows all applications.
  package static let all = "astra-status --all"

  /// What shows an application with its clones, recovery points and operations.
  package static func of(_ application: Application) -> String {
    let place = (application.clusterName ?? application.clusterID?.text).map { ["--cluster", $0] } ?? []
    return (["astra-status", "--application", application.name] + place).map(shellWord).joined(separator: " ")
  }

  /// A word as a shell takes it for itself.
  package static func shellWord(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._:/@+-,=".utf8.contains(byte)
        }
      }
    return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
  }
}
