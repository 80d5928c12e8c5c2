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
    #expect(folders.subtracting(["astra-report", "astra-simulator", "astra-steps"]) == Self.programs)
  }

  @Test func theScriptsBuildEach() throws {
    #expect(try words("scripts/common.sh", after: "\nsteps=(", before: ")") == Self.programs)
  }

  @Test(arguments: ["README.md", "docs/architecture.md", "CHANGELOG.md"])
  func aPageThatListsThemListsAll(page: String) throws {
    let text = try Checkout.text(page)
    for program in Self.programs { #expect(text.contains(program), "\(page) does not name \(program)") }
  }

  @Test func eachHasItsPage() throws {
    let shared = try Checkout.text("docs/steps.md")
    let listing = ["docs/steps.md", "docs/architecture.md"]
    for page in try Checkout.pagesOfSteps() {
      let program = try #require(page.path.split { "/.".contains($0) }.dropLast().last)
      #expect(page.text.hasPrefix("# \(program)\n"), "\(page.path)")
      for heading in ["Parameters", "Success", "Situations", "Phases"] {
        #expect(page.lines.contains("## \(heading)"), "\(page.path) has no \(heading)")
      }
      for table in ["Flag", "Situation", "Phase"] {
        #expect(!tableRows(in: page.text, headed: table).isEmpty, "\(page.path) has no table of \(table)")
      }
      for path in listing {
        #expect(try Checkout.text(path).contains("](steps/\(program).md)"), "\(path) does not link to it")
      }
    }
    #expect(tableRows(in: shared, headed: "Program").count == Self.programs.count)
    let pages = try Checkout.files(below: ["docs/steps"], endingIn: ".md").map(\.path)
    #expect(Set(pages) == Set(try Checkout.pagesOfSteps().map(\.path)))
  }
}
