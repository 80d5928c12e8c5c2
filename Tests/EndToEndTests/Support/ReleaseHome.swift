import Testing

/// What stands on the agents' path as `helm`, and what it does to production.
enum HelmStandIn: Sendable {
  case works(broken: Bool)
  /// It breaks production, and then the token of Astra Control is changed.
  case worksAndRevokes(token: String)
  /// It refuses before it writes a revision down, as for a chart that it cannot find.
  case changesNothing
  /// It rolls the version out, and then gives up waiting.
  case failsHalfWay(broken: Bool)
}

// A Jenkins with what the release job needs: staging and production that are well, and a stand-in for Helm.
extension JenkinsHome {
  /// What the release job asks before it changes production.
  static let releaseQuestion = "Release this version to production?"
  /// What it asks when nobody could see whether production is well.
  static let brokenQuestion = "Nobody could see whether production is well. Take it back to the backup?"

  /// Starts a simulator whose staging and production are well, on agents that have a stand-in for Helm.
  static func forRelease(
    _ helm: HelmStandIn, world: SimulatedWorld = .astraControl, settings: [String: String] = [:]
  ) async throws -> JenkinsHome {
    let home = try await start(world: world) { scenario in
      world.change("applications", in: &scenario) { (applications: inout [[String: Any]]) in
        for index in applications.indices where applications[index]["name"] as? String == "magento-prod" {
          applications[index]["content"] = ["version": "2.4.1", "rows": ["order-1001"]]
        }
        applications.append([
          "name": "magento-staging", "cluster": "ocp-prod", "namespaces": ["magento-staging"],
          "content": ["version": "2.4.1", "rows": ["order-1"]],
        ])
      }
      world.change("settings", in: &scenario) { (all: inout [String: Any]) in all.merge(settings) { $1 } }
    }
    try home.add(helm)
    return home
  }

  /// Puts a stand-in for Helm on the agents' path: it writes down what it is asked, and a revision for each change.
  func add(_ helm: HelmStandIn) throws {
    let (isBroken, before, after) =
      switch helm {
      case .works(let broken): (broken, "", "")
      case .worksAndRevokes(let token):
        (true, "", "[ \"$5\" != magento-prod ] || post token '{\"token\": \"\(token)\"}' || exit")
      case .changesNothing:
        (false, "[ \"$5\" != magento-prod ] || { echo 'chart not found' >&2; exit 1; }", "")
      case .failsHalfWay(let broken):
        (broken, "", "[ \"$5\" != magento-prod ] || { echo 'timed out' >&2; exit 1; }")
      }
    try addProgram(
      "helm",
      """
      if [ "$1" = history ]; then
        cat "$TEST_HOME/revision-$4" 2>/dev/null || echo 1
        exit
      fi
      post() {
        curl -sS --fail --noproxy '*' --cacert '\(simulator.certificateFile)' -o /dev/null --json "$2" \\
          "https://\(simulator.host)/_simulator/$1"
      }
      printf '%s\\n' "$*" >>"$TEST_HOME/helm.txt"
      [ "$4" = --namespace ] || exit 2
      \(before)
      echo 2 >"$TEST_HOME/revision-$5"
      broken=false
      [ "$5" != magento-prod ] || broken=\(isBroken)
      post deploy \\
        "{\\"application\\": \\"$5\\", \\"version\\": \\"$MAGENTO_VERSION\\", \\"broken\\": $broken}" || exit
      \(after)
      """)
  }

  /// The parameters of a release of 2.4.2 with both pages.
  func releaseParameters() async throws -> [String: String] {
    let world = try await simulator.world()
    var parameters = parameters
    for name in ["DEBUG_NAMESPACE", "DEBUG_KUBERNETES_CLUSTER", "BACKUP_NAME"] { parameters[name] = nil }
    parameters["MAGENTO_VERSION"] = "2.4.2"
    parameters["PROD_URL"] = "http://\(try #require(world.application("magento-prod")).address)/"
    parameters["STAGING_URL"] = "http://\(try #require(world.application("magento-staging")).address)/"
    parameters["PAGE_TEXT"] = "Release 2.4"
    return parameters
  }
}
