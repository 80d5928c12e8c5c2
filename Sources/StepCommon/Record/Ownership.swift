package import Timing

// Whose something is, by the records of the run.
extension RunHistory {
  /// Whether something was made in this pipeline run, by the run's own records.
  ///
  /// Of this run is what a record names, and, since an intent whose answer is not recorded, what bears that name now and
  /// did not then; only where that is not known, what was made no earlier. Age alone proves nothing, but what was made
  /// days before the request, by any clock, was brought back by somebody else.
  package func isOfThisRun(
    id: String, createdAt: Timestamp?, asked operations: [RunRecord.Operation]
  ) -> Bool {
    operations.contains { operation in
      if let known = operation.id { return known == id }
      let lead = createdAt.flatMap { made in operation.askedTime.map { $0 - made } }
      if let namesakes = operation.namesakes {
        return !namesakes.contains(id) && (lead ?? .zero) <= Self.furthestClocks
      }
      guard let lead else { return false }
      return lead <= .zero
    }
  }

  /// How far two clocks may be apart, wrong zones included: a day.
  private static var furthestClocks: Duration { .seconds(86_400) }

  /// How old something is, for messages: `2h5m old`.
  package func age(_ createdAt: Timestamp?) -> String {
    guard let createdAt else { return "of unknown age" }
    return "\(max(.zero, now() - createdAt).shortText) old"
  }
}
