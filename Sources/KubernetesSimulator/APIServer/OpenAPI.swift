internal import SimulatorSupport

extension KubernetesCluster {
  /// GET of `/openapi/v3` and below: which parameters a path takes, which is all that clients such as kubectl look for.
  func openAPI3(_ call: Call, _ path: [String]) throws(APIProblem) -> SimulatedResponse {
    guard settings.servesOpenAPI else { throw .noSuchPath }
    let versions = groupVersions
    if path.isEmpty {
      let paths = versions.map { group, version -> JSON.Member in
        let place = group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)"
        let hash = fingerprint(openAPI3(group, version).bytes).uppercased()
        return JSON.Member(place, ["serverRelativeURL": .string("/openapi/v3/\(place)?hash=\(hash)")])
      }
      return try plain(call, ["paths": .object(paths)])
    }
    let found = versions.first {
      path == ($0.group.isEmpty ? ["api", $0.version] : ["apis", $0.group, $0.version])
    }
    guard let found else { throw .noSuchPath }
    return try plain(call, openAPI3(found.group, found.version))
  }

  /// GET of `/openapi/v2`.
  func openAPI2(_ call: Call) throws(APIProblem) -> SimulatedResponse {
    guard settings.servesOpenAPI else { throw .noSuchPath }
    return try plain(
      call,
      [
        "swagger": "2.0", "info": ["title": "Kubernetes", "version": .string(settings.version)],
        "paths": [:], "definitions": [:],
      ])
  }

  private func plain(_ call: Call, _ document: JSON) throws(APIProblem) -> SimulatedResponse {
    let body = document.bytes
    let tag = "\"\(fingerprint(body).uppercased())\""
    let headers: [SimulatedRequest.Field] = [("Etag", tag), ("Vary", "Accept")]
    if call.request.header("If-None-Match") == tag { return SimulatedResponse(status: 304, headers: headers) }
    return SimulatedResponse(
      status: 200, headers: headers + [("Content-Type", "application/json")], body: body)
  }

  private var groupVersions: [(group: String, version: String)] {
    [("", "v1")] + store.kinds.groups.flatMap { group in group.versions.map { (group.name, $0) } }
  }

  private func openAPI3(_ group: String, _ version: String) -> JSON {
    var paths: [JSON.Member] = []
    var schemas: [JSON.Member] = []
    let prefix = group.isEmpty ? "/api/\(version)" : "/apis/\(group)/\(version)"
    for kind in store.kinds.kinds(group: group, version: version) {
      let collection = prefix + (kind.isNamespaced ? "/namespaces/{namespace}" : "") + "/\(kind.plural)"
      let meaning: JSON = [
        "group": .string(group), "version": .string(version), "kind": .string(kind.kind),
      ]
      func operation(_ action: String) -> JSON {
        [
          "x-kubernetes-action": .string(action), "x-kubernetes-group-version-kind": meaning,
          "parameters": .array(
            ["dryRun", "fieldManager", "fieldValidation"].map {
              ["name": .string($0), "in": "query", "schema": ["type": "string"]]
            }),
          "responses": ["200": ["description": "OK"]],
        ]
      }
      paths.append(JSON.Member(collection, ["post": operation("post")]))
      paths.append(
        JSON.Member(collection + "/{name}", ["put": operation("put"), "patch": operation("patch")]))
      schemas.append(
        JSON.Member(
          "\(group.isEmpty ? "core" : group).\(version).\(kind.kind)",
          [
            "type": "object", "x-kubernetes-preserve-unknown-fields": true,
            "x-kubernetes-group-version-kind": [meaning],
          ]))
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": .string(settings.version)],
      "paths": .object(paths), "components": ["schemas": .object(schemas)],
    ]
  }
}
