import Testing

/// There is one door to time: `Sources/Timing`.
///
/// Whatever else read a clock or slept would be out of reach of the virtual time that the tests run on, and of the
/// deadline and the signals that end a step.
@Suite struct TimeDoorTests {
  /// What reads a clock, sleeps, or waits for a time.
  private static let calls = [
    "ContinuousClock", "SuspendingClock", "DispatchTime", "DispatchWallTime", "DispatchSource", "Task.sleep",
    "Date()", "Date.now", "clock_gettime", "gettimeofday", "mach_absolute_time", "nanosleep", "usleep(",
    "sleep(", "time(", "clock(", "alarm(", "setitimer", "select(", "poll(", "ppoll(", "epoll_wait",
    "curl_multi_poll", "curl_multi_wait", "curl_easy_perform", "pthread_cond_timedwait", "sem_timedwait",
  ]

  /// What is allowed elsewhere, and why.
  private static let exceptions = [
    // The one place where a transfer waits for its socket, a tenth of a second at a time, by the limits that the
    // transport takes from its own clock.
    Use(path: "Sources/HTTPTransport/Curl/MultiHandle.swift", call: "curl_multi_poll"),
    // Waiting until a pipe that somebody named as output takes more bytes; bounded, and no part of the operation.
    Use(path: "Sources/Files/OpenFile.swift", call: "poll("),
  ]

  /// One appearance of a call in a file.
  private struct Use: Hashable, CustomStringConvertible {
    var path: String
    var call: String

    var description: String { "\(call) in \(path)" }
  }

  /// The calls in a text: the bare function, not a method or a longer name that ends alike.
  private func uses(in file: Checkout.File) -> Set<Use> {
    Set(
      Self.calls.filter { call in
        file.text.ranges(of: call).contains { range in
          guard range.lowerBound > file.text.startIndex else { return true }
          let before = file.text[file.text.index(before: range.lowerBound)]
          let isDeclared = file.text[..<range.lowerBound].hasSuffix("func ")
          return !before.isLetter && !before.isNumber && before != "_" && before != "." && !isDeclared
        }
      }.map { Use(path: file.path, call: $0) })
  }

  @Test func onlyTimingReadsClocksAndSleeps() throws {
    // The simulator's server follows real time; it is no step.
    let others = try Checkout.sources().filter {
      !$0.path.hasPrefix("Sources/Timing/") && !$0.path.hasPrefix("Sources/astra-simulator/")
    }
    #expect(Set(others.flatMap(uses)) == Set(Self.exceptions))
  }

  @Test func theRuleSeesTheCallsThatItIsAbout() throws {
    let door = try Checkout.sources().filter { $0.path == "Sources/Timing/SystemTime.swift" }
    #expect(Set(door.flatMap(uses).map(\.call)) == ["ContinuousClock", "usleep(", "time("])
    let sample = Checkout.File(
      path: "sample", text: "time.sleep(for: wait)\nfunc poll(x)\nlet runtime(x)\n  sleep(1)\nx = time(nil)")
    #expect(Set(uses(in: sample).map(\.call)) == ["sleep(", "time("])
  }
}
