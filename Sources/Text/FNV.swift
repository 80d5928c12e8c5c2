/// The hash of Fowler, Noll and Vo (FNV-1a, 32 bits): the same in every process, unlike Swift's own.
package enum FNV {
  /// The hash of some bytes.
  package static func hash(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }
}
