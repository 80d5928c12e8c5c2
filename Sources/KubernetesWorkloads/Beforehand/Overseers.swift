package import AppProtection
internal import KubernetesAPI
internal import StructuredValues

// Tools that keep what runs as it is described in a repository: they put back what a restore has changed.
extension ClusterBackend {
  package func oversight(of application: Application) throws(BackendError) -> Oversight? {
    guard let place = ApplicationPlace(application.id) else { return nil }
    let argo = try ArgoApplications(client(place.context), server: connection(place.context).server)
    var oversight = Oversight()
    var isTold = argo.areListed
    for namespace in application.namespaces {
      for owner in argo.synchronized(into: namespace) { oversight.add(.argo(owner)) }
      for kind in [ResourceKind.deployment, .statefulSet, .daemonSet, .volumeClaim] {
        let sight = try client(place.context).lookAtList(
          of: kind, in: namespace, to: "look who keeps \"\(application.name)\" as it is")
        guard case .told(let objects) = sight else { continue }
        // Claims are in what everybody may see; without the workloads little is told.
        isTold = isTold || kind != .volumeClaim
        for object in objects {
          try oversight.add(ownersOf: object, argo, FluxObjects(client(place.context)))
        }
      }
    }
    return isTold ? oversight : nil
  }
}

extension Oversight {
  fileprivate mutating func add(_ overseer: Overseer) {
    if !overseers.contains(overseer) { overseers.append(overseer) }
  }

  fileprivate mutating func addNotTold(_ clause: String) {
    if !notTold.contains(clause) { notTold.append(clause) }
  }

  /// Adds who keeps an object, as its labels and annotations say.
  fileprivate mutating func add(
    ownersOf object: KubernetesObject, _ argo: ArgoApplications, _ flux: FluxObjects
  ) throws(BackendError) {
    let labels = object.labels
    let annotation = object.annotations["argocd.argoproj.io/tracking-id"]?.split(separator: ":").first
    let tracked =
      annotation.map { String($0) } ?? object.annotations["argocd.argoproj.io/instance"]
      ?? labels["argocd.argoproj.io/instance"]
    if let mark = tracked ?? labels["app.kubernetes.io/instance"] {
      let name = ArgoName(mark)
      switch try argo.standing(of: name, isCertain: tracked != nil) {
      case .synchronized(let found): add(.argo(found))
      case .notSynchronized: break
      // One that is not in this cluster may keep it from another.
      case .absent where tracked != nil: add(.argo(name, isSeen: false))
      case .absent:
        // Others write that label too; Helm says when it was Helm.
        guard object.annotations["meta.helm.sh/release-name"] == nil else { break }
        addNotTold("whether an Argo CD of another cluster keeps \"\(name.name)\" as it is")
      case .notTold:
        if tracked != nil {
          add(.argo(name, isSeen: false))
        } else {
          addNotTold("whether there is an Argo CD application \"\(name.name)\" that undoes a restore")
        }
      }
    }
    for owner in FluxObjects.owners(of: object) {
      switch try flux.isSuspended(owner) {
      case true?: break
      case false?: add(.flux(owner))
      case nil: add(.flux(owner, isSeen: false))
      }
    }
  }
}

/// How Argo CD calls one of its Applications: by its name, and by its namespace where that is not Argo CD's own.
private struct ArgoName {
  var name: String
  var namespace: String?
  /// The ApplicationSet that makes it, and puts back what is changed in it.
  var set: String?

  init(name: String, namespace: String?) { (self.name, self.namespace) = (name, namespace) }

  init(_ application: KubernetesObject) {
    self.init(name: application.name, namespace: application.namespace)
    set = application.owners.first { $0.kind == "ApplicationSet" }?.name
  }

  /// Reads `shop`, or `team_shop`: names hold no underscore.
  init(_ mark: String) {
    let parts = mark.split(separator: "_", maxSplits: 1).map { String($0) }
    self.init(name: parts.last ?? mark, namespace: parts.count == 2 ? parts[0] : nil)
  }
}

extension Overseer {
  fileprivate static func argo(_ name: ArgoName, isSeen: Bool = true) -> Overseer {
    // The command takes the namespace before a slash, and needs none of Argo CD's own.
    let isUsual = name.namespace.map { ArgoApplications.usualNamespaces.contains($0) } ?? true
    let argument = isUsual ? name.name : "\(name.namespace ?? "")/\(name.name)"
    let command =
      "argocd app set \(argument) --sync-policy none (and afterwards back to automated, with --auto-prune and --self-heal where it had them)"
    let remedy =
      name.set.map {
        "have ApplicationSet \"\($0)\" leave its sync policy alone (ignoreApplicationDifferences), and then: \(command)"
      }
      ?? command
    return Overseer(
      title: "Argo CD application \"\(name.name)\"", remedy: remedy,
      unseenName: isSeen ? nil : "Application/\(name.name)")
  }

  fileprivate static func flux(_ owner: FluxObjects.Owner, isSeen: Bool = true) -> Overseer {
    let word = owner.kind.kind.lowercased()
    return Overseer(
      title: "Flux \(word) \"\(owner.name)\"",
      remedy: "flux suspend \(word) \(owner.name) -n \(owner.namespace) (and flux resume afterwards)",
      unseenName: isSeen ? nil : "\(owner.kind.kind)/\(owner.name)")
  }
}

/// What Flux keeps as it is described in a repository, and by what.
private struct FluxObjects {
  struct Owner {
    var kind: ResourceKind
    var name: String
    var namespace: String
  }

  /// By the labels that each of these puts on what it makes (fluxcd.io, "Kustomization" and "Helm Releases").
  private static let kinds = [
    ResourceKind(
      "Kustomization", plural: "kustomizations", group: "kustomize.toolkit.fluxcd.io", version: "v1"),
    ResourceKind("HelmRelease", plural: "helmreleases", group: "helm.toolkit.fluxcd.io", version: "v2"),
  ]

  private let client: KubernetesClient

  init(_ client: KubernetesClient) { self.client = client }

  static func owners(of object: KubernetesObject) -> [Owner] {
    kinds.compactMap { kind in
      object.labels["\(kind.group)/name"].map {
        Owner(kind: kind, name: $0, namespace: object.labels["\(kind.group)/namespace"] ?? "flux-system")
      }
    }
  }

  /// Whether an owner lets go for now; nil where the cluster does not show it: another one may keep the object.
  func isSuspended(_ owner: Owner) throws(BackendError) -> Bool? {
    let sight = try client.look(
      at: owner.kind, owner.name, in: owner.namespace,
      to: "look whether Flux keeps \"\(owner.name)\" as it is")
    guard case .told(let found?) = sight else { return nil }
    return found["spec", "suspend"]?.bool == true
  }
}

/// The Applications of Argo CD in a cluster, in whatever namespaces it has them.
private struct ArgoApplications {
  enum Standing {
    case synchronized(ArgoName)
    case notSynchronized
    case absent
    case notTold
  }

  /// Where Argo CD is by default, and as OpenShift GitOps.
  static let usualNamespaces = ["argocd", "openshift-gitops"]
  private static let kind = ResourceKind(
    "Application", plural: "applications", group: "argoproj.io", version: "v1alpha1")

  private let client: KubernetesClient
  /// Where the cluster's own API server is: `kube.example.com:6443`, and a path where it has one.
  private let server: String
  /// All of them; nil where they may not be listed.
  private let all: [KubernetesObject]?

  init(_ client: KubernetesClient, server: String) throws(BackendError) {
    (self.client, self.server) = (client, server)
    let sight = try client.lookAtList(
      of: Self.kind, in: nil, to: "look for applications of Argo CD in all namespaces")
    switch sight {
    case .told(let objects): all = objects
    case .notInstalled: all = []
    case .forbidden: all = nil
    }
  }

  var areListed: Bool { all?.isEmpty == false }

  /// Those that by themselves put into a namespace of this cluster what is described elsewhere.
  func synchronized(into namespace: String) -> [ArgoName] {
    (all ?? []).filter { application in
      guard Self.isSynchronized(application), isOfThisCluster(application) else { return false }
      let resources = application["status", "resources"]?.elements ?? []
      return application["spec", "destination", "namespace"]?.string == namespace
        || resources.contains { $0["namespace"]?.string == namespace }
    }.map { ArgoName($0) }
  }

  /// How the one stands that an object names, by a mark that is certain to be Argo CD's own, or by one that others write, too.
  func standing(of name: ArgoName, isCertain: Bool) throws(BackendError) -> Standing {
    var found: [KubernetesObject] = []
    var isForbidden = false
    if let all {
      found = all.filter {
        $0.name == name.name && (name.namespace == nil || name.namespace == $0.namespace)
      }
    } else {
      for namespace in name.namespace.map({ [$0] }) ?? Self.usualNamespaces {
        let sight = try client.look(
          at: Self.kind, name.name, in: namespace,
          to: "look whether Argo CD synchronizes \"\(name.name)\" by itself")
        switch sight {
        case .told(let application): if let application { found.append(application) }
        case .forbidden: isForbidden = true
        case .notInstalled: break
        }
      }
      // Only a list shows that there is none elsewhere.
      if found.isEmpty { return .notTold }
    }
    // One of that name for another cluster is another application.
    if !isCertain { found.removeAll { !isOfThisCluster($0) } }
    if let one = found.first(where: { Self.isSynchronized($0) }) {
      return .synchronized(ArgoName(one))
    }
    if found.isEmpty { return .absent }
    return isForbidden ? .notTold : .notSynchronized
  }

  private static func isSynchronized(_ application: KubernetesObject) -> Bool {
    guard let automated = application["spec", "syncPolicy", "automated"],
      application.annotations["argocd.argoproj.io/skip-reconcile"] != "true"
    else { return false }
    return automated["enabled"]?.bool != false
  }

  private func isOfThisCluster(_ application: KubernetesObject) -> Bool {
    let destination = application["spec", "destination"]
    if let name = destination?["name"]?.string, !name.isEmpty { return name == "in-cluster" }
    let address = destination?["server"]?.string ?? ""
    return address.hasPrefix("https://kubernetes.default.svc") || Self.server(at: address) == server
  }

  /// The server of a URL in the form of a connection's `server`; nil for another scheme than https.
  private static func server(at url: String) -> String? {
    let scheme = "https://"
    guard url.lowercased().hasPrefix(scheme) else { return nil }
    let rest = url.dropFirst(scheme.count)
    let slash = rest.firstIndex(of: "/") ?? rest.endIndex
    let host = rest[..<slash].lowercased()
    let path = rest[slash...]
    // An IPv6 address has colons of its own, within brackets.
    let hasPort = host.contains(":") && host.last != "]"
    return "\(host)\(hasPort ? "" : ":443")\(path.last == "/" ? path.dropLast() : path)"
  }
}
