internal import AppProtection
internal import KubernetesAPI
internal import KubernetesWorkloads
internal import StructuredValues

/// A release of Trident protect, named by its year and month: `26.02`.
struct ProductVersion: Comparable, CustomStringConvertible {
  var year: Int
  var month: Int
  /// As it was found: `26.02.1`.
  var description: String

  /// The oldest release that restores in place with care, and maps Roles and volumes of one name right.
  static let recommended = Self(year: 26, month: 2, description: "26.02")

  private init(year: Int, month: Int, description: String) {
    (self.year, self.month, self.description) = (year, month, description)
  }

  /// Reads `26.02.1`, with or without a `v` and what follows a dash, or a chart's `100.2602.1`; nil for anything else.
  init?(_ text: String) {
    var core = String(text.hasPrefix("v") ? text.dropFirst() : text[...])
    core = String(core.prefix { "0123456789.".contains($0) })
    var parts = core.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
    if parts.count == 3, parts[0] == "100", parts[1].count == 4 {
      parts = [String(parts[1].prefix(2)), String(parts[1].suffix(2)), parts[2]]
    }
    guard (2...4).contains(parts.count), parts[0].count == 2, parts[1].count == 2,
      let year = Int(parts[0]), let month = Int(parts[1]), year >= 24, (1...12).contains(month)
    else { return nil }
    let isWhole = parts.allSatisfy { !$0.isEmpty }
    guard isWhole else { return nil }
    self.init(year: year, month: month, description: parts.joined(separator: "."))
  }

  static func < (one: Self, other: Self) -> Bool { (one.year, one.month) < (other.year, other.month) }
  static func == (one: Self, other: Self) -> Bool { (one.year, one.month) == (other.year, other.month) }
}

extension TridentProtectBackend {
  /// The version of the product in a cluster, by the Deployment of its controller: its API does not tell.
  ///
  /// What it calls its version, how its image is tagged, and which chart it comes from have to agree.
  func productVersion(in context: String) throws(BackendError) -> ServiceVersion {
    let sight = try client(context).lookAtList(
      of: .deployment, in: settings.systemNamespace, to: "look for the version of Trident protect")
    guard case .told(let deployments) = sight else { return .notTold }
    let controllers = deployments.filter { $0.name.contains("controller") }
    let found = controllers.flatMap { Self.versions(of: $0) }
    guard let first = found.first, found.allSatisfy({ $0 == first }) else { return .notTold }
    let advice =
      "\(ProductVersion.recommended) or newer is recommended: older ones may leave errors of restores unsaid, "
      + "do not stop schedules and copies before an in-place restore, and make no clones under a name of their own "
      + "(astra-clone fails)"
    return .known(first.description, advice: first < .recommended ? advice : nil)
  }

  private static func versions(of deployment: KubernetesObject) -> [ProductVersion] {
    let chart = deployment.labels["helm.sh/chart"]?.split(separator: "-").last.map { String($0) }
    let labels = [deployment.labels["app.kubernetes.io/version"], chart].compactMap { $0 }
    let containers = deployment["spec", "template", "spec", "containers"]?.elements ?? []
    // Other containers beside the controller have versions of their own.
    let tags = containers.compactMap { $0["image"]?.string }.compactMap { image -> String? in
      let name = image.split(separator: "/").last.map { String($0) } ?? image
      let parts = name.prefix { $0 != "@" }.split(separator: ":")
      return parts.count == 2 && parts[0].contains("controller") ? String(parts[1]) : nil
    }
    return (labels + tags).compactMap { ProductVersion($0) }
  }
}
