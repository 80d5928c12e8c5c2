import Foundation
import Testing
import Timing

@Suite struct SystemTimeTests {
  private let time = SystemTime()

  @Test func `the monotonic clock never goes back`() {
    var previous = time.now
    for _ in 1...10_000 {
      let now = time.now
      #expect(now >= previous)
      previous = now
    }
  }

  @Test func `the wall clock is the calendar`() {
    let difference = time.wallTime.sinceEpoch / .seconds(1) - Date().timeIntervalSince1970
    #expect(abs(difference) < 5)
  }

  @Test(arguments: [Duration.milliseconds(-5), .zero, .milliseconds(1), .milliseconds(120)])
  func `a sleep lasts at least as long as asked`(duration: Duration) throws {
    let start = time.now
    try time.sleep(for: duration)
    #expect(time.now - start >= duration)
  }
}

/// Signals, each in a process of its own.
@Suite struct InterruptionHandlerTests {
  @Test(arguments: [SIGTERM, SIGINT])
  func `a signal ends a sleep and is recorded`(number: Int32) async {
    await #expect(processExitsWith: .success) { [number] in
      installInterruptionHandlers()
      let time = SystemTime()
      precondition(time.interruption == nil)
      let start = time.now
      Thread.detachNewThread {
        try? SystemTime().sleep(for: .milliseconds(50))
        kill(getpid(), number)
      }
      let interruption = #expect(throws: Interruption.self) { try time.sleep(for: .seconds(600)) }
      precondition(interruption == Interruption(signal: number))
      // Promised is 0.1 s after the signal, which a busy machine need not keep; not to sleep on is enough.
      precondition(time.now - start < .seconds(600))
      precondition(time.interruption == Interruption(signal: number))
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `later signals change nothing`() async {
    await #expect(processExitsWith: .success) {
      installInterruptionHandlers()
      for number in [SIGINT, SIGTERM, SIGTERM, SIGINT] { raise(number) }
      precondition(SystemTime().interruption == Interruption(signal: SIGINT))
      exit(EXIT_SUCCESS)
    }
  }

  @Test(arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130))])
  func `a clean-up that hangs is ended with the signal's exit code`(number: Int32, code: Int32) async {
    let result = await #expect(processExitsWith: .failure) { [number] in
      installInterruptionHandlers(lastResortAfter: 1)
      raise(number)
      raise(SIGTERM)
      while true { pause() }
    }
    #expect(result?.exitStatus == .exitCode(code))
  }

  @Test func `a write to a closed pipe is an error, not an end`() async {
    await #expect(processExitsWith: .success) {
      installInterruptionHandlers()
      let pipe = Pipe()
      try pipe.fileHandleForReading.close()
      let count = unsafe write(pipe.fileHandleForWriting.fileDescriptor, "x", 1)
      precondition(count == -1 && errno == EPIPE)
      exit(EXIT_SUCCESS)
    }
  }

  @Test func `a blocked signal is let through, and SIGHUP stays as it was`() async {
    await #expect(processExitsWith: .success) {
      _ = signal(SIGHUP, SIG_IGN)
      var set = sigset_t()
      _ = unsafe sigemptyset(&set)
      _ = unsafe sigaddset(&set, SIGTERM)
      _ = unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
      installInterruptionHandlers()
      raise(SIGHUP)
      precondition(SystemTime().interruption == nil)
      raise(SIGTERM)
      precondition(SystemTime().interruption == Interruption(signal: SIGTERM))
      exit(EXIT_SUCCESS)
    }
  }
}
