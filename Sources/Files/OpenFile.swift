#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// An open file, closed when this value ends.
struct OpenFile: ~Copyable {
  let descriptor: Int32
  /// Where it lies.
  let location: String
  private let path: String
  private let attempt: String
  private let fault: @Sendable (FileCall) -> FileFault?

  /// Opens a file; `attempt` is the verb for its errors, `name` what it is called in them if not `path`.
  init(
    _ path: String, _ flags: Int32, mode: mode_t = 0, attempt: String, name: String? = nil,
    call: FileCall = .open, fault: @escaping @Sendable (FileCall) -> FileFault?
  ) throws(FileError) {
    location = path
    self.path = name ?? path
    self.attempt = attempt
    self.fault = fault
    descriptor = try Self.repeating(call, fault, attempt, name ?? path) { _ in
      unsafe open(path, flags, mode)
    }
  }

  deinit {
    // What close may report of the data, `sync` has reported before.
    _ = close(descriptor)
  }

  /// Writes all of it, however many calls that takes.
  func write(_ bytes: [UInt8]) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = try perform(.write) { bound in
        unsafe rest.withUnsafeBytes {
          unsafe Self.systemWrite(descriptor, $0.baseAddress, min($0.count, bound))
        }
      }
      // A write of nothing without an error would go on for ever.
      guard written > 0 else { throw FileError(attempt, path, .noSpace) }
      rest.removeFirst(written)
    }
  }

  /// Reads to the end; a pipe is waited for, but not for ever.
  func read(limit: Int) throws(FileError) -> [UInt8] {
    if FileStatus(descriptor: descriptor)?.isFolder == true { throw FileError(attempt, path, .isFolder) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Self.systemRead(descriptor, $0.baseAddress, $0.count)
      }
      if count == 0 { return bytes }
      if count < 0 {
        let code = FileError.Code.last
        if code == .interrupted { continue }
        guard code == .notNow else { throw FileError(attempt, path, code) }
        try waitUntilReadable()
        continue
      }
      bytes += chunk.prefix(count)
      if bytes.count > limit { throw FileError(attempt, path, .tooLarge) }
    }
  }

  /// Brings the data to the disk.
  func sync() throws(FileError) {
    _ = try perform(.sync) { _ in fsync(descriptor) }
  }

  /// Performs a call on this file, again if a signal interrupts it; the call gets the most bytes to write.
  func perform<Answer: BinaryInteger>(
    _ call: FileCall, _ body: (Int) -> Answer
  ) throws(FileError) -> Answer {
    try Self.repeating(call, fault, attempt, path, body)
  }

  private static func repeating<Answer: BinaryInteger>(
    _ call: FileCall, _ fault: (FileCall) -> FileFault?, _ attempt: String, _ path: String,
    _ body: (Int) -> Answer
  ) throws(FileError) -> Answer {
    while true {
      var bound = Int.max
      var code: FileError.Code?
      switch fault(call) {
      case .fails(let injected)?: code = injected
      case .short(let most)?: bound = most
      case nil: break
      }
      if code == nil {
        let answer = body(bound)
        if answer >= 0 { return answer }
      }
      let reason = code ?? .last
      if reason != .interrupted { throw FileError(attempt, path, reason) }
    }
  }

  /// A writer that gives nothing for ten seconds is taken for gone.
  private func waitUntilReadable() throws(FileError) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let ready = unsafe poll(&entry, 1, 10_000)
    if ready == 0 { throw FileError(attempt, path, .timedOut) }
    if ready < 0, FileError.Code.last != .interrupted { throw FileError(attempt, path, .last) }
  }

  private static func systemWrite(_ file: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.write(file, bytes, count)
    #elseif canImport(Musl)
      unsafe Musl.write(file, bytes, count)
    #else
      unsafe Darwin.write(file, bytes, count)
    #endif
  }

  private static func systemRead(_ file: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(file, bytes, count)
    #elseif canImport(Musl)
      unsafe Musl.read(file, bytes, count)
    #else
      unsafe Darwin.read(file, bytes, count)
    #endif
  }
}
