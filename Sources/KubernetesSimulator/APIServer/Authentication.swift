internal import SimulatorSupport

extension KubernetesCluster {
  /// Who has sent a request.
  func requester(of request: SimulatedRequest) throws(APIProblem) -> Requester {
    guard let header = request.header("Authorization") else {
      guard settings.allowsAnonymous else { throw .unauthorized }
      return try impersonated(.anonymous, request)
    }
    let words = header.split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer",
      let user = users.first(where: { $0.token == words[1] })
    else { throw .unauthorized }
    return try impersonated(
      Requester(name: user.name, groups: user.groups + ["system:authenticated"]), request)
  }

  /// Whom the requester wants to be, if the access rules let them.
  private func impersonated(_ requester: Requester, _ request: SimulatedRequest) throws(APIProblem)
    -> Requester
  {
    guard let name = request.header("Impersonate-User") else { return requester }
    let groups = request.headers.filter { $0.name.lowercased() == "impersonate-group" }.map(\.value)
    for (plural, wanted) in [("users", name)] + groups.map({ ("groups", $0) }) {
      var info = RequestInfo(SimulatedRequest("GET", "/api/v1/\(plural)/\(wanted)"))
      info.verb = "impersonate"
      guard permission(of: requester, info.question) != nil else { throw forbidden(requester, info) }
    }
    return Requester(name: name, groups: groups + ["system:authenticated"])
  }
}
