/// One thing that is fuzzed: bytes go in, and every property of what comes out is checked.
package struct FuzzTarget: Sendable {
  /// Its name, which is also that of its folder of seeds: `retry-after`.
  package let name: String
  /// The longest input that is worth its time, in bytes.
  package let longest: Int
  /// Checks one input; throws the first property that does not hold.
  package let check: @Sendable ([UInt8]) throws(BrokenProperty) -> Void

  init(
    _ name: String, longest: Int = 512, _ check: @escaping @Sendable ([UInt8]) throws(BrokenProperty) -> Void
  ) {
    self.name = name
    self.longest = longest
    self.check = check
  }

  /// Every target, in the order in which they are run.
  package static let all: [FuzzTarget] = [
    .retryAfter, .httpDate, .timestamp, .duration, .name, .endpoint, .caFile, .response, .yaml, .configYAML,
    .record, .outputFile, .reportText, .resources, .answers, .parameters, .scenario, .simulator,
    .kubeconfig, .kubeAnswers, .bucketFiles,
  ]

  /// The target of that name.
  package static func named(_ name: String) -> FuzzTarget? {
    all.first { $0.name == name }
  }
}

/// A property that does not hold for an input, and what was seen instead.
package struct BrokenProperty: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Throws unless the property holds.
func hold(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws(BrokenProperty) {
  if !condition { throw BrokenProperty(otherwise()) }
}

/// The input as text; what is not UTF-8 becomes U+FFFD.
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// The input cut at its lines `%%`, so that one of several parts is still a text file.
func parts(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
  var parts: [ArraySlice<UInt8>] = []
  var rest = bytes[...]
  while let cut = rest.firstRange(of: Array("\n%%\n".utf8)) {
    parts.append(rest[..<cut.lowerBound])
    rest = rest[cut.upperBound...]
  }
  return parts + [rest]
}

/// Whether the bytes hold that text, byte by byte: a combining mark behind it does not hide it.
func holds(_ bytes: some Collection<UInt8>, _ text: String) -> Bool {
  Array(bytes).firstRange(of: Array(text.utf8)) != nil
}

/// The token of every run here; deliberately no real one.
let fuzzToken = "not-a-real-token-of-a-fuzz-run"
