package import SimulatedBackend
package import StepCommon
package import Testing

extension String {
  /// Whether a value that a step handed on is the id of an object, or ends with it where ids have several parts.
  package func names(_ id: String?) -> Bool {
    id.map { Magento.product.idsHaveParts ? hasSuffix("/\($0)") : self == $0 } ?? false
  }
}

extension StepHarness.Result {
  /// Checks that the step refused or failed as it should, and that its report says the same.
  package func expect(
    _ code: ExitCode, saying words: String..., nature: String = "error",
    at location: SourceLocation = #_sourceLocation
  ) {
    #expect(self.code == code, "\(standardError)", sourceLocation: location)
    #expect(!report.claimsSuccess, "the report claims success", sourceLocation: location)
    #expect(report.problem?.outcome == nature, "\(standardError)", sourceLocation: location)
    #expect(report.problem?.message == message, sourceLocation: location)
    for word in words {
      #expect(message.contains(word), "\"\(message)\" does not say \"\(word)\"", sourceLocation: location)
    }
    #expect(!message.contains("\n") && message.count > 20, sourceLocation: location)
  }

  /// Checks that the step succeeded and that its report says the same.
  package func expectSuccess(at location: SourceLocation = #_sourceLocation) {
    #expect(code == .success, "\(standardError)", sourceLocation: location)
    #expect(report.claimsSuccess, "\(standardError)", sourceLocation: location)
  }
}
