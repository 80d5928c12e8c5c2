import Foundation
import StepCommon
import Testing

/// What the pages say about the code is so: tables that exist in both, links, paths and names.
@Suite struct DocumentTests {
  @Test func theExitCodesAreThoseOfTheTable() throws {
    let rows = tableRows(in: try Checkout.text("docs/exit-codes.md"), headed: "Code")
    let documented = rows.map { Array($0.prefix(2)) }
    #expect(documented == ExitCode.table.map { [String($0.code.rawValue), $0.meaning] })
    for row in rows { #expect(row.count == 3 && !row[2].isEmpty, "nothing is said to do about \(row[0])") }
  }

  @Test func everySituationEndsInACodeOfTheTable() throws {
    let known = Set(ExitCode.table.map { Int($0.code.rawValue) })
    let pages = [try Checkout.text("docs/steps.md")] + (try Checkout.pagesOfSteps().map(\.text))
    let situations = pages.flatMap { tableRows(in: $0, headed: "Situation") }
    #expect(situations.count > 80)
    let named = situations.flatMap { codes(in: $0.last ?? "") }
    #expect(Set(named).isSubset(of: known) && named.count > 25)
  }

  @Test func theFirstPageNamesWhatThereIs() throws {
    let page = Checkout.File(path: "README.md", text: try Checkout.text("README.md"))
    #expect(page.text.split { $0.isWhitespace }.count <= 600)
    let steps = try Checkout.text("docs/steps.md") + Checkout.pagesOfSteps().map(\.text).joined()
    let names = page.text.matches(of: /\b((?:ASTRA|PROD|DEBUG|BACKUP|SNAPSHOT)_[A-Z_]+)/)
    #expect(names.count > 5)
    for name in names { #expect(steps.contains("`\(name.1)`"), "\(name.1)") }
    #expect(page.text.contains("astra-steps-\(Version.current)-linux-"))
    for page in try Checkout.files(below: ["docs"], endingIn: ".md").map(\.path) {
      let parts = page.split(separator: "/").map(String.init)
      guard parts.count == 2 else { continue }
      #expect(try Checkout.text("README.md").contains("](\(page))"), "README.md does not lead to \(page)")
    }
  }

  private func codes(in cell: String) -> [Int] {
    cell.matches(of: /\d+/).compactMap { Int($0.0) }
  }

  @Test func theNamesOfRunsAreThoseThatAreRead() throws {
    let rows = tableRows(in: try Checkout.text("docs/steps.md"), headed: "Variable")
    let documented = rows.map { [$0[0], $0[2]] }
    let read = RunIdentity.variables.map { variable, prefix in
      ["`\(variable)`", prefix.isEmpty ? "its value" : "`\(prefix)` and its value"]
    }
    #expect(documented == read)
  }

  @Test func everyDecisionIsListedUnderItsTitle() throws {
    let architecture = try Checkout.text("docs/architecture.md")
    let decisions = try Checkout.files(below: ["docs/decisions"], endingIn: ".md")
    for (index, decision) in decisions.enumerated() {
      let title = try #require(decision.text.firstMatch(of: /^# (\d+)\. (.+)/), "\(decision.path)")
      #expect(Int(title.1) == index + 1)
      let name = try #require(decision.path.split(separator: "/").last)
      #expect(name.hasPrefix("000\(index + 1)-") || name.hasPrefix("00\(index + 1)-"))
      #expect(architecture.contains("\(index + 1). [\(title.2)](decisions/\(name))\n"), "\(decision.path)")
    }
    #expect(!decisions.isEmpty)
  }

  // MARK: - Links

  @Test func everyLinkBetweenPagesLeadsSomewhere() throws {
    var count = 0
    for page in try Checkout.pages() {
      for link in prose(page).matches(of: /\]\(([^)\s]+)\)/).map({ String($0.1) }) {
        guard !link.contains("://"), !link.hasPrefix("mailto:") else { continue }
        count += 1
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
          .map { String($0) }
        let target = parts[0].isEmpty ? page.path : normalised(parts[0], from: page.path)
        #expect(Checkout.exists(target), "\(page.path): \(link)")
        guard parts.count == 2, target.hasSuffix(".md"), Checkout.exists(target) else { continue }
        let anchors = anchors(of: Checkout.File(path: target, text: try Checkout.text(target)))
        #expect(anchors.contains(parts[1]), "\(page.path): \(link): \(anchors)")
      }
    }
    #expect(count > 30)
  }

  /// A page without its blocks of code.
  private func prose(_ page: Checkout.File) -> String {
    var isCode = false
    return page.lines.filter { line in
      let isFence = line.drop { $0 == " " }.hasPrefix("```")
      if isFence { isCode.toggle() }
      return !isCode && !isFence
    }.joined(separator: "\n")
  }

  /// The names by which a page's headings can be linked to, by GitHub's rule.
  private func anchors(of page: Checkout.File) -> [String] {
    var anchors: [String] = []
    for heading in prose(page).matches(of: /(?m)^#+ (.+)$/) {
      let slug = heading.1.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        .replacing(" ", with: "-")
      let repeats = anchors.count { $0 == slug || $0.wholeMatch(of: /(.*)-\d+/)?.1 == slug[...] }
      anchors.append(repeats == 0 ? slug : "\(slug)-\(repeats)")
    }
    return anchors
  }

  /// A link's path, from the root.
  private func normalised(_ link: String, from page: String) -> String {
    var parts = page.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/").map(String.init) {
      switch part {
      case ".": break
      case "..": _ = parts.popLast()
      default: parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }

  // MARK: - Names of things in the code

  @Test func everyPathThatAPageNamesExists() throws {
    var count = 0
    for page in try Checkout.pages() {
      let paths = page.text.matches(
        of: /`((?:Sources|Tests|docs|Fixtures|jenkins|scripts|\.ci)\/[A-Za-z0-9_.\/*-]+)`/)
      for path in paths.map({ String($0.1) }) {
        count += 1
        #expect(Checkout.exists(path), "\(page.path) names \(path)")
      }
    }
    #expect(count > 30)
  }

  @Test func everyTestThatAPageNamesExists() throws {
    let tests = try Checkout.files(below: ["Tests"], endingIn: ".swift")
    var count = 0
    for page in try Checkout.pages() {
      for name in page.text.matches(of: /`([A-Z]\w+Tests)(?:\.(\w+))?`/) {
        count += 1
        let files = tests.filter { $0.text.contains("struct \(name.1)") }
        #expect(
          !files.isEmpty || Checkout.exists("Tests/\(name.1)"), "\(page.path) names \(name.1)")
        guard let function = name.2 else { continue }
        #expect(files.contains { $0.text.contains("func \(function)(") }, "\(page.path) names \(name.0)")
      }
    }
    #expect(count > 20)
  }
}
