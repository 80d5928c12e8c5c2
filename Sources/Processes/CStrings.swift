#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Texts as C has them, in a list that ends with a null pointer.
@safe final class CStrings {
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
