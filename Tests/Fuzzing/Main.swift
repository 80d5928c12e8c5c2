internal import FuzzTargets
#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The target that `ASTRA_FUZZ_TARGET` names.
private let target: FuzzTarget = {
  let name = unsafe getenv("ASTRA_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
  guard let target = FuzzTarget.named(name) else {
    fatalError("ASTRA_FUZZ_TARGET is \"\(name)\": give \(FuzzTarget.all.map(\.name).joined(separator: ", "))")
  }
  return target
}()

/// Checks one input; libFuzzer calls it by its name, and keeps the input when the process ends in it.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  // Not worth its time, and not to be built upon.
  guard count <= target.longest else { return -1 }
  let input = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
  do throws(BrokenProperty) {
    try target.check(input)
  } catch {
    fatalError("\(target.name): \(error)")
  }
  return 0
}

#if !LIBFUZZER
  /// A build without libFuzzer, whose `main` this one stands in for, can only say how to get one.
  @main
  enum Main {
    static func main() {
      fatalError("built without libFuzzer: ./fuzz builds and runs it")
    }
  }
#endif
