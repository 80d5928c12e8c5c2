import Foundation
import StepReport
import Testing

/// The reports of `Fixtures/golden`, byte for byte.
///
/// Rewritten, after a change of the dialect, by
/// `ASTRA_REWRITE_GOLDEN=1 swift test --filter GoldenReportTests`; never by a normal run.
@Suite struct GoldenReportTests {
  @Test(arguments: Sample.allCases)
  func aReportIsWrittenAsItsGoldenFileAndPassesItsOwnSelfCheckOnly(sample: Sample) throws {
    let bytes = try JUnitDocument(sample.report).bytes()
    let file = Checkout.goldenReport(sample.rawValue)
    if ProcessInfo.processInfo.environment["ASTRA_REWRITE_GOLDEN"] == "1" {
      try Data(bytes).write(to: file)
    }
    let golden = try Data(contentsOf: file)
    #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self))
    #expect(bytes == Array(golden))
    try JUnitDocument(sample.report).verify(bytes)
    for other in Sample.allCases where other != sample {
      #expect(throws: DocumentError.self) { try JUnitDocument(other.report).verify(bytes) }
    }
  }
}
