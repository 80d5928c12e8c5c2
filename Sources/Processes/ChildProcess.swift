internal import Text

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A program that was started, and leads a process group of its own.
///
/// Its standard error is `/dev/null`: nobody sees what it says.
package struct ChildProcess {
  private let id: pid_t

  /// Why a program cannot be run, as a clause.
  package struct StartFailure: Error {
    package let reason: String
  }

  /// Starts a program.
  ///
  /// - Parameters:
  ///   - program: its file.
  ///   - arguments: what it is called with, beside its name.
  ///   - environment: all the variables that it sees.
  ///   - input: the file that it reads as its standard input.
  ///   - output: takes its standard output; nil for nobody.
  /// - Throws: the system's reason.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String], input: String = "/dev/null",
    output: OutputPipe?
  ) throws(StartFailure) {
    let words = CStrings([program] + arguments)
    let settings = CStrings(environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })

    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
      var attributes: posix_spawnattr_t?
    #else
      var actions = unsafe posix_spawn_file_actions_t()
      var attributes = posix_spawnattr_t()
    #endif
    _ = unsafe posix_spawn_file_actions_init(&actions)
    defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
    _ = unsafe posix_spawnattr_init(&attributes)
    defer { _ = unsafe posix_spawnattr_destroy(&attributes) }
    _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    if let output {
      _ = unsafe posix_spawn_file_actions_adddup2(&actions, output.writing, 1)
    } else {
      _ = unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    }
    _ = unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    // Its own group, so that all of it can be ended; and none of the signals that a step ignores or blocks.
    var none = sigset_t()
    _ = unsafe sigemptyset(&none)
    var ignored = sigset_t()
    _ = unsafe sigemptyset(&ignored)
    for number in [SIGPIPE, SIGXFSZ, SIGTERM, SIGINT, SIGHUP] { _ = unsafe sigaddset(&ignored, number) }
    _ = unsafe posix_spawnattr_setpgroup(&attributes, 0)
    _ = unsafe posix_spawnattr_setsigmask(&attributes, &none)
    _ = unsafe posix_spawnattr_setsigdefault(&attributes, &ignored)
    let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
    _ = unsafe posix_spawnattr_setflags(&attributes, Int16(truncatingIfNeeded: Int(flags)))

    var child: pid_t = 0
    let result = unsafe posix_spawn(
      &child, program, &actions, &attributes, words.pointers, settings.pointers)
    guard result == 0 else { throw StartFailure(reason: systemMessage(result)) }
    id = child
  }

  /// The file to run: the command itself if it is a path, else the first of that name in the folders of `PATH`.
  package static func program(of command: String, path: String?) -> String? {
    guard !command.contains("/") else {
      return unsafe access(command, X_OK) == 0 ? command : nil
    }
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(command)" }.first { unsafe access($0, X_OK) == 0 }
  }

  /// How it ended, as `waitpid` has it; nil while it runs.
  ///
  /// To be asked no more after that.
  package func statusIfEnded() -> Int32? {
    var status: Int32 = 0
    let answer = unsafe waitpid(id, &status, WNOHANG)
    // Whoever else took its end (none does here): it is over.
    return answer == id ? status : answer < 0 && errno != EINTR ? 0 : nil
  }

  /// Ends it with all that it has started, and takes its end.
  package func kill() {
    #if canImport(Darwin)
      _ = Darwin.kill(-id, SIGKILL)
    #else
      _ = Glibc.kill(-id, SIGKILL)
    #endif
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
  }

  /// What a status of `waitpid` means, where it is no success: `failed with the exit code 3`; nil for a success.
  package static func trouble(_ status: Int32) -> String? {
    guard status != 0 else { return nil }
    return status & 0x7F == 0
      ? "failed with the exit code \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)"
  }
}
