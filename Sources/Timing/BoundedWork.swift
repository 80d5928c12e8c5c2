internal import Synchronization
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Does work that nothing interrupts on a thread of its own, and waits for it no longer than `limit` of real time.
///
/// For work whose length a user's input decides, such as a regular expression on a page: the steps have no other
/// threads. Work that is given up goes on until the process ends, so give up the step then.
///
/// - Returns: what the work came to; nil if it took too long, or if no thread could be had.
package func bounded<Value: Sendable>(
  _ limit: Duration, _ work: @escaping @Sendable () -> Value
) -> Value? {
  let task = BoundedTask(work)
  let box = unsafe Unmanaged.passRetained(Runner { task.run() })
  #if canImport(Darwin)
    var thread: pthread_t?
  #else
    var thread = pthread_t()
  #endif
  let code = unsafe pthread_create(
    &thread, nil,
    { pointer in
      #if canImport(Darwin)
        let runner = unsafe Unmanaged<Runner>.fromOpaque(pointer).takeRetainedValue()
      #else
        guard let pointer = unsafe pointer else { return nil }
        let runner = unsafe Unmanaged<Runner>.fromOpaque(pointer).takeRetainedValue()
      #endif
      runner.run()
      return nil
    }, box.toOpaque())
  guard code == 0 else {
    unsafe box.release()
    return nil
  }
  #if canImport(Darwin)
    if let thread { pthread_detach(thread) }
  #else
    pthread_detach(thread)
  #endif
  let end = ContinuousClock.now + limit
  var pause: UInt32 = 50
  while true {
    if let value = task.result { return value }
    guard ContinuousClock.now < end else { return nil }
    usleep(pause)
    pause = min(pause * 2, 10_000)
  }
}

/// What a thread does; without a type parameter, so that a C function can name it.
private final class Runner: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}

/// Work and its result, which one thread writes and another reads.
private final class BoundedTask<Value: Sendable>: Sendable {
  private let work: @Sendable () -> Value
  private let outcome = Mutex<Value?>(nil)

  init(_ work: @escaping @Sendable () -> Value) {
    self.work = work
  }

  func run() {
    let value = work()
    outcome.withLock { $0 = value }
  }

  var result: Value? { outcome.withLock { $0 } }
}
