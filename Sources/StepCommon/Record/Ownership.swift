package import Timing

// Whose something is, by the records of the run.
extension RunHistory {
  /// Whether something was made in this pipeline run, by the run's own records.
  ///
  /// An object is of this run if a record names its id. If the answer to a request was never recorded, it is the object
  /// that has the name now and did not have it before the request; where that is not known, one that was made no earlier
  /// than the request. Age alone proves nothing, but an object that is days older than the request, by any clock, was
  /// brought back by somebody else.
  package func isOfThisRun(
    id: String, createdAt: Timestamp?, asked operations: [RunRecord.Operation]
  ) -> Bool {
    operations.contains { operation in
      if let known = operation.id { return known == id }
      let lead = createdAt.flatMap { made in operation.askedTime.map { $0 - made } }
      if let namesakes = operation.namesakes {
        return !namesakes.contains(id) && (lead ?? .zero) <= Self.maximumClockSkew
      }
      guard let lead else { return false }
      return lead <= .zero
    }
  }

  /// How far two clocks may be apart, wrong zones included: a day.
  private static var maximumClockSkew: Duration { .seconds(86_400) }

  /// How old something is, for messages: `2h5m old`.
  package func age(_ createdAt: Timestamp?) -> String {
    guard let createdAt else { return "of unknown age" }
    return "\(max(.zero, now() - createdAt).shortText) old"
  }
}
