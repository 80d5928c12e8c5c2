internal import AppProtection
internal import PageProbe
internal import StepCommon
internal import Timing

// What is seen from outside, as a customer sees it.
extension VerifyStep {
  func lookAtPages(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !parameters.pages.isEmpty else { return .notNeeded("no page is named to look at") }
    let goal = parameters.fault == nil ? "healthy" : "broken"
    try probe(run, goal: goal) { looks throws(StepFailure) in try self.shortcoming(of: looks) }
    run.log.info("the pages of \"\(parameters.application)\" were seen to be \(goal), twice in a row")
    return .done
  }

  func checkAddresses(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard !parameters.pages.isEmpty else { return .notNeeded("no page is named to look at") }
    guard parameters.address != nil || parameters.otherAddress != nil || earlier != nil else {
      return .notNeeded("no address is given or known from before")
    }
    try probe(run, goal: "at the right address") { looks throws(StepFailure) in
      if let fault = self.addressFault(of: looks) { return fault }
      return try self.shortcoming(of: looks)
    }
    for look in looks {
      guard let before = earlier?.pages.first(where: { $0.url == look.page.description }) else { continue }
      run.log.info(
        "\(look.page) then and now: \(PageObservationFile.PageObservation(look, cleaned: run.log.cleaned).difference(from: before))"
      )
    }
    return .done
  }

  /// Looks at all pages until nothing is wrong with them twice in a row, and keeps what was seen, whatever it was.
  private func probe(
    _ run: StepRun, goal: String, fault: ([PageLook]) throws(StepFailure) -> String?
  ) throws(StepFailure) {
    let pages = try run.known(pages)
    var keys: [String] = []
    var untrustedSince: Instant?
    /// What a look at all pages showed, and what was wrong with it.
    typealias Sight = (looks: [PageLook], fault: String?)
    let result: ConditionOutcome<Sight>
    do throws(StepFailure) {
      result = try run.poller.watch(
        for: "pages of \"\(parameters.application)\"", within: parameters.within, pausesBetween: true,
        look: { () throws(StepFailure) in
          var looks: [PageLook] = []
          for page in parameters.pages {
            looks.append(
              try pages.look(at: page, timeLimit: min(.seconds(15), run.deadline.remaining(on: run.time))))
          }
          // A look that the end of the step's time has cut short tells less than the one before it.
          if run.deadline.hasPassed(on: run.time), looks.contains(where: { $0.answer == nil }),
            !self.looks.isEmpty, let reason = try fault(self.looks)
          {
            return .seen((self.looks, reason))
          }
          self.looks = looks
          // A line for each change of what is seen, and not for each look.
          if keys != looks.map(\.key) { for look in looks { run.log.info("\(look.page): \(look.line)") } }
          keys = looks.map(\.key)
          try self.checkTrust(of: looks, since: &untrustedSince, run)
          return .seen((looks, try fault(looks)))
        }, judge: { $0.fault.map { .lacks($0) } ?? .holds })
    } catch {
      if !looks.isEmpty { try? keep(run) }
      throw error
    }
    guard case .lacked(let sight, let reason) = result else { return try keep(run) }
    try? keep(run)
    if let untrusted = untrusted(in: sight.looks) { throw untrusted }
    let seen = sight.looks.map { look in
      sight.looks.count == 1 ? look.line : "\(look.page): \(look.line)"
    }.joined(separator: "; ")
    // A report's message has at most 500 characters; the log has the whole. Cleaned before it is cut, as any text.
    let allowance = min(parameters.within, run.deadline.allowance)
    let message = run.log.cleaned(
      "\"\(parameters.application)\" was not seen to be \(goal) within \(allowance.shortText): \(reason) (last seen: \(seen))"
    ).unicodeScalars
    throw .notAsClaimed(message.count > 480 ? String(message.prefix(480)) + "…" : String(message))
  }

  /// What is wrong with pages that should be healthy, or that should show the fault.
  private func shortcoming(of looks: [PageLook]) throws(StepFailure) -> String? {
    for look in looks {
      if let shortcoming = try shortcoming(of: look) { return shortcoming }
    }
    return nil
  }

  private func shortcoming(of look: PageLook) throws(StepFailure) -> String? {
    guard let answer = look.answer else {
      if case .unseen(let reason, _) = look.outcome { return "\(look.page) was not seen: \(reason)" }
      if parameters.fault?.isUnreachable == true, case .unreachable = look.outcome { return nil }
      let proof = parameters.fault == nil ? "" : ", which alone does not show a fault of the application"
      return "\(look.page) gives no answer\(proof)"
    }
    let findings = try parameters.expectations.findings(on: answer)
    let doubts = "cannot be judged: \(findings.doubts.joined(separator: "; "))"
    guard let signs = parameters.fault else {
      if !findings.faults.isEmpty {
        return "\(look.page) is not healthy: \(findings.faults.joined(separator: "; "))"
      }
      return findings.doubts.isEmpty ? nil : "\(look.page) \(doubts)"
    }
    guard !findings.faults.isEmpty else {
      return "\(look.page) \(findings.doubts.isEmpty ? "shows no fault" : doubts)"
    }
    guard signs.statuses?.contains(answer.status) == true else {
      return
        "\(look.page) answers \(answer.status), which does not count as the fault (--\(VerifyParameters.brokenAs.flag) \(signs.text))"
    }
    return nil
  }

  /// What is wrong with the addresses that answered.
  private func addressFault(of looks: [PageLook]) -> String? {
    for look in looks {
      guard let answer = look.answer else { return "\(look.page) gives no answer, so no address is known" }
      guard let address = answer.address else {
        return
          "\(look.page) answers from \(answer.isThroughProxy ? "behind a proxy, which hides its address: name its host in no_proxy" : "an unknown address")"
      }
      if let wanted = parameters.address, address != wanted {
        return "\(look.page) answers at \(address) instead of \(wanted)"
      }
      if address == parameters.otherAddress { return "\(look.page) answers at \(address), where it must not" }
      let before = earlier?.pages.first { $0.url == look.page.description }
      if let before = before?.address.flatMap({ PageAddress($0) }), address != before {
        return "\(look.page) answers at \(address), but answered at \(before) before"
      }
    }
    return nil
  }

  // MARK: - Certificates

  /// Ends the step where a page's certificate was not trusted for a minute.
  ///
  /// Not at once: an ingress shows a certificate of its own until it has been given the application's.
  private func checkTrust(
    of looks: [PageLook], since: inout Instant?, _ run: StepRun
  ) throws(StepFailure) {
    guard let failure = untrusted(in: looks) else {
      since = nil
      return
    }
    let began = since ?? run.time.now
    since = began
    if run.time.now - began >= .seconds(60) { throw failure }
  }

  private func untrusted(in looks: [PageLook]) -> StepFailure? {
    for look in looks {
      guard case .untrusted(let reason, let hint) = look.outcome else { continue }
      return StepFailure(
        .unreachable, .error, type: "unreachable", kind: .unreachable,
        "cannot look at \(look.page): \(reason)", hint: hint)
    }
    return nil
  }

  // MARK: - What is kept

  /// Hands on what was seen last: to the report, to later steps, and to a later verify.
  private func keep(_ run: StepRun) throws(StepFailure) {
    guard let first = looks.first else { return }
    for (index, look) in looks.enumerated() {
      run.facts.note(
        index == 0 ? "page" : "page\(index + 1)", "\(look.page) at \(look.at.text): \(look.line)")
    }
    run.facts.publish("ASTRA_VERIFY_SEEN_URL", first.page.description)
    if let answer = first.answer {
      run.facts.publish("ASTRA_VERIFY_SEEN_STATUS", String(answer.status))
      run.facts.publish("ASTRA_VERIFY_SEEN_ADDRESS", answer.address?.description ?? "")
    }
    let application = try run.known(application)
    let path = seenPath(run)
    let seen = PageObservationFile(
      run: run.settings.run, application: .init(id: application.id.text, name: application.name),
      pages: looks.map { PageObservationFile.PageObservation($0, cleaned: run.log.cleaned) })
    do throws(StepFailure) {
      try run.writeFile(seen.text, to: path, named: VerifyParameters.seenFile)
    } catch {
      run.log.warning(error.message)
      throw error
    }
    run.facts.publish("ASTRA_VERIFY_SEEN_PATH", path)
  }

  private func seenPath(_ run: StepRun) -> String {
    parameters.seenFile ?? "\(run.place.folder)/\(Self.identity.name)\(run.place.ending).seen.json"
  }

  /// Refuses to write over a file that is something else, such as the record of another step.
  func checkSeenFile(_ run: StepRun) throws(StepFailure) {
    let path = seenPath(run)
    guard let text = try? run.readFile(path, named: VerifyParameters.seenFile) else { return }
    guard
      text.isEmpty
        || (try? PageObservationFile(parsing: text, path: path, of: VerifyParameters.seenFile)) != nil
    else {
      throw .badParameter(
        "\(VerifyParameters.seenFile.title): \(path) already exists and was not written by astra-verify: name another file"
      )
    }
  }

  /// Reads what an earlier verify saw, which has to be of this run and of these pages.
  func readEarlier(_ run: StepRun) throws(StepFailure) {
    guard let path = parameters.compareWith else { return }
    let parameter = VerifyParameters.compareWith
    guard Self.normalized(path) != Self.normalized(seenPath(run)) else {
      throw .badParameter(
        "\(parameter.title) is \(path), which this step will overwrite with what it sees: give another \(Common.reportSuffix.title) or \(VerifyParameters.seenFile.title)"
      )
    }
    let seen = try PageObservationFile(
      parsing: try run.readFile(path, named: parameter), path: path, of: parameter)
    if let theirs = seen.run, let ours = run.settings.run, theirs != ours {
      throw .badParameter(
        "\(parameter.title): \(path) is from another run (\"\(theirs)\"): run the earlier astra-verify in this run"
      )
    }
    for page in parameters.pages {
      guard let before = seen.pages.first(where: { $0.url == page.description }) else {
        let there = seen.pages.prefix(5).map(\.url).joined(separator: ", ")
        throw .badParameter("\(parameter.title): \(path) does not hold \(page); it holds \(there)")
      }
      guard before.address != nil else {
        throw .badParameter(
          "\(parameter.title): \(path) has no address for \(page): \(before.trouble ?? "it was not known")",
          hint: "behind a proxy the address is not known: name the page's host in no_proxy")
      }
      try parameters.checkAddress(before.address, ofEarlier: page, in: path)
    }
    earlier = seen
  }

  /// A path without what does not change it.
  private static func normalized(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    return (path.first == "/" ? "/" : "") + parts.joined(separator: "/")
  }
}
