import StepCommon
import Testing

/// One list of steps, and everything else that names them all.
@Suite struct StepListTests {
  private static let programs = Set(StepName.allCases.map(\.program))

  /// The words between two marks of a file, without quotation marks.
  private func words(_ path: String, after start: String, before end: String) throws -> Set<String> {
    let text = try Checkout.text(path)
    let from = try #require(text.firstRange(of: start), "\(path) has no \(start)").upperBound
    let to = try #require(text[from...].firstRange(of: end), "\(path) has no \(end)").lowerBound
    return Set(text[from..<to].split { " ,\n\"".contains($0) }.map(String.init))
  }

  @Test func thePackageMakesAProgramOfEach() throws {
    let listed = try words("Package.swift", after: "let steps = [", before: "]")
    #expect(listed == Set(StepName.allCases.map(\.rawValue)))
  }

  @Test func eachHasAFolderOfItsOwn() throws {
    let folders = Set(
      try Checkout.sources().compactMap { file -> String? in
        let parts = file.path.split(separator: "/")
        return parts.count > 2 && parts[1].hasPrefix("astra-") ? String(parts[1]) : nil
      })
    #expect(folders.subtracting(["astra-simulator"]) == Self.programs)
  }

  @Test func theScriptsBuildEach() throws {
    #expect(try words("scripts/common.sh", after: "\nsteps=(", before: ")") == Self.programs)
  }

  @Test(arguments: ["README.md", "docs/architecture.md", "CHANGELOG.md"])
  func aPageThatListsThemListsAll(page: String) throws {
    let text = try Checkout.text(page)
    for program in Self.programs { #expect(text.contains(program), "\(page) does not name \(program)") }
  }

  @Test func eachHasItsTableOfParameters() throws {
    let lines = try Checkout.text("docs/steps.md").split(separator: "\n")
    for program in Self.programs { #expect(lines.contains("### \(program)"), "no table of \(program)") }
  }
}
