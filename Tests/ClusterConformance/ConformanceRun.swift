internal import AppProtection
internal import KubernetesAPI
internal import RESTClient
internal import StepCommon
internal import Timing
internal import TridentProtect

/// One run: tells what it will do, looks, makes its namespace, checks, and removes it again.
final class ConformanceRun {
  private let context: String
  private let namespace: ConformanceNamespace
  private let productNamespace: String
  private let isMeant: Bool
  private let allowance: Duration
  private let environment: StepEnvironment

  /// Prepares a run; without `isMeant` nothing is changed.
  init(
    context: String, namespace: String, productNamespace: String, isMeant: Bool, allowance: Duration,
    environment: StepEnvironment
  ) {
    self.context = context
    self.namespace = ConformanceNamespace(namespace)
    self.productNamespace = productNamespace
    self.isMeant = isMeant
    self.allowance = allowance
    self.environment = environment
  }

  /// Runs to the end, whatever that is.
  func exitCode() -> StepCommon.ExitCode {
    do throws(StepFailure) {
      return try run()
    } catch {
      tell(error)
      return error.code
    }
  }

  private func run() throws(StepFailure) -> StepCommon.ExitCode {
    let traffic = TrafficLog()
    let site: ClusterSite
    let client: KubernetesClient
    do throws(BackendError) {
      site = try ClusterSite(context, environment)
      tellPlan(site)
      client = try site.client(on: environment.time, within: allowance, log: { traffic.hear($0) })
    } catch {
      throw StepFailure(error)
    }
    try lookFirst(client)
    guard isMeant else {
      throw .badParameter("nothing was changed: give --yes if all of this may be done")
    }
    let checks = ConformanceChecks(client, traffic, namespace.name, productNamespace, tell: { self.tell($0) })
    var failure: StepFailure?
    do throws(BackendError) {
      try namespace.make(client)
      try checks.run()
    } catch {
      failure = StepFailure(error)
    }
    do throws(BackendError) {
      // After a signal too: a clock that knows of none.
      let time = UninterruptedTime()
      let wasThere = try namespace.remove(try site.client(on: time, within: allowance), time)
      if wasThere { tell("namespace \(namespace.name) is gone") }
    } catch {
      var left = StepFailure(error)
      left.hint = "namespace \(namespace.name) may be there still: this run has made it, and nobody needs it"
      guard failure != nil else { throw left }
      tell(left)
    }
    if let failure { throw failure }
    tell("\(checks.count - checks.failures) of \(checks.count) checks hold")
    return checks.failures == 0 ? .success : .operationFailed
  }

  private func tellPlan(_ site: ClusterSite) {
    tell(
      """
      In the cluster of context "\(context)" (\(site.server)) this will
        - make the namespace \(namespace.name);
        - send an object of every kind that the steps write with dryRun=All, which stores nothing;
        - make there one Application, of that empty namespace, and three ExecHooks that are switched off;
        - list, change, watch and delete these;
        - remove the namespace with all that is in it, also after a failure, SIGINT or SIGTERM.
      It takes no copy, restores nothing, and touches no other namespace.
      """)
  }

  /// Refuses what cannot go well, by reading alone.
  private func lookFirst(_ client: KubernetesClient) throws(StepFailure) {
    let version = Kinds.application.version
    let installed: [String]?
    let other: KubernetesObject?
    do throws(BackendError) {
      installed = try client.kinds(of: Kinds.group, version: version)
      other = try namespace.look(client)
    } catch {
      throw StepFailure(error)
    }
    let missing = Kinds.all.filter { installed?.contains($0.kind) != true }
    guard missing.isEmpty else {
      let names = missing.map(\.title).joined(separator: ", ")
      throw .notFound(
        "the cluster of context \"\(context)\" does not have these kinds of version \(version): \(names)",
        hint: "is Trident protect installed there?")
    }
    guard other == nil else {
      throw .protected(
        "namespace \"\(namespace.name)\" is there already: it is not touched",
        hint: "give another name with --namespace")
    }
  }

  private func tell(_ line: String) { environment.writeOutput(line + "\n") }

  private func tell(_ failure: StepFailure) {
    environment.writeError("error: \(failure.message)\n" + (failure.hint.map { "hint: \($0)\n" } ?? ""))
  }
}

/// The requests that were answered, for checks of how many there were.
final class TrafficLog {
  /// Their targets, the oldest first.
  private(set) var targets: [String] = []

  func hear(_ event: TrafficEvent) {
    if case .exchange(_, let target, _, _) = event { targets.append(target) }
  }
}
