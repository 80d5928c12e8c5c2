internal import PageProbe
internal import StepCommon

// What cannot be meant together is refused before anything is looked at.
extension VerifyParameters {
  /// Refuses expectations that can never come true, or that only a mistake puts together.
  ///
  /// `hasSignsFlag` says whether what counts as the fault was given as a flag, which a variable for every stage is not.
  func refuseContradictions(hasSignsFlag: Bool) throws(StepFailure) {
    let status = expectations.status
    let hasContent = expectations.isAboutContent
    if hasContent, status.isSubset(of: StatusSet.withoutBody) {
      throw .badParameter(
        "\(Self.status.title) is \(status.text), which comes without a body, but something is expected of the body: leave one of them out"
      )
    }
    guard let fault else {
      guard !hasSignsFlag else {
        throw .badParameter(
          "--\(Self.brokenAs.flag) is set without --\(Self.broken.flag): for healthy pages use --\(Self.status.flag)"
        )
      }
      return
    }
    guard !status.ranges.allSatisfy({ !$0.overlaps(200...399) }) else {
      throw .badParameter(
        "\(Self.status.title) is \(status.text), and with --\(Self.broken.flag) it says what a healthy page answers: say what counts as the fault with --\(Self.brokenAs.flag) \(status.text)"
      )
    }
    // Only a status could be wrong, and none that counts as the fault is.
    if !hasContent, expectations.header == nil, !fault.isUnreachable,
      fault.statuses?.isSubset(of: status) == true
    {
      throw .badParameter(
        "\(Self.brokenAs.title) is \(fault.text), and all of these are healthy (--\(Self.status.flag) \(status.text)): say what a healthy page holds, with --\(Self.text.flag) for example, or give other statuses"
      )
    }
    if fault.statuses == nil, let parameter = addressParameter {
      throw .badParameter(
        "\(parameter.title) is set, but --\(Self.brokenAs.flag) \(fault.text) expects no answer, and so no address: leave one of them out"
      )
    }
  }

  private var addressParameter: Parameter? {
    if address != nil { return Self.address }
    if otherAddress != nil { return Self.otherAddress }
    return compareWith == nil ? nil : Self.compareWith
  }

  /// Refuses an address that an earlier look has seen and that is at odds with what is expected now.
  func checkAddress(_ seen: String?, ofEarlier page: Page, in path: String) throws(StepFailure) {
    guard let seen = seen.flatMap({ PageAddress($0) }) else { return }
    let parameter: Parameter
    if seen == otherAddress {
      parameter = Self.otherAddress
    } else if let address, address != seen {
      parameter = Self.address
    } else {
      return
    }
    throw .badParameter(
      "\(parameter.title) contradicts \(Self.compareWith.title): \(path) saw \(page) at \(seen), and the same address must answer again"
    )
  }

  /// Refuses an entry that is about none of the pages, and two that contradict each other: another machine would be
  /// looked at than is meant.
  func checkResolve() throws(StepFailure) {
    let entries = pageSettings.resolve
    for entry in entries where !pages.contains(where: { $0.isNamed(by: entry) }) {
      throw .badParameter(
        "\(Self.resolve.title) is \"\(entry)\": no page has that host and port; the pages are \(pages.isEmpty ? "none" : pages.map(\.description).joined(separator: ", "))"
      )
    }
    for page in pages {
      let own = entries.filter { page.isNamed(by: $0) }
      guard Set(own.map { $0.split(separator: ":", maxSplits: 2).last }).count > 1 else { continue }
      throw .badParameter(
        "\(Self.resolve.title) gives more than one address for \(page): \(own.joined(separator: ", "))")
    }
  }
}

extension StatusSet {
  /// Those whose answers have no body (RFC 9110).
  static let withoutBody: StatusSet = {
    guard let set = StatusSet("100-199,204,304") else { preconditionFailure("the list is none") }
    return set
  }()
}
