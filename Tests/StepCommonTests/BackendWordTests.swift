import Testing

/// A step knows neither which backend it has nor what that backend calls things.
@Suite struct BackendWordTests {
  /// What belongs to one service: its names, and the words of its API.
  private static let words = [
    "astra control", "account id", "accountid", "generation", "bucket", "appbackup", "appsnap", "managedapp",
    "astra_fqdn", "astra_instance_id", "astra_api_token",
  ]

  /// Texts that name a service among others, or are what users write.
  private static let exceptions = [
    // A list of all whose namespaces are nobody's to use.
    ("Sources/StepCommon/Lookup/SystemNamespace.swift", "astra control")
  ]

  /// Words of the services that run in clusters, which what they share must not know.
  private static let clusterWords = [
    "trident", "vault", "archive", "velero", "oadp", "datamover", "astra control", "bucket",
  ]

  @Test func noServiceIsKnownToWhatTheyShareInClusters() throws {
    let files = try Checkout.sources().filter { $0.path.hasPrefix("Sources/KubernetesWorkloads/") }
    #expect(files.count > 10)
    for file in files {
      for (number, line) in file.lines.enumerated() {
        let found = Self.clusterWords.filter { line.lowercased().contains($0) }
        #expect(found.isEmpty, "\(file.path):\(number + 1) says \(found)")
      }
    }
  }

  private func isNeutral(_ path: String) -> Bool {
    path.hasPrefix("Sources/AppProtection/")
      || path.hasPrefix("Sources/StepCommon/") && !path.hasPrefix("Sources/StepCommon/Backends/")
      || path.hasPrefix("Sources/astra-") && !path.hasPrefix("Sources/astra-simulator/")
  }

  @Test func noWordOfOneServiceStandsOutsideItsOwnFolder() throws {
    let files = try Checkout.sources().filter { isNeutral($0.path) }
    #expect(files.count > 80)
    for file in files {
      for (number, line) in file.lines.enumerated() {
        let text = line.lowercased()
        for word in Self.words where text.contains(word) {
          let isException = Self.exceptions.contains { $0 == (file.path, word) }
          #expect(isException, "\(file.path):\(number + 1) says \"\(word)\"")
        }
      }
    }
  }
}
