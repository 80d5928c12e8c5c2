internal import Dispatch
internal import Synchronization

/// Does work for each number from 0 on, on all cores, and returns the results by their numbers.
///
/// Throws the error of the lowest number that failed.
func inParallel<Value: Sendable>(
  _ count: Int, _ work: @Sendable (Int) throws -> Value
) throws -> [Value] {
  let results = Mutex([Result<Value, any Error>?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { number in
    let result = Result { try work(number) }
    results.withLock { $0[number] = result }
  }
  return try results.withLock { $0 }.compactMap { try $0?.get() }
}
