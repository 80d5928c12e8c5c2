internal import StructuredValues

/// A document of the benchmark's output: JSON whose members keep their order.
///
/// Everything that knows how JSON is written is in this file.
package struct Document: Sendable {
  fileprivate var value: StructuredValue

  /// The document on one line.
  package var text: String { value.oneLine }

  /// Members in their order.
  static func members(_ members: KeyValuePairs<String, Document>) -> Document {
    Document(value: .object(members.map { StructuredValue.Member($0.key, $0.value.value) }))
  }

  /// The members of several documents one after the other.
  static func joined(_ documents: Document...) -> Document {
    Document(
      value: .object(
        documents.flatMap { document -> [StructuredValue.Member] in
          if case .object(let members) = document.value { members } else { [] }
        }))
  }

  static func list(_ documents: [Document]) -> Document {
    Document(value: .array(documents.map(\.value)))
  }

  static func text(_ text: String) -> Document { Document(value: .string(text)) }

  static func count(_ count: Int) -> Document { Document(value: .number(Double(count))) }

  /// A seed, as text: not every reader takes whole numbers of 64 bits.
  static func seed(_ seed: UInt64) -> Document { Document(value: .string("\(seed)")) }

  /// A number with three decimals.
  static func number(_ number: Double) -> Document {
    Document(value: .number((number * 1000).rounded() / 1000))
  }
}
