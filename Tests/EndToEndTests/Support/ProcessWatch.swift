import Foundation

/// What another user of the machine could have seen of a program while it ran, from Linux's `/proc`.
struct ProcessWatch: Sendable {
  /// How often it was looked at while the program itself was running.
  private(set) var looks = 0
  /// The command lines that held one of the secrets.
  private(set) var tellingArguments: Set<String> = []
  /// The command lines of children, or a sentence on one that was gone already.
  private(set) var children: Set<String> = []

  /// Looks again and again until the program has ended.
  static func follow(_ running: RunningCommand, program: String, secrets: [String]) async -> ProcessWatch {
    var watch = ProcessWatch()
    while running.ended == nil {
      watch.look(at: running.processID, program, secrets)
      try? await Task.sleep(for: .milliseconds(10))
    }
    return watch
  }

  /// Looks once.
  mutating func look(at id: pid_t, _ program: String, _ secrets: [String]) {
    let arguments = Self.arguments(of: id)
    // Between fork and exec it still is the test itself, or the shell that prepares its surroundings.
    guard arguments.first == program else { return }
    looks += 1
    let line = arguments.joined(separator: " ")
    if secrets.contains(where: line.contains) { tellingArguments.insert(line) }
    for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? [] {
      for child in Self.text("/proc/\(id)/task/\(thread)/children").split(separator: " ") {
        children.insert(Self.arguments(of: pid_t(child) ?? 0).joined(separator: " "))
      }
    }
    // proc(5): the faults of children that were waited for; no process starts without one.
    let fields = Self.text("/proc/\(id)/stat").split(separator: ")").last?.split(separator: " ") ?? []
    if fields.count > 8, fields[8] != "0" { children.insert("one that had ended before it was seen") }
  }

  static func arguments(of id: pid_t) -> [String] {
    text("/proc/\(id)/cmdline").split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
  }

  static func text(_ path: String) -> String {
    // Files of /proc have no size, so they are read to their end.
    guard let file = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? file.close() }
    return String(decoding: (try? file.readToEnd()) ?? Data(), as: UTF8.self)
  }
}
