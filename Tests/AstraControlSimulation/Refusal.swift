package import ServiceSimulation

extension AstraControlService {
  package func refusal(_ reason: RefusalReason) -> ServiceResponse {
    let problem = reason.problem
    return ServiceResponse(
      status: problem.status, headers: [("Content-Type", "application/problem+json")],
      body: Array(#"{"type":"https://astra.netapp.io/problems/\#(problem.number)","title":"No"}"#.utf8))
  }
}

extension RefusalReason {
  /// The problem of the API that says so.
  var problem: (status: Int, number: Int) {
    switch self {
    case .recoveryPointNotReady: (409, 111)
    case .applicationNotReady: (409, 112)
    case .snapshotUnderWay: (409, 148)
    case .backupUnderWay: (409, 152)
    case .nameTaken: (409, 176)
    case .conflict: (409, 10)
    case .invalid: (400, 9)
    case .notPermitted: (403, 11)
    }
  }
}
