internal import CZlib

/// Why a gzip file was not unpacked.
package enum GunzipError: Error, Hashable, Sendable {
  /// It is none, is cut short, or its checksum is wrong.
  case broken
  /// It holds more than was allowed.
  case tooLarge
}

/// Unpacks a gzip file (RFC 1952) in memory.
///
/// - Parameters:
///   - file: the whole file.
///   - limit: the most bytes that it may hold; no more memory than that is taken, however small the file is.
/// - Returns: what it holds.
/// - Throws: why it was not unpacked; a part is never returned.
package func gunzip(_ file: [UInt8], atMost limit: Int) throws(GunzipError) -> [UInt8] {
  guard !file.isEmpty else { throw .broken }
  var end = ASTRA_GUNZIP_BROKEN
  // One byte more, so that there is room at all.
  let unpacked = unsafe [UInt8](unsafeUninitializedCapacity: limit + 1) { output, count in
    unsafe file.withUnsafeBufferPointer { input in
      guard let input = input.baseAddress, let start = output.baseAddress else { return }
      end = unsafe astra_gunzip(input, file.count, start, limit + 1, &count)
    }
  }
  switch end {
  case ASTRA_GUNZIP_WHOLE where unpacked.count <= limit: return unpacked
  case ASTRA_GUNZIP_WHOLE, ASTRA_GUNZIP_TOO_LARGE: throw .tooLarge
  default: throw .broken
  }
}
