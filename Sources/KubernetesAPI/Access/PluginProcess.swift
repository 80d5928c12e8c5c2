internal import Files
internal import Text
package import Timing

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Runs credential plug-ins as processes of their own, each in its own process group.
///
/// Standard input and standard error are `/dev/null`: it cannot ask, and nobody sees what it says. It is given the
/// environment of the step without the step's own variables, since a token of another service may be among them.
package struct PluginProcess: CredentialPlugin {
  private let environment: [String: String]
  private let time: any TimeSource

  /// Prepares to run plug-ins.
  ///
  /// - Parameters:
  ///   - environment: what they inherit; variables that begin with `ASTRA_` are left out.
  ///   - time: the clock.
  package init(environment: [String: String], time: any TimeSource) {
    self.environment = environment.filter { !$0.key.hasPrefix("ASTRA_") }
    self.time = time
  }

  package func run(_ call: PluginCall, timeLimit: Duration) throws(KubeconfigError) -> [UInt8] {
    guard let program = program(of: call) else {
      throw call.failed(
        "is not there, or cannot be run",
        hint: call.installHint.map { printable($0, limit: 500) }
          ?? (call.command.contains("/") ? nil : "install it, or put its folder into PATH"))
    }
    let began = time.now
    let pipe = try Pipe(call)
    let process = try start(program, call, pipe)
    pipe.closeWriting()
    var output: [UInt8] = []
    while true {
      if let interruption = time.interruption {
        process.kill()
        throw KubeconfigError(.interrupted(interruption), "interrupted while a credential plug-in ran")
      }
      guard time.now - began < timeLimit else {
        process.kill()
        throw call.failed("did not end within \(timeLimit.shortText), and was stopped")
      }
      // Looked at first: what it wrote before it ended is in the pipe by then. What it started may go on with it.
      let status = process.statusIfEnded()
      pipe.read(into: &output)
      guard output.count <= Self.largest else {
        if status == nil { process.kill() }
        throw call.failed("wrote more than 1 MiB")
      }
      guard let status else {
        pause()
        continue
      }
      guard status == 0 else {
        throw call.failed(
          status & 0x7F == 0
            ? "failed with the exit code \(status >> 8 & 0xFF)" : "was ended by signal \(status & 0x7F)")
      }
      return output
    }
  }

  /// The most that is read of an answer: 1 MiB.
  private static var largest: Int { 1 << 20 }

  /// Waits a little; the next round sees a signal that ends it.
  private func pause() { try? time.sleep(for: .milliseconds(10)) }

  /// The file to run: the command itself if it is a path, else the first of that name in `PATH`.
  private func program(of call: PluginCall) -> String? {
    guard !call.command.contains("/") else {
      return unsafe access(call.command, X_OK) == 0 ? call.command : nil
    }
    let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(call.command)" }.first { unsafe access($0, X_OK) == 0 }
  }

  private func start(_ program: String, _ call: PluginCall, _ pipe: borrowing Pipe) throws(KubeconfigError)
    -> Child
  {
    var variables = environment
    variables["KUBERNETES_EXEC_INFO"] = call.information
    variables.merge(call.environment) { _, own in own }
    let arguments = CStrings([program] + call.arguments)
    let settings = CStrings(variables.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })

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
    _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    _ = unsafe posix_spawn_file_actions_adddup2(&actions, pipe.writing, 1)
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
      &child, program, &actions, &attributes, arguments.pointers, settings.pointers)
    guard result == 0 else { throw call.failed("cannot be run: \(systemMessage(result))") }
    return Child(id: child)
  }
}

extension PluginCall {
  /// The command for messages.
  var shownCommand: String { printable(command, limit: 200) }

  /// An error about a plug-in that gave nothing to use.
  func failed(
    _ what: String, hint: String? = "run it by hand, or kubectl with this context, to see what it says"
  )
    -> KubeconfigError
  {
    KubeconfigError(.credentials, "the credential plug-in \(shownCommand) of \(title) \(what)", hint: hint)
  }
}

/// A process that was started, and leads a group of its own.
private struct Child {
  let id: pid_t

  /// How it ended, as `waitpid` has it; nil while it runs.
  ///
  /// To be asked no more after that.
  func statusIfEnded() -> Int32? {
    var status: Int32 = 0
    let answer = unsafe waitpid(id, &status, WNOHANG)
    // Whoever else took its end (none does here): it is over.
    return answer == id ? status : answer < 0 && errno != EINTR ? 0 : nil
  }

  /// Ends it with all that it has started, and takes its end.
  func kill() {
    #if canImport(Darwin)
      _ = Darwin.kill(-id, SIGKILL)
    #else
      _ = Glibc.kill(-id, SIGKILL)
    #endif
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
  }
}

/// A pipe that closes itself; both ends are closed in every program that is started but for what it is given.
private final class Pipe {
  let reading: Int32
  private(set) var writing: Int32

  init(_ call: PluginCall) throws(KubeconfigError) {
    var ends: [Int32] = [-1, -1]
    let result = unsafe ends.withUnsafeMutableBufferPointer { unsafe pipe($0.baseAddress) }
    guard result == 0 else { throw call.failed("cannot be run: \(systemMessage(errno))") }
    (reading, writing) = (ends[0], ends[1])
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    _ = fcntl(reading, F_SETFL, O_NONBLOCK)
  }

  deinit {
    close(reading)
    closeWriting()
  }

  func closeWriting() {
    if writing >= 0 { close(writing) }
    writing = -1
  }

  /// Takes what there is.
  func read(into output: inout [UInt8]) {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    // A little beyond what is allowed is enough to know that it is too much.
    for _ in 0..<32 {
      let count = unsafe buffer.withUnsafeMutableBytes { buffer in
        #if canImport(Darwin)
          unsafe Darwin.read(reading, buffer.baseAddress, buffer.count)
        #else
          unsafe Glibc.read(reading, buffer.baseAddress, buffer.count)
        #endif
      }
      if count > 0 {
        output += buffer.prefix(count)
        continue
      }
      if count < 0, errno == EINTR { continue }
      return
    }
  }
}

/// Texts as C has them, in a list that ends with a null pointer.
@safe private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    unsafe pointers = .allocate(capacity: texts.count + 1)
    for (position, text) in texts.enumerated() { unsafe (pointers + position).initialize(to: strdup(text)) }
    unsafe (pointers + count).initialize(to: nil)
  }

  deinit {
    for position in 0..<count { unsafe free(pointers[position]) }
    unsafe pointers.deallocate()
  }
}
