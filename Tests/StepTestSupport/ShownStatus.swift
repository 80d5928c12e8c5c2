internal import Foundation
package import SimulatedBackend

/// What astra-status writes with `--json`: every member has to be there, null where it may be.
package struct ShownStatus: Decodable {
  package struct Application: Decodable {
    package var id, name, state: String
    package var namespaces, problems: [String]
    package var cluster, clusterID, createdAt, run, cloneOf: String?
    package var ageSeconds: Int?
    package var clones: [Clone]
    package var recoveryPoints: [Point]?
    package var operations: [Operation]
    package var evidence: [Evidence]?

    /// The recovery point of that name.
    package func point(_ name: String) -> Point? { recoveryPoints?.first { $0.name == name } }
  }

  package struct Clone: Decodable {
    package var id, name, state: String
    package var createdAt, run, from: String?
    package var ageSeconds: Int?
    package var addresses: [String]?
  }

  package struct Point: Decodable {
    package var id, kind, name, state, hooks, coverage: String
    package var createdAt, expiresAt, run, refusal, passedOver: String?
    package var ageSeconds, sizeBytes: Int?
    package var hookFailures, lackingVolumes: [String]
    package var isScheduled, wouldBeRestored, isLatest: Bool
  }

  package struct Operation: Decodable {
    package var id, kind, name, state: String
    package var beganAt: String?
    package var progress: Progress?
  }

  package struct Progress: Decodable {
    package var percent: Double?
    package var bytesDone, bytesTotal, itemsDone, itemsTotal: Int?
  }

  package struct Evidence: Decodable {
    package var id, kind, name: String
    package var createdAt, reason: String?
    package var ageSeconds: Int?
    package var couldBeRemoved: Bool?
  }

  package var schema: Int
  package var observedAt, backend, scope: String
  package var applications: [Application]
  package var notTold: [String]

  private struct Document: Decodable { var status: ShownStatus? }

  /// Reads what a step wrote on stdout; nil where its status is null.
  package static func read(_ result: StepHarness.Result) throws -> ShownStatus? {
    try JSONDecoder().decode(Document.self, from: Data(result.standardOutput.utf8)).status
  }
}
