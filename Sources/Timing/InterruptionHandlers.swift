#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif
internal import Synchronization

/// The number of the first signal that asked this process to end; 0 while there was none.
private let firstSignal = Atomic<Int32>(0)

/// How long after that signal the process may go on, in seconds.
private let lastResortSeconds = Atomic<UInt32>(0)

/// The first request to end, if one came since the handlers were installed.
var recordedInterruption: Interruption? {
  let signal = firstSignal.load(ordering: .acquiring)
  return signal == 0 ? nil : Interruption(signal: signal)
}

/// Makes SIGTERM and SIGINT end the step in order; call it once, before the first request.
///
/// The first of the two is recorded, for `SystemTime.interruption` to show. Later ones change nothing,
/// because CI systems send several per abort and the clean-up would be lost. Should the clean-up hang, the
/// process ends itself after `seconds` seconds with 128 + the signal's number (130, 143): Jenkins sends no
/// SIGKILL, so nobody else would end it. SIGPIPE and SIGXFSZ are ignored, so that a closed pipe and a file
/// that may not grow (`ulimit -f`) are error codes. SIGHUP stays as inherited, since a CI agent may have chosen
/// to ignore it.
///
/// - Parameter seconds: how long the clean-up may take, in whole seconds, at least 1. 15 is under the 20 s
///   after which Jenkins gives a step up.
package func installInterruptionHandlers(lastResortAfter seconds: UInt32 = 15) {
  // Stored before the handlers stand, so that they never meet a global that is not yet initialized.
  lastResortSeconds.store(max(1, seconds), ordering: .releasing)
  firstSignal.store(0, ordering: .releasing)

  handle(SIGALRM) { _ in
    _exit(128 + firstSignal.load(ordering: .acquiring))
  }
  for number in [SIGTERM, SIGINT] {
    handle(number) { number in
      let exchange = firstSignal.compareExchange(
        expected: 0, desired: number, ordering: .acquiringAndReleasing)
      if exchange.exchanged { alarm(lastResortSeconds.load(ordering: .acquiring)) }
    }
  }
  for number in [SIGPIPE, SIGXFSZ] { _ = signal(number, SIG_IGN) }
  unblock([SIGTERM, SIGINT, SIGALRM])
}

/// Installs a handler that does nothing but what is safe inside a signal: atomics, `alarm` and `_exit`.
///
/// SA_RESTART keeps reads and writes of files whole; polls and sleeps end all the same.
private func handle(_ number: Int32, with handler: @escaping @convention(c) (Int32) -> Void) {
  var action = sigaction()
  #if canImport(Darwin)
    unsafe action.__sigaction_u.__sa_handler = handler
  #else
    unsafe action.__sigaction_handler.sa_handler = handler
  #endif
  action.sa_flags = SA_RESTART
  _ = unsafe sigemptyset(&action.sa_mask)
  let result = unsafe sigaction(number, &action, nil)
  precondition(result == 0, "signal \(number) cannot be handled")
}

/// Lets the signals through, should the parent process have left them blocked.
private func unblock(_ numbers: [Int32]) {
  var set = sigset_t()
  _ = unsafe sigemptyset(&set)
  for number in numbers { _ = unsafe sigaddset(&set, number) }
  _ = unsafe pthread_sigmask(SIG_UNBLOCK, &set, nil)
}
