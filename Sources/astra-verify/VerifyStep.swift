internal import AppProtection
internal import PageProbe
package import StepCommon
internal import Timing

/// Looks at an application, from the backend and as its customers do, and ends when it is as it was claimed to be.
///
/// It changes nothing.
package final class VerifyStep: Step {
  package static let identity = StepIdentity(.verify)
  // None of these is the name of a parameter: values that are handed on must not become what a later verify expects.
  package static let outputKeys = [
    "ASTRA_VERIFY_APP_ID", "ASTRA_VERIFY_STATE", "ASTRA_VERIFY_SEEN_URL", "ASTRA_VERIFY_SEEN_STATUS",
    "ASTRA_VERIFY_SEEN_ADDRESS", "ASTRA_VERIFY_SEEN_PATH",
  ]

  package static var phases: [Phase<VerifyStep>] {
    [
      Phase("find application", VerifyStep.findApplication),
      Phase("find recovery point", VerifyStep.findRecoveryPoint),
      Phase("check origin of the clone", VerifyStep.checkOrigin),
      Phase("check state and namespaces", VerifyStep.checkState),
      Phase("compare resources", VerifyStep.compareResources),
      Phase("look at pages", VerifyStep.lookAtPages),
      Phase("check addresses", VerifyStep.checkAddresses),
    ]
  }

  let parameters: VerifyParameters
  var application: Application?
  /// The recovery point to compare with, and the application that it belongs to.
  var point: (RecoveryPoint, owner: Application)?
  var pages: Pages?
  /// What an earlier verify saw.
  var earlier: PageObservationFile?
  /// The last look at each page.
  var looks: [PageLook] = []

  package init(_ command: VerifyCommand, _ reader: ParameterReader, _ settings: Settings) throws(StepFailure)
  {
    parameters = try VerifyParameters(command, reader)
  }

  package func prepare(_ run: StepRun) throws(StepFailure) {
    guard !parameters.pages.isEmpty else { return }
    pages = try run.pages(parameters.pageSettings)
    if !parameters.pageSettings.verifies {
      run.log.warning(
        "the certificates of pages are NOT verified (\(VerifyParameters.verify.variables[0])=false): anybody can pose as them"
      )
      run.facts.note("pageTLS", "certificates not verified (\(VerifyParameters.verify.variables[0])=false)")
    }
    try checkSeenFile(run)
    try readEarlier(run)
  }

  private func findApplication(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let found = try run.lookup.application(parameters.application, on: parameters.cluster)
    run.facts.note("application", "\(found.name) (\(found.whereabouts))")
    run.facts.publish("ASTRA_VERIFY_APP_ID", found.id.text)
    run.facts.publish("ASTRA_VERIFY_STATE", found.state.rawValue)
    application = found
    if let earlier, earlier.application.id != found.id.text {
      throw .badParameter(
        "\(VerifyParameters.compareWith.title) is about \"\(earlier.application.name)\" (id \(earlier.application.id)), but this is \"\(found.name)\" (id \(found.id))"
      )
    }
    return .done
  }

  private func findRecoveryPoint(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    let application = try run.known(application)
    guard let (kind, name) = parameters.point else {
      return run.settings.isDryRun
        ? .dryRunEnds(dryRunReason) : .notNeeded("no recovery point is named to compare with")
    }
    let found = try findPoint(kind, name, of: application, run)
    try run.lookup.checkFits(found.0, found.owner, acceptFailedHooks: true)
    point = found
    run.facts.note("recoveryPoint", "\(kind.rawValue) \(found.0.name) (\(found.0.whereabouts))")
    return run.settings.isDryRun ? .stepDone(dryRunReason) : .done
  }

  private var dryRunReason: String {
    "dry run: would check that \"\(parameters.application)\" is as it should be, and look at \(parameters.pages.count) pages"
  }

  /// A recovery point of the application or, where it is a clone, of its source.
  private func findPoint(
    _ kind: RecoveryPoint.Kind, _ name: String, of application: Application, _ run: StepRun
  ) throws(StepFailure) -> (RecoveryPoint, owner: Application) {
    do throws(StepFailure) {
      return (try run.lookup.recoveryPoint(kind, name, of: application), application)
    } catch {
      guard error.type == "notFound", let id = application.sourceID,
        let source = try ask({ () throws(BackendError) in try run.backend.application(id) })
      else { throw error }
      return (try run.lookup.recoveryPoint(kind, name, of: source), source)
    }
  }

  private func checkOrigin(_ run: StepRun) throws(StepFailure) -> PhaseEnd {
    guard let name = parameters.cloneOf else { return .notNeeded("it need not be a clone") }
    let application = try run.known(application)
    let sources = try ask { () throws(BackendError) in try run.backend.applications(named: name) }
    guard let source = application.sourceID else {
      throw .notAsClaimed(
        "\"\(application.name)\" is not a clone of \"\(name)\": the backend names no source for it")
    }
    let isIt = source.text == name || sources.contains { $0.id == source }
    guard isIt || !sources.isEmpty else {
      throw .notFound("there is no application \"\(name)\" that \"\(application.name)\" could be a clone of")
    }
    guard isIt else {
      throw .notAsClaimed(
        "\"\(application.name)\" is not a clone of \"\(name)\" but of the application with the id \(source)")
    }
    run.facts.note("clone", "\(application.name) is a clone of \(name) (id \(source))")
    run.log.info("\"\(application.name)\" is a clone of \"\(name)\"")
    return .done
  }
}

extension StepFailure {
  /// A condition was seen not to hold.
  static func notAsClaimed(_ message: String, hint: String? = nil) -> Self {
    Self(.operationFailed, .failure, type: "notAsClaimed", kind: .notAsClaimed, message, hint: hint)
  }
}
