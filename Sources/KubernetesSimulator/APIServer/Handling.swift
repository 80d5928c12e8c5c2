package import SimulatorSupport

extension KubernetesCluster {
  /// Answers a request at the present moment.
  package mutating func handle(_ request: SimulatedRequest) -> SimulatedResponse {
    SimulatedResponse(status: 501)
  }
}
