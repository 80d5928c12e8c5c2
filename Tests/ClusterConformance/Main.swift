internal import ArgumentParser
internal import StepCommon
internal import Timing

/// Holds what the client for the Kubernetes API relies on against a real API server: `./test --cluster`.
@main
struct Main: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cluster-conformance",
    abstract: "Check that a cluster's API server with Trident protect answers as the steps rely on.",
    discussion: """
      It works in a namespace of its own, which it makes first and removes at the end, also after a failure, SIGINT or \
      SIGTERM. It takes no copy and restores nothing.

      Exit codes: 0 all holds; 1 something does not; 64 a parameter is wrong, or --yes is missing; 65 kinds are \
      missing; 75 the time was up; 77 the credentials are refused; 78 the namespace is there already; others as in \
      docs/exit-codes.md.
      """)

  @Argument(help: "The cluster: a context of the kubeconfig that KUBECONFIG names.")
  var context: String

  @Flag(help: "Do it: without this nothing is changed.")
  var yes = false

  @Option(help: ArgumentHelp("The namespace to make and to remove.", valueName: "name"))
  var namespace = "astra-steps-conformance"

  @Option(help: ArgumentHelp("The namespace that Trident protect itself is in.", valueName: "name"))
  var productNamespace = "trident-protect"

  @Option(help: ArgumentHelp("How long the checks may take, and then the removal.", valueName: "seconds"))
  var timeout = 300

  func validate() throws {
    guard (1...3600).contains(timeout) else { throw ValidationError("--timeout is not in 1...3600.") }
  }

  func run() throws {
    let environment = StepEnvironment.system()
    // The removal may take as long as the checks; a minute more is for an API server that hangs.
    installInterruptionHandlers(lastResortAfter: UInt32(timeout) + 60)
    let run = ConformanceRun(
      context: context, namespace: namespace, productNamespace: productNamespace, isMeant: yes,
      allowance: .seconds(timeout), environment: environment)
    throw ArgumentParser.ExitCode(run.exitCode().rawValue)
  }
}
